"""Hashes by which a plan knows its input and its own rows."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qinglian.core.canonical import canonical_json, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.model import Instance
    from qinglian.production.plan import Task


@lru_cache(maxsize=8)
def instance_hash(instance: Instance) -> str:
    """Return a hash of all that an instance says; the order of its rows does not matter."""
    return sha256_hex(canonical_json(_plain(instance)))


def tasks_hash(tasks: Iterable[Task]) -> str:
    """Return a hash of tasks in any order."""
    return sha256_hex(canonical_json(sorted((_plain(task) for task in tasks), key=canonical_json)))


def _plain(value: Any) -> Any:
    """Return dataclasses as lists of their fields, and tables of them in one order."""
    if hasattr(value, "__dataclass_fields__"):
        return [_plain(getattr(value, item.name)) for item in fields(value)]
    if isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
        return sorted((_plain(item) for item in value), key=canonical_json)
    if isinstance(value, tuple):
        return list(value)
    return value

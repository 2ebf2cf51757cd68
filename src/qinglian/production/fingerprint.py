"""Hashes by which a plan knows its input and its own rows."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
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
    return sha256_hex(_canonical(instance))


def tasks_hash(tasks: Iterable[Task]) -> str:
    """Return a hash of tasks in any order."""
    return sha256_hex(_canonical(tuple(tasks)))


def _canonical(value: Any) -> bytes:
    """Return bytes of nested dataclasses, the rows of each table in one order."""
    if is_dataclass(value):
        return b"(" + b",".join(_canonical(getattr(value, item.name)) for item in fields(value)) + b")"
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return b"{" + b",".join(sorted(map(_canonical, value))) + b"}"
    return canonical_json(list(value) if isinstance(value, tuple) else value)

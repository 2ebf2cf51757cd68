"""Data as JSON with exact numbers as text: decimals in full where they end, ``n/d`` where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from qinglian.core.canonical import canonical_json
from qinglian.core.decimals import plain


def exact_json(data: Any) -> bytes:
    """Write data in canonical form; the same data give the same bytes."""
    return canonical_json(_plainly(data))


def _plainly(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {name: _plainly(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plainly(value) for value in data]
    return plain(data) if isinstance(data, Fraction) else data

"""One byte form for one value, so that equal contents have equal SHA-256 hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain

if TYPE_CHECKING:
    from os import PathLike


def canonical_json(obj: object) -> bytes:
    """Return `obj` as compact UTF-8 JSON with sorted keys.

    Decimals become exact plain strings without trailing zeros, fractions ``"n/d"`` in lowest terms, times
    ISO 8601 UTC with ``Z``, dates ISO 8601. Tuples and lists are arrays.

    Raises
    ------
    TypeError
        For floats (no stored number is one), keys that are not strings, sets and other types without a form.
    ValueError
        For times without a zone and decimals that are not finite.
    """
    form = json.dumps(_form(obj), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return form.encode("utf-8")


_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def _form(obj: object) -> object:
    kind = type(obj)
    if kind in _AS_THEY_ARE:  # most of all there is
        return obj
    if kind is dict:
        return {_key(key): _form(value) for key, value in obj.items()}  # type: ignore[attr-defined]
    if kind is list or kind is tuple:
        return [_form(item) for item in obj]  # type: ignore[attr-defined]
    return _other_form(obj)


def _other_form(obj: object) -> object:
    if isinstance(obj, str | bool | int):
        return obj
    if isinstance(obj, Mapping):
        return {_key(key): _form(value) for key, value in obj.items()}
    if isinstance(obj, Sequence) and not isinstance(obj, bytes | bytearray | memoryview):
        return [_form(item) for item in obj]
    return _scalar(obj)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a canonical key is a string, not {type(key).__name__}")
    return key


def _scalar(obj: object) -> str:
    match obj:
        case Decimal():
            return plain(obj)
        case Fraction():
            return f"{obj.numerator}/{obj.denominator}"
        case datetime():
            return _instant(obj)
        case date():
            return obj.isoformat()
    raise TypeError(f"{type(obj).__name__} has no canonical form")


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no canonical form")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 (FIPS 180-4) of `data`, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""One cell of a schema's column to its value, by the column's kind and the unit its heading states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, TypeVar

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import QinglianError
from qinglian.core.period import zone_info
from qinglian.ingest.cells import read_currency
from qinglian.ingest.header_units import HeaderUnit, parse_header_unit
from qinglian.ingest.local_time import elapsed_minutes, instant, read_local
from qinglian.ingest.weekdays import read_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.ingest.moments import Written
    from qinglian.ingest.schema import SheetColumn

_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2})[:：](?P<minute>[0-9]{2})(?:[:：]00)?")
_COUNT = re.compile(r"[0-9]{1,6}")
_LISTED = re.compile(r"\s*(?:[;；|、,，>→]|->)\s*")
_YES = frozenset(("1", "yes", "y", "true", "t", "是", "对", "√"))
_NO = frozenset(("0", "no", "n", "false", "f", "否", "不", "×"))
SECONDS_A_MINUTE = 60
_Number = TypeVar("_Number", int, Fraction)


@dataclass(frozen=True, slots=True)
class Frame:
    """What local times are read against: the start of the horizon, if any is stated, and the zone."""

    zone: str = "UTC"
    start: datetime | None = None


def cell_reader(column: SheetColumn, unit: HeaderUnit | None, frame: Frame) -> Callable[[str], Any]:
    """Return the reading of one cell; an empty one is the column's default, or None.

    Each reading raises `QinglianError` with a text that names what was read, not where.
    """
    read = _reader(column, unit, frame)
    fallback = _reader(column, column.measure if column.unit else None, frame)(column.default)
    empty = fallback if column.default else None

    def cell(text: str) -> Any:
        if text:
            return read(text)
        if column.required and not column.default:
            raise QinglianError("ingest.cell_missing")
        return empty

    return cell


def _reader(column: SheetColumn, unit: HeaderUnit | None, frame: Frame) -> Callable[[str], Any]:
    kinds: dict[str, Callable[[str], Any]] = {
        "choice": lambda text: _choice(text, column),
        "clock": _clock,
        "currency": read_currency,
        "day": _day,
        "days": read_days,
        "decimal": lambda text: _number(text, column, Fraction(1)),
        "flag": _flag,
        "list": lambda text: tuple(part for part in _LISTED.split(text) if part),
        "local": _local,
        "moment": lambda text: _moment(text, column, unit, frame),
        "quantity": lambda text: _quantity(text, column, unit or column.measure),
        "whole": lambda text: _whole(text, column),
        "zone": lambda text: zone_info(text).key,
    }
    read = kinds.get(column.kind, str)
    return lambda text: read(text) if text else None


def _choice(text: str, column: SheetColumn) -> str:
    folded = text.casefold()
    for value, words in column.choices.items():
        if folded == value.casefold() or folded in {word.casefold() for word in words}:
            return value
    raise QinglianError("ingest.choice_unknown", text=text, known=tuple(column.choices))


def _flag(text: str) -> bool:
    folded = text.casefold()
    if folded not in _YES | _NO:
        raise QinglianError("ingest.schema_flag", text=text)
    return folded in _YES


def _clock(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    minutes = int(found["hour"]) * 60 + int(found["minute"]) if found else -1
    if found is None or int(found["minute"]) > 59 or minutes > 1440:
        raise QinglianError("ingest.schema_clock", text=text)
    return minutes


def _day(text: str) -> date:
    written = read_local(text)
    if written.seconds:
        raise QinglianError("ingest.date_unreadable", text=text)
    return written.day


def _local(text: str) -> Written:
    return read_local(text)


def _moment(text: str, column: SheetColumn, unit: HeaderUnit | None, frame: Frame) -> int:
    if unit is not None:
        value = parse_decimal(text).fraction() * unit.scale / SECONDS_A_MINUTE
        return _bounded(floor(value) if column.edge == "end" else ceil(value), column, text)
    if column.count_unit and _COUNT.fullmatch(text):
        return _moment(text, column, parse_header_unit(column.count_unit), frame)
    written = read_local(text)
    if frame.start is None:
        raise QinglianError("ingest.schema_no_start", text=text)
    utc = instant(written, frame.zone, text, edge=column.edge)
    return _bounded(elapsed_minutes(frame.start, utc, edge=column.edge), column, text)


def _whole(text: str, column: SheetColumn) -> int:
    value = parse_decimal(text)
    if value.decimals:
        raise QinglianError("ingest.schema_whole", text=text)
    return _bounded(value.mantissa, column, text)


def _number(text: str, column: SheetColumn, factor: Fraction) -> Decimal | int:
    value = _bounded(parse_decimal(text).fraction() * factor, column, text)
    return round(value) if column.rounded else decimal_of(value)


def _quantity(text: str, column: SheetColumn, unit: HeaderUnit) -> Decimal | int:
    own = column.measure
    if unit.dimension == own.dimension:
        return _number(text, column, unit.scale / own.scale)
    value = parse_decimal(text).fraction()
    if value <= 0:
        raise QinglianError("ingest.schema_rate_zero", text=text)
    return decimal_of(_bounded(1 / (value * unit.scale * own.scale), column, text))


def _bounded(value: _Number, column: SheetColumn, text: str) -> _Number:
    low, high = column.low, column.high
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = ("-∞" if low is None else plain(low), "∞" if high is None else plain(high))
        raise QinglianError(
            "ingest.schema_outside", text=text, unit=column.unit, low=bounds[0], high=bounds[1]
        )
    return value


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal, exact where it ends within 28 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)

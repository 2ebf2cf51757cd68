"""Hourly prices, intensities and generation: complete, in any order of rows, continued to the limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from qinglian.core.errors import Problem
from qinglian.ingest.typed_rows import Rows
from qinglian.production.model import CarbonIntensity, Generation, Horizon, Intensities, Tariff

MILLIONTHS = 1_000_000
WATTS_PER_KW = 1000
METHODS: tuple[Intensities, ...] = ("location", "market", "marginal")
_COLUMNS = ("price", *METHODS, "generation")
_REPEATED = 24
UNNAMED = "source not stated · 未注明来源"


def scaled(value: Decimal, factor: int) -> int:
    """Return a decimal in units a `factor` smaller, halves to even."""
    return int((value * factor).to_integral_value(ROUND_HALF_EVEN))


@dataclass(frozen=True)
class HourTable:
    """Values by hour of each column that is filled in, and for how many hours they are stated."""

    values: Mapping[str, tuple[Decimal, ...]]
    stated: int
    currency: str = ""

    def whole(self, column: str, factor: int, hours: int) -> tuple[int, ...]:
        """Return a column in whole numbers; beyond its end the last 24 hours are repeated."""
        numbers = [scaled(value, factor) for value in self.values[column]]
        while len(numbers) < hours:
            numbers += numbers[-_REPEATED:]
        return tuple(numbers[:hours])


NO_HOURS = HourTable({}, 0)


def read_hours(rows: Rows) -> tuple[HourTable, list[Problem]]:
    """Return the table by hour, whatever the order of rows.

    Problems are ``production.hour_uneven``, ``production.hours_missing`` and ``production.hour_blank``.
    """
    problems = [
        Problem("production.hour_uneven", rows.where(index, "hour"), {"minute": minute})
        for index, minute in enumerate(rows.cells["hour"])
        if minute % 60
    ]
    order = sorted(range(len(rows)), key=lambda index: rows.cells["hour"][index])
    hours = [rows.cells["hour"][index] // 60 for index in order]
    missing = sorted(set(range(max(hours, default=0))) - set(hours))
    if missing:
        params = {"hours": missing[:8], "count": len(missing)}
        problems.append(Problem("production.hours_missing", rows.table, params))
    values = {}
    for name in _COLUMNS:
        column = [rows.cells[name][index] for index in order]
        blank = [index for index, value in zip(order, column, strict=True) if value is None]
        if len(blank) < len(column):
            values[name] = tuple(value for value in column if value is not None)
            problems += [Problem("production.hour_blank", rows.where(index, name)) for index in blank]
    unit = rows.units.get("price")
    return HourTable(values, len(hours), unit.currency if unit else ""), problems


def tariff(table: HourTable, plant: Mapping[str, object], currency: str, horizon: Horizon) -> Tariff | None:
    """Return the tariff, or None where no price is stated."""
    if "price" not in table.values:
        return None
    return Tariff(
        currency,
        table.whole("price", MILLIONTHS, horizon.hours),
        scaled(_decimal(plant["demand_charge"]), MILLIONTHS),
        scaled(_decimal(plant["feed_in"]), MILLIONTHS),
        int(_decimal(plant["peak_window"])),
    )


def intensities(table: HourTable, names: Mapping[str, str], horizon: Horizon) -> tuple[CarbonIntensity, ...]:
    """Return the intensities that are stated, each under its method and the name of its own source.

    The source of the location-based figures is not lent to others; alone, any method may be named by it.
    """
    stated = [method for method in METHODS if method in table.values]
    if len(stated) == 1:
        names = {stated[0]: names.get(stated[0]) or names.get("location", "")}
    return tuple(
        CarbonIntensity(method, names.get(method) or UNNAMED, table.whole(method, MILLIONTHS, horizon.hours))
        for method in stated
    )


def generation(table: HourTable, horizon: Horizon) -> Generation:
    """Return own generation; none after the stated hours would be a guess, so it is continued too."""
    if "generation" not in table.values:
        return Generation()
    return Generation(table.whole("generation", WATTS_PER_KW, horizon.hours))


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))

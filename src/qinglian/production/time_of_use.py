"""Prices by time of day, and intensities that hold all the time, as hourly tables.

Periods are stated in local time like shifts; together they cover every minute once. An hour that two periods
share costs the mean by minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem
from qinglian.ingest.local_time import local_text
from qinglian.production.hour_table import METHODS, HourTable
from qinglian.production.shifts import Shift, placed

if TYPE_CHECKING:
    from qinglian.ingest.typed_rows import Rows
    from qinglian.production.intervals import Interval
    from qinglian.production.model import Horizon

HOUR = 60


def completed(
    table: HourTable, found: Mapping[str, Rows], plant: Mapping[str, Any], horizon: Horizon
) -> HourTable:
    """Return hourly values with those that are stated by time of day or once for all."""
    values = dict(table.values)
    currency = table.currency
    if "tariff" in found and len(found["tariff"]):
        values["price"] = _prices(_periods(found["tariff"], horizon), horizon)
        unit = found["tariff"].units.get("price")
        currency = unit.currency if unit else currency
    for method in METHODS:
        if method not in values and plant[method] is not None:
            values[method] = (plant[method],)
    return replace(table, values=values, currency=currency)


def tariff_problems(found: Mapping[str, Rows], hours: HourTable, horizon: Horizon) -> list[Problem]:
    """Name minutes that no period or two of them cover, and prices that are stated twice."""
    rows = found.get("tariff")
    if rows is None or not len(rows):
        return []
    problems = []
    if "price" in hours.values:
        problems.append(Problem("production.price_twice", rows.table))
    covered = 0
    for (start, end), _, index in sorted(_periods(rows, horizon)):
        if start != covered:
            code = "gap" if start > covered else "overlap"
            params = {"time": local_text(horizon.start, min(start, covered), horizon.zone)}
            return [*problems, Problem(f"production.tariff_{code}", rows.where(index, "opens"), params)]
        covered = end
    if covered < horizon.limit:
        params = {"time": local_text(horizon.start, covered, horizon.zone)}
        problems.append(Problem("production.tariff_gap", rows.table, params))
    return problems


Period = tuple["Interval", Decimal, int]


def _periods(rows: Rows, horizon: Horizon) -> list[Period]:
    """Return each stretch of each row, up to the end of the hour in which the horizon's limit lies."""
    whole = replace(horizon, limit=horizon.hours * HOUR)
    return [
        (interval, row["price"], index)
        for index, row in enumerate(rows)
        for interval in placed(
            [Shift(row["days"], row["opens"], row["closes"], row["first"], row["last"])], whole
        )
    ]


def _prices(periods: list[Period], horizon: Horizon) -> tuple[Decimal, ...]:
    minutes = [Decimal(0)] * (horizon.hours * HOUR)
    for (start, end), price, _ in periods:
        minutes[start:end] = [price] * (end - start)
    return tuple(sum(minutes[at : at + HOUR], Decimal(0)) / HOUR for at in range(0, len(minutes), HOUR))

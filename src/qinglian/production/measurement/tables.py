"""Meter readings from a file: a row per line and day, added up to a reading a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem, QinglianError
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.tables import read_table
from qinglian.ingest.typed_cells import Frame
from qinglian.ingest.typed_rows import Rows, limited, read_rows
from qinglian.production.measurement.readings import Reading

if TYPE_CHECKING:
    from datetime import date

DRIVERS = ("units", "changeovers", "shifts")


@cache
def meter_schema() -> Schema:
    """Return the table of meter readings."""
    return load_schema(Path(__file__).parents[1] / "meter_schema.toml")


def read_readings(path: Path) -> list[Reading]:
    """Read sub-meter readings, exact, a reading a day.

    Raises
    ------
    QinglianError
        With every problem of the table: ``ingest.*`` of cells and headings, ``production.measured_mixed_day``
        for a day that is both on and off, ``production.measured_lines_differ`` for a day that lacks a line.
    """
    rows = _rows(path)
    days: dict[date, list[int]] = defaultdict(list)
    cells = rows.cells
    for index, day in enumerate(cells["day"]):
        days[day].append(index)
    problems = list(_uneven(rows, days))
    if problems:
        raise QinglianError.many(limited(problems))
    drivers = [name for name in DRIVERS if name in rows.headings]
    return [_reading(day, cells, indexes, drivers) for day, indexes in sorted(days.items())]


def read_meters(path: Path) -> dict[tuple[str, date], Fraction]:
    """Read metered kWh by line and day, for a calibration."""
    cells = _rows(path).cells
    pairs = zip(cells["line"], cells["day"], cells["energy"], strict=True)
    return {(line or "", day): Fraction(energy) for line, day, energy in pairs}


def _rows(path: Path) -> Rows:
    rows, problems = read_rows(meter_schema().sheets["readings"], read_table(path), Frame())
    if rows is None or problems:
        raise QinglianError.many(limited(problems))
    return rows


def _reading(day: date, cells: Mapping[str, Any], indexes: list[int], drivers: list[str]) -> Reading:
    sums = {name: sum((Fraction(cells[name][i] or 0) for i in indexes), Fraction(0)) for name in drivers}
    energy = sum((Fraction(cells["energy"][i]) for i in indexes), Fraction(0))
    return Reading(day=day, kwh=energy, drivers=sums, on=cells["on"][indexes[0]])


def _uneven(rows: Rows, days: Mapping[date, list[int]]) -> Iterator[Problem]:
    """Days of both kinds, and days whose sum lacks a line that others have."""
    lines = set(rows.cells["line"])
    for day, indexes in sorted(days.items()):
        if len({rows.cells["on"][index] for index in indexes}) > 1:
            yield Problem("production.measured_mixed_day", rows.where(indexes[0], "on"), {"day": day})
        missing = lines - {rows.cells["line"][index] for index in indexes}
        if missing:
            names = ", ".join(sorted(map(str, missing)))
            where = rows.where(indexes[0], "line")
            yield Problem("production.measured_lines_differ", where, {"day": day, "missing": names})

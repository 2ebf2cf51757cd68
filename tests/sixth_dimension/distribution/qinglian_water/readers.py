"""A folder or workbook of readings; all of them, or every problem."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_reading import read_tables
from qinglian_water.model import Reading


@cache
def schema() -> Schema:
    """Return the tables and columns of a water folder."""
    return load_schema(Path(__file__).with_name("schema.toml"))


def read(path: Path) -> tuple[Reading, ...]:
    """Read all readings. Raises one `QinglianError` with every problem."""
    found = read_tables(path, schema()).rows["readings"]
    readings: list[Reading] = []
    problems: list[Problem] = []
    for index, row in enumerate(found):
        try:
            readings.append(_reading(row, found.where(index)))
        except QinglianError as error:
            problems += error.problems
    if problems:
        raise QinglianError.many(problems)
    return tuple(readings)


def _reading(row: Mapping[str, Any], where: Where) -> Reading:
    return Reading(
        reference=row["reference"],
        facility=row["facility"],
        start=row["start"],
        end=row["end"] + timedelta(days=1),
        kind=row["kind"],
        first=Fraction(row["first"]),
        last=Fraction(row["last"]),
        billed=None if row["billed"] is None else Fraction(row["billed"]),
        where=where,
    )

"""What came: amounts by days, from the inbox and the sealed segments, reversals taken off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, func, select

from qinglian.core.units import Unit, parse_unit
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.database import among
from qinglian.ledger.engines.lending import lent_engine
from qinglian.ledger.facts import ACTUAL, day_number
from qinglian.ledger.manifest import overlapping, present_paths, segments
from qinglian.ledger.needs import Stream, streams, units_of_record

BY_DAYS = ("stream_id", "source", "unit_id", "start_day", "end_day")
TAKEN_BACK = "SELECT reverses FROM facts WHERE reverses IS NOT NULL AND stream_id IN ({streams})"
SUMS = (
    "SELECT f.stream_id, f.source, f.unit_id, f.start_day, f.end_day, "
    "SUM(CAST(f.quantity AS DECIMAL(18, 0))) AS quantity "
    "FROM facts f LEFT JOIN taken_back t ON t.reverses = f.fact_id "
    "WHERE t.reverses IS NULL AND f.reverses IS NULL AND f.scenario_id = {scenario} "
    "AND f.start_day < {end} AND f.end_day > {first} AND f.stream_id IN ({streams}) "
    "GROUP BY f.stream_id, f.source, f.unit_id, f.start_day, f.end_day"
)


@dataclass(frozen=True, slots=True)
class Received:
    """Live records of a stretch of days together.

    ``first_day`` and ``end_day`` count days since 1970, half-open, in the facility's zone; ``quantity`` is in
    the base unit of its dimension.
    """

    facility: str
    activity: str
    source: str | None
    first_day: int
    end_day: int
    dimension: str
    quantity: Fraction


def received(book: Book, wanted: Iterable[tuple[str, str]], first: date, end: date) -> list[Received]:
    """Live actual records of (facility, activity) pairs that touch the days from `first` up to `end`."""
    pairs = set(wanted)
    with book.read() as connection:
        known = {n: s for n, s in streams(connection).items() if (s.facility, s.activity) in pairs}
        query = select(schema.scenario.c.id).where(schema.scenario.c.name == ACTUAL)
        scenario = connection.execute(query).scalar()
        if not known or scenario is None:
            return []
        where = _Where(list(known), scenario, day_number(first), day_number(end))
        rows = [*_waiting(connection, where), *_sealed(book, connection, where)]
        units = {
            number: (parse_unit(symbol), decimals)
            for number, (symbol, decimals) in units_of_record(connection).items()
        }
    return [_received(known[row["stream_id"]], row, *units[row["unit_id"]]) for row in rows]


@dataclass(frozen=True, slots=True)
class _Where:
    streams: list[int]
    scenario: int
    first_day: int
    end_day: int


def _received(stream: Stream, row: Mapping[str, Any], unit: Unit, decimals: int) -> Received:
    amount = Fraction(int(row["quantity"]), 10**decimals) * unit.scale
    return Received(
        stream.facility,
        stream.activity,
        row["source"],
        row["start_day"],
        row["end_day"],
        unit.dimension,
        amount,
    )


def _waiting(connection: Connection, where: _Where) -> list[dict[str, Any]]:
    table = schema.inbox
    taken_back = select(table.c.reverses).where(table.c.reverses.is_not(None))
    keys = [table.c[name] for name in BY_DAYS]
    query = (
        select(*keys, func.sum(table.c.quantity).label("quantity"))
        .where(table.c.scenario_id == where.scenario, table.c.reverses.is_(None))
        .where(table.c.start_day < where.end_day, table.c.end_day > where.first_day)
        .where(among(connection, table.c.stream_id, where.streams), table.c.fact_id.not_in(taken_back))
        .group_by(*keys)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _sealed(book: Book, connection: Connection, where: _Where) -> list[dict[str, Any]]:
    """Sealed records, but those that a sealed or a waiting reversal takes back."""
    touched = present_paths(book, overlapping(connection, where.first_day, where.end_day))
    if not touched:
        return []
    listed = ", ".join(map(str, where.streams))
    with lent_engine(book.cache_folder) as engine:
        reversals = TAKEN_BACK.format(streams=listed)
        sealed = engine.query(reversals, parquet={"facts": present_paths(book, segments(connection))})
        waiting = connection.execute(
            select(schema.inbox.c.reverses).where(schema.inbox.c.reverses.is_not(None))
        ).scalars()
        taken_back = pa.table({"reverses": pa.array([*sealed["reverses"].to_pylist(), *waiting], pa.int64())})
        sql = SUMS.format(scenario=where.scenario, first=where.first_day, end=where.end_day, streams=listed)
        rows: list[dict[str, Any]] = engine.query(
            sql, tables={"taken_back": taken_back}, parquet={"facts": touched}
        ).to_pylist()
    return rows

"""From streams to needs: what the rules ask the factors for, each distinct question once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
from sqlalchemy import Connection, select

from qinglian.core.units import parse_unit
from qinglian.ledger import schema
from qinglian.ledger.packs import Factor, definition
from qinglian.ledger.resolution import DEFINITION, Need
from qinglian.ledger.rules import MASS, Rule, RuleSet

ASKED = pa.schema(
    [("rule_no", pa.int32()), ("stream_id", pa.int32()), ("unit_id", pa.int16()), ("need_id", pa.int32())]
)


@dataclass(frozen=True, slots=True)
class Stream:
    """A source stream with its facility: the grain at which factors are asked for."""

    id: int
    facility: str
    unit: str
    place: str
    grid: str
    activity: str
    technology: str
    counterparty: str
    product: str
    dimension: str
    boundary: str
    currency: str
    price_year: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Numbered needs, and which (rule, stream, unit of record) asks which."""

    rules: tuple[Rule, ...]
    needs: tuple[Need, ...]
    table: pa.Table
    definitions: tuple[Factor, ...]


def streams(connection: Connection) -> dict[int, Stream]:
    """All source streams of the book."""
    s, f = schema.source_stream, schema.facility
    query = select(
        s.c.id,
        f.c.code,
        f.c.unit,
        f.c.place,
        f.c.grid,
        s.c.activity,
        s.c.technology,
        s.c.counterparty,
        s.c.product,
        s.c.dimension,
        s.c.boundary,
        s.c.currency,
        s.c.price_year,
    ).join(f, f.c.id == s.c.facility_id)
    return {row[0]: Stream(*tuple(row)) for row in connection.execute(query)}


def units_of_record(connection: Connection) -> dict[int, tuple[str, int]]:
    """Symbol and decimals of each unit of record."""
    table = schema.unit_of_record
    query = select(table.c.id, table.c.symbol, table.c.decimals)
    return {number: (symbol, decimals) for number, symbol, decimals in connection.execute(query)}


def asked(
    known: dict[int, Stream],
    units: dict[int, tuple[str, int]],
    rules: RuleSet,
    pairs: Iterable[tuple[int, int]],
) -> Asked:
    """Ask the rules about every (stream, unit of record) that has facts."""
    numbers: dict[Need, int] = {}
    rows = []
    for stream_id, unit_id in sorted(set(pairs)):
        stream = known[stream_id]
        for rule_no, rule in enumerate(rules.rules):
            if rule.asks_for(stream.activity):
                need = _need(stream, units[unit_id][0], rule)
                number = numbers.setdefault(need, len(numbers))
                rows.append(
                    {"rule_no": rule_no, "stream_id": stream_id, "unit_id": unit_id, "need_id": number}
                )
    gases = {need.activity for need in numbers if MASS in need.rule.basis}
    definitions = tuple(definition(activity, DEFINITION, MASS) for activity in sorted(gases))
    return Asked(rules.rules, tuple(numbers), pa.Table.from_pylist(rows, schema=ASKED), definitions)


def _need(stream: Stream, symbol: str, rule: Rule) -> Need:
    return Need(
        rule.factor_activity(stream.activity),
        stream.technology,
        stream.counterparty,
        stream.facility,
        stream.grid if rule.hierarchy == "grid" else stream.place,
        measure_of(symbol, stream.price_year),
        rule,
    )


@cache
def measure_of(symbol: str, price_year: int | None) -> str:
    """Dimension of a unit symbol; money of different price years does not compare without a deflator."""
    dimension = parse_unit(symbol).dimension
    return f"{dimension} {price_year or '?'}" if dimension.startswith("money") else dimension

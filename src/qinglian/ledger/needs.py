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
    factors: Iterable[Factor],
) -> Asked:
    """Ask the rules about every (stream, unit of record) that has facts.

    A need names its supplier or facility only where some factor does, so that equal questions are one.
    """
    named = [(factor.supplier, factor.facility) for factor in factors if factor.supplier or factor.facility]
    suppliers, sites = {supplier for supplier, _ in named}, {site for _, site in named}
    by_activity = cache(rules.numbered)
    numbers: dict[tuple[int | str, ...], int] = {}
    needs: list[Need] = []
    columns: tuple[list[int], ...] = ([], [], [], [])
    for stream_id, unit_id in sorted(pairs):
        stream = known[stream_id]
        for rule_no, rule in by_activity(stream.activity):
            question = (
                rule.factor_activity(stream.activity),
                stream.technology,
                stream.counterparty if stream.counterparty in suppliers else "",
                stream.facility if stream.facility in sites else "",
                stream.grid if rule.hierarchy == "grid" else stream.place,
                measure_of(units[unit_id][0], stream.price_year),
            )
            number = numbers.setdefault((rule_no, *question), len(needs))
            if number == len(needs):
                needs.append(Need(*question, rule))
            row = (rule_no, stream_id, unit_id, number)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    gases = {need.activity for need in needs if MASS in need.rule.basis}
    definitions = tuple(definition(activity, DEFINITION, MASS) for activity in sorted(gases))
    return Asked(rules.rules, tuple(needs), pa.table(list(columns), schema=ASKED), definitions)


@cache
def measure_of(symbol: str, price_year: int | None) -> str:
    """Dimension of a unit symbol; money of different price years does not compare without a deflator."""
    dimension = parse_unit(symbol).dimension
    return f"{dimension} {price_year or '?'}" if dimension.startswith("money") else dimension

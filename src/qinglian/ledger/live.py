"""Which posted records still stand: posted, and not reversed by a later one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from qinglian.core.units import parse_unit
from qinglian.ledger import database, schema
from qinglian.ledger.book import Book
from qinglian.ledger.engines.lending import lent_engine
from qinglian.ledger.facts import Fact, day_number
from qinglian.ledger.manifest import overlapping, present_paths

FIELDS = (
    "fact_id",
    "batch_id",
    "business_key",
    "unit_id",
    "quantity",
    "evidence_id",
    "sheet",
    "row",
    "reverses",
)


@dataclass(frozen=True, slots=True)
class Live:
    """A posted record that stands."""

    fact_id: int
    batch_id: int
    dimension: str
    value: Fraction
    evidence_id: int | None
    sheet: str | None
    row: int | None


def live_facts(
    book: Book, connection: Connection, keys: Collection[int], facts: Collection[Fact]
) -> dict[int, Live]:
    """Find the live record of each distinct business key, in the inbox and in the sealed segments."""
    if not facts:
        return {}
    first, end = min(fact.start_local for fact in facts), max(fact.end_local for fact in facts)
    rows = _in_inbox(connection, keys)
    rows += _in_segments(book, connection, keys, day_number(first), day_number(end))
    return _standing(rows, _units(connection)) if rows else {}


def _in_inbox(connection: Connection, keys: Collection[int]) -> list[dict[str, Any]]:
    if connection.execute(select(schema.inbox.c.fact_id).limit(1)).first() is None:
        return []
    columns = [schema.inbox.c[name] for name in FIELDS]
    query = select(*columns).where(database.among(connection, schema.inbox.c.business_key, keys))
    return [dict(row) for row in connection.execute(query).mappings()]


def _in_segments(
    book: Book, connection: Connection, keys: Collection[int], first_day: int, end_day: int
) -> list[dict[str, Any]]:
    import pyarrow as pa

    wanted = overlapping(connection, first_day, end_day)
    if not wanted:
        return []
    incoming = pa.table({"business_key": pa.array(sorted(keys), pa.int64())})
    sql = (
        f"SELECT {', '.join('f.' + name for name in FIELDS)} "  # noqa: S608 - our own column names
        "FROM facts f JOIN incoming i ON f.business_key = i.business_key"
    )
    with lent_engine(book.cache_folder) as engine:
        found = engine.query(
            sql, tables={"incoming": incoming}, parquet={"facts": present_paths(book, wanted)}
        )
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _units(connection: Connection) -> dict[int, tuple[str, Fraction]]:
    units = {}
    for number, symbol, decimals in connection.execute(
        select(schema.unit_of_record.c.id, schema.unit_of_record.c.symbol, schema.unit_of_record.c.decimals)
    ):
        unit = parse_unit(symbol)
        units[number] = (unit.dimension, unit.scale / 10**decimals)
    return units


def _standing(rows: list[dict[str, Any]], units: dict[int, tuple[str, Fraction]]) -> dict[int, Live]:
    reversed_facts = {row["reverses"] for row in rows if row["reverses"] is not None}
    parts: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["reverses"] is None and row["fact_id"] not in reversed_facts:
            parts.setdefault(row["fact_id"], []).append(row)
    standing: dict[int, Live] = {}
    for fact_id in sorted(parts):
        whole = parts[fact_id]
        value = sum((row["quantity"] * units[row["unit_id"]][1] for row in whole), Fraction(0))
        first = whole[0]
        standing[first["business_key"]] = Live(
            fact_id,
            first["batch_id"],
            units[first["unit_id"]][0],
            value,
            first["evidence_id"],
            first["sheet"],
            first["row"],
        )
    return standing

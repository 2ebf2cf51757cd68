"""Reversals: the negative twin of every live record of a batch, or of one record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.engines.lending import lent_engine
from qinglian.ledger.locks import refuse_locked_days
from qinglian.ledger.manifest import present_paths, segments

COLUMNS = [column.name for column in schema.INBOX_COLUMNS]


def reversal_rows(
    book: Book,
    connection: Connection,
    new_batch: int,
    first_fact: int,
    approval: int | None,
    *,
    batch: int | None = None,
    fact: int | None = None,
) -> list[tuple[Any, ...]]:
    """Inbox rows that reverse the live records of ``batch``, or the one record ``fact``.

    A sealed record may stand as several parts; each part gets its own negative, so every month nets to zero.

    Raises
    ------
    QinglianError
        ``ledger.batch_unknown``, ``ledger.batch_undone``, ``ledger.fact_not_live``, ``ledger.period_locked``.
    """
    if batch is not None:
        _check_batch(connection, batch)
    column, number = ("batch_id", batch) if batch is not None else ("fact_id", fact)
    rows = _rows(book, connection, column, int(number or 0))
    reversed_facts = {
        row["reverses"] for row in _reversals(book, connection, [row["fact_id"] for row in rows])
    }
    live = [row for row in rows if row["reverses"] is None and row["fact_id"] not in reversed_facts]
    if not live:
        code = "ledger.batch_undone" if batch is not None else "ledger.fact_not_live"
        raise QinglianError(code, batch=batch, fact=fact)
    refuse_locked_days(connection, [(row["start_day"], row["end_day"]) for row in live], approval)
    live.sort(key=lambda row: (row["fact_id"], row["start_day"]))
    changed = (
        {
            **row,
            "fact_id": first_fact + offset,
            "batch_id": new_batch,
            "quantity": -row["quantity"],
            "reverses": row["fact_id"],
        }
        for offset, row in enumerate(live)
    )
    return [tuple(row[name] for name in COLUMNS) for row in changed]


def _check_batch(connection: Connection, batch: int) -> None:
    table = schema.batch
    if connection.execute(select(table.c.id).where(table.c.id == batch)).first() is None:
        raise QinglianError("ledger.batch_unknown", batch=batch)
    undone = connection.execute(select(table.c.id).where(table.c.reverses_batch == batch)).scalar()
    if undone is not None:
        raise QinglianError("ledger.batch_undone", batch=batch, fact=None)


def _rows(book: Book, connection: Connection, column: str, number: int) -> list[dict[str, Any]]:
    query = select(*(schema.inbox.c[name] for name in COLUMNS)).where(schema.inbox.c[column] == number)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    first, last = ("first_batch", "last_batch") if column == "batch_id" else ("first_fact", "last_fact")
    wanted = [s for s in segments(connection) if getattr(s, first) <= number <= getattr(s, last)]
    return rows + _sealed(book, wanted, f"f.{column} = {int(number)}")


def _reversals(book: Book, connection: Connection, facts: list[int]) -> list[dict[str, Any]]:
    if not facts:
        return []
    low, high = min(facts), max(facts)
    table = schema.inbox
    query = select(table.c.reverses).where(table.c.reverses.between(low, high))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    wanted = [s for s in segments(connection) if s.last_fact > low]
    return rows + _sealed(book, wanted, f"f.reverses BETWEEN {low} AND {high}", ["reverses"])


def _sealed(
    book: Book, wanted: list[Any], where: str, columns: list[str] | None = None
) -> list[dict[str, Any]]:
    if not wanted:
        return []
    names = ", ".join(f'f."{name}"' for name in columns or COLUMNS)
    with lent_engine(book.cache_folder) as engine:
        sql = f"SELECT {names} FROM facts f WHERE {where}"  # noqa: S608 - numbers and our own names
        found: list[dict[str, Any]] = engine.query(
            sql, parquet={"facts": present_paths(book, wanted)}
        ).to_pylist()
    return found

"""Series: what changes over time and belongs to no room alone: tariffs, grid intensity, exchange rates.

Values are exact, half-open in UTC, and never overlap within a series.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from sqlalchemy import Connection, func, select

from qinglian.core.decimals import Scaled
from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import evidence, schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book


@dataclass(frozen=True, slots=True)
class SeriesValue:
    """One value over ``[start_utc, end_utc)``, seconds since 1970 UTC."""

    start_utc: int
    end_utc: int
    value: Scaled
    row: int | None = None


def add_series(
    book: Book,
    actor: Actor,
    name: str,
    unit: str,
    values: Iterable[SeriesValue],
    *,
    source: evidence.Stored | None = None,
) -> int:
    """Append values to a series; all or none. Returns how many.

    Raises
    ------
    QinglianError
        ``ledger.series_overlap`` for a value that overlaps another; ``ledger.series_unit`` when the series
        already has another unit.
    """
    entered = sorted(values, key=lambda value: value.start_utc)
    table = schema.series_value
    with book.write(actor, "series", series=name) as transaction:
        connection = transaction.connection
        known = connection.execute(select(table.c.unit).where(table.c.series == name).limit(1)).scalar()
        if known not in {None, unit}:
            raise QinglianError("ledger.series_unit", series=name, unit=unit, known=known)
        _refuse_overlap(connection, name, entered)
        evidence_id = evidence.register(transaction, source) if source else None
        first = int(connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
        rows = [
            {
                "id": first + n,
                "series": name,
                "start_utc": v.start_utc,
                "end_utc": v.end_utc,
                "mantissa": v.value.mantissa,
                "decimals": v.value.decimals,
                "unit": unit,
                "evidence_id": evidence_id,
            }
            for n, v in enumerate(entered)
        ]
        transaction.insert(table, rows)
    return len(rows)


def _refuse_overlap(connection: Connection, name: str, entered: list[SeriesValue]) -> None:
    if not entered:
        return
    spans = [(v.start_utc, v.end_utc, v.row) for v in entered]
    t = schema.series_value
    query = select(t.c.start_utc, t.c.end_utc).where(
        t.c.series == name,
        t.c.end_utc > entered[0].start_utc,
        t.c.start_utc < max(v.end_utc for v in entered),
    )
    spans += [(start, end, None) for start, end in connection.execute(query)]
    spans.sort(key=lambda span: span[:2])
    for (start, end, row), (later, _, other) in pairwise(spans):
        if end <= start or later < end:
            raise QinglianError("ledger.series_overlap", Where(row=other or row), series=name)


def read_series(
    connection: Connection, name: str, start_utc: int, end_utc: int
) -> list[tuple[int, int, Fraction]]:
    """Values of a series that touch ``[start_utc, end_utc)``, oldest first."""
    t = schema.series_value
    query = (
        select(t.c.start_utc, t.c.end_utc, t.c.mantissa, t.c.decimals)
        .where(t.c.series == name, t.c.end_utc > start_utc, t.c.start_utc < end_utc)
        .order_by(t.c.start_utc)
    )
    return [(start, end, Fraction(m, 10**d)) for start, end, m, d in connection.execute(query)]

"""What a dimension has posted for a period, summed by scenario, facility and activity; nothing is valued.

Reversals are in the sums with their minus, so what was undone is gone. A record that crosses the edge of the
period counts by its days in it, whether it is sealed yet or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, select

from qinglian.core.period import Span
from qinglian.core.units import UNITS, Unit, parse_unit
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.engines.lending import lent_engine
from qinglian.ledger.facts import day_number
from qinglian.ledger.manifest import overlapping, present_paths
from qinglian.ledger.needs import Stream, streams, units_of_record
from qinglian.ledger.splitting import split_by_days

_Row = tuple[int, int, int, int, int, Fraction]
"""Scenario, stream, unit of record, first day, day after the last, quantity in steps of the unit."""

_SUMS = (
    "SELECT scenario_id, stream_id, unit_id, start_day, end_day, "
    "CAST(SUM(quantity) AS DECIMAL(38,0)) AS whole "
    "FROM facts WHERE start_day < {end} AND end_day >= {first} AND stream_id IN ({streams}) "
    "GROUP BY scenario_id, stream_id, unit_id, start_day, end_day"
)


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """A quantity in the base unit of its kind (J, kg, m …)."""

    scenario: str
    facility: str
    activity: str
    product: str
    unit: str
    quantity: Fraction


def amounts(book: Book, dimension: str, span: Span) -> tuple[Amount, ...]:
    """Sum what a dimension posted for a period, in the order of names; sums of zero are left out."""
    with book.read() as connection:
        known = {n: stream for n, stream in streams(connection).items() if stream.dimension == dimension}
        if not known:
            return ()
        units = units_of_record(connection)
        scenarios = {
            row[0]: row[1] for row in connection.execute(select(schema.scenario.c.id, schema.scenario.c.name))
        }
        first, end = day_number(span.start), day_number(span.end)
        rows = [*_in_inbox(connection, known, units), *_in_segments(book, connection, known, first, end)]
    sums: dict[tuple[str, str, str, str, str], Fraction] = defaultdict(Fraction)
    for scenario, number, unit_id, start_day, end_day, quantity in rows:
        stream, (symbol, decimals) = known[number], units[unit_id]
        unit = parse_unit(symbol)
        share = _inside(start_day, end_day, first, end)
        if share:
            key = (scenarios[scenario], stream.facility, stream.activity, stream.product, _base(unit).symbol)
            sums[key] += quantity * share * unit.scale / 10**decimals
    return tuple(Amount(*key, quantity) for key, quantity in sorted(sums.items()) if quantity)


def _inside(start: int, end: int, first: int, last: int) -> Fraction:
    """Share of the days [start, end) in [first, last); a moment is in or out."""
    if end <= start:
        return Fraction(first <= start < last)
    return Fraction(max(0, min(end, last) - max(start, first)), end - start)


def _base(unit: Unit) -> Unit:
    """The unit of scale 1 of a kind."""
    return next(other for other in UNITS.values() if other.dimension == unit.dimension and other.scale == 1)


def _in_inbox(
    connection: Connection, known: dict[int, Stream], units: dict[int, tuple[str, int]]
) -> Iterator[_Row]:
    """Rows that wait to be sealed, split over months as sealing will split them."""
    c = schema.inbox.c
    query = select(c.scenario_id, c.stream_id, c.unit_id, c.start_day, c.end_day, c.quantity)
    for scenario, stream, unit_id, start, end, quantity in connection.execute(query):
        if stream in known:
            decimals = units[unit_id][1]
            for part in split_by_days(start, end, quantity, decimals):
                steps = Fraction(part.mantissa, 10 ** (part.decimals - decimals))
                yield scenario, stream, unit_id, part.start_day, part.end_day, steps


def _in_segments(
    book: Book, connection: Connection, known: dict[int, Stream], first: int, end: int
) -> list[_Row]:
    paths = present_paths(book, overlapping(connection, first, end))
    if not paths:
        return []
    sql = _SUMS.format(first=first, end=end, streams=", ".join(map(str, sorted(known))))
    with lent_engine(book.cache_folder) as engine:
        found = engine.query(sql, parquet={"facts": paths}).to_pylist()
    names = ("scenario_id", "stream_id", "unit_id", "start_day", "end_day")
    return [(*(row[name] for name in names), Fraction(row["whole"])) for row in found]

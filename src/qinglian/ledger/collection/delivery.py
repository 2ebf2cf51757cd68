"""How the calendar stands on a day: what came, what is due, late, explained, and what jumped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import Connection, select

from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.collection.expectation import Expectation, expectations
from qinglian.ledger.collection.received import Received, received
from qinglian.ledger.facts import day_number


class State(StrEnum):
    """State of the data of one period."""

    RECEIVED = "received"  # every day is covered
    EXPLAINED = "explained"  # days are missing and somebody said why
    RUNNING = "running"  # the period is not over
    DUE = "due"  # over, and still in time
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The data of one expectation for one period.

    Parameters
    ----------
    covered_days
        Days of the period that some live record covers.
    quantity
        Sum of the records, in the base unit of `dimension`; a record that reaches beyond the period counts by
        its days. None where there are no records, or where they are of several dimensions.
    jump
        Change against the same period a year before, as a share of it: 1/2 is half as much again. None
        where one of the two is not covered whole, or last year's is zero.
    gap
        Why data are missing, if somebody said so.
    """

    expectation: Expectation
    period: Span
    due: date
    state: State
    covered_days: int
    quantity: Fraction | None
    dimension: str | None
    jump: Fraction | None
    gap: str | None


def deliveries(book: Book, as_of: date, *, since: date | None = None) -> list[Delivery]:
    """Every delivery of a period that begins before `as_of`, by due day and number.

    Parameters
    ----------
    as_of
        The day on which the question is asked; the machine's clock is never read.
    since
        Leave out periods that end on this day or before.
    """
    with book.read() as connection:
        listed, gaps = expectations(connection), _gaps(connection)
    asked = [(e, period) for e in listed for period in e.periods(book.identity.calendar, as_of)]
    asked = [(e, period) for e, period in asked if since is None or period.end > since]
    came = _came(book, asked)
    found = [
        _delivery(e, period, came[_key(e)], gaps.get((e.id, period.start)), as_of) for e, period in asked
    ]
    return sorted(found, key=lambda one: (one.due, one.expectation.id))


def _key(expectation: Expectation) -> tuple[str, str]:
    return expectation.facility, expectation.activity


def _came(book: Book, asked: Iterable[tuple[Expectation, Span]]) -> dict[tuple[str, str], list[Received]]:
    spans = [(_key(e), period) for e, period in asked]
    found: dict[tuple[str, str], list[Received]] = defaultdict(list)
    if spans:
        first = _year_before(min(period.start for _, period in spans))
        for entry in received(book, {key for key, _ in spans}, first, max(period.end for _, period in spans)):
            found[entry.facility, entry.activity].append(entry)
    return found


def _gaps(connection: Connection) -> dict[tuple[int, date], str]:
    """Return the newest explanation of each gap."""
    table = schema.gap
    query = select(table.c.expected, table.c.first_day, table.c.reason).order_by(table.c.id)
    return {(number, day): reason for number, day, reason in connection.execute(query)}


def _delivery(
    expectation: Expectation, period: Span, came: Sequence[Received], gap: str | None, as_of: date
) -> Delivery:
    own = [entry for entry in came if expectation.source in {None, entry.source}]
    covered, quantity, dimension = _of(own, period)
    due = period.end + timedelta(days=expectation.grace_days)
    return Delivery(
        expectation,
        period,
        due,
        _state(covered == period.days, gap, period, due, as_of),
        covered,
        quantity,
        dimension,
        _jump(own, period),
        gap,
    )


def _state(whole: bool, gap: str | None, period: Span, due: date, as_of: date) -> State:
    if whole:
        return State.RECEIVED
    if gap is not None:
        return State.EXPLAINED
    if as_of < period.end:
        return State.RUNNING
    return State.DUE if as_of <= due else State.OVERDUE


def _of(came: Sequence[Received], period: Span) -> tuple[int, Fraction | None, str | None]:
    """Return covered days, quantity and dimension of the records of a period."""
    first, end = day_number(period.start), day_number(period.end)
    inside = [(entry, max(first, entry.first_day), min(end, entry.end_day)) for entry in came]
    inside = [(entry, start, stop) for entry, start, stop in inside if start < stop]
    days = {day for _, start, stop in inside for day in range(start, stop)}
    dimensions = {entry.dimension for entry, _, _ in inside}
    if len(dimensions) != 1:
        return len(days), None, None
    shares = (e.quantity * Fraction(stop - start, e.end_day - e.first_day) for e, start, stop in inside)
    return len(days), sum(shares, Fraction(0)), dimensions.pop()


def _jump(came: Sequence[Received], period: Span) -> Fraction | None:
    before = Span(_year_before(period.start), _year_before(period.end), "")
    covered, quantity, dimension = _of(came, period)
    covered_before, earlier, dimension_before = _of(came, before)
    whole = covered == period.days and covered_before == before.days
    if not whole or quantity is None or not earlier or dimension != dimension_before:
        return None
    return quantity / earlier - 1


def _year_before(day: date) -> date:
    """Return the first of the same month a year before: periods begin on firsts."""
    return day.replace(year=day.year - 1)

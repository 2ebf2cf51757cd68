"""What is expected: an activity of a site, every month, quarter, half-year or year, from its owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from qinglian.core.errors import QinglianError
from qinglian.core.period import FiscalCalendar, Span
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor, subject_key
from qinglian.ledger.book import Book
from qinglian.ledger.organisation import facilities

EVERY = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Lengths of a delivery's period in months."""
NAMES = {months: name for name, months in EVERY.items()}


@dataclass(frozen=True, slots=True)
class Expectation:
    """Data that a site sends regularly.

    Parameters
    ----------
    source
        One meter or account; None where any record of the activity counts.
    months
        Months of one delivery: 1, 3, 6 or 12, cut by the organisation's fiscal calendar.
    owner
        Subject key of who answers for it.
    grace_days
        Days after the end of a period until its data are due.
    first_day, end_day
        Data are expected of periods that begin in these days; `end_day` is exclusive.
    """

    id: int
    facility: str
    activity: str
    source: str | None
    months: int
    owner: str
    grace_days: int
    first_day: date
    end_day: date | None

    @property
    def every(self) -> str:
        """Name of the length of a period."""
        return NAMES[self.months]

    def periods(self, calendar: FiscalCalendar, until: date) -> Iterator[Span]:
        """Periods that begin before `until`, in order."""
        last = min(until, self.end_day or until)
        for year in range(calendar.year_of(self.first_day), calendar.year_of(until) + 1):
            for first in range(0, 12, self.months):
                span = calendar.months(year, first, self.months, "")
                if self.first_day <= span.start < last:
                    yield replace(span, label=_label(span, year, first, self.months))


def _label(span: Span, year: int, first: int, months: int) -> str:
    if months == 1:
        return f"{span.start:%Y-%m}"
    part = {3: f"Q{first // 3 + 1}", 6: f"H{first // 6 + 1}", 12: ""}[months]
    return f"FY{year}{part}"


def expect(
    book: Book,
    actor: Actor,
    facility: str,
    activity: str,
    *,
    first_day: date,
    every: str = "month",
    owner: Actor | None = None,
    source: str | None = None,
    grace_days: int = 15,
) -> int:
    """Put data on the calendar; return the number of the expectation.

    Raises
    ------
    QinglianError
        ``ledger.facility_unknown``; ``ledger.every_unknown``; ``ledger.grace_negative``;
        ``ledger.expected_twice`` if the same data are on the calendar already.
    """
    if every not in EVERY:
        raise QinglianError("ledger.every_unknown", every=every, known=", ".join(EVERY))
    if grace_days < 0:
        raise QinglianError("ledger.grace_negative", days=grace_days)
    with book.write(actor, "expect") as transaction:
        known = facilities(transaction.connection)
        if facility not in known:
            raise QinglianError("ledger.facility_unknown", facility=facility, known=", ".join(sorted(known)))
        for other in expectations(transaction.connection):
            if (other.facility, other.activity, other.source) == (facility, activity, source) and (
                other.end_day is None or other.end_day > first_day
            ):
                raise QinglianError("ledger.expected_twice", number=other.id)
        number = transaction.next_id(schema.expected)
        row = {
            "id": number,
            "facility": facility,
            "activity": activity,
            "source": source,
            "every": EVERY[every],
            "owner": subject_key(transaction.connection, owner or actor),
            "grace_days": grace_days,
            "first_day": first_day,
        }
        transaction.insert(schema.expected, [row])
    return number


def expectations(connection: Connection) -> list[Expectation]:
    """Everything on the calendar, ended or not, by number."""
    table = schema.expected
    rows = list(connection.execute(select(table).order_by(table.c.id)).mappings())
    ended = {row["ends"]: row["end_day"] for row in rows if row["ends"] is not None}
    return [
        Expectation(
            row["id"],
            row["facility"],
            row["activity"],
            row["source"],
            row["every"],
            row["owner"],
            row["grace_days"],
            row["first_day"],
            ended.get(row["id"]),
        )
        for row in rows
        if row["ends"] is None
    ]


def end_expectation(book: Book, actor: Actor, number: int, end_day: date, reason: str) -> None:
    """Take data off the calendar from a day on: the meter was removed, the site was sold.

    Raises
    ------
    QinglianError
        ``ledger.expected_unknown``; ``ledger.expected_ended``; ``ledger.reason_missing``.
    """
    if not reason.strip():
        raise QinglianError("ledger.reason_missing")
    with book.write(actor, "end_expectation", expectation=number) as transaction:
        found = _one(transaction.connection, number)
        if found.end_day is not None:
            raise QinglianError("ledger.expected_ended", number=number, end=found.end_day.isoformat())
        row = {
            "id": transaction.next_id(schema.expected),
            "facility": found.facility,
            "activity": found.activity,
            "source": found.source,
            "every": found.months,
            "owner": found.owner,
            "grace_days": found.grace_days,
            "first_day": found.first_day,
            "end_day": end_day,
            "ends": number,
            "reason": reason,
        }
        transaction.insert(schema.expected, [row])


def explain_gap(book: Book, actor: Actor, number: int, first_day: date, reason: str) -> None:
    """Say why the data of the period that begins on `first_day` are missing.

    Records that come later still count.

    Raises
    ------
    QinglianError
        ``ledger.expected_unknown``; ``ledger.reason_missing``; ``ledger.gap_no_period`` if no period of the
        expectation begins on that day.
    """
    if not reason.strip():
        raise QinglianError("ledger.reason_missing")
    with book.write(actor, "explain_gap", expectation=number) as transaction:
        found = _one(transaction.connection, number)
        starts = [
            span.start for span in found.periods(book.identity.calendar, date(first_day.year + 1, 1, 1))
        ]
        if first_day not in starts:
            raise QinglianError("ledger.gap_no_period", number=number, day=first_day.isoformat())
        row = {
            "id": transaction.next_id(schema.gap),
            "expected": number,
            "first_day": first_day,
            "subject": subject_key(transaction.connection, actor),
            "reason": reason,
        }
        transaction.insert(schema.gap, [row])


def _one(connection: Connection, number: int) -> Expectation:
    for found in expectations(connection):
        if found.id == number:
            return found
    raise QinglianError("ledger.expected_unknown", number=number)

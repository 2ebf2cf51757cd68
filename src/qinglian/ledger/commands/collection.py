"""Verbs of the collection calendar."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.text import text
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from qinglian.ledger.collection import Delivery, Expectation
    from qinglian.present.console import Console

DAY = click.DateTime(["%Y-%m-%d"])
LISTED = ("number", "facility", "activity", "source", "every", "owner", "grace", "first", "end")
EVERY = ("month", "quarter", "half-year", "year")


@click.group(help="ledger.help_collection")
def collection() -> None:
    """The collection calendar."""


@collection.command("add", help="ledger.help_collection_add")
@click.argument("facility")
@click.argument("activity")
@click.option("--from", "first", type=DAY, required=True, help="ledger.option_expected_from")
@click.option(
    "--every", type=click.Choice(EVERY), default="month", show_default=True, help="ledger.option_every"
)
@click.option("--owner", help="ledger.option_owner")
@click.option("--source", help="ledger.option_source")
@click.option(
    "--grace", "grace_days", type=click.IntRange(0), default=15, show_default=True, help="ledger.option_grace"
)
@click.pass_obj
def add(
    console: Console,
    facility: str,
    activity: str,
    first: datetime,
    every: str,
    owner: str | None,
    source: str | None,
    grace_days: int,
) -> None:
    """Put data on the calendar."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.collection import expect

    number = expect(
        open_book(console.book),
        Actor.of_machine(),
        facility,
        activity,
        first_day=first.date(),
        every=every,
        owner=Actor(owner) if owner else None,
        source=source,
        grace_days=grace_days,
    )
    message = text("ledger.expected_added", facility=facility, activity=activity, number=number)
    console.emit({"number": number}, message)


@collection.command("list", help="ledger.help_collection_list")
@click.pass_obj
def list_(console: Console) -> None:
    """List what is on the calendar."""
    from qinglian.ledger.actor import names
    from qinglian.ledger.book import open_book
    from qinglian.ledger.collection import expectations

    with open_book(console.book).read() as connection:
        found, known = expectations(connection), names(connection)
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in LISTED)
    rows = tuple(_row(entry, known) for entry in found)
    data = [_expectation(entry, known) for entry in found]
    console.emit(data, Table(text("ledger.collection_title"), columns, rows))


def _row(entry: Expectation, known: dict[str, str]) -> tuple[Cell, ...]:
    return (
        entry.id,
        entry.facility,
        entry.activity,
        entry.source,
        text(f"ledger.every_{entry.every}"),
        known.get(entry.owner),
        entry.grace_days,
        entry.first_day.isoformat(),
        entry.end_day.isoformat() if entry.end_day else None,
    )


def _expectation(entry: Expectation, known: dict[str, str]) -> dict[str, Any]:
    return {
        "number": entry.id,
        "facility": entry.facility,
        "activity": entry.activity,
        "source": entry.source,
        "every": entry.every,
        "owner": known.get(entry.owner),
        "grace_days": entry.grace_days,
        "first_day": entry.first_day,
        "end_day": entry.end_day,
    }


@collection.command("due", help="ledger.help_collection_due")
@click.option("--as-of", type=DAY, help="ledger.option_as_of")
@click.option("--since", type=DAY, help="ledger.option_since")
@click.option("--open", "open_only", is_flag=True, help="ledger.option_open_only")
@click.option(
    "--jump", "percent", type=click.IntRange(1), default=30, show_default=True, help="ledger.option_jump"
)
@click.pass_obj
def due(
    console: Console, as_of: datetime | None, since: datetime | None, open_only: bool, percent: int
) -> None:
    """Show how every delivery stands."""
    from qinglian.ledger.actor import names
    from qinglian.ledger.book import open_book
    from qinglian.ledger.collection import State, deliveries

    book = open_book(console.book)
    day = as_of.date() if as_of else datetime.now().astimezone().date()
    found = deliveries(book, day, since=since.date() if since else None)
    if open_only:
        found = [one for one in found if one.state in {State.RUNNING, State.DUE, State.OVERDUE}]
    with book.read() as connection:
        known = names(connection)
    data = [_data(one, known) for one in found]
    console.emit({"as_of": day, "deliveries": data}, _table(found, known, day, percent))


def _table(found: list[Delivery], known: dict[str, str], day: date, percent: int) -> Table:
    jumps = any(_jumped(one, percent) for one in found)
    return Table(
        text("ledger.deliveries_title", day=day.isoformat()),
        (
            Column(text("ledger.column_number")),
            Column(text("ledger.column_facility")),
            Column(text("ledger.column_activity")),
            Column(text("ledger.column_source")),
            Column(text("ledger.column_period")),
            Column(text("ledger.column_due")),
            Column(text("ledger.column_owner")),
            Column(text("ledger.column_days")),
            Column(text("ledger.column_state")),
            Column(text("ledger.column_against_last_year"), kind="share", digits=3),
            Column(""),
            Column(text("ledger.column_gap")),
        ),
        tuple(_delivered(one, known, percent) for one in found),
        (text("ledger.deliveries_jumps", percent=percent),) if jumps else (),
    )


def _delivered(one: Delivery, known: dict[str, str], percent: int) -> tuple[Cell, ...]:
    of = one.expectation
    return (
        of.id,
        of.facility,
        of.activity,
        of.source,
        one.period.label,
        one.due.isoformat(),
        known.get(of.owner),
        f"{one.covered_days}/{one.period.days}",
        text(f"ledger.delivery_{one.state}"),
        one.jump,
        "!" if _jumped(one, percent) else "",
        one.gap,
    )


def _jumped(one: Delivery, percent: int) -> bool:
    return one.jump is not None and abs(one.jump) >= Fraction(percent, 100)


def _data(one: Delivery, known: dict[str, str]) -> dict[str, Any]:
    of = one.expectation
    return {
        "number": of.id,
        "facility": of.facility,
        "activity": of.activity,
        "source": of.source,
        "owner": known.get(of.owner),
        "period": {"label": one.period.label, "start": one.period.start, "end": one.period.end},
        "due": one.due,
        "state": str(one.state),
        "days": one.period.days,
        "covered_days": one.covered_days,
        "jump": one.jump,
        "gap": one.gap,
    }


@collection.command("gap", help="ledger.help_collection_gap")
@click.argument("number", type=int)
@click.argument("period")
@click.option("--reason", required=True, help="ledger.option_reason")
@click.pass_obj
def gap(console: Console, number: int, period: str, reason: str) -> None:
    """Say why the data of a period are missing."""
    from qinglian.core.period import parse_period
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.collection import explain_gap

    book = open_book(console.book)
    span = parse_period(period, book.identity.calendar, book.identity.zone)
    explain_gap(book, Actor.of_machine(), number, span.start, reason)
    message = text("ledger.gap_explained", number=number, period=span.label)
    console.emit({"number": number, "first_day": span.start, "reason": reason}, message)


@collection.command("end", help="ledger.help_collection_end")
@click.argument("number", type=int)
@click.option("--from", "end", type=DAY, required=True, help="ledger.option_expected_end")
@click.option("--reason", required=True, help="ledger.option_reason")
@click.pass_obj
def end(console: Console, number: int, end: datetime, reason: str) -> None:
    """Take data off the calendar."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.collection import end_expectation

    day = end.date()
    end_expectation(open_book(console.book), Actor.of_machine(), number, day, reason)
    console.emit({"number": number, "end_day": day}, text("ledger.expected_ends", number=number, end=day))

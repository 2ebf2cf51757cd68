"""Verbs of what was posted: records, and the evidence behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.text import text
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from qinglian.ledger.attachments import Attachment
    from qinglian.ledger.records import Posted
    from qinglian.present.console import Console

SHOWN = ("record", "batch", "facility", "activity", "amount", "period", "lot", "file", "row", "state")
EVIDENCE = ("evidence", "file", "kind", "batches", "size", "sha256")


@click.command(help="ledger.help_records")
@click.option("--batch", type=int, help="ledger.option_of_batch")
@click.option("--facility", help="ledger.option_of_facility")
@click.option("--activity", help="ledger.option_activity")
@click.option("--period", help="ledger.option_of_period")
@click.option("--lot", help="ledger.option_of_lot")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="ledger.option_limit")
@click.pass_obj
def records(
    console: Console,
    batch: int | None,
    facility: str | None,
    activity: str | None,
    period: str | None,
    lot: str | None,
    limit: int,
) -> None:
    """List posted records with their numbers and states."""
    from qinglian.core.period import parse_period
    from qinglian.ledger.book import open_book
    from qinglian.ledger.records import Wanted
    from qinglian.ledger.records import records as posted

    book = open_book(console.book)
    span = parse_period(period, book.identity.calendar, book.identity.zone) if period else None
    found, total = posted(book, Wanted(batch, facility, activity, span, lot), limit)
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in SHOWN)
    notes = (text("ledger.more_records", count=total - len(found)),) if total > len(found) else ()
    rows = tuple(map(_row, found))
    table = Table(text("ledger.records_title"), columns, rows, notes)
    console.emit({"count": total, "records": [_record(entry) for entry in found]}, table)


def _row(entry: Posted) -> tuple[Cell, ...]:
    from qinglian.core.decimals import plain
    from qinglian.ledger.explain import span_text

    where = " / ".join(part for part in (entry.file, entry.sheet) if part)
    state = text(f"ledger.record_{entry.state}")
    if entry.reverses is not None:
        state = f"{state} #{entry.reverses}"
    amount = f"{plain(entry.value)} {entry.unit}"
    when = span_text(entry.start, entry.end)
    of = (entry.fact, entry.batch, entry.facility, entry.activity, amount, when)
    return (*of, entry.lot, where or None, entry.row, state)


def _record(entry: Posted) -> dict[str, Any]:
    from qinglian.core.decimals import plain

    data = {name: getattr(entry, name) for name in entry.__slots__}
    times = {"start": entry.start.isoformat(), "end": entry.end.isoformat()}
    return {**data, **times, "value": plain(entry.value)}


@click.group(help="ledger.help_evidence")
def evidence() -> None:
    """Evidence: the files behind the records."""


@evidence.command("list", help="ledger.help_evidence_list")
@click.pass_obj
def evidence_list(console: Console) -> None:
    """List the evidence with its numbers."""
    from qinglian.ledger.attachments import attachments
    from qinglian.ledger.book import open_book

    found = attachments(open_book(console.book))
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in EVIDENCE)
    table = Table(text("ledger.evidence_title"), columns, tuple(map(_evidence_row, found)))
    console.emit([{name: getattr(a, name) for name in a.__slots__} for a in found], table)


def _evidence_row(entry: Attachment) -> tuple[Cell, ...]:
    name = entry.name
    if entry.erased_by is not None:
        name = text("ledger.erased_text", decision=entry.erased_by)
    kind = text("ledger.evidence_personal" if entry.personal else "ledger.evidence_business")
    batches = ", ".join(map(str, entry.batches)) or None
    return (entry.number, name, kind, batches, entry.size, entry.sha256)


@evidence.command("add", help="ledger.help_evidence_add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--batch", type=int, help="ledger.option_for_batch")
@click.option("--personal", is_flag=True, help="ledger.option_personal")
@click.pass_obj
def evidence_add(console: Console, file: Path, batch: int | None, personal: bool) -> None:
    """Attach a file."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.attachments import attach
    from qinglian.ledger.book import open_book

    number = attach(open_book(console.book), Actor.of_machine(), file, batch=batch, personal=personal)
    data = {"evidence": number, "batch": batch, "personal": personal}
    console.emit(data, text("ledger.evidence_added", number=number, file=file.name))

"""Verbs of the book itself: init, facility, ownership, batches, undo, audit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table

if TYPE_CHECKING:
    from qinglian.ledger.audit import Audit
    from qinglian.ledger.book import Book
    from qinglian.present.console import Console

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(help="ledger.help_init")
@click.argument("organisation")
@click.option("--fiscal-start", type=click.IntRange(1, 12), default=1, help="ledger.option_fiscal_start")
@click.option(
    "--name-year", type=click.Choice(["start", "end"]), default="start", help="ledger.option_name_year"
)
@click.option("--zone", default="Asia/Shanghai", help="ledger.option_zone")
@click.option("--single-user", is_flag=True, help="ledger.option_single_user")
@click.option("--database", help="ledger.option_database")
@click.pass_obj
def init(
    console: Console,
    organisation: str,
    fiscal_start: int,
    name_year: str,
    zone: str,
    single_user: bool,
    database: str | None,
) -> None:
    """Create a book and install the shipped factor packs."""
    from qinglian.core.period import FiscalCalendar
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import create_book
    from qinglian.ledger.installed import install_packs

    actor = Actor.of_machine()
    book = create_book(
        console.book,
        organisation=organisation,
        calendar=FiscalCalendar(fiscal_start, name_year),
        zone=zone,
        single_user=single_user,
        database_url=database,
        actor=actor,
    )
    packs = install_packs(book, actor)
    data = {"book": str(console.book), "organisation": organisation, "packs": [pack.id for pack in packs]}
    console.emit(data, text("ledger.created", folder=console.book, packs=len(packs)))


@click.group(help="ledger.help_facility")
def facility() -> None:
    """Facilities: the sites facts happen at."""


@facility.command("add", help="ledger.help_facility_add")
@click.argument("code")
@click.option("--place", "where", required=True, help="ledger.option_place")
@click.option("--name", default="", help="ledger.option_name")
@click.option("--unit", default="", help="ledger.option_unit")
@click.option("--zone", default="", help="ledger.option_zone")
@click.option("--grid", default="", help="ledger.option_grid")
@click.pass_obj
def facility_add(console: Console, code: str, where: str, name: str, unit: str, zone: str, grid: str) -> None:
    """Register a facility."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.organisation import add_facility

    book = open_book(console.book)
    added = add_facility(
        book, Actor.of_machine(), code, name=name, where=where, unit=unit, zone=zone, grid=grid
    )
    data = {field: getattr(added, field) for field in added.__slots__}
    console.emit(data, text("ledger.facility_added", code=added.code, place=added.place, grid=added.grid))


@facility.command("list", help="ledger.help_facility_list")
@click.pass_obj
def facility_list(console: Console) -> None:
    """List the facilities."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.organisation import Facility, facilities

    with open_book(console.book).read() as connection:
        found = facilities(connection)
    names = Facility.__slots__
    rows = tuple(tuple(getattr(f, name) for name in names) for _, f in sorted(found.items()))
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    console.emit(
        [dict(zip(names, row, strict=True)) for row in rows], Table(text("ledger.facilities"), columns, rows)
    )


@click.command(help="ledger.help_own")
@click.argument("unit", required=False)
@click.option("--equity", help="ledger.option_equity")
@click.option("--financial/--no-financial", default=True, help="ledger.option_financial")
@click.option("--operational/--no-operational", default=True, help="ledger.option_operational")
@click.option("--from", "start", type=DAY, help="ledger.option_from")
@click.option("--to", "last", type=DAY, help="ledger.option_to")
@click.option("--end", type=DAY, help="ledger.option_end")
@click.option("--reason", default="", help="ledger.option_reason")
@click.pass_obj
def own(
    console: Console,
    unit: str | None,
    equity: str | None,
    financial: bool,
    operational: bool,
    start: datetime | None,
    last: datetime | None,
    end: datetime | None,
    reason: str,
) -> None:
    """Record the group's share of a unit from a date on, end it, or list the shares."""
    from qinglian.core.decimals import parse_decimal
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.organisation import OwnershipShare, add_ownership, end_ownership

    book, actor = open_book(console.book), Actor.of_machine()
    if unit is not None and end is not None and equity is None:
        end_ownership(book, actor, unit, end.date(), reason=reason)
        data = {"unit": unit, "ends": end.date()}
        console.emit(data, text("ledger.share_ended", unit=unit, day=end.date().isoformat()))
    elif unit is not None and equity is not None and start is not None and end is None:
        share = parse_decimal(equity).fraction()
        until = last.date() if last else None
        record = OwnershipShare(unit, share, financial, operational, start.date(), until)
        add_ownership(book, actor, record, reason=reason)
        console.emit({"unit": unit, "equity": share}, text("ledger.share_added", unit=unit, share=equity))
    elif equity is None and start is None and last is None and end is None:
        _list_shares(console, book, unit)
    else:
        raise click.UsageError(text("ledger.own_usage"))


def _list_shares(console: Console, book: Book, unit: str | None) -> None:
    from qinglian.core.decimals import plain
    from qinglian.ledger.organisation import ownership

    with book.read() as connection:
        shares = ownership(connection)
    names = ("unit", "equity", "financial", "operational", "from", "to")
    found = [s for code in sorted(shares) if unit in {None, code} for s in shares[code]]
    found.sort(key=lambda share: (share.unit, share.valid_from))
    yes = {flag: text("ledger.yes" if flag else "ledger.no") for flag in (True, False)}
    rows = tuple(
        (
            s.unit,
            plain(s.equity),
            yes[s.financial_control],
            yes[s.operational_control],
            s.valid_from.isoformat(),
            s.valid_to.isoformat() if s.valid_to else None,
        )
        for s in found
    )
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    data = [{**{name: getattr(s, name) for name in s.__slots__}, "equity": plain(s.equity)} for s in found]
    console.emit(data, Table(text("ledger.shares_title"), columns, rows))


@click.command(help="ledger.help_batches")
@click.pass_obj
def batches(console: Console) -> None:
    """List the batches that were posted."""
    from sqlalchemy import select

    from qinglian.ledger import schema
    from qinglian.ledger.book import open_book
    from qinglian.ledger.evidence import evidence_name

    table = schema.batch
    with open_book(console.book).read() as connection:
        rows = tuple(
            (
                row["id"],
                text(f"ledger.kind_{row['kind']}"),
                row["rows"],
                evidence_name(connection, row["evidence_id"]) if row["evidence_id"] else None,
                row["reverses_batch"],
                row["reason"],
            )
            for row in connection.execute(select(table).order_by(table.c.id)).mappings()
        )
    names = ("batch", "kind", "rows", "file", "reverses", "reason")
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    data = [dict(zip(names, row, strict=True)) for row in rows]
    console.emit(data, Table(text("ledger.batches"), columns, rows))


@click.command(help="ledger.help_undo")
@click.argument("batch", type=int)
@click.option("--reason", required=True, help="ledger.option_reason")
@click.option("--adjustment", type=int, help="ledger.option_adjustment")
@click.pass_obj
def undo(console: Console, batch: int, reason: str, adjustment: int | None) -> None:
    """Reverse a whole batch."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.posting import undo as undo_batch

    new = undo_batch(open_book(console.book), Actor.of_machine(), batch, reason=reason, approval=adjustment)
    console.emit({"batch": new, "reverses": batch}, text("ledger.undone", batch=batch, new=new))


@click.command(help="ledger.help_correct")
@click.argument("fact", type=int)
@click.option("--reason", required=True, help="ledger.option_reason")
@click.option("--adjustment", type=int, help="ledger.option_adjustment")
@click.pass_obj
def reverse(console: Console, fact: int, reason: str, adjustment: int | None) -> None:
    """Reverse one record; post its replacement with the next import."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.posting import reverse_fact

    new = reverse_fact(open_book(console.book), Actor.of_machine(), fact, reason=reason, approval=adjustment)
    console.emit({"batch": new, "reverses": fact}, text("ledger.reversed", fact=fact, new=new))


@click.command(help="ledger.help_audit")
@click.option("--against", metavar="HEAD", help="ledger.option_against")
@click.pass_obj
def audit(console: Console, against: str | None) -> Exit:
    """Verify the whole book again."""
    from qinglian.ledger.audit import audit as verify
    from qinglian.ledger.book import open_book

    with console.progress(text("ledger.auditing")):
        result = verify(open_book(console.book), against=against)
    console.emit(_audit_data(result), *_audit_sentences(result))
    if not result.passed:
        console.refuse([finding.problem for finding in result.findings])
        return Exit.AUDIT_FAILED
    return Exit.OK


def _audit_data(result: Audit) -> dict[str, object]:
    return {
        "passed": result.passed,
        "head": result.head,
        "entries": result.entries,
        "files": result.files,
        "erased": list(result.erased),
        "findings": [
            {"code": f.problem.code, "message": str(f.problem), "seq": f.seq} for f in result.findings
        ],
    }


def _audit_sentences(result: Audit) -> list[str]:
    sentence = text(
        "ledger.audit_passed" if result.passed else "ledger.audit_failed",
        entries=result.entries,
        tables=result.tables,
        files=result.files,
        findings=len(result.findings),
    )
    erased = [text("ledger.audit_erased", what=what) for what in result.erased]
    return [sentence, *erased, text("ledger.audit_head", head=result.head)]

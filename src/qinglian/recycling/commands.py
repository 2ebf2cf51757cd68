"""``qinglian recycling …``: template, check, import, report, avoided, verify, circularity, returns."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.text import language, text
from qinglian.present.drawings import svg_option, write_drawings
from qinglian.present.exits import Exit

if TYPE_CHECKING:
    from qinglian.present.console import Console
    from qinglian.present.figures import Table
    from qinglian.recycling.readers import Recovery

PATH = click.Path(path_type=Path)
FOLDER = click.argument("path", type=PATH)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="recycling.help_room", no_args_is_help=True)
def recycling() -> None:
    """Recycling: returns, waste, circularity, avoided emissions."""


@recycling.command("template", help="recycling.help_template", short_help="recycling.help_template")
@click.argument("path", type=PATH, default=Path("recycling"))
@click.option("--no-example", is_flag=True, help="recycling.option_no_example")
@click.pass_obj
def template(console: Console, path: Path, no_example: bool) -> None:
    """Write empty tables to fill in."""
    from qinglian.ingest.schema_template import write_template
    from qinglian.recycling.readers import schema

    files = write_template(schema(), path, language(), example=not no_example)
    said = text("recycling.template_written", count=len(files), path=path)
    console.emit({"files": [str(file) for file in files]}, said)


@recycling.command("check", help="recycling.help_check", short_help="recycling.help_check")
@FOLDER
@click.pass_obj
def check(console: Console, path: Path) -> None:
    """Read a folder, enforce balances and custody, say what is in it; post nothing."""
    from qinglian.recycling.readers import read
    from qinglian.recycling.report import lot_table

    recovery = _read(console, read(path))
    counts = {
        "lots": len(recovery.lots),
        "custody": len(recovery.custody),
        "inspections": len(recovery.inspections),
        "dispositions": len(recovery.dispositions),
        "waste": len(recovery.waste),
        "on_site": sum(note.on_site for note in recovery.waste),
        "credits": len(recovery.credits),
        "certificates": len(recovery.certificates),
    }
    console.emit(counts, lot_table(recovery), text("recycling.checked", **counts))


@recycling.command("import", help="recycling.help_import", short_help="recycling.help_import")
@FOLDER
@click.pass_obj
def import_folder(console: Console, path: Path) -> Exit:
    """Post recovery, waste and baselines as one batch."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.recycling.account import post_folder
    from qinglian.recycling.readers import read

    recovery = _read(console, read(path))
    posting = post_folder(open_book(console.book), Actor.of_machine(), recovery, path)
    on_site = sum(note.on_site for note in recovery.waste)
    data = {
        "batch": posting.batch,
        "posted": posting.posted,
        "already": len(posting.already),
        "conflicts": len(posting.conflicts),
        "same_file_as": posting.same_file_as,
        "on_site": on_site,
    }
    if posting.same_file_as is not None:
        console.note(text("recycling.same_file", batch=posting.same_file_as))
    if on_site:
        console.note(text("recycling.on_site_left_out", count=on_site))
    console.emit(data, text("recycling.posted", **data))
    return Exit.CONFLICT if posting.conflicts else Exit.OK


@recycling.command("report", help="recycling.help_report", short_help="recycling.help_report")
@FOLDER
@svg_option
@click.pass_obj
def report(console: Console, path: Path, drawing: Path | None) -> None:
    """Recovery as flows, lots, yields, and waste in the terms of GRI 306."""
    from qinglian.present.figures import as_table
    from qinglian.recycling.readers import read
    from qinglian.recycling.report import lot_table, recovery_sankey, waste_table, yield_table

    recovery = _read(console, read(path))
    sankey = recovery_sankey(recovery)
    figures = sankey, lot_table(recovery), yield_table(recovery.dispositions), waste_table(recovery.waste)
    if drawing is not None:
        write_drawings(drawing, figures)
    tables = [as_table(sankey), *figures[1:]]
    names = ("flows", "lots", "yields", "waste")
    data = {name: _rows(table) for name, table in zip(names, tables, strict=True)}
    console.emit(data, *figures)


@recycling.command("avoided", help="recycling.help_avoided", short_help="recycling.help_avoided")
@click.option("--baseline", required=True, help="recycling.option_baseline")
@click.option("--since", type=DAY, required=True, help="recycling.option_since")
@click.option("--until", type=DAY, required=True, help="recycling.option_until")
@click.option("--enter", "method", metavar="METHOD", help="recycling.option_enter")
@click.pass_obj
def avoided(console: Console, baseline: str, since: datetime, until: datetime, method: str | None) -> None:
    """Emissions avoided between any two days, both included; with --enter as a claim."""
    from qinglian.core.period import Span
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.recycling.avoided import avoided as asked
    from qinglian.recycling.avoided import claim_avoided
    from qinglian.recycling.report import avoided_table

    if until < since:
        raise QinglianError("recycling.days_backwards", first=since.date(), last=until.date())
    book, actor = open_book(console.book), Actor.of_machine()
    span = Span(since.date(), until.date() + timedelta(days=1), f"{since.date()}..{until.date()}")
    found = asked(book, actor, baseline, span)
    data: dict[str, object] = {
        "baseline": baseline,
        "since": span.start,
        "until": until.date(),
        "kg_co2e": plain(found.kg_co2e),
        "parts": [
            {
                "activity": part.activity,
                "mass_kg": plain(part.mass_kg),
                "kg_co2e": plain(part.kg_co2e),
                "factors": list(part.factors),
            }
            for part in found.parts
        ],
        "runs": {"replaced": found.runs[0], "instead": found.runs[1]},
    }
    said = text("recycling.not_entered", replaced=found.runs[0], instead=found.runs[1])
    if method is not None:
        number, new = claim_avoided(book, actor, found, method)
        data["claim"] = number
        said = text("recycling.entered" if new else "recycling.entered_before", number=number)
    console.emit(data, avoided_table(found), said)


@recycling.command("verify", help="recycling.help_verify", short_help="recycling.help_verify")
@FOLDER
@click.pass_obj
def verify(console: Console, path: Path) -> Exit:
    """Recompute recyclers' certificates; exit 4 and the statement where one does not hold."""
    from qinglian.recycling.readers import read
    from qinglian.recycling.verify import verify_certificates

    recovery = _read(console, read(path))
    failed = verify_certificates(recovery)
    said = [str(problem) for problem in failed]
    count = len(recovery.certificates)
    said.append(text("recycling.verified", certificates=count, failed=len(failed)))
    data = {
        "certificates": count,
        "failed": [
            {
                "code": problem.code,
                "message": problem.message(),
                "file": None if problem.where is None else problem.where.file,
                "row": None if problem.where is None else problem.where.row,
            }
            for problem in failed
        ],
    }
    console.emit(data, *said)
    return Exit.AUDIT_FAILED if failed else Exit.OK


@recycling.command("circularity", help="recycling.help_circularity", short_help="recycling.help_circularity")
@FOLDER
@click.pass_obj
def circularity(console: Console, path: Path) -> None:
    """Material Circularity Indicator of each product."""
    from qinglian.recycling.circularity import circularity as indicator
    from qinglian.recycling.readers import read
    from qinglian.recycling.report import circularity_table

    recovery = _read(console, read(path))
    if not recovery.products:
        raise QinglianError("recycling.no_products")
    data = {name: plain(indicator(flow).indicator) for name, flow in sorted(recovery.products.items())}
    console.emit(data, circularity_table(recovery.products))


@recycling.command("returns", help="recycling.help_returns", short_help="recycling.help_returns")
@FOLDER
@click.option("--from", "first", type=click.IntRange(1950), required=True, help="recycling.option_first")
@click.option("--to", "last", type=click.IntRange(1950), required=True, help="recycling.option_last")
@svg_option
@click.pass_obj
def returns(console: Console, path: Path, first: int, last: int, drawing: Path | None) -> None:
    """Mass to expect back by year, from sales and lifetimes."""
    from qinglian.recycling.lifetimes import expected_returns
    from qinglian.recycling.readers import read
    from qinglian.recycling.report import returns_bars

    recovery = _read(console, read(path))
    if not recovery.sold_t:
        raise QinglianError("recycling.no_sales")
    if missing := sorted(set(recovery.sold_t) - set(recovery.lifetimes)):
        raise QinglianError("recycling.no_lifetime", categories=", ".join(missing))
    data = {}
    figures = []
    for category, sold in sorted(recovery.sold_t.items()):
        lifetimes = recovery.lifetimes[category]
        found = expected_returns(sold, lifetimes, first, last)
        years = {str(year): plain(mass) for year, mass in sorted(found.by_year.items())}
        data[category] = {"tonnes": years, "in_use": plain(found.in_use)}
        figures.append(returns_bars(category, sold, lifetimes, first, last))
    if drawing is not None:
        write_drawings(drawing, tuple(figures))
    console.emit(data, *figures)


def _rows(table: Table) -> dict[str, object]:
    """Headings and rows; numbers as exact text."""
    rows = [[plain(cell) if isinstance(cell, Fraction) else cell for cell in row] for row in table.rows]
    return {"columns": [column.heading for column in table.columns], "rows": rows}


def _read(console: Console, recovery: Recovery) -> Recovery:
    for notice in recovery.notices:
        console.note(str(notice))
    return recovery

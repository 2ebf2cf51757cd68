"""Verbs that look and change nothing: check a folder, report what the book holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.present.drawings import svg_option, write_drawings
from qinglian.production.commands.options import FOLDER

if TYPE_CHECKING:
    from qinglian.present.console import Console


@click.command("check", help="production.help_check")
@click.argument("folder", type=FOLDER)
@click.pass_obj
def check(console: Console, folder: Path) -> None:
    """Read a week and say what is in it."""
    from qinglian.core.errors import QinglianError
    from qinglian.production.feasibility import check as impossible
    from qinglian.production.readers import read

    found = read(folder)
    for doubt in found.warnings:
        console.note(str(doubt))
    instance = found.instance
    problems = impossible(instance, found.places)
    if problems:
        raise QinglianError.many(problems)
    counts = {
        "lines": len(instance.lines),
        "lots": len(instance.lots),
        "orders": len(instance.orders),
        "doubts": len(found.warnings),
    }
    console.emit(counts, text("production.checked", **counts))


@click.command("report", help="production.help_report")
@click.option("--period", required=True, help="production.option_period")
@svg_option
@click.pass_obj
def report(console: Console, period: str, drawing: Path | None) -> None:
    """Show the energy and the claims that production has in the book."""
    from qinglian.core.period import parse_period
    from qinglian.ledger.book import open_book
    from qinglian.present.figures import Bars, as_table
    from qinglian.production.posted import figures

    book = open_book(console.book)
    shown = figures(book, parse_period(period, book.identity.calendar, book.identity.zone))
    if drawing is not None:
        write_drawings(drawing, shown)
    tables = [as_table(figure) if isinstance(figure, Bars) else figure for figure in shown]
    console.emit([{"title": table.title, "rows": table.rows} for table in tables], *shown)

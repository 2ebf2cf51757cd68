"""``qinglian water …``: template, check, import, report, verify."""

from __future__ import annotations

from pathlib import Path

import click

from qinglian.core.text import language, text
from qinglian.present.console import Console
from qinglian.present.drawings import svg_option, write_drawings
from qinglian.present.exits import Exit

FILE = click.argument("path", type=click.Path(path_type=Path))


@click.group(help="water.help_room", no_args_is_help=True)
def water() -> None:
    """Water, by meter."""


@water.command("template", help="water.help_template", short_help="water.help_template")
@FILE
@click.pass_obj
def template(console: Console, path: Path) -> None:
    """Write an empty table."""
    from qinglian.ingest.schema_template import write_template
    from qinglian_water.readers import schema

    files = write_template(schema(), path, language())
    console.emit({"files": [str(file) for file in files]}, str(path))


@water.command("check", help="water.help_check", short_help="water.help_check")
@FILE
@click.pass_obj
def check(console: Console, path: Path) -> None:
    """Read and post nothing."""
    from qinglian_water.readers import read

    count = len(read(path))
    console.emit({"readings": count}, text("water.checked", count=count))


@water.command("import", help="water.help_import", short_help="water.help_import")
@FILE
@click.pass_obj
def import_file(console: Console, path: Path) -> Exit:
    """Post readings."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian_water.account import post_readings
    from qinglian_water.readers import read

    readings = read(path)
    table = Path(readings[0].where.file)  # the very file in which the rows stand
    posting = post_readings(open_book(console.book), Actor.of_machine(), readings, table)
    console.emit({"posted": posting.posted}, text("water.posted", count=posting.posted))
    return Exit.CONFLICT if posting.conflicts else Exit.OK


@water.command("report", help="water.help_report", short_help="water.help_report")
@click.option("--period", required=True, help="water.option_period")
@svg_option
@click.pass_obj
def report(console: Console, period: str, drawing: Path | None) -> None:
    """Show what the book holds."""
    from qinglian.core.decimals import plain
    from qinglian.core.period import parse_period
    from qinglian.ledger.book import open_book
    from qinglian_water.report import figures

    book = open_book(console.book)
    (bars,) = figures(book, parse_period(period, book.identity.calendar, book.identity.zone))
    if drawing is not None:
        write_drawings(drawing, [bars])
    console.emit({bar.label: plain(bar.value) for bar in bars.bars}, bars)


@water.command("verify", help="water.help_verify", short_help="water.help_verify")
@FILE
@click.pass_obj
def verify(console: Console, path: Path) -> Exit:
    """Compare bills with the meter."""
    from qinglian_water.readers import read
    from qinglian_water.verify import verify_bills

    failed = verify_bills(read(path))
    said = [str(problem) for problem in failed]
    console.emit({"failed": said}, *said, text("water.verified", count=len(failed)))
    return Exit.AUDIT_FAILED if failed else Exit.OK

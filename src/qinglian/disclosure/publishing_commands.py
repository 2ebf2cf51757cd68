"""Verbs that publish and prove: report, verify, pack, sample."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.disclosure.options import AS_OF, COMPARATIVES, ONLY, read_statement
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table

if TYPE_CHECKING:
    from qinglian.present.console import Console


@click.command(help="disclosure.help_report")
@click.argument("number", type=int)
@AS_OF
@COMPARATIVES
@ONLY
@click.option(
    "--text",
    "told",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="disclosure.option_text",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="disclosure.option_out"
)
@click.option("--no-pdf", is_flag=True, help="disclosure.option_no_pdf")
@click.pass_obj
def report(
    console: Console,
    number: int,
    as_of: date,
    comparatives: tuple[int, ...],
    only: tuple[str, ...],
    told: Path | None,
    out: Path,
    no_pdf: bool,
) -> None:
    """Publish a report: HTML, PDF, workbook and JSON of one frozen set."""
    from qinglian.disclosure.narrative import read_narrative
    from qinglian.disclosure.report import publish_report

    narrative = [] if told is None else read_narrative(told)
    found = read_statement(console, number, as_of, comparatives, only)
    made = publish_report(found, out, narrative=narrative, with_pdf=not no_pdf)
    data = {"folder": str(out), "sha256": made.sha256, "files": made.manifest["files"]}
    columns = (Column(text("disclosure.column_file")), Column("SHA-256"))
    rows = tuple(sorted(made.manifest["files"].items()))
    console.emit(
        data,
        Table(text("disclosure.report_title", folder=out), columns, rows),
        text("disclosure.report_text", sha256=made.sha256),
    )


@click.command(help="disclosure.help_verify")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--with-book", is_flag=True, help="disclosure.option_with_book")
@click.option("--sha256", "expected", help="disclosure.option_expected")
@click.pass_obj
def verify(console: Console, folder: Path, with_book: bool, expected: str | None) -> Exit:
    """Verify a published report from its frozen set, and with the book from its facts."""
    from qinglian.disclosure.recomputing import FAILED, verify_report
    from qinglian.disclosure.report import read_report
    from qinglian.ledger.book import open_book

    book = open_book(console.book) if with_book else None
    checks = verify_report(read_report(folder), book, expected=expected)
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in ("check", "outcome", "detail"))
    rows = tuple(
        (text(f"disclosure.check_{one.name}"), text(f"disclosure.outcome_{one.outcome}"), one.detail)
        for one in checks
    )
    failed = any(one.outcome == FAILED for one in checks)
    data = {
        "passed": not failed,
        "checks": [{"name": one.name, "outcome": one.outcome, "detail": one.detail} for one in checks],
    }
    console.emit(data, Table(text("disclosure.verify_title", folder=folder), columns, rows))
    return Exit.AUDIT_FAILED if failed else Exit.OK


@click.command(help="disclosure.help_pack")
@click.argument("number", type=int)
@AS_OF
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="disclosure.option_pack"
)
@click.pass_obj
def pack(console: Console, number: int, as_of: date, output: Path) -> None:
    """Write the evidence pack: every data point's whole population with control totals."""
    from qinglian.disclosure.pack import write_pack
    from qinglian.ledger.book import open_book

    written = write_pack(open_book(console.book), number, as_of, output)
    columns = (
        Column(text("disclosure.column_code")),
        Column(text("disclosure.column_lines"), kind="quantity"),
        Column(text("disclosure.column_items"), kind="quantity"),
        Column(text("disclosure.column_control"), kind="quantity", digits=12),
        Column(text("disclosure.column_unit")),
    )
    rows = tuple(
        (code, one["lines"], one["records"], Fraction(one["total"]), one["unit"])
        for code, one in sorted(written.controls.items())
    )
    data = {"path": str(output), "sha256": written.sha256, "controls": written.controls}
    console.emit(
        data,
        Table(text("disclosure.pack_title"), columns, rows),
        text("disclosure.pack_text", path=output, sha256=written.sha256),
    )


@click.command(help="disclosure.help_sample")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("code")
@click.option("--size", type=click.IntRange(1), required=True, help="disclosure.option_size")
@click.option("--seed", required=True, help="disclosure.option_seed")
@click.option(
    "--method",
    type=click.Choice(["random", "unit"]),
    default="random",
    show_default=True,
    help="disclosure.option_method",
)
@click.pass_obj
def sample(console: Console, archive: Path, code: str, size: int, seed: str, method: str) -> None:
    """Draw a sample of the records behind a data point, from the pack alone."""
    from qinglian.disclosure.pack import drawn

    found = drawn(archive, code, size, seed, method)
    names = ("record", "facility", "activity", "quantity", "unit", "evidence", "row", "contribution")
    numbers = {"quantity", "contribution"}
    columns = tuple(
        Column(text(f"disclosure.column_{name}"), kind="quantity" if name in numbers else "text")
        for name in names
    )
    rows = tuple(
        (
            str(one["fact"]),
            one["facility"],
            one["activity"],
            Fraction(one["quantity"]),
            one["unit"],
            (one["evidence"] or "")[:16],
            "" if one["row"] is None else str(one["row"]),
            one["weight"],
        )
        for one in found
    )
    title = text("disclosure.sample_title", code=code, seed=seed)
    console.emit(found, Table(title, columns, rows))

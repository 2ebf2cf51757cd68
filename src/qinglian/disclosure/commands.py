"""``qinglian disclosure …``: frameworks, points, statement, report, verify, pack, sample."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from qinglian.disclosure.statement import Statement
    from qinglian.present.console import Console


class Day(click.ParamType[date]):
    """A day as ISO 8601 writes it."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day; raises ``disclosure.date_unreadable``."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError as error:
            raise QinglianError("disclosure.date_unreadable", found=value) from error


AS_OF = click.option("--as-of", type=Day(), required=True, help="disclosure.option_as_of")
COMPARATIVES = click.option(
    "--compare", "comparatives", type=int, multiple=True, help="disclosure.option_compare"
)
ONLY = click.option("--framework", "only", multiple=True, help="disclosure.option_framework")


@click.group(help="disclosure.help_room")
def disclosure() -> None:
    """Statements and reports of published versions."""


@disclosure.command(help="disclosure.help_frameworks")
@click.option("--as-of", type=Day(), help="disclosure.option_as_of")
@click.pass_obj
def frameworks(console: Console, as_of: date | None) -> None:
    """List framework versions, all or those in use on a day."""
    from qinglian.disclosure.frameworks import frameworks as shipped
    from qinglian.disclosure.frameworks import in_use

    found = shipped() if as_of is None else in_use(as_of)
    names = ("framework", "version", "valid", "standing", "confirmed", "citation")
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in names)
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        confirmed = sum(binding.confirmed for binding in one.bindings)
        rows.append(
            (
                f"{one.id}: {one.title}",
                one.version,
                f"{one.valid_from}..{one.valid_to or ''}",
                "" if as_of is None else text(f"disclosure.standing_{one.standing(as_of)}"),
                f"{confirmed}/{len(one.bindings)}",
                one.citation,
            )
        )
    data = [
        {
            "id": one.id,
            "version": one.version,
            "title_en": one.title_en,
            "title_zh": one.title_zh,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "early_from": one.early_from,
            "standing": None if as_of is None else one.standing(as_of),
            "citation": one.citation,
            "bindings": [
                {
                    "point": binding.point,
                    "code": binding.code,
                    "relation": binding.relation,
                    "confirmed": binding.confirmed,
                    "class": binding.source_class,
                    "citation": binding.citation,
                }
                for binding in one.bindings
            ],
        }
        for one in found
    ]
    console.emit(data, Table(text("disclosure.frameworks_title"), columns, tuple(rows)))


@disclosure.command(help="disclosure.help_points")
@click.argument("code", required=False)
@click.pass_obj
def points(console: Console, code: str | None) -> None:
    """List the data points, or show one with every code that frameworks give it."""
    from qinglian.disclosure.points import data_point, data_points

    chosen = list(data_points().values()) if code is None else [data_point(code)]
    names = ("code", "point", "unit", "note")
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in names)
    rows = tuple((p.code, p.label, p.unit, p.note_zh if p.label == p.label_zh else p.note_en) for p in chosen)
    figures = [Table(text("disclosure.points_title"), columns, rows)]
    if code is not None:
        figures.append(_codes_of(code))
    console.emit([point.record() for point in chosen], *figures)


def _codes_of(code: str) -> Table:
    from qinglian.disclosure.frameworks import frameworks as shipped

    names = ("framework", "version", "code", "relation", "source", "remark")
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in names)
    rows = tuple(
        (
            one.id,
            one.version,
            binding.code,
            text(f"disclosure.relation_{binding.relation}"),
            text(f"disclosure.class_{binding.source_class}"),
            binding.note,
        )
        for one in shipped()
        for binding in one.bindings
        if binding.point == code
    )
    return Table(text("disclosure.framework_index"), columns, rows)


@disclosure.command(help="disclosure.help_statement")
@click.argument("number", type=int)
@AS_OF
@COMPARATIVES
@ONLY
@click.pass_obj
def statement(
    console: Console, number: int, as_of: date, comparatives: tuple[int, ...], only: tuple[str, ...]
) -> None:
    """Show the figures of a published version."""
    found = _statement(console, number, as_of, comparatives, only)
    console.emit(
        {"sha256": found.sha256, "statement": found.data},
        *statement_tables(found),
        text("disclosure.statement_text", sha256=found.sha256),
    )


def _statement(
    console: Console, number: int, as_of: date, comparatives: tuple[int, ...], only: tuple[str, ...]
) -> Statement:
    from qinglian.disclosure.statement import build_statement
    from qinglian.ledger.book import open_book

    book = open_book(console.book)
    return build_statement(book, number, as_of, comparatives=comparatives, only=only)


def statement_tables(found: Statement) -> list[Table]:
    """Figures and codes of a statement as tables, without what has no data."""
    from qinglian.disclosure.public import binding_table, figure_table

    return [figure_table(found.data), binding_table(found.data)]


@disclosure.command(help="disclosure.help_report")
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
    found = _statement(console, number, as_of, comparatives, only)
    made = publish_report(found, out, narrative=narrative, with_pdf=not no_pdf)
    data = {"folder": str(out), "sha256": made.sha256, "files": made.manifest["files"]}
    columns = (Column(text("disclosure.column_file")), Column("SHA-256"))
    rows = tuple(sorted(made.manifest["files"].items()))
    console.emit(
        data,
        Table(text("disclosure.report_title", folder=out), columns, rows),
        text("disclosure.report_text", sha256=made.sha256),
    )


@disclosure.command(help="disclosure.help_verify")
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


@disclosure.command(help="disclosure.help_pack")
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


@disclosure.command(help="disclosure.help_sample")
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
    names = ("record", "facility", "activity", "quantity", "unit", "file", "row", "contribution")
    columns = tuple(Column(text(f"disclosure.column_{name}")) for name in names)
    rows = tuple(
        (
            str(one["fact"]),
            one["facility"],
            one["activity"],
            one["quantity"],
            one["unit"],
            one["file"] or one["evidence"] or "",
            "" if one["row"] is None else str(one["row"]),
            one["weight"],
        )
        for one in found
    )
    title = text("disclosure.sample_title", code=code, seed=seed)
    console.emit(found, Table(title, columns, rows))

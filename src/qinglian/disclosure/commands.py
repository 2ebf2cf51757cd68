"""``qinglian disclosure …``: frameworks, points, statement, report, verify, pack, sample."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.disclosure.options import AS_OF, COMPARATIVES, ONLY, Day, read_statement
from qinglian.disclosure.publishing_commands import pack, report, sample, verify
from qinglian.present.figures import Cell, Column, Table

if TYPE_CHECKING:
    from qinglian.disclosure.statement import Statement
    from qinglian.present.console import Console


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
    from qinglian.disclosure.coverage import coverage

    found = read_statement(console, number, as_of, comparatives, only)
    console.emit(
        {"sha256": found.sha256, "statement": found.data, "coverage": coverage(found.data)},
        *statement_tables(found),
        text("disclosure.statement_text", sha256=found.sha256),
    )


def statement_tables(found: Statement) -> list[Table]:
    """Figures and codes of a statement as tables, without what has no data."""
    from qinglian.disclosure.coverage import coverage_table
    from qinglian.disclosure.public import binding_table, figure_table

    return [figure_table(found.data), coverage_table(found.data), binding_table(found.data)]


for _verb in (report, verify, pack, sample):
    disclosure.add_command(_verb)

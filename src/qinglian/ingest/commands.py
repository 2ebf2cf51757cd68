"""Verbs that bring files into the book: import, template, certificates, series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import language, text
from qinglian.ledger.commands.factors import instruments
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table

if TYPE_CHECKING:
    from qinglian.ingest.posting import Imported
    from qinglian.ledger.posting import Clash
    from qinglian.present.console import Console

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import", help="ingest.help_import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--profile", default="native", help="ingest.option_profile")
@click.option("--sheet", help="ingest.option_sheet")
@click.option("--set", "constants", multiple=True, metavar="COLUMN=VALUE", help="ingest.option_set")
@click.option("--encoding", help="ingest.option_encoding")
@click.option("--accept", is_flag=True, help="ingest.option_accept")
@click.option("--adjustment", type=int, help="ingest.option_adjustment")
@click.pass_obj
def import_files(
    console: Console,
    files: tuple[Path, ...],
    profile: str,
    sheet: str | None,
    constants: tuple[str, ...],
    encoding: str | None,
    accept: bool,
    adjustment: int | None,
) -> Exit:
    """Import activity files; each file is posted as a whole or not at all."""
    from qinglian.ingest.posting import import_file
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book

    book = open_book(console.book)
    given = dict(map(_constant, constants))
    results = []
    for path in files:
        with console.progress(text("ingest.importing", file=path.name)) as progress:
            imported = import_file(
                book,
                Actor.of_machine(),
                path,
                profile=profile,
                constants=given,
                sheet=sheet,
                encoding=encoding,
                accept=accept,
                approval=adjustment,
                progress=progress,
            )
        results.append(imported)
        _report(console, imported)
    console.emit([result.record() for result in results], _table(results))
    if any(result.conflicts for result in results):
        return Exit.CONFLICT
    return Exit.REFUSED if any(result.refused and not accept for result in results) else Exit.OK


def _constant(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not (name.strip() and sign and value.strip()):
        raise QinglianError("ingest.set_unreadable", text=given)
    return name.strip(), value.strip()


@click.command(help="ingest.help_template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--column", "only", multiple=True, help="ingest.option_template_column")
@click.option("--example", is_flag=True, help="ingest.option_template_example")
@click.pass_obj
def template(console: Console, file: Path, only: tuple[str, ...], example: bool) -> None:
    """Write an empty fact file, headed in the language of the session."""
    from qinglian.ingest.columns import columns
    from qinglian.ingest.template import write_template

    if file.suffix.lower() != ".csv":
        raise QinglianError("ingest.template_csv", Where(file=str(file)))
    if unknown := [name for name in only if name not in columns()]:
        raise QinglianError("ingest.template_column_unknown", name=unknown[0], known=", ".join(columns()))
    try:
        write_template(file, language(), only=only, example=example)
    except FileExistsError as error:
        raise QinglianError("ingest.template_exists", Where(file=str(file))) from error
    console.emit({"file": str(file), "language": language()}, text("ingest.template_written", file=file))


@instruments.command("add", help="ingest.help_instruments_add")
@click.argument("file", type=FILE)
@click.pass_obj
def add_instruments(console: Console, file: Path) -> None:
    """Enter the contractual instruments of a file."""
    from qinglian.ingest.accounts import read_certificates
    from qinglian.ledger import evidence
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.instruments import add_instruments as enter

    book = open_book(console.book)
    count = enter(book, Actor.of_machine(), read_certificates(file), source=evidence.store(book, file))
    console.emit({"instruments": count}, text("ingest.instruments_added", count=count))


@click.group(help="ingest.help_series")
def series() -> None:
    """Series: what changes over time and belongs to no room alone."""


@series.command("add", help="ingest.help_series_add")
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--unit", required=True, help="ingest.option_series_unit")
@click.pass_obj
def series_add(console: Console, name: str, file: Path, unit: str) -> None:
    """Append values to a series."""
    from qinglian.ingest.accounts import read_series_values
    from qinglian.ledger import evidence
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.series import add_series

    book = open_book(console.book)
    values = read_series_values(file)
    count = add_series(book, Actor.of_machine(), name, unit, values, source=evidence.store(book, file))
    console.emit({"series": name, "values": count}, text("ingest.series_added", count=count, name=name))


def _table(results: list[Imported]) -> Table:
    names = ("file", "posted", "already", "conflicts", "refused", "batch")
    numbers = {"posted", "already", "conflicts", "refused"}
    columns = tuple(
        Column(text(f"ingest.column_{name}"), kind="quantity" if name in numbers else "text", digits=None)
        for name in names
    )
    rows = tuple(
        (
            result.file,
            result.posted,
            len(result.already),
            len(result.conflicts),
            result.refused,
            None if result.batch is None else str(result.batch),
        )
        for result in results
    )
    return Table(text("ingest.imported"), columns, rows)


def _report(console: Console, imported: Imported) -> None:
    """Say on standard error what a person must look at."""
    for warning in imported.warnings:
        console.note(text("ingest.warning", problem=str(warning)))
    if imported.same_file_as is not None:
        console.note(text("ingest.same_file", file=imported.file, batch=imported.same_file_as))
    for clash in imported.already[:SHOWN]:
        console.note(text("ingest.already", **_clash(clash)))
    for clash in imported.conflicts[:SHOWN]:
        console.note(text("ingest.conflict", **_clash(clash)))
    if imported.refused:
        console.refuse(imported.problems[:SHOWN])
        console.note(
            text(
                "ingest.quarantined" if imported.accepted else "ingest.nothing_posted",
                count=imported.refused,
                file=imported.quarantine,
            )
        )


SHOWN = 20


def _clash(clash: Clash) -> dict[str, object]:
    return {
        "row": clash.fact.row,
        "activity": clash.fact.activity,
        "facility": clash.fact.facility,
        "posted_row": clash.posted.row,
        "batch": clash.posted.batch_id,
        "fact": clash.posted.fact_id,
    }

"""Verbs on files: template, lots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import language, text
from qinglian.present.figures import Column, Table
from qinglian.production.commands.options import FOLDER, lotting_of, lotting_options

if TYPE_CHECKING:
    from qinglian.present.console import Console

SHOWN_LOTS = 20


@click.command("template", help="production.help_template")
@click.argument("path", type=FOLDER, default=Path("week"))
@click.option("--no-example", is_flag=True, help="production.option_no_example")
@click.pass_obj
def template(console: Console, path: Path, no_example: bool) -> None:
    """Write empty input tables to fill in."""
    from qinglian.ingest.schema_template import write_template
    from qinglian.production.readers import schema

    files = write_template(schema(), path, language(), example=not no_example)
    names = [str(file) for file in files]
    console.emit({"files": names}, text("production.template_written", count=len(names), path=path))


@click.command("lots", help="production.help_lots")
@click.argument("folder", type=FOLDER)
@lotting_options
@click.option("--out", type=click.Path(path_type=Path), help="production.option_lots_out")
@click.pass_obj
def lots(
    console: Console, folder: Path, due_window: int, release_window: int, max_units: int, out: Path | None
) -> None:
    """Group orders into lots."""
    from qinglian.production.lots import loose, with_lots
    from qinglian.production.readers import read
    from qinglian.production.timescale import moment

    instance = read(folder).instance
    grouped = with_lots(instance, lotting_of(due_window, release_window, max_units))
    made = grouped.lots[len(instance.lots) :]
    rows = tuple(
        (
            lot.id,
            lot.family,
            lot.units,
            len(lot.orders),
            moment(grouped, lot.release),
            moment(grouped, lot.due),
            lot.weight,
        )
        for lot in made
    )
    numbers = {"units", "orders", "weight"}
    keys = ("lot", "family", "units", "orders", "release", "due", "weight")
    columns = tuple(
        Column(text(f"production.column_{key}"), kind="quantity" if key in numbers else "text")
        for key in keys
    )
    said = text(
        "production.lots_made",
        orders=len(loose(instance)),
        lots=len(made),
        units=sum(lot.units for lot in made),
    )
    data = {
        "lots": [
            {
                "lot": lot.id,
                "family": lot.family,
                "units": lot.units,
                "release": lot.release,
                "due": lot.due,
                "weight": lot.weight,
                "orders": list(lot.orders),
            }
            for lot in made
        ]
    }
    if out is not None:
        from qinglian.ingest.atomic_files import write_atomically
        from qinglian.present.documents import to_csv

        members = tuple((order, lot.id) for lot in made for order in lot.orders)
        of_orders = Table("", (Column(text("production.column_order")), columns[0]), members)
        write_atomically(out, ("\ufeff" + to_csv(Table("", columns, rows))).encode())
        write_atomically(out.with_suffix(".orders.csv"), ("\ufeff" + to_csv(of_orders)).encode())
    console.emit(data, said, Table(text("production.lots_first"), columns, rows[:SHOWN_LOTS]))

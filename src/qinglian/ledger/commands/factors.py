"""Verbs of factors and instruments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.present.figures import Column, Table

if TYPE_CHECKING:
    from qinglian.present.console import Console


@click.group(help="ledger.help_factors")
def factors() -> None:
    """Factor packs: what is installed, and every factor with its citation."""


@factors.command("install", help="ledger.help_factors_install")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def install(console: Console, folders: tuple[Path, ...]) -> None:
    """Install the shipped packs, or folders of your own."""
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.installed import install_packs

    fresh = install_packs(open_book(console.book), Actor.of_machine(), folders or None)
    names = [f"{pack.id} {pack.version}" for pack in fresh]
    sentence = text("ledger.packs_installed", packs=names) if names else text("ledger.packs_none_new")
    console.emit({"installed": names}, sentence)


@factors.command("list", help="ledger.help_factors_list")
@click.pass_obj
def list_packs(console: Console) -> None:
    """List the installed packs."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.installed import installed_packs

    with open_book(console.book).read() as connection:
        found = installed_packs(connection)
    names = ("pack", "version", "publisher", "published", "factors", "licence")
    rows = tuple(
        (p.id, p.version, p.publisher, p.published.isoformat(), str(len(p.factors)), p.licence)
        for p in sorted(found, key=lambda pack: pack.id)
    )
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in names)
    console.emit(
        [dict(zip(names, row, strict=True)) for row in rows], Table(text("ledger.packs"), columns, rows)
    )


@factors.command("show", help="ledger.help_factors_show")
@click.argument("activity")
@click.option("--place", "where", help="ledger.option_place")
@click.pass_obj
def show(console: Console, activity: str, where: str | None) -> None:
    """Show the factors of an activity."""
    from qinglian.ledger.book import open_book
    from qinglian.ledger.explain import gases_text
    from qinglian.ledger.installed import installed_factors

    levels = _levels(where) if where is not None else None
    with open_book(console.book).read() as connection:
        found = [f for f in installed_factors(connection) if f.activity == activity]
    wanted = [f for f in found if levels is None or f.place in levels]
    wanted.sort(key=lambda f: ((levels or {}).get(f.place, 0), f.place, f.basis, f.valid_from, f.id))
    names = ("value", "per", "basis", "place", "valid", "pack", "class", "source")
    rows: list[tuple[str, ...]] = [
        (
            gases_text(f),
            f.per_unit,
            f.basis,
            f.place,
            f"{f.valid_from}..{f.valid_to or '…'}",
            f.pack,
            f.source_class,
            f"{f.citation} {f.locator}",
        )
        for f in wanted
    ]
    data: list[dict[str, object]] = [
        {**dict(zip(names, row, strict=True)), "fallback": None if levels is None else levels[f.place]}
        for f, row in zip(wanted, rows, strict=True)
    ]
    columns = [Column(text(f"ledger.column_{name}")) for name in names]
    if levels is not None:
        columns.insert(4, Column(text("ledger.column_level")))
        rows = [(*row[:4], _level(levels[f.place]), *row[4:]) for f, row in zip(wanted, rows, strict=True)]
    notes = () if wanted else (text("ledger.factors_none"),)
    console.emit(
        data, Table(text("ledger.factors_of", activity=activity), tuple(columns), tuple(rows), notes)
    )


def _levels(where: str) -> dict[str, int]:
    """Places whose factors answer at a place: itself and its grid at level 0, wider ones above."""
    from qinglian.core.errors import QinglianError
    from qinglian.core.places import ancestors, grid_of, place

    here = place(where).id
    chains = [ancestors(here)]
    if not here.startswith("grid:"):
        try:
            chains.append(ancestors(grid_of(here)))
        except QinglianError as error:
            if error.code != "core.place_without_grid":
                raise
    return {name: level for chain in chains for level, name in enumerate(chain)} | {"definition": 0}


def _level(level: int) -> str:
    return text("ledger.level_fallback", level=level) if level else text("ledger.level_here")


@click.group(help="ledger.help_instruments")
def instruments() -> None:
    """Contractual instruments."""


@instruments.command("list", help="ledger.help_instruments_list")
@click.pass_obj
def list_instruments(console: Console) -> None:
    """List the instruments."""
    from qinglian.ledger.allocation import instruments_by_id
    from qinglian.ledger.book import open_book

    with open_book(console.book).read() as connection:
        found = instruments_by_id(connection)
    names = ("kind", "serial", "kwh", "vintage", "market", "factor")
    rows = tuple(
        (i.kind, i.serial, i.kwh, f"{i.start}..{i.end}", i.market, i.factor) for _, i in sorted(found.items())
    )
    columns = tuple(
        Column(
            text(f"ledger.column_{name}"),
            "kWh" if name == "kwh" else "",
            "quantity" if name == "kwh" else "text",
        )
        for name in names
    )
    data = [dict(zip(names, row, strict=True)) for row in rows]
    console.emit(data, Table(text("ledger.instruments"), columns, rows))

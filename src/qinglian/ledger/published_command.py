"""``qinglian published FOLDER``: what a reader of a company's reports can check."""

from __future__ import annotations

from pathlib import Path

import click

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.ledger.published import (
    LOCATION,
    PUBLISHED_INTENSITY,
    Derived,
    Published,
    exact,
    grouped,
    percent,
    read_published,
)
from qinglian.present.console import Console
from qinglian.present.figures import Column, Table

CHANGES = {
    "scope1 + scope2.location": ("scope1", "scope2.location"),
    "scope1 + scope2.market": ("scope1", "scope2.market"),
    "scope3": ("scope3",),
}


@click.command("published", help="ledger.published_help")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--base-year", default="2018/19", show_default=True, help="ledger.option_base_year")
@click.pass_obj
def published(console: Console, folder: Path, base_year: str) -> None:
    """Recompute, compare and reconcile published figures; leave with an error where they do not add up."""
    figures = read_published(folder)
    later = [year for year in figures.years() if year > base_year and _comparable(figures, year)]
    console.emit(
        _document(figures, later, base_year),
        _intensities(figures),
        *(_changes(figures, year, base_year) for year in later),
        _roll_ups(figures),
    )
    figures.reconcile()


def _comparable(figures: Published, year: str) -> bool:
    """Whether anything beside scope 1 is disclosed."""
    return any(figures.stated(year, measures[-1]).value is not None for measures in CHANGES.values())


def _agrees(stated: Derived, published: str | None) -> bool | None:
    if stated.value is None or published is None:
        return None
    decimals = len(published.partition(".")[2])
    return grouped(stated.value, decimals) == published


def _intensity_rows(figures: Published) -> list[tuple[str, Derived, str | None, bool | None]]:
    rows = []
    for year in figures.years():
        stated = exact(figures.stated(year, PUBLISHED_INTENSITY).value)
        recomputed = figures.intensity(year, LOCATION)
        rows.append((year, recomputed, stated, _agrees(recomputed, stated)))
    return rows


def _intensities(figures: Published) -> Table:
    words = {True: text("ledger.published_yes"), False: text("ledger.published_no"), None: ""}
    rows = tuple(
        (
            year,
            _shown(recomputed, 2),
            stated,
            words[agrees],
            text("ledger.published_recalled") if recomputed.recalled else "",
        )
        for year, recomputed, stated, agrees in _intensity_rows(figures)
    )
    unit = figures.stated(figures.years()[0], PUBLISHED_INTENSITY).unit
    heads = ("year", "recomputed", "stated", "agrees", "remark")
    columns = tuple(Column(text(f"ledger.published_{head}")) for head in heads)
    return Table(f"{text('ledger.published_intensities')} ({unit})", columns, rows)


def _shown(derived: Derived, decimals: int) -> str:
    return text("ledger.not_disclosed") if derived.value is None else grouped(derived.value, decimals)


def _changes(figures: Published, year: str, base: str) -> Table:
    rows = []
    for measure, measures in CHANGES.items():
        change = figures.change(measures, year, base).value
        rows.append((measure, text("ledger.not_disclosed") if change is None else percent(change)))
    columns = (Column(text("ledger.published_measure")), Column(text("ledger.published_change")))
    return Table(text("ledger.published_changes", year=year, base=base), columns, tuple(rows))


def _roll_ups(figures: Published) -> Table:
    rows = []
    for roll_up in figures.roll_ups():
        problem = roll_up.problem()
        remark = problem.message() if problem else ""
        if roll_up.total is None:
            remark = text("ledger.published_no_total")
        total = text("ledger.not_disclosed") if roll_up.total is None else grouped(roll_up.total, 0)
        rows.append((roll_up.fiscal_year, roll_up.measure, grouped(roll_up.parts, 0), total, remark))
    columns = tuple(
        Column(text(f"ledger.published_{name}")) for name in ("year", "measure", "parts", "total", "remark")
    )
    return Table(text("ledger.published_rollups"), columns, tuple(rows))


def _document(figures: Published, years: list[str], base: str) -> dict[str, object]:
    try:
        figures.reconcile()
        problems: list[dict[str, str]] = []
    except QinglianError as error:
        problems = [{"code": problem.code, "message": problem.message()} for problem in error.problems]
    return {
        "intensities": [
            {
                "year": year,
                "recomputed": exact(recomputed.value),
                "shown": None if recomputed.value is None else grouped(recomputed.value, 2),
                "published": stated,
                "agrees": agrees,
                "sources": [source.key for source in recomputed.sources],
            }
            for year, recomputed, stated, agrees in _intensity_rows(figures)
        ],
        "changes": [
            {"year": year, "base": base, "measure": measure, "change": exact(change.value)}
            for year in years
            for measure, measures in CHANGES.items()
            for change in (figures.change(measures, year, base),)
        ],
        "problems": problems,
    }

"""Targets as figures: the pathway beside what was published, and a table with owners and reviews."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.figures import Axis, Cell, Column, Curve, Curves, Table, Tick
from qinglian.targets.account import targets
from qinglian.targets.model import INTENSITY
from qinglian.targets.pathway import pathway
from qinglian.targets.progress import progress

if TYPE_CHECKING:
    from qinglian.ledger.book import Book
    from qinglian.present.figures import Figure
    from qinglian.targets.checks import Check
    from qinglian.targets.model import Target
    from qinglian.targets.progress import Progress

KG = 1000


def figures(book: Book, as_of: date) -> tuple[Figure, ...]:
    """Return every target of a book on a day: the table, then a pathway each."""
    found = [progress(book, target, as_of) for target in targets(book)]
    return (target_table(found, as_of), *(pathway_curves(one) for one in found if one.base is not None))


def target_table(found: list[Progress], as_of: date) -> Table:
    """Return targets with where they stand, who answers for them and when they are reviewed."""
    names = ("name", "scopes", "method", "years")
    columns = (
        *(Column(text(f"targets.column_{name}")) for name in names),
        Column(text("targets.column_reduction"), kind="share"),
        Column(text("targets.column_coverage"), kind="share"),
        Column(text("targets.column_standing")),
        Column(text("targets.column_gap"), "t CO2e", "quantity"),
        Column(text("targets.column_needed"), kind="share"),
        Column(text("targets.column_owner")),
        Column(text("targets.column_review")),
    )
    return Table(text("targets.title"), columns, tuple(_row(one, as_of) for one in found))


def _row(one: Progress, as_of: date) -> tuple[Cell, ...]:
    target, last = one.target, one.years[-1] if one.years else None
    standing = text(f"targets.standing_{last.standing}") if last else text(one.missing or "targets.no_year")
    gap = last.gap / KG if last is not None and target.kind != INTENSITY else None
    due = target.review is not None and target.review <= as_of
    review = "" if target.review is None else target.review.isoformat()
    return (
        target.name,
        scopes_of(target),
        text(f"targets.method_{target.method}") if target.method else "",
        f"{target.base_year} → {target.target_year}",
        target.reduction,
        target.coverage,
        standing,
        gap,
        last.rate_needed if last else None,
        target.owner,
        f"{review} {text('targets.review_due')}" if due else review,
    )


def scopes_of(target: Target) -> str:
    """Name the scopes and categories that count."""
    names = " + ".join(target.scopes)
    return f"{names} ({', '.join(f'3.{n}' for n in target.categories)})" if target.categories else names


def pathway_curves(one: Progress) -> Curves:
    """Return the pathway beside the published values, a step per year."""
    target, base = one.target, one.base or Fraction(0)
    points = pathway(target, base)
    actual = {year.year: year.actual for year in one.years}
    scale = Fraction(1) if target.kind == INTENSITY else Fraction(KG)
    curves = (
        Curve(text("targets.pathway"), tuple(point.allowed / scale for point in points)),
        Curve(text("targets.actual"), tuple(_scaled(actual.get(point.year), scale) for point in points)),
    )
    unit = f"kg CO2e/{target.per}" if target.kind == INTENSITY else "t CO2e"
    ticks = tuple(Tick(place, str(point.year)) for place, point in enumerate(points))
    years = tuple(str(point.year) for point in points)
    notes = (target.wording,) if target.wording else ()
    return Curves(target.name, unit, curves, Axis(len(points), ticks), 1, years, notes)


def _scaled(value: Fraction | None, scale: Fraction) -> Fraction | None:
    return None if value is None else value / scale


def check_table(found: tuple[Check, ...], title: str) -> Table:
    """Return the criteria of a rule with what the target has and what is asked."""
    columns = (
        Column(text("targets.column_check")),
        Column(text("targets.column_outcome")),
        Column(text("targets.column_has"), kind="quantity"),
        Column(text("targets.column_asked"), kind="quantity"),
        Column(text("targets.column_confirmed")),
    )
    rows = tuple(
        (
            text(f"targets.check_{one.name}"),
            text(f"targets.outcome_{one.outcome}"),
            one.has,
            one.asked,
            text("targets.confirmed" if one.confirmed else "targets.unconfirmed"),
        )
        for one in found
    )
    return Table(title, columns, rows)

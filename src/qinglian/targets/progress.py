"""Progress: the published inventories of later years beside the pathway.

A base year that was recalculated counts as its newest published version says. Nothing is read from the
machine's clock: a version counts when its period had ended on the day that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from qinglian.ledger.book import Book
from qinglian.ledger.inventory import GROSS, Inventory
from qinglian.ledger.replay import stored_inputs
from qinglian.ledger.versions import PUBLISHED, version_inventory, versions
from qinglian.targets.model import INTENSITY, Target
from qinglian.targets.pathway import allowed, rate_needed

LEAST_DAYS = 365


class Standing(StrEnum):
    """How a year stands against the pathway."""

    AHEAD = "ahead"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Year:
    """One fiscal year: its published version, the actual value, and what the pathway allows."""

    year: int
    version: int
    actual: Fraction
    allowed: Fraction
    standing: Standing
    rate_needed: Fraction | None

    @property
    def gap(self) -> Fraction:
        """Actual less allowed: above zero is too much."""
        return self.actual - self.allowed


@dataclass(frozen=True, slots=True)
class Progress:
    """A target with its base value and years; without a base value, `missing` says why, as a text key."""

    target: Target
    base: Fraction | None
    base_version: int | None
    years: tuple[Year, ...]
    missing: str = ""


def progress(book: Book, target: Target, as_of: date) -> Progress:
    """Return how a target stands on a day.

    The value is in kg CO2e, of an intensity in kg CO2e per unit of output.
    """
    measured = _measured(book, target, as_of)
    base, number, missing = _base(target, measured)
    if base is None:
        return Progress(target, None, None, (), missing)
    years = tuple(
        _year(target, base, year, version, value)
        for year, (version, value) in sorted(measured.items())
        if target.base_year <= year <= target.target_year
    )
    return Progress(target, base, number, years)


def value_of(inventory: Inventory, target: Target) -> Fraction | None:
    """Return the kilograms of CO2e that a target counts; None where a part of it has no record at all."""
    total = Fraction(0)
    for scope in target.scopes:
        lines = [line for line in inventory.lines if line.rule.scope == scope]
        if scope == "2":
            lines = [line for line in lines if line.rule.method == target.method]
        if not lines:
            return None
        for emission in inventory.select(GROSS, scope=scope):
            rule = emission.line.rule
            wrong_method = scope == "2" and rule.method != target.method
            wrong_category = scope == "3" and target.categories and rule.category not in target.categories
            if not wrong_method and not wrong_category:
                total += emission.kg_co2e
    return total


def _measured(book: Book, target: Target, as_of: date) -> dict[int, tuple[int, Fraction]]:
    """Return the newest published version of each whole fiscal year, with its value."""
    found: dict[int, tuple[int, Fraction]] = {}
    for one in versions(book):
        if one.state != PUBLISHED:
            continue
        period = stored_inputs(book, one.run).period
        if (period.end - period.start).days < LEAST_DAYS or period.end > as_of:
            continue
        year = book.identity.calendar.year_of(period.start)
        value = value_of(version_inventory(book, one), target)
        if target.kind == INTENSITY:
            output = target.base_output if year == target.base_year else target.outputs.get(year)
            value = value / output if value is not None and output else None
        if value is not None:
            found[year] = (one.id, value)
    return found


def _base(
    target: Target, measured: dict[int, tuple[int, Fraction]]
) -> tuple[Fraction | None, int | None, str]:
    if target.base_year in measured:
        number, value = measured[target.base_year]
        return (value, number, "") if value > 0 else (None, None, "targets.base_zero")
    if target.base_kg is None:
        return None, None, "targets.base_unknown"
    if target.kind != INTENSITY:
        return target.base_kg, None, ""
    if not target.base_output:
        return None, None, "targets.base_output_unknown"
    return target.base_kg / target.base_output, None, ""


def _year(target: Target, base: Fraction, year: int, version: int, value: Fraction) -> Year:
    line = allowed(target, base, year)
    standing = Standing.AHEAD if value < line else Standing.ON_TRACK if value == line else Standing.BEHIND
    if year == target.base_year:
        standing = Standing.BASE
    return Year(year, version, value, line, standing, rate_needed(target, base, year, value))

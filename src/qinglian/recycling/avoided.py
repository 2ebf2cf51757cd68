"""Emissions that recovery avoids: a query of two scenarios of the book, for any days, under any baseline.

Avoided is what the replaced activities would have emitted, less what their replacements emit, by the book's
own factors. It stands in an account of its own and nets nothing. Nothing is stored but what was posted, so
the same question gives the same answer on any day it is asked.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.ledger.calculation import calculate
from qinglian.ledger.claims import Claim, claims, enter_claim
from qinglian.ledger.inventory import GROSS, Inventory, read_inventory
from qinglian.ledger.posted import amounts
from qinglian.recycling.account import DIMENSION, scenarios_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinglian.core.period import Span
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book

METHOD = "mass recovered × substitution share × (factor of what is replaced − factor of what takes its place)"


@dataclass(frozen=True, slots=True)
class AvoidedPart:
    """One activity of a baseline: its mass and what it stands for; negative for what takes its place."""

    activity: str
    mass_kg: Fraction
    kg_co2e: Fraction
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Avoided:
    """What a baseline says was avoided in a period, and the runs behind it."""

    baseline: str
    span: Span
    parts: tuple[AvoidedPart, ...]
    runs: tuple[str, str]

    @property
    def kg_co2e(self) -> Fraction:
        """Exact kilograms of CO2e avoided; below zero where recovery emits more."""
        return sum((part.kg_co2e for part in self.parts), Fraction(0))


def avoided(book: Book, actor: Actor, baseline: str, span: Span) -> Avoided:
    """Calculate both scenarios of a baseline for a period and value their difference.

    Raises
    ------
    QinglianError
        ``recycling.nothing_credited`` where nothing of the baseline was posted for the period;
        ``recycling.factor_missing`` for an activity that no factor answers.
    """
    posted = amounts(book, DIMENSION, span)
    parts: list[AvoidedPart] = []
    runs = []
    for scenario, sign in zip(scenarios_of(baseline), (1, -1), strict=True):
        masses: dict[str, Fraction] = defaultdict(Fraction)
        for amount in posted:
            if amount.scenario == scenario:
                masses[amount.activity] += amount.quantity
        run = calculate(book, actor, span, scenario=scenario)
        runs.append(run.id)
        parts += _parts(masses, read_inventory(book, run.id), sign)
    if not parts:
        raise QinglianError("recycling.nothing_credited", baseline=baseline, period=span.label)
    return Avoided(baseline, span, tuple(parts), (runs[0], runs[1]))


def _parts(masses: Mapping[str, Fraction], inventory: Inventory, sign: int) -> list[AvoidedPart]:
    for line in inventory.unresolved():
        raise QinglianError(
            "recycling.factor_missing", activity=line.stream.activity, facility=line.stream.facility
        )
    emitted: dict[str, Fraction] = defaultdict(Fraction)
    factors: dict[str, set[str]] = defaultdict(set)
    for emission in inventory.select(GROSS):
        line = emission.line
        if line.stream.dimension == DIMENSION and line.factor is not None:
            emitted[line.stream.activity] += emission.kg_co2e
            factors[line.stream.activity].add(f"{line.factor.pack} {line.factor.id}")
    return [
        AvoidedPart(activity, mass, sign * emitted[activity], tuple(sorted(factors[activity])))
        for activity, mass in sorted(masses.items())
    ]


def claim_avoided(book: Book, actor: Actor, found: Avoided, method: str) -> tuple[int, bool]:
    """Enter avoided emissions as a claim; return its number and whether it is new.

    Raises
    ------
    QinglianError
        ``recycling.nothing_avoided`` where the total is not above zero; ``recycling.claim_differs`` where the
        same claim stands with another figure.
    """
    if found.kg_co2e <= 0:
        raise QinglianError("recycling.nothing_avoided", kg=plain(found.kg_co2e))
    name, span = f"{DIMENSION}:{found.baseline}", found.span
    with book.read() as connection:
        for row in claims(connection, "avoided"):
            if (row["name"], row["period_start"], row["period_end"]) == (name, span.start, span.end):
                if row["kg_co2e"] == plain(found.kg_co2e):
                    return int(row["id"]), False
                raise QinglianError(
                    "recycling.claim_differs", number=row["id"], was=row["kg_co2e"], now=plain(found.kg_co2e)
                )
    claim = Claim(
        account="avoided",
        name=name,
        period_start=span.start,
        period_end=span.end,
        baseline=" − ".join(scenarios_of(found.baseline)),
        method=f"{METHOD}; {method}",
        factor="; ".join(f"{part.activity}: {', '.join(part.factors)}" for part in found.parts),
        kg_co2e=found.kg_co2e,
        inputs=tuple(_inputs(found)),
    )
    return enter_claim(book, actor, claim), True


def _inputs(found: Avoided) -> list[tuple[str, str]]:
    masses = [(f"kg.{part.activity}", plain(part.mass_kg)) for part in found.parts]
    emitted = [(f"kg_co2e.{part.activity}", plain(part.kg_co2e)) for part in found.parts]
    return [*masses, *emitted, *zip(("run.replaced", "run.instead"), found.runs, strict=True)]

"""Material avoided → a claim of avoided emissions, by the book's own factors and one method.

The factors are those that resolution chose when the period and its baseline were calculated. Grams are
exact, so the claim is; what the baseline scenario holds to the milligram is only for drilling down.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.units import parse_unit, ratio
from qinglian.ledger.calculation import calculate
from qinglian.ledger.claims import Claim, claims, enter_claim
from qinglian.ledger.inventory import GROSS, Inventory, read_inventory
from qinglian.packaging.account import DIMENSION, UNIT, baseline_grams, scenario_of
from qinglian.packaging.avoided import GRAMS_A_TONNE, activity_grams, compare
from qinglian.packaging.methods import require_one_method

if TYPE_CHECKING:
    from qinglian.core.period import Span
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.ledger.packs import Factor
    from qinglian.packaging.avoided import Avoided
    from qinglian.packaging.model import Use
    from qinglian.packaging.readers import PackagingFolder

METHOD = "material avoided per product against a pinned specification version × factor of material use"
TONNES = "t."
"""Before a material's name: the input of a claim that states its tonnes."""

Place = tuple[str, str]
"""Facility and activity."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """What one gram of a material stands for."""

    kg_per_g: Fraction
    factor: Factor


@dataclass(frozen=True, slots=True)
class AvoidedEmissions:
    """A comparison with the CO2e behind it, by activity; negative activities stay negative."""

    found: Avoided
    span: Span
    by_activity: dict[str, Fraction]
    factors: tuple[Factor, ...]
    method: str
    crossing: tuple[Use, ...] = ()
    """Uses over an edge of the period: in no total."""

    @property
    def kg_co2e(self) -> Fraction:
        """Exact kilograms of CO2e avoided."""
        return sum(self.by_activity.values(), Fraction(0))


def avoided_emissions(
    book: Book, actor: Actor, folder: PackagingFolder, name: str, span: Span
) -> AvoidedEmissions:
    """Calculate a period and its baseline, and value what was avoided in it.

    Only uses wholly within the period count; those over its edge are told. Both must have been posted.

    Raises
    ------
    QinglianError
        ``packaging.nothing_covered``; ``packaging.factor_missing`` for a material no pack knows;
        ``packaging.factor_changes`` where one material has two factors within the period;
        ``packaging.methods_mixed``; ``packaging.not_posted``.
    """
    touching = [use for use in folder.uses if use.start < span.end and span.start < use.end]
    uses = [use for use in touching if span.start <= use.start and use.end <= span.end]
    found = compare(folder.catalogue, uses, folder.baselines, name)
    if not found.lines:
        raise QinglianError("packaging.nothing_covered", name=name, period=span.label)
    known: dict[Place, Intensity] = {}
    for scenario in ("actual", scenario_of(name)):
        run = calculate(book, actor, span, scenario=scenario)
        _learn(read_inventory(book, run.id), known)
    amounts = _amounts(folder, found)
    for facility, activity in amounts:
        if (facility, activity) not in known:
            raise QinglianError("packaging.not_posted", activity=activity, facility=facility, name=name)
    used = {place: known[place].factor for place in amounts}
    by_activity: dict[str, Fraction] = defaultdict(Fraction)
    for place, grams in amounts.items():
        by_activity[place[1]] += grams * known[place].kg_per_g
    return AvoidedEmissions(
        found,
        span,
        dict(sorted(by_activity.items())),
        tuple({factor.id: factor for factor in used.values()}.values()),
        require_one_method(factor.pack for factor in used.values()),
        tuple(use for use in touching if use not in uses),
    )


def _amounts(folder: PackagingFolder, found: Avoided) -> dict[Place, Fraction]:
    """Grams avoided by facility and activity, primary and recycled apart."""
    amounts: dict[Place, Fraction] = defaultdict(Fraction)
    catalogue = folder.catalogue
    for use, pinned in {line.use: line.pinned for line in found.lines}.items():
        for activity, grams in baseline_grams(catalogue, use, pinned).items():
            amounts[use.facility, activity] += grams
        for activity, grams in activity_grams(catalogue, catalogue.get(use.key), Fraction(use.units)).items():
            amounts[use.facility, activity] -= grams
    return dict(amounts)


def _learn(inventory: Inventory, known: dict[Place, Intensity]) -> None:
    """Learn what a gram stands for from every line of packaging; one factor per facility and activity."""
    for line in inventory.unresolved():
        if line.stream.dimension == DIMENSION:
            raise QinglianError(
                "packaging.factor_missing", activity=line.stream.activity, facility=line.stream.facility
            )
    for emission in inventory.select(GROSS):
        line = emission.line
        if line.stream.dimension != DIMENSION or line.factor is None or not line.quantity:
            continue
        place = (line.stream.facility, line.stream.activity)
        grams = line.quantity * ratio(parse_unit(line.unit), parse_unit(UNIT))
        found = Intensity(emission.kg_co2e / grams, line.factor)
        if known.setdefault(place, found) != found:
            raise QinglianError(
                "packaging.factor_changes",
                activity=place[1],
                first=known[place].factor.id,
                second=found.factor.id,
            )


def claim_avoided(book: Book, actor: Actor, valued: AvoidedEmissions) -> tuple[int, bool]:
    """Enter avoided emissions as a claim; return its number and whether it is new.

    Raises
    ------
    QinglianError
        ``packaging.nothing_avoided`` where the total is not above zero; ``packaging.claim_differs`` where
        the same claim stands with another figure.
    """
    if valued.kg_co2e <= 0:
        raise QinglianError("packaging.nothing_avoided", kg=plain(valued.kg_co2e))
    name, span = f"packaging:{valued.found.baseline}", valued.span
    with book.read() as connection:
        for row in claims(connection, "avoided"):
            if (row["name"], row["period_start"], row["period_end"]) == (name, span.start, span.end):
                if row["kg_co2e"] == plain(valued.kg_co2e):
                    return int(row["id"]), False
                raise QinglianError(
                    "packaging.claim_differs", number=row["id"], was=row["kg_co2e"], now=plain(valued.kg_co2e)
                )
    pins = sorted(
        {f"{'@'.join(line.use.key)} against {'@'.join(line.pinned)}" for line in valued.found.lines}
    )
    claim = Claim(
        account="avoided",
        name=name,
        period_start=span.start,
        period_end=span.end,
        baseline=f"{scenario_of(valued.found.baseline)}: {'; '.join(pins)}",
        method=f"{METHOD} ({valued.method})",
        factor="; ".join(sorted(f"{one.activity}: {one.pack} {one.id}" for one in valued.factors)),
        kg_co2e=valued.kg_co2e,
        inputs=tuple(_inputs(valued)),
    )
    return enter_claim(book, actor, claim), True


def _inputs(valued: AvoidedEmissions) -> list[tuple[str, str]]:
    grams = valued.found.by_material_g
    masses = [(f"{TONNES}{name}", plain(mass / GRAMS_A_TONNE)) for name, mass in grams.items()]
    emissions = [(f"kg_co2e.{name}", plain(kg)) for name, kg in valued.by_activity.items()]
    left_out = (("uncovered_uses", valued.found.uncovered), ("crossing_uses", valued.crossing))
    return [*masses, *emissions, *((name, str(len(uses))) for name, uses in left_out)]

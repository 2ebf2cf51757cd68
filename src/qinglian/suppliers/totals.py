"""Category 1 by method and partner, with the share of primary data and the quality carried to the total."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.ledger.inventory import GROSS
from qinglian.suppliers.account import DIMENSION
from qinglian.suppliers.supplier_pack import PREFIX, primary_share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.ledger.inventory import Emission, Inventory
    from qinglian.suppliers.model import Partner, Purchase

SPECIFIC, HYBRID, AVERAGE, SPEND = "supplier_specific", "hybrid", "average", "spend"
METHODS = (SPECIFIC, HYBRID, AVERAGE, SPEND)


@dataclass(frozen=True, slots=True)
class Part:
    """Emissions of one partner by one method."""

    partner: str
    method: str
    kg_co2e: Fraction
    primary_kg: Fraction
    quality_kg: Fraction
    """Kilograms times the quality of their factor, 1 best to 5."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Purchased goods and services of the room; `unresolved` counts records that no factor answers."""

    parts: tuple[Part, ...]
    unresolved: int

    @property
    def kg_co2e(self) -> Fraction:
        """Exact kilograms of CO2e."""
        return sum((part.kg_co2e for part in self.parts), Fraction(0))

    @property
    def primary_share(self) -> Fraction | None:
        """Share of the total that rests on primary data; None where there is no total."""
        total = self.kg_co2e
        return sum((part.primary_kg for part in self.parts), Fraction(0)) / total if total else None

    @property
    def quality(self) -> Fraction | None:
        """Quality of the factors, weighted by emissions: 1 best to 5."""
        total = self.kg_co2e
        return sum((part.quality_kg for part in self.parts), Fraction(0)) / total if total else None

    def by_method(self) -> dict[str, Fraction]:
        """Kilograms by method, in the order of `METHODS`."""
        sums = dict.fromkeys(METHODS, Fraction(0))
        for part in self.parts:
            sums[part.method] += part.kg_co2e
        return sums

    def by_partner(self) -> dict[str, Fraction]:
        """Kilograms by partner."""
        sums: dict[str, Fraction] = {}
        for part in self.parts:
            sums[part.partner] = sums.get(part.partner, Fraction(0)) + part.kg_co2e
        return dict(sorted(sums.items()))


def totals(inventory: Inventory) -> Totals:
    """Sum what the room's purchases emit in an inventory."""
    sums: dict[tuple[str, str], list[Fraction]] = {}
    for emission in inventory.select(GROSS, category=1):
        line = emission.line
        if line.stream.dimension != DIMENSION or line.factor is None:
            continue
        kg = emission.kg_co2e
        row = sums.setdefault((line.stream.counterparty, method_of(emission)), [Fraction(0)] * 3)
        row[0] += kg
        row[1] += kg * (primary_share(line.factor.locator) if line.factor.pack.startswith(PREFIX) else 0)
        row[2] += kg * line.factor.quality
    unresolved = sum(
        line.records
        for line in inventory.unresolved()
        if line.stream.dimension == DIMENSION and line.rule.category == 1
    )
    return Totals(tuple(Part(*key, *row) for key, row in sorted(sums.items())), unresolved)


def method_of(emission: Emission) -> str:
    """Return which of the four methods valued a line (GHG Protocol Scope 3 Guidance, category 1)."""
    factor, activity = emission.line.factor, emission.line.stream.activity
    if factor is not None and factor.pack.startswith(PREFIX):
        return HYBRID if factor.locator.endswith("; hybrid") else SPECIFIC
    return SPEND if activity.startswith("spend") else AVERAGE


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of a basis that partners in each state of target hold; ``None`` is unknown."""

    basis: str
    by_state: dict[str | None, Fraction]

    def share(self, states: Iterable[str]) -> Fraction | None:
        """Share of partners in some states; None where the basis is zero."""
        whole = sum(self.by_state.values(), Fraction(0))
        return (
            sum((self.by_state.get(name, Fraction(0)) for name in states), Fraction(0)) / whole
            if whole
            else None
        )


def spend_coverage(partners: Iterable[Partner], purchases: Iterable[Purchase]) -> dict[str, Coverage]:
    """Return coverage by money paid, by currency."""
    states = {one.id: one.target for one in partners}
    sums: dict[str, dict[str | None, Fraction]] = {}
    for one in purchases:
        if one.spent is None:
            continue
        row = sums.setdefault(one.paid_in, {})
        state = states.get(one.partner)
        row[state] = row.get(state, Fraction(0)) + one.spent
    return {currency: Coverage("spend", row) for currency, row in sorted(sums.items())}


def emission_coverage(partners: Iterable[Partner], found: Totals) -> Coverage:
    """Return coverage by emissions of the room's category 1."""
    states = {one.id: one.target for one in partners}
    sums: dict[str | None, Fraction] = {}
    for partner, kg in found.by_partner().items():
        state = states.get(partner)
        sums[state] = sums.get(state, Fraction(0)) + kg
    return Coverage("emissions", sums)

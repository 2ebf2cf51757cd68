"""Two plans of the same orders, prices, factors and fulfilment; anything else is refused."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.production.savings.causes import Split, split_energy, split_priced
from qinglian.production.savings.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.production.verify import Verification


@dataclass(frozen=True, slots=True)
class Allowance:
    """By how much a plan may be less punctual than its baseline and still be called as good.

    Parameters
    ----------
    tardiness
        Weighted tardiness: share of the baseline's (a fifth is ``Fraction(1, 5)``) …
    minutes
        … plus so many weighted minutes.
    lots
        Lots more that are late.
    """

    tardiness: Fraction = Fraction(0)
    minutes: int = 0
    lots: int = 0

    def __post_init__(self) -> None:
        if self.tardiness < 0 or self.minutes < 0 or self.lots < 0:
            raise ValueError("an allowance is not negative")

    def __str__(self) -> str:
        return f"tardiness {self.tardiness} + {self.minutes} min, {self.lots} lots"


EQUAL = Allowance()


@dataclass(frozen=True, eq=False)
class Comparison:
    """Savings of a plan against a baseline: bought kWh, cost, and kg CO2e by (method, name) of intensities.

    `cost` is energy cost, None without a tariff; the demand charge is a figure of its own.
    """

    baseline: Verification
    plan: Verification
    identity: Identity
    allowance: Allowance
    kwh: Split
    cost: Split | None
    kg: dict[tuple[str, str], Split]
    demand_charge: Fraction | None
    peak_kw: Fraction

    def split(self, measure: str) -> Split:
        """Split of ``kwh``, ``cost`` or ``kg:NAME`` with the method or name of an intensity.

        Raises
        ------
        QinglianError
            ``production.savings_no_measure``.
        """
        name, _, which = measure.partition(":")
        if name == "kg":
            found = [split for key, split in self.kg.items() if which in key]
            if len(found) == 1:
                return found[0]
        elif measure == "kwh":
            return self.kwh
        elif measure == "cost" and self.cost is not None:
            return self.cost
        raise QinglianError("production.savings_no_measure", measure=measure)

    def share(self, measure: str) -> Fraction:
        """Saving as a share of the baseline's amount; 0 where that is nil."""
        amount = _amount(self.baseline, measure)
        return self.split(measure).total / amount if amount else Fraction(0)


def _amount(found: Verification, measure: str) -> Fraction:
    name, _, which = measure.partition(":")
    if name == "kg":
        return found.co2e(which)
    return found.energy.bought_kwh if name == "kwh" else found.cost or Fraction(0)


def compare(baseline: Verification, plan: Verification, allowance: Allowance = EQUAL) -> Comparison:
    """Compare two verified plans.

    Raises
    ------
    QinglianError
        Everything that forbids it: ``production.savings_violations``, ``production.savings_differs``
        (orders, plant, horizon, tariff, intensities, generation), ``production.savings_tardiness``,
        ``production.savings_lots``.
    """
    mine, other = Identity.of(plan.instance), Identity.of(baseline.instance)
    reasons = [*_unlike(baseline, plan, mine, other), *_less_punctual(baseline, plan, allowance)]
    if reasons:
        raise QinglianError.many(reasons)
    return Comparison(
        baseline=baseline,
        plan=plan,
        identity=mine,
        allowance=allowance,
        kwh=split_energy(baseline.energy, plan.energy),
        cost=_cost(baseline, plan),
        kg=_carbon(baseline, plan),
        demand_charge=_less(baseline.demand_charge, plan.demand_charge),
        peak_kw=baseline.peak_kw - plan.peak_kw,
    )


def _unlike(baseline: Verification, plan: Verification, mine: Identity, other: Identity) -> Iterator[Problem]:
    for name, found in (("baseline", baseline), ("plan", plan)):
        if found.violations:
            params = {"which": name, "count": len(found.violations), "first": found.violations[0].message()}
            yield Problem("production.savings_violations", None, params)
    for part in mine.differs_in(other):
        yield Problem("production.savings_differs", None, {"part": part})


def _less_punctual(baseline: Verification, plan: Verification, allowance: Allowance) -> Iterator[Problem]:
    before, after = baseline.kpis, plan.kpis
    limit = before.weighted_tardiness * (1 + allowance.tardiness) + allowance.minutes
    if after.weighted_tardiness > limit:
        params = {
            "given": after.weighted_tardiness,
            "baseline": before.weighted_tardiness,
            "limit": int(limit),
        }
        yield Problem("production.savings_tardiness", None, params)
    if after.lots_on_time + allowance.lots < before.lots_on_time:
        params = {"given": after.lots_on_time, "baseline": before.lots_on_time, "allowed": allowance.lots}
        yield Problem("production.savings_lots", None, params)


def _less(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    return None if before is None or after is None else before - after


def _cost(baseline: Verification, plan: Verification) -> Split | None:
    total, tariff = _less(baseline.cost, plan.cost), plan.instance.tariff
    if total is None or tariff is None:
        return None
    return split_priced(baseline.energy, plan.energy, tariff.prices, total)


def _carbon(baseline: Verification, plan: Verification) -> dict[tuple[str, str], Split]:
    before = {(item.method, item.name): item.kg for item in baseline.carbon}
    after = {(item.method, item.name): item.kg for item in plan.carbon}
    splits: dict[tuple[str, str], Split] = {}
    for item in plan.instance.intensities:
        key = (item.method, item.name)
        total = before[key] - after[key]
        splits[key] = split_priced(baseline.energy, plan.energy, item.milligrams, total)
    return splits

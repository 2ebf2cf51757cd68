"""The answer of `verify`: what a plan violates, and what it comes to, from the inputs alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.production.model import Intensities
from qinglian.production.told_minutes import told
from qinglian.production.verify.booking import Bookings, book
from qinglian.production.verify.checks import check, check_frozen
from qinglian.production.verify.energy import MILLION, Energy, account, priced
from qinglian.production.verify.kpis import Kpis, kpis
from qinglian.production.verify.timeline import Stretch, timelines
from qinglian.production.verify.work import working_times

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan


@dataclass(frozen=True, slots=True)
class Carbon:
    """kg CO2e of what is bought, by one named intensity."""

    method: Intensities
    name: str
    kg: Fraction


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Value of an objective, by term; `levels` are the sums of its lexicographic groups, or of all terms."""

    terms: dict[str, Fraction]
    levels: tuple[Fraction, ...]

    @property
    def total(self) -> Fraction:
        """Sum of all terms."""
        return sum(self.terms.values(), Fraction(0))


@dataclass(frozen=True, eq=False)
class Verification:
    """A recomputed plan. Where `violations` stand, the figures are those of what could be read of the plan.

    Parameters
    ----------
    cost
        Bought energy at its hours' prices less what is paid for energy fed in; None without a tariff.
    demand_charge
        Charge on the peak; None without a tariff.
    """

    violations: tuple[Problem, ...]
    kpis: Kpis
    energy: Energy
    cost: Fraction | None
    demand_charge: Fraction | None
    carbon: tuple[Carbon, ...]
    instance: Instance
    plan: Plan
    bookings: Bookings
    stretches: dict[str, list[Stretch]]

    @property
    def valid(self) -> bool:
        """Whether the plan violates nothing."""
        return not self.violations

    @property
    def peak_kw(self) -> Fraction:
        """Highest mean bought kW over the tariff's windows."""
        return self.energy.peak_w / 1000

    def co2e(self, which: str = "location") -> Fraction:
        """Kg CO2e by the intensity of this method, or of this name.

        Raises
        ------
        QinglianError
            ``production.verify_no_intensity`` where there is none, or more than one.
        """
        found = [item for item in self.carbon if which in (item.method, item.name)]
        if len(found) != 1:
            known = ", ".join(f"{item.method} ({item.name})" for item in self.carbon) or "-"
            raise QinglianError("production.verify_no_intensity", which=which, known=known)
        return found[0].kg

    def require_valid(self) -> None:
        """Raise all violations as one error, if there are any."""
        if self.violations:
            raise QinglianError.many(self.violations)

    def evaluate(self, objective: Objective, released: Plan | None = None) -> Evaluation:
        """Value of an objective; `released` is the plan that the term `deviation` counts changes to.

        Raises
        ------
        QinglianError
            ``production.verify_no_tariff`` or ``production.verify_no_intensity`` where a priced term lacks
            its table.
        """
        lots, minutes = deviation(self.plan, released) if released else (0, 0)
        terms = {
            "tardiness": Fraction(objective.tardiness) * self.kpis.weighted_tardiness,
            "setup": Fraction(objective.setup) * self.kpis.setup_minutes,
            "energy": self._money(self.cost, Fraction(objective.energy)),
            "carbon": Fraction(objective.carbon) * self.co2e(objective.intensity)
            if objective.carbon
            else Fraction(0),
            "peak": self._money(self.demand_charge, Fraction(objective.peak)),
            "deviation": Fraction(objective.deviation) * lots
            + Fraction(objective.deviation_minute) * minutes,
        }
        levels = objective.levels or (tuple(terms),)
        return Evaluation(terms, tuple(sum((terms[name] for name in level), Fraction(0)) for level in levels))

    def _money(self, amount: Fraction | None, price: Fraction) -> Fraction:
        if not price:
            return Fraction(0)
        if amount is None:
            raise QinglianError("production.verify_no_tariff")
        return price * amount


def verify(
    instance: Instance, plan: Plan, *, released: Plan | None = None, frozen_until: int = 0
) -> Verification:
    """Recompute a plan, ours or a foreign one, from the inputs alone.

    Parameters
    ----------
    released, frozen_until
        Tasks of this plan that begin before this minute must be kept as they are.
    """
    bookings, problems = book(instance, plan)
    times = working_times(instance)
    problems += check(instance, bookings, times)
    if released is not None:
        problems += check_frozen(plan, released, frozen_until)
    stretches, span_problems = timelines(instance, plan, bookings, times)
    energy = account(instance, stretches, bookings.makespan)
    cost, demand_charge = _costs(instance, energy)
    return Verification(
        violations=told(instance, problems + span_problems),
        kpis=kpis(instance, bookings, times, energy),
        energy=energy,
        cost=cost,
        demand_charge=demand_charge,
        carbon=_carbon(instance, energy),
        instance=instance,
        plan=plan,
        bookings=bookings,
        stretches=stretches,
    )


def _costs(instance: Instance, energy: Energy) -> tuple[Fraction | None, Fraction | None]:
    tariff = instance.tariff
    if tariff is None:
        return None, None
    fed_in = priced(energy.fed_in, [tariff.feed_in] * len(energy.fed_in))
    demand = energy.peak_w / 1000 * Fraction(tariff.demand, MILLION)
    return priced(energy.bought, tariff.prices) - fed_in, demand


def _carbon(instance: Instance, energy: Energy) -> tuple[Carbon, ...]:
    return tuple(
        Carbon(item.method, item.name, priced(energy.bought, item.milligrams))
        for item in instance.intensities
    )


def deviation(plan: Plan, released: Plan) -> tuple[int, int]:
    """Lots that leave their line or their order, and the minutes that starts move, against a released plan.

    A lot leaves its order where, among the tasks both plans have on its line, another one comes before it.
    """
    old, new = released.task_of, plan.task_of
    common = {key for key in old.keys() & new.keys() if old[key].line == new[key].line}
    before_old, before_new = _before(released, common), _before(plan, common)
    left = {key[0] for key in old.keys() & new.keys() if key not in common}
    left |= {key[0] for key in common if before_old[key] != before_new[key]}
    return len(left), sum(abs(old[key].start - new[key].start) for key in old.keys() & new.keys())


def _before(plan: Plan, common: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str] | None]:
    found: dict[tuple[str, str], tuple[str, str] | None] = {}
    for tasks in plan.by_line.values():
        last = None
        for task in tasks:
            key = (task.lot, task.stage)
            if key in common:
                found[key], last = last, key
    return found

"""A plan that saves energy and is late by no more than a declared allowance over the energy-blind one.

First the energy-blind plan says how much lateness is unavoidable for this search. Then the search minds
energy too, beginning where the linear programme would assign the work; where that is too late, lateness gets
dearer and the search goes on. If nothing keeps the allowance, the energy-blind plan is timed anew so that no
lot gets later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from qinglian.production.decide.assignment import start_plan
from qinglian.production.decide.timing import retime

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

GUARD = (("tardiness", "setup"), ("energy", "carbon", "peak"))
BLIND_SHARE = 0.4
ALLOWANCE = Decimal("0.05")
"""Share by which weighted tardiness may grow: about what it differs by from seed to seed."""
SHARES = (0.4, 0.3, 0.3)
"""Shares of the time for one try after the other."""
DEARER = 4
"""So many times dearer gets lateness after a try that exceeded the allowance."""
TIMING_SECONDS = 3.0


class Search(Protocol):
    """`qinglian.production.decide.solve`, or another with these parameters."""

    def __call__(
        self, instance: Instance, objective: Objective, *, seconds: float, seed: int, start: Plan | None
    ) -> Plan:
        """Return a plan."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """Weighted minutes late of a plan, and its value in the objective."""

    tardiness: Fraction
    value: Fraction


Judge = Callable[["Instance", "Plan", "Objective"], Lateness]


@dataclass(frozen=True, slots=True)
class Pair:
    """The energy-blind plan and the one that minds energy; `kept` says that a search kept the allowance."""

    blind: Plan
    plan: Plan
    kept: bool


def within_allowance(
    instance: Instance,
    objective: Objective,
    *,
    seconds: float,
    search: Search,
    judge: Judge | None = None,
    allowance: Decimal = ALLOWANCE,
    seed: int = 0,
    blind: Plan | None = None,
) -> Pair:
    """Return a plan whose weighted tardiness is at most ``1 + allowance`` times that of the energy-blind one.

    Parameters
    ----------
    blind
        The energy-blind plan, if it is known; else two fifths of the time go into it.
    """
    judge = judge or judged
    if blind is None:
        first = seconds * BLIND_SHARE
        blind = search(instance, blind_of(objective), seconds=first, seed=seed, start=None)
        seconds -= first
    limit = judge(instance, blind, objective).tardiness * (1 + Fraction(allowance))
    best = retime(instance, blind, replace(objective, levels=GUARD), seconds=TIMING_SECONDS)
    value, kept = judge(instance, best, objective).value, False
    start, price = start_plan(instance, objective), objective
    for share in SHARES:
        start = found = search(instance, price, seconds=seconds * share, seed=seed, start=start)
        for plan in _timed(instance, found, objective):
            judged_plan = judge(instance, plan, objective)
            if judged_plan.tardiness <= limit:
                kept = True
                if judged_plan.value < value:
                    best, value = plan, judged_plan.value
        if judge(instance, found, objective).tardiness > limit:
            price = replace(price, tardiness=price.tardiness * DEARER)
    return Pair(blind, best, kept)


def blind_of(objective: Objective) -> Objective:
    """Return an objective without the prices of energy, carbon and peak."""
    nothing = Decimal(0)
    return replace(objective, energy=nothing, carbon=nothing, peak=nothing, levels=())


def _timed(instance: Instance, plan: Plan, objective: Objective) -> list[Plan]:
    """Time a plan by the prices alone, and so that no lot gets later."""
    guarded = replace(objective, levels=GUARD)
    return [retime(instance, plan, item, seconds=TIMING_SECONDS) for item in (objective, guarded)]


def judged(instance: Instance, plan: Plan, objective: Objective) -> Lateness:
    """Weighted tardiness and value by `verify`."""
    from qinglian.production.verify import verify

    found = verify(instance, plan)
    return Lateness(Fraction(found.kpis.weighted_tardiness), found.evaluate(objective).total)

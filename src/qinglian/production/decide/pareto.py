"""A few plans to choose from: lateness, cost and carbon against each other, by sweeping prices.

One run is a pure function of instance, scenario and seed, so runs go to processes (or elsewhere) as they
are. How a plan is made and how it is judged is handed in: `solved` and `judged` are the room's own, by
search and `verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

MOST = 7
AXES = ("tardiness", "cost", "carbon")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run: prices and a seed, under a name that a planner understands."""

    name: str
    objective: Objective
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan is compared by: weighted minutes late, cost of energy, kg CO2e; whether it is valid at all.

    An axis that the instance has no table for is 0 for all plans.
    """

    tardiness: Fraction
    cost: Fraction
    carbon: Fraction
    valid: bool = True

    @property
    def axes(self) -> tuple[Fraction, ...]:
        """The figures in the order of `AXES`."""
        return self.tardiness, self.cost, self.carbon


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan of the front, the scenario it came from, and its figures."""

    scenario: Scenario
    plan: Plan
    figures: Figures


Solve = Callable[["Instance", "Objective", int], "Plan"]
Judge = Callable[["Instance", "Plan"], Figures]


def carbon_prices(
    objective: Objective, prices: Iterable[Decimal | str], seeds: Iterable[int] = (0,)
) -> list[Scenario]:
    """Scenarios of one objective under several prices per kg of CO2e."""
    return [
        Scenario(f"carbon {price}", replace(objective, carbon=Decimal(price)), seed)
        for price in prices
        for seed in seeds
    ]


def tardiness_prices(
    objective: Objective, prices: Iterable[Decimal | str], seeds: Iterable[int] = (0,)
) -> list[Scenario]:
    """Scenarios of one objective under several prices per weighted minute late."""
    return [
        Scenario(f"tardiness {price}", replace(objective, tardiness=Decimal(price)), seed)
        for price in prices
        for seed in seeds
    ]


def run(instance: Instance, scenario: Scenario, solve: Solve, judge: Judge) -> Choice:
    """Make and judge one plan."""
    plan = solve(instance, scenario.objective, scenario.seed)
    return Choice(scenario, plan, judge(instance, plan))


def sweep(
    instance: Instance,
    scenarios: Sequence[Scenario],
    solve: Solve,
    judge: Judge,
    *,
    processes: int = 1,
    most: int = MOST,
) -> tuple[Choice, ...]:
    """Run all scenarios and return the front.

    Parameters
    ----------
    solve, judge
        With several processes they are sent there: functions of a module, or partials of such.
    processes
        Runs at a time; 1 stays in this process. Each is a fresh interpreter (spawned).
    """
    one = partial(_run_in, instance, solve, judge)
    if processes <= 1 or len(scenarios) <= 1:
        return front([one(scenario) for scenario in scenarios], most)
    workers = min(processes, len(scenarios))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return front(list(pool.map(one, scenarios)), most)


def _run_in(instance: Instance, solve: Solve, judge: Judge, scenario: Scenario) -> Choice:
    return run(instance, scenario, solve, judge)


def front(choices: Iterable[Choice], most: int = MOST) -> tuple[Choice, ...]:
    """Return valid choices that no other one beats, at most so many and far apart, by lateness."""
    kept = _distinct(choice for choice in choices if choice.figures.valid)
    best = [choice for choice in kept if not any(_beats(other, choice) for other in kept)]
    return tuple(sorted(_apart(best, most), key=lambda choice: choice.figures.axes))


def _distinct(choices: Iterable[Choice]) -> list[Choice]:
    found: dict[tuple[Fraction, ...], Choice] = {}
    for choice in choices:
        found.setdefault(choice.figures.axes, choice)
    return list(found.values())


def _beats(one: Choice, other: Choice) -> bool:
    pairs = list(zip(one.figures.axes, other.figures.axes, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _apart(choices: list[Choice], most: int) -> list[Choice]:
    """Keep the best of each axis, then again and again the one that is farthest from those kept."""
    if len(choices) <= most:
        return choices
    scaled = _scaled(choices)
    kept: list[int] = []
    for axis in range(len(AXES)):
        best = min(range(len(choices)), key=lambda index: (scaled[index][axis], scaled[index]))
        if best not in kept and len(kept) < most:
            kept.append(best)
    while len(kept) < most:
        rest = [index for index in range(len(choices)) if index not in kept]
        kept.append(max(rest, key=lambda index: min(_distance(scaled[index], scaled[k]) for k in kept)))
    return [choices[index] for index in kept]


def _scaled(choices: list[Choice]) -> list[tuple[Fraction, ...]]:
    """Figures as shares of the range of each axis."""
    columns = list(zip(*(choice.figures.axes for choice in choices), strict=True))
    low = [min(column) for column in columns]
    wide = [(max(column) - min(column)) or Fraction(1) for column in columns]
    return [
        tuple((value - a) / w for value, a, w in zip(choice.figures.axes, low, wide, strict=True))
        for choice in choices
    ]


def _distance(one: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> Fraction:
    return sum(((a - b) ** 2 for a, b in zip(one, other, strict=True)), Fraction(0))


def solved(instance: Instance, objective: Objective, seed: int, *, seconds: float = 10.0) -> Plan:
    """Search for a plan and time it; give it seconds by ``partial(solved, seconds=…)``."""
    from qinglian.production.decide import solve
    from qinglian.production.decide.timing import retime

    plan = solve(instance, objective, seconds=seconds, seed=seed, islands=1)
    return retime(instance, plan, objective)


def judged(instance: Instance, plan: Plan, *, intensity: str = "location") -> Figures:
    """Figures of a plan by `verify`."""
    from qinglian.production.verify import verify

    found = verify(instance, plan)
    known = {name for item in instance.intensities for name in (item.method, item.name)}
    return Figures(
        Fraction(found.kpis.weighted_tardiness),
        found.cost or Fraction(0),
        found.co2e(intensity) if intensity in known else Fraction(0),
        found.valid,
    )

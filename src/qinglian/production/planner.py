"""From an instance to a plan: first plan, search with checkpoints, timing, bound.

Imported lazily: without the extra ``production`` there is no compiled search, and this module says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError
from qinglian.production.decide.construct import EDD, FEWER, construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.search import rules
from qinglian.production.objective import CORE
from qinglian.production.wishes import is_blind, require_tables

if TYPE_CHECKING:
    from qinglian.production.decide import Step
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

RULES = "dispatching rules (best of ATCS)"
"""Origin of a plan that no search has touched."""

BY_DUE_DATE = "dispatching by due date (EDD)"
"""Origin of a plan in the order of due dates."""

EVERY = 5.0
"""Seconds between two checkpoints."""

RETIMING, MOST_RETIMING, LEAST_TIMING = 0.001, 0.25, 0.2
"""Seconds kept for the timing after the search where energy has a price: per lot, at most as a share of all,
and at least."""

HURRIED = 0.004
"""Seconds per lot below which fewer rules are tried."""

FOLLOWING, MOST_FOLLOWING = 2.3, 0.35
"""What follows a plan takes so many times as long as its first checkpoint did; at most a share of all."""

SMOOTHING = 0.15
"""Share of the time kept for lowering the peak, where it has a price."""


def _nothing(_: object) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long to search, how to begin, and whom to tell.

    Parameters
    ----------
    told
        Called with every step of the search.
    checkpoint
        Called with the first plan, and at most every `EVERY` seconds with the best one, while it gets better.
    cancelled
        Asked between rounds whether to stop with what there is.
    bounded
        Whether to work out a lower bound of the objective too.
    afterwards
        Seconds of `seconds` that whoever asks needs for the plan afterwards; more where the first checkpoint
        shows that the machine is busy.
    """

    seconds: float | None = None
    iterations: int | None = None
    seed: int = 0
    islands: int | None = None
    told: Callable[[Step], None] = field(default=_nothing)
    checkpoint: Callable[[Plan], None] = field(default=_nothing)
    cancelled: Callable[[], bool] = field(default=lambda: False)
    bounded: bool = True
    afterwards: float = 0.0


def missing_extra() -> list[str]:
    """Return the packages of the extra ``production`` that are not installed."""
    return [name for name in ("numba", "ortools") if find_spec(name) is None]


def require_extra() -> None:
    """Say which package is missing and how to get it.

    Raises
    ------
    QinglianError
        ``production.extra_missing``.
    """
    missing = missing_extra()
    if missing:
        raise QinglianError("production.extra_missing", packages=missing)


def first_plan(instance: Instance, objective: Objective = CORE, seconds: float | None = None) -> Plan:
    """Return the best plan of the dispatching rules.

    Where there are many lots, or little time for them, fewer rules are tried: the search gains more in it.
    """
    problem = Problem.of(instance, objective)
    hurried = seconds is not None and seconds < HURRIED * len(instance.lots)
    return decode(problem, construct(problem, FEWER if hurried else rules(problem)), origin=RULES)


def due_date_plan(instance: Instance) -> Plan:
    """Return the plan of dispatching by due date alone."""
    problem = Problem.of(instance, CORE)
    return decode(problem, construct(problem, (EDD,)), origin=BY_DUE_DATE)


def make_plan(instance: Instance, objective: Objective, effort: Effort) -> Plan:
    """Search for a plan.

    Raises
    ------
    QinglianError
        ``production.objective_no_tariff`` or ``production.objective_no_intensity``.
    """
    from qinglian.production.decide import solve
    from qinglian.production.decide.timing import retime

    begun = time.monotonic()
    require_tables(instance, objective)
    problem = Problem.of(instance, objective)
    first = first_plan(instance, objective, effort.seconds)
    written = time.monotonic()
    effort.checkpoint(first)
    following = _following(effort, time.monotonic() - written)
    bound = _bound(instance, objective) if effort.bounded else None
    blind = is_blind(objective)
    until = None if effort.seconds is None else begun + effort.seconds - following
    watch = _Watch(problem, effort, bound, until)
    left = (
        None if until is None else max(0.0, until - _timing(instance, objective, effort) - time.monotonic())
    )
    plan = solve(
        instance,
        objective,
        seconds=left,
        iterations=effort.iterations,
        seed=effort.seed,
        islands=effort.islands,
        start=first,
        progress=watch,
        cancelled=effort.cancelled,
        bound=bound if blind else None,
    )
    if not blind:
        rest = None if until is None else max(LEAST_TIMING, until - time.monotonic())
        plan = retime(instance, plan, objective, seconds=rest)
    budget = {"seconds": f"{effort.seconds:g}"} if effort.seconds is not None else {}
    if effort.iterations is not None:
        budget["iterations"] = str(effort.iterations)
    said = ", ".join(f"{value} {name}" for name, value in budget.items())
    facts = {name: value for name, value in plan.facts.items() if name not in ("seconds", "iterations")}
    origin = f"qinglian, seed {effort.seed}, {said}"
    return replace(plan, origin=origin, bound=bound, facts={**facts, **budget, "seed": str(effort.seed)})


def _following(effort: Effort, took: float) -> float:
    """Seconds to keep for what follows the plan; `took` the first checkpoint."""
    if effort.seconds is None or not effort.afterwards:
        return 0.0
    return min(max(effort.afterwards, FOLLOWING * took), MOST_FOLLOWING * effort.seconds)


def _timing(instance: Instance, objective: Objective, effort: Effort) -> float:
    """Seconds to keep for the timing after the search."""
    if is_blind(objective) or effort.seconds is None:
        return 0.0
    charged = objective.peak and instance.tariff is not None and instance.tariff.demand
    smoothing = SMOOTHING * effort.seconds if charged else 0.0
    return min(MOST_RETIMING * effort.seconds, RETIMING * len(instance.lots)) + smoothing


def solved(
    instance: Instance,
    objective: Objective,
    seed: int,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
) -> Plan:
    """Make a plan: the unit of work of a sweep, sent to other processes as it is."""
    effort = Effort(seconds=seconds, iterations=iterations, seed=seed, bounded=False)
    return make_plan(instance, objective, effort)


def _bound(instance: Instance, objective: Objective) -> float | None:
    """Return the best lower bound; None for an objective of levels, which no single number bounds."""
    from qinglian.production.decide.bounds import best_bound

    return None if objective.levels else float(best_bound(instance, objective).value)


class _Watch:
    """Passes steps on, and now and then a plan, unless the time left is too short to write one."""

    def __init__(self, problem: Problem, effort: Effort, bound: float | None, until: float | None) -> None:
        self.problem, self.effort, self.bound, self.until = problem, effort, bound, until
        self.saved, self.last = float("inf"), time.monotonic()

    def __call__(self, step: Step) -> None:
        self.effort.told(replace(step, bound=self.bound))
        sequences = getattr(step, "sequences", None)
        if sequences is None or step.objective >= self.saved or time.monotonic() - self.last < EVERY:
            return
        if self.until is not None and time.monotonic() + EVERY > self.until:
            return
        self.effort.checkpoint(
            decode(self.problem, sequences, origin=f"qinglian, after {step.seconds:.0f} s")
        )
        self.saved, self.last = step.objective, time.monotonic()


__all__ = [
    "Effort",
    "due_date_plan",
    "first_plan",
    "is_blind",
    "make_plan",
    "missing_extra",
    "require_extra",
    "solved",
]

"""The optimiser: instance and objective → plan. `verify` never imports it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinglian.production.decide.construct import completed
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.search import Result, Step, search
from qinglian.production.objective import CORE

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

__all__ = ["Problem", "Result", "Step", "search", "solve"]


def solve(
    instance: Instance,
    objective: Objective = CORE,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    islands: int | None = None,
    start: Plan | None = None,
    released: Plan | None = None,
    makespan: bool = False,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    bound: float | None = None,
) -> Plan:
    """Search for a plan and place it to the minute.

    Parameters
    ----------
    start
        A plan to begin with, as far as it fits the instance; what it lacks is dispatched.
    released
        The plan that `objective.deviation` prices moves away from.
    makespan
        Minimise the last end instead of the objective.
    bound
        A proven lower bound of the objective, if there is one; it is kept in the plan.
    """
    problem = Problem.of(instance, objective, released=released, makespan=makespan)
    begin = None if start is None else completed(problem, start)
    found = search(
        problem,
        seconds=seconds,
        iterations=iterations,
        seed=seed,
        islands=islands,
        start=begin,
        progress=progress,
        cancelled=cancelled,
        bound=bound,
    )
    budget = f"{seconds:g} s" if seconds is not None else f"{iterations} steps"
    plan = decode(problem, found.sequences, origin=f"qinglian search, seed {seed}, {budget}")
    facts = {
        "moves": str(found.moves),
        "objective": f"{found.objective:.6g}",
        "seconds": f"{found.seconds:.1f}",
    }
    return replace(plan, bound=bound, facts=facts)

"""Anytime search: from a dispatched plan on, better orders of operations until the time is up.

The first plan stands before anything is compiled; if the time ends while kernels are still being compiled, that
plan is the answer. With a number of iterations instead of a time the outcome depends on the seed alone.
"""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.decide.construct import ATCS, construct
from qinglian.production.decide.decode import cost, place

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.decide.islands import Team
    from qinglian.production.decide.problem import Problem, Sequences

STEPS = 20_000
"""Steps of a worker between two exchanges when the budget is a number of iterations."""
ROUND_SECONDS = 0.1
COUPLED_ROUND_SECONDS = 0.5
COLDEST = 0.012
MARGIN = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """Where a search stands: seconds since its start, best objective, moves judged, and the best known bound."""

    seconds: float
    objective: float
    moves: int
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The best order found, its cost by the prices of the search, and how it came about."""

    sequences: Sequences
    objective: float
    moves: int = 0
    seconds: float = 0.0
    trace: tuple[Step, ...] = field(default=())


def search(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    islands: int | None = None,
    start: Sequences | None = None,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    bound: float | None = None,
) -> Result:
    """Search for `seconds`, or for so many steps of all workers together, whichever ends first.

    Parameters
    ----------
    islands
        Workers; by default one per core for a time, and two for a number of iterations.
    start
        The plan to begin with; by default the best of the dispatching rules.
    progress, cancelled
        Called between rounds, about ten times a second; the search ends soon after `cancelled` says so.
    bound
        A lower bound known beforehand; reaching it ends the search.
    """
    if seconds is None and iterations is None:
        raise ValueError("a search needs seconds or iterations")
    clock = _Budget(time.perf_counter(), seconds, iterations, cancelled or (lambda: False))
    first = construct(problem, _rules(problem)) if start is None else start
    run = _Run(problem, first, clock, progress or (lambda _: None), bound)
    if problem.size and not run.reached() and compiled(clock):
        run.improve(_workers(problem, islands, iterations), seed)
    return run.result()


def compiled(budget: _Budget) -> bool:
    """Compile or load the kernels in the background; return whether they stand before the budget ends."""
    thread = threading.Thread(target=_warm, daemon=True, name="compile")
    thread.start()
    while thread.is_alive():
        thread.join(0.05)
        if budget.over(0):
            return not thread.is_alive()
    return _FAILED is None


_FAILED: Exception | None = None


def _warm() -> None:
    global _FAILED  # noqa: PLW0603
    try:
        from qinglian.production.decide.warm import warm

        warm()
    except ImportError as error:  # no numba: dispatching rules still plan
        _FAILED = error


def _rules(problem: Problem) -> tuple:  # type: ignore[type-arg]
    """Fewer rules where each takes long: what they gain, the search gains sooner."""
    return ATCS if problem.size <= 2000 else ATCS[5:7]


def _workers(problem: Problem, islands: int | None, iterations: int | None) -> int:
    if islands is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        islands = 2 if iterations is not None else min(cores, 8)
    return max(1, islands)


@dataclass
class _Budget:
    started: float
    seconds: float | None
    iterations: int | None
    cancelled: Callable[[], bool]

    def elapsed(self) -> float:
        return time.perf_counter() - self.started

    def share(self, steps: int) -> float:
        """How much of the budget is gone."""
        spent = [0.0]
        if self.seconds is not None:
            spent.append(self.elapsed() / max(self.seconds, 1e-9))
        if self.iterations is not None:
            spent.append(steps / max(self.iterations, 1))
        return max(spent)

    def over(self, steps: int) -> bool:
        return self.cancelled() or self.share(steps) >= 1.0

    def left(self) -> float:
        return math.inf if self.seconds is None else self.seconds - self.elapsed()


class _Run:
    """The best plan so far and the team that looks for better ones."""

    def __init__(
        self,
        problem: Problem,
        first: Sequences,
        budget: _Budget,
        progress: Callable[[Step], None],
        bound: float | None,
    ) -> None:
        self.problem, self.budget, self.progress, self.bound = problem, budget, progress, bound
        self.best = first
        self.objective = self.true_cost(first)
        self.moves = 0
        self.steps = 0
        self.trace: list[Step] = []
        self.tell()

    def true_cost(self, sequences: Sequences) -> float:
        return cost(self.problem, place(self.problem, sequences))

    def tell(self) -> None:
        step = Step(self.budget.elapsed(), self.objective, self.moves, self.bound)
        self.trace.append(step)
        self.progress(step)

    def reached(self) -> bool:
        return self.bound is not None and self.objective <= self.bound + 1e-9

    def result(self) -> Result:
        return Result(self.best, self.objective, self.moves, self.budget.elapsed(), tuple(self.trace))

    def improve(self, workers: int, seed: int) -> None:
        from qinglian.production.decide.islands import Team

        team = Team(self.problem, self.best, workers, seed)
        try:
            self.rounds(team, len(team.workers))
        finally:
            team.close()

    def rounds(self, team: Team, workers: int) -> None:
        unit = price_unit(self.problem)
        costs = [math.inf] * len(team.states)
        pace = _Pace(self.budget, self.problem.coupled)
        began = self.budget.share(self.steps)
        while not self.budget.over(self.steps) and not self.reached():
            gone = (self.budget.share(self.steps) - began) / max(1e-9, 1.0 - began)
            hot = hottest(self.problem)
            steps = pace.steps(self.steps, workers)
            if self.problem.makespan:
                team.aim(int(self.objective) - 1)
            found = team.round(unit * hot * (COLDEST / hot) ** min(1.0, gone), steps)
            self.steps += steps * workers
            self.moves = team.looks
            pace.learn(steps)
            for plan, value in enumerate(found):
                if self.problem.coupled or self.problem.makespan or value < costs[plan] - 1e-6:
                    costs[plan] = min(costs[plan], value)
                    self.consider(team.best(plan), value)
            self.tell()

    def consider(self, sequences: Sequences, value: float) -> None:
        """Keep a plan if it is the best; what counts is its cost when placed to the minute."""
        exact = not self.problem.coupled and not self.problem.makespan and self.problem.plain
        if exact and value >= self.objective - 1e-6:
            return
        value = self.true_cost(sequences)
        if value < self.objective - 1e-6:
            self.best, self.objective = sequences, value


class _Pace:
    """Steps of a round: a fixed number for a budget of iterations, about a tenth of a second for a time."""

    def __init__(self, budget: _Budget, coupled: bool) -> None:
        self.budget = budget
        self.seconds = COUPLED_ROUND_SECONDS if coupled else ROUND_SECONDS
        self.per_second = 50_000.0
        self.last = time.perf_counter()

    def steps(self, done: int, workers: int) -> int:
        self.last = time.perf_counter()
        budget = self.budget
        if budget.iterations is not None:
            return max(1, min(STEPS, -(-(budget.iterations - done) // workers)))
        wanted = min(self.seconds, max(0.01, 0.5 * budget.left()))
        return max(50, int(self.per_second * wanted))

    def learn(self, steps: int) -> None:
        seen = steps / max(1e-6, time.perf_counter() - self.last)
        self.per_second = min(seen, 4.0 * self.per_second)


def price_unit(problem: Problem) -> float:
    """What putting one operation before another costs or gains, roughly: the unit of temperature."""
    able = problem.minutes >= 0
    run = float(problem.minutes[able].mean()) if able.any() else 1.0
    setup = problem.setup[problem.setup > 0]
    unit = float(problem.weight.mean()) * run
    unit += float(problem.setup_price.mean()) * (float(setup.mean()) if len(setup) else 0.0)
    spread = np.where(able, problem.run_price, np.nan)
    if able.any():
        unit += float(np.nanstd(spread, axis=0).mean()) if not np.isnan(spread).all() else 0.0
    return 0.05 * run * 1000.0 if problem.makespan else max(unit, 1e-6)


def hottest(problem: Problem) -> float:
    """Temperature at the start, in units of price."""
    return 0.6

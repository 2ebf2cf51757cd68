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
HOTTEST = 0.25
COLDEST = 0.02
CYCLE = 3000
MARGIN = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """Where a search stands: seconds since its start, best objective, moves judged, and the best known bound."""

    seconds: float
    objective: float
    moves: int
    bound: float | None = None
    sequences: Sequences | None = field(default=None, repr=False, compare=False)


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
        step = Step(self.budget.elapsed(), self.objective, self.moves, self.bound, self.best)
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
        """Anneal again and again: each time from the best plan, as hot as chance will have it."""
        unit = price_unit(self.problem)
        pace = _Pace(self.budget, self.problem, workers)
        cycles = _Cycles(self.problem, np.random.default_rng([team.seed, 2]))
        while not self.budget.over(self.steps) and not self.reached():
            steps = pace.steps(self.steps)
            share = pace.share_of_cycle()
            if share == 0.0 and self.steps:
                for plan in range(len(team.states)):
                    if not self.problem.makespan:
                        team.restart(plan, self.best)
                cycles.again()
            if self.problem.makespan:
                team.aim(int(self.objective) - 1)
            found = team.round(unit * cycles.temperature(share), steps)
            self.steps += steps * workers
            self.moves = team.looks
            pace.learn(steps)
            for plan, value in enumerate(found):
                self.consider(team.best(plan) if self.promising(value) else None, value)
            self.tell()

    def promising(self, value: float) -> bool:
        """Whether a plan with this cost in the tables needs a look at what it costs to the minute."""
        return not self.problem.plain or self.problem.makespan or value < self.objective - 1e-6

    def consider(self, sequences: Sequences | None, value: float) -> None:
        """Keep a plan if it is the best; what counts is its cost when placed to the minute."""
        if sequences is None:
            return
        if not self.problem.plain or self.problem.makespan:
            value = self.true_cost(sequences)
        if value < self.objective - 1e-6:
            self.best, self.objective = sequences, value


@dataclass
class _Cycles:
    """Temperatures of one annealing after the other, in units of price."""

    problem: Problem
    chance: np.random.Generator
    hot: float = HOTTEST

    def again(self) -> None:
        self.hot = HOTTEST * float(self.chance.choice([1.0, 0.5, 0.25, 0.12]))

    def temperature(self, share: float) -> float:
        return float(self.hot * (min(COLDEST, 0.3 * self.hot) / self.hot) ** share)


class _Pace:
    """Steps of a round and rounds of a cycle.

    A budget of iterations is cut into rounds of a fixed number of steps, a time into rounds of about a tenth of
    a second. A cycle takes `CYCLE` steps for each operation, or all there is.
    """

    def __init__(self, budget: _Budget, problem: Problem, workers: int) -> None:
        self.budget, self.workers = budget, workers
        self.seconds = ROUND_SECONDS if problem.plain else COUPLED_ROUND_SECONDS
        self.cycle = CYCLE * max(problem.size, 20)
        self.per_second = 200_000.0
        self.last = time.perf_counter()
        self.done = 0
        self.began = budget.share(0)

    def steps(self, done: int) -> int:
        """Steps of each worker in the next round."""
        self.last = time.perf_counter()
        budget = self.budget
        if budget.iterations is not None:
            return max(1, min(STEPS, -(-(budget.iterations - done) // self.workers)))
        wanted = min(self.seconds, max(0.01, 0.5 * budget.left()))
        return max(50, min(int(self.per_second * wanted), self.cycle // 20))

    def share_of_cycle(self) -> float:
        """How far the cycle has got; 0 at the start of one."""
        total = self.budget.share(self.done * self.workers)
        spent = (total - self.began) / max(1e-9, 1.0 - self.began)
        if self.done == 0 or spent <= 0.0:
            return 0.0
        cycles = max(1, round(self.done / spent / self.cycle)) if spent > 0.02 or self.done > self.cycle else 1
        place = spent * cycles
        fresh = int(place) > getattr(self, "number", 0)
        self.number = int(place)
        return 0.0 if fresh else place - int(place)

    def learn(self, steps: int) -> None:
        self.done += steps
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


"""Anytime search: from a dispatched plan on, better orders of operations until the time is up.

The first plan stands before anything is compiled; if the time ends while kernels are still being compiled,
that plan is the answer. With a number of iterations instead of a time the outcome depends on the seed alone.
Crews and stages couple lines: workers see them through times that the last decoded plan implies, and plans
are compared by their cost when decoded.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.decide.construct import ATCS, FEWER, Rule, construct
from qinglian.production.decide.decode import cost, place
from qinglian.production.decide.pace import Budget, Pace, price_unit
from qinglian.production.decide.stages import implied

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.decide.problem import Problem, Sequences
    from qinglian.production.decide.workers import Workers

MANY = 2000
"""Operations from which on fewer rules are tried: the search gains more in the time."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a search stands: seconds since its start, best objective, moves judged, best known bound.

    `sequences` is the best order of operations so far.
    """

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
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Search for `seconds`, or for so many steps of all workers together, whichever ends first.

    Parameters
    ----------
    islands
        Workers; by default one per core for a time, and two for a number of iterations.
    start
        The plan to begin with; by default the best of the dispatching rules.
    progress, cancelled
        Called with the first plan and between rounds, about ten times a second; the search ends soon after
        `cancelled` says so.
    bound
        A lower bound known beforehand; reaching it ends the search.
    clock
        What `seconds` are counted by; measurements on a busy machine may count CPU seconds.
    """
    if seconds is None and iterations is None:
        raise ValueError("a search needs seconds or iterations")
    budget = Budget(clock(), seconds, iterations, cancelled or (lambda: False), clock)
    first = construct(problem, rules(problem)) if start is None else start
    run = _Run(problem, first, budget, progress or (lambda _: None), bound)
    if problem.size and not run.reached() and compiled(budget, problem):
        run.improve(_workers(islands, iterations), seed)
    return run.result()


def compiled(budget: Budget, problem: Problem) -> bool:
    """Compile or load the kernels in the background; return whether they stand before the budget ends."""
    done: list[bool] = []
    thread = threading.Thread(target=_warm, args=(done, problem), daemon=True, name="compile")
    thread.start()
    while thread.is_alive() and not budget.over(0):
        thread.join(0.05)
    return bool(done)


def _warm(done: list[bool], problem: Problem) -> None:
    try:
        from qinglian.production.decide.warm import warm
    except ImportError:  # without numba the dispatching rules still plan
        return
    warm(problem)
    done.append(True)


def rules(problem: Problem) -> tuple[Rule, ...]:
    """Rules worth trying first."""
    return ATCS if problem.size <= MANY else FEWER


def _workers(islands: int | None, iterations: int | None) -> int:
    if islands is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        islands = 2 if iterations is not None else min(cores, 8)
    return max(1, islands)


class _Run:
    """The best plan so far and the team that looks for better ones."""

    def __init__(
        self,
        problem: Problem,
        first: Sequences,
        budget: Budget,
        progress: Callable[[Step], None],
        bound: float | None,
    ) -> None:
        self.problem, self.budget, self.progress, self.bound = problem, budget, progress, bound
        self.best = self.now = first
        self.objective = self.decoded(first)
        self.moves = 0
        self.trace: list[Step] = []
        self.tell()

    def decoded(self, sequences: Sequences) -> float:
        return cost(self.problem, place(self.problem, sequences))

    def tell(self) -> None:
        step = Step(self.budget.elapsed(), self.objective, self.moves, self.bound, self.best)
        self.trace.append(replace(step, sequences=None))
        self.progress(step)

    def reached(self) -> bool:
        return self.bound is not None and self.objective <= self.bound + 1e-9

    def result(self) -> Result:
        return Result(self.best, self.objective, self.moves, self.budget.elapsed(), tuple(self.trace))

    def improve(self, workers: int, seed: int) -> None:
        from qinglian.production.decide.warm import workers_for

        team = workers_for(self.problem)(self.problem, self.best, workers, seed)
        pace = Pace(self.budget, self.problem, workers, np.random.default_rng([seed, 2]))
        try:
            while not self.budget.over(pace.done * workers) and not self.reached():
                self.round(team, pace)
        finally:
            team.close()

    def round(self, team: Workers, pace: Pace) -> None:
        """Let the team work for a while and keep what it found."""
        nearby, steps = pace.nearby, pace.steps()
        fresh, temperature, pressure = pace.turn()
        if nearby:
            temperature, pressure = pace.near(), 0.0
            for plan in range(team.plans):
                team.restart(plan, self.now)
            team.renew(*implied(self.problem, place(self.problem, self.now)))
        elif self.problem.makespan:
            team.aim(int(self.objective) - 1)
        elif fresh:
            for plan in range(team.plans):
                team.restart(plan, self.best)
        team.press(pressure)
        temperature *= price_unit(self.problem)
        found = team.round(temperature, steps)
        self.moves = team.looks
        pace.learn(steps)
        if nearby:
            self.follow(team, temperature * float(pace.chance.exponential()))
        else:
            for plan, value in enumerate(found):
                if not self.exact or value < self.objective - 1e-6:
                    self.consider(team.best(plan), value)
            self.now = self.best
        self.tell()

    def follow(self, team: Workers, worse: float) -> None:
        """Decode what each worker found; go on from the best of it unless it is much worse.

        Workers of coupled lines see other stages and crews as the plan they began with implies, which holds
        for few changes only: rounds are short, and their outcome is judged decoded.
        """
        offers = [team.best(plan) for plan in range(team.plans)]
        values = [self.decoded(offer) for offer in offers]
        chosen = int(np.argmin(values))
        if values[chosen] < self.objective - 1e-6:
            self.best, self.objective = offers[chosen], values[chosen]
        self.now = offers[chosen] if values[chosen] <= self.objective + worse else self.best

    @property
    def exact(self) -> bool:
        """Whether the cost that workers see is the cost of the decoded plan."""
        return self.problem.plain and not self.problem.makespan

    def consider(self, sequences: Sequences, value: float) -> None:
        if not self.exact:
            value = self.decoded(sequences)
        if value < self.objective - 1e-6:
            self.best, self.objective = sequences, value

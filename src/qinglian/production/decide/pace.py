"""How long a search may go on, how many steps a round takes, and how hot each round is."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.decide.problem import Problem

STEPS = 20_000
"""Steps of a worker between two exchanges when the budget is a number of iterations."""
ROUND_SECONDS = 0.1
CALENDAR_ROUND_SECONDS = 0.5
NEAR_STEPS = (0, 1, 4, 16)
NEAR = (0.0001, 0.01, 0.1)
"""Steps per operation and temperatures of a round where lines are coupled by stages or crews."""
HOTTEST = 0.6
COLDEST = 0.004
CYCLE = 250_000
"""Steps of a worker for each operation in one annealing; then it begins again from the best plan.

One slow annealing beats many quick ones wherever lines exchange work (43 lines × 1,500 lots after 40 s:
39,400 instead of 41,000); where there is a single line many quick ones find more.
"""
CYCLE_ALONE = 20_000
"""The same for a single line."""
PRESSURE = 0.4
"""Price of a minute of line time at the start of a cycle, in weights of all operations of a mean line.

Lateness alone does not see that a line has become free earlier before something is late; a price of time
that fades away leads to assignments that leave room. It pays where operations are many (43 lines × 1,500 lots
after 10 s: 48,700 instead of 55,100) and not where they are few, so that it fades below `MANY`.
"""
LAST_PRESSURE = 0.02
FREE_FROM = 0.45
MANY = 1000
AGAIN = (1.0, 0.5, 0.25, 0.12)


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds since `started`, or steps of all workers together, whichever end first."""

    started: float
    seconds: float | None
    iterations: int | None
    cancelled: Callable[[], bool]
    clock: Callable[[], float] = time.perf_counter

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return self.clock() - self.started

    def left(self) -> float:
        """Return the seconds that are left."""
        return math.inf if self.seconds is None else self.seconds - self.elapsed()

    def share(self, steps: int) -> float:
        """Return how much of the budget is gone."""
        spent = [0.0]
        if self.seconds is not None:
            spent.append(self.elapsed() / max(self.seconds, 1e-9))
        if self.iterations is not None:
            spent.append(steps / max(self.iterations, 1))
        return max(spent)

    def over(self, steps: int) -> bool:
        """Whether the search is to end."""
        return self.cancelled() or self.share(steps) >= 1.0


@dataclass
class Pace:
    """Annealing in cycles: as many of `CYCLE` steps per operation as fit into the budget, at least one."""

    budget: Budget
    problem: Problem
    workers: int
    chance: np.random.Generator
    done: int = 0
    number: int = 0
    hot: float = HOTTEST
    _per_second: float = 200_000.0
    _round_began: float = 0.0
    _began: float = 0.0

    def __post_init__(self) -> None:
        self.cycle = (CYCLE if self.problem.lines > 1 else CYCLE_ALONE) * max(self.problem.size, 20)
        self._began = self.budget.share(0)

    def steps(self) -> int:
        """Steps of each worker in the next round."""
        self._round_began = self.budget.clock()
        budget = self.budget
        wanted = max(STEPS, (budget.iterations or 0) // (20 * self.workers))
        if self.nearby:
            wanted = int(self.problem.size * self.chance.choice(NEAR_STEPS)) + 50
        elif budget.iterations is None:
            seconds = ROUND_SECONDS if self.problem.plain else CALENDAR_ROUND_SECONDS
            seconds = min(seconds, max(0.01, 0.5 * budget.left()), 0.04 * (budget.seconds or 1.0))
            wanted = max(50, min(int(self._per_second * seconds), self.cycle // 20))
        if budget.iterations is not None:
            wanted = min(wanted, -(-(budget.iterations - self.done * self.workers) // self.workers))
        return max(1, wanted)

    @property
    def nearby(self) -> bool:
        """Whether rounds stay near a plan: always with stages, with crews once half the budget is gone."""
        staged = bool((self.problem.previous >= 0).any())
        late = self.budget.share(self.done * self.workers) > 0.5
        return staged or (self.problem.coupled and late and self.budget.iterations is None)

    def near(self) -> float:
        """Return a temperature at which few steps stay near the plan they begin with."""
        return float(self.hot * self.chance.choice(NEAR))

    def learn(self, steps: int) -> None:
        """Take note of a finished round."""
        self.done += steps
        seen = steps / max(1e-6, self.budget.clock() - self._round_began)
        self._per_second = min(seen, 4.0 * self._per_second)

    def turn(self) -> tuple[bool, float, float]:
        """Return whether a new cycle begins, the temperature, and the price of line time."""
        share = self.budget.share(self.done * self.workers)
        spent = max(0.0, (share - self._began) / max(1e-9, 1.0 - self._began))
        cycles = 1
        if spent > 0.02 or self.done > self.cycle:
            cycles = max(1, round(self.done / max(spent, 1e-9) / self.cycle))
        place = spent * cycles
        fresh = int(place) > self.number
        self.number = int(place)
        if fresh:
            self.hot = HOTTEST * float(self.chance.choice(AGAIN))
        cold = min(COLDEST, 0.3 * self.hot)
        gone = place - int(place)
        pressure = LAST_PRESSURE ** (gone / FREE_FROM) * self.hot / HOTTEST if gone < FREE_FROM else 0.0
        pressure *= min(1.0, self.problem.size / MANY)
        return fresh, float(self.hot * (cold / self.hot) ** gone), PRESSURE * pressure


def price_unit(problem: Problem) -> float:
    """What putting one operation before another costs or gains, roughly: the unit of temperature."""
    able = problem.minutes >= 0
    run = float(problem.minutes[able].mean()) if able.any() else 1.0
    if problem.makespan:
        return 50.0 * run
    setup = problem.setup[problem.setup > 0]
    unit = float(problem.weight.mean()) * run
    unit += float(problem.setup_price.mean()) * (float(setup.mean()) if len(setup) else 0.0)
    choices = able.sum(axis=0)
    total = np.where(able, problem.run_price, 0.0).sum(axis=0)
    mean = total / np.maximum(choices, 1)
    spread = np.where(able, np.abs(problem.run_price - mean), 0.0).sum(axis=0) / np.maximum(choices, 1)
    return max(unit + float(spread.mean()), 1e-6)

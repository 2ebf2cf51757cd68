"""Workers of a search on a line that stands alone: a population of plans each.

Where a line has nothing to exchange with, annealing finds little; descents from crossed plans find more
(docs/decisions/0013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qinglian.production.decide.islands import standing_cost, state_of, tables_of
from qinglian.production.decide.kernel_descent import STOP, Row, Sheet
from qinglian.production.decide.kernel_population import COUNTS, Population, evolve
from qinglian.production.decide.workers import Workers

if TYPE_CHECKING:
    from qinglian.production.decide.kernel import Tables
    from qinglian.production.decide.problem import Problem, Sequences

PLANS = 16
"""Plans of a population: in short trials as good as 10 and better than 20 (docs/decisions/0013)."""
SPAN = 6
"""Shifts that are tabled, in times of a mean operation with its setup."""


@dataclass
class Island:
    """One thread's own room."""

    sheet: Sheet
    population: Population


class Populations(Workers):
    """Workers with a population each."""

    def __init__(self, problem: Problem, sequences: Sequences, workers: int, seed: int) -> None:
        super().__init__(problem, workers, workers)
        self.tables = tables_of(problem, problem.release, problem.due, problem.weight)
        self.row = _row(problem, self.tables)
        head = state_of(problem, self.tables, sequences).entries[0]
        seeds = np.random.SeedSequence(seed).spawn(workers)
        self.islands = [Island(_sheet(self.row, head), _population(sequences[0], one)) for one in seeds]

    def round(self, temperature: float, steps: int) -> list[float]:
        """Let every worker look at so many exchanges; return the cost of each one's best plan."""

        def work(place: int) -> int:
            island = self.islands[place]
            return int(evolve(self.row, island.sheet, island.population, steps))

        self.each(work, self.plans)
        return [self._cost(place) for place in range(self.plans)]

    def _cost(self, place: int) -> float:
        return standing_cost(self.tables, state_of(self.problem, self.tables, self.best(place)))

    def best(self, place: int) -> Sequences:
        """Return the best plan so far."""
        return [self.islands[place].population.best.astype(np.int32)]


def _row(problem: Problem, tables: Tables) -> Row:
    given = tables.job.reshape(problem.size, tables.clocks)[:, problem.clock_of[0]]
    job = np.zeros(problem.size, STOP)
    for name in ("family", "release", "due", "hard", "weight"):
        job[name] = given[name]
    job["op"], job["run"] = np.arange(problem.size), problem.minutes[0]
    mean = float(problem.minutes[0].mean() + problem.setup[0].mean())
    return Row(job, tables.setup, tables.families, float(problem.setup_price[0]), int(SPAN * mean) + 1)


def _sheet(row: Row, head: Any) -> Sheet:
    size = len(row.job)
    sheet = Sheet(
        np.zeros(size + 2, STOP), np.zeros((size + 2, 2 * row.span + 1)), np.arange(2.0 * row.span + 1)
    )
    sheet.stops[0]["family"], sheet.stops[0]["end"] = head["family"], head["end"]
    return sheet


def _population(first: Any, seed: np.random.SeedSequence) -> Population:
    size = len(first)
    return Population(
        plans=np.zeros((PLANS, size), np.int64),
        value=np.zeros(PLANS),
        elite=np.zeros((PLANS, size), np.int64),
        best=np.asarray(first, np.int64),
        best_value=np.full(1, np.inf),
        count=np.zeros(COUNTS, np.int64),
        room=np.zeros(size + 2, STOP),
        taken=np.zeros(size, np.int64),
        child=np.zeros(size, np.int64),
        noise=seed.generate_state(2, np.uint64) | np.uint64(1),
    )

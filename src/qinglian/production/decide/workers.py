"""What every search has in common: threads that improve plans round by round, and what a round is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.decide.problem import Floats, Ints, Problem, Sequences


class Workers(ABC):
    """Threads on one plan or on several; what a kind of search has no use for, it need not take note of.

    Attributes
    ----------
    plans
        How many plans a round ends with.
    looks
        Changes of a plan judged so far, by all workers.
    """

    def __init__(self, problem: Problem, workers: int, plans: int) -> None:
        self.problem, self.plans, self.looks = problem, plans, 0
        self.pool = ThreadPoolExecutor(workers) if workers > 1 else None

    def close(self) -> None:
        """Let the threads go."""
        if self.pool is not None:
            self.pool.shutdown(wait=True)

    def each(self, work: Callable[[int], int], number: int) -> None:
        """Let each worker do its part and add up what they looked at."""
        numbers = range(number)
        self.looks += sum(self.pool.map(work, numbers) if self.pool is not None else map(work, numbers))

    @abstractmethod
    def round(self, temperature: float, steps: int) -> list[float]:
        """Let every worker take so many steps; return the cost of the best plan of the round, by plan."""

    @abstractmethod
    def best(self, place: int) -> Sequences:
        """Return the best plan of the last round."""

    def restart(self, place: int, sequences: Sequences) -> None:  # noqa: B027 - populations go on by themselves
        """Go on from another plan."""

    def renew(self, release: Ints, due: Ints, weight: Floats) -> None:  # noqa: B027 - for coupled lines only
        """Take over times that other stages of the plan imply; plans keep their order."""

    def aim(self, minute: int) -> None:  # noqa: B027 - for a makespan only
        """Set the makespan to be reached."""

    def press(self, price: float) -> None:  # noqa: B027 - for lines that exchange work only
        """Give line time a price, in weights of all operations of a mean line; costs are told without it."""

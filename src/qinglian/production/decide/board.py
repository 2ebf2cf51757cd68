"""A plan on the board: where one more operation would fit, and what it would cost and displace.

Each line holds its operations in order, each as early as it can be. An insertion is priced by walking the
line from there until the shift is absorbed; crews and later stages of a lot are left to `decode`. Everything
is plain Python: a cold process answers before a compiler would have started.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinglian.production.decide.problem import LATE, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qinglian.production.decide.problem import Problem, Sequences

UNBOUNDED = float("inf")
HARM = 1e-6
"""Less than this is no cost: what adding floats leaves behind."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for an operation: before what stands at `position` of a line, at a price.

    `own` is the part of the price that the operation itself pays; the rest falls on those behind it.
    """

    price: float
    own: float
    line: int
    position: int
    start: int
    end: int


class Board:
    """Operations of every line in order, with starts, ends and what each costs."""

    def __init__(self, problem: Problem, rows: Sequences | Sequence[Sequence[int]]) -> None:
        self.problem = problem
        self.deviation_minute = float(problem.objective.deviation_minute)
        self._minutes = problem.minutes.tolist()
        self._run_price = problem.run_price.tolist()
        self._setup = problem.setup.tolist()
        self._setup_price = problem.setup_price.tolist()
        self._class = problem.class_of.tolist()
        self._release = problem.release.tolist()
        self._fixed = problem.fixed.tolist()
        self._due = problem.due.tolist()
        self._deadline = problem.deadline.tolist()
        self._weight = problem.weight.tolist()
        self._previous = problem.previous.tolist()
        self._released_start = problem.released_start.tolist()
        self._start_of_line = list(zip(problem.available.tolist(), problem.start_class.tolist(), strict=True))
        self._clock = [problem.clocks[index] for index in problem.clock_of.tolist()]
        self._always = [clock.always for clock in self._clock]
        self.rows: list[list[int]] = [[int(op) for op in row] for row in rows]
        self.starts: list[list[int]] = [[] for _ in self.rows]
        self.ends: list[list[int]] = [[] for _ in self.rows]
        self.costs: list[list[float]] = [[] for _ in self.rows]
        self.end_of: dict[int, int] = {}
        for _ in range(max(1, int(problem.stage.max(initial=0)) + 1)):
            for line in range(len(self.rows)):
                self._settle(line)

    @property
    def cost(self) -> float:
        """Cost of everything on the board."""
        return sum(map(sum, self.costs))

    def able(self, operation: int) -> list[int]:
        """Lines that can make an operation."""
        return [line for line, minutes in enumerate(self._minutes) if minutes[operation] >= 0]

    def run(self, line: int, operation: int) -> int:
        """Working minutes of an operation on a line."""
        return int(self._minutes[line][operation])

    def find(self, operation: int) -> tuple[int, int]:
        """Line and position of an operation."""
        for line, row in enumerate(self.rows):
            if operation in row:
                return line, row.index(operation)
        raise KeyError(operation)

    def sequence(self) -> list[list[int]]:
        """Return a copy of the order of operations on each line."""
        return [list(row) for row in self.rows]

    def remove(self, operation: int) -> tuple[int, int]:
        """Take an operation off the board; return where it was."""
        line, position = self.find(operation)
        del self.rows[line][position]
        self.end_of.pop(operation, None)
        self._settle(line)
        return line, position

    def insert(self, operation: int, line: int, position: int) -> None:
        """Put an operation on the board."""
        self.rows[line].insert(position, operation)
        self._settle(line)

    def best(self, operation: int, lines: Sequence[int] | None = None) -> Slot | None:
        """Return the cheapest place of an operation that is off the board; None where nothing can make it."""
        best: Slot | None = None
        for line in self.able(operation) if lines is None else lines:
            for position in range(len(self.rows[line]) + 1):
                found = self.slot(operation, line, position, UNBOUNDED if best is None else best.price)
                if found is not None and (best is None or found.price < best.price):
                    best = found
        return best

    def slot(self, operation: int, line: int, position: int, limit: float = UNBOUNDED) -> Slot | None:
        """Price one place; None where the price reaches `limit`."""
        free, kind = self._state(line, position)
        setup, start, end = self._step(line, operation, free, kind)
        own = self._charge(line, operation, setup, start, end)
        if own - self._least(line, position) >= limit:
            return None
        price, free, kind = own, end, self._class[operation]
        row, ends, costs = self.rows[line], self.ends[line], self.costs[line]
        for place in range(position, len(row)):
            setup, begin, free = self._step(line, row[place], free, kind)
            price += self._charge(line, row[place], setup, begin, free) - costs[place]
            if free == ends[place]:
                break
            if price >= limit:
                return None
            kind = self._class[row[place]]
        return Slot(price, own, line, position, start, end) if price < limit else None

    def harmless_end(self, operation: int, lines: Sequence[int] | None = None) -> int:
        """Return the earliest end of an operation that is off the board where it costs the others nothing.

        `NEVER` where there is no such place.
        """
        best = NEVER
        for line in self.able(operation) if lines is None else lines:
            for position in range(len(self.rows[line]) + 1):
                free, kind = self._state(line, position)
                if free >= best:
                    break
                end = self._step(line, operation, free, kind)[2]
                if end < best and self._spares(operation, line, position, end):
                    best = end
        return best

    def _spares(self, operation: int, line: int, position: int, end: int) -> bool:
        """Whether those behind pay no more if an operation ends before them."""
        more, free, kind = 0.0, end, self._class[operation]
        row, ends, costs = self.rows[line], self.ends[line], self.costs[line]
        for place in range(position, len(row)):
            setup, begin, free = self._step(line, row[place], free, kind)
            more += self._charge(line, row[place], setup, begin, free) - costs[place]
            if free == ends[place]:
                break
            if free > ends[place] and more >= HARM and not self.deviation_minute:
                return False  # whatever is behind becomes later too
            kind = self._class[row[place]]
        return more < HARM

    @contextmanager
    def supposing(
        self, operation: int, *, release: int | None = None, minutes: Mapping[int, int] | None = None
    ) -> Iterator[None]:
        """Suppose another release of an operation that is off the board, or that more lines can make it."""
        old = self._release[operation]
        if release is not None:
            self._release[operation] = release
        for line, run in (minutes or {}).items():
            self._minutes[line][operation] = run
        try:
            yield
        finally:
            self._release[operation] = old
            for line in minutes or {}:
                self._minutes[line][operation] = -1

    def lateness(self) -> dict[int, int]:
        """Minutes late by operation, for late ones only."""
        return {op: end - self._due[op] for op, end in self.end_of.items() if end > self._due[op]}

    def _least(self, line: int, position: int) -> float:
        """The most that the operation behind could save: its own setup."""
        return self.costs[line][position] if position < len(self.rows[line]) else 0.0

    def _state(self, line: int, position: int) -> tuple[int, int]:
        if not position:
            return self._start_of_line[line]
        return self.ends[line][position - 1], self._class[self.rows[line][position - 1]]

    def _step(self, line: int, operation: int, free: int, kind: int) -> tuple[int, int, int]:
        """Return setup minutes, start and end of an operation behind others."""
        setup = self._setup[line][kind][self._class[operation]]
        minutes = self._minutes[line][operation]
        earliest = max(self._release[operation], self._fixed[operation])
        before = self._previous[operation]
        if before >= 0:
            earliest = max(earliest, self.end_of.get(before, 0))
        if self._always[line]:
            start = max(free + setup, earliest)
            return setup, start, start + minutes
        clock = self._clock[line]
        ready = clock.earliest(free, setup)[1] if setup else free
        return setup, *clock.earliest(max(ready, earliest), minutes)

    def _charge(self, line: int, operation: int, setup: int, start: int, end: int) -> float:
        price: float = self._run_price[line][operation] + self._setup_price[line] * setup
        if end > self._due[operation]:
            price += self._weight[operation] * (end - self._due[operation])
        if end > self._deadline[operation]:
            price += LATE * (end - self._deadline[operation])
        if self.deviation_minute and self._released_start[operation] >= 0:
            price += self.deviation_minute * abs(start - self._released_start[operation])
        return price

    def _settle(self, line: int) -> None:
        """Work a line out anew."""
        starts, ends, costs = [], [], []
        for operation, (setup, start, end) in zip(self.rows[line], self._walk(line), strict=True):
            starts.append(start)
            ends.append(end)
            costs.append(self._charge(line, operation, setup, start, end))
            self.end_of[operation] = end
        self.starts[line], self.ends[line], self.costs[line] = starts, ends, costs

    def _walk(self, line: int) -> Iterator[tuple[int, int, int]]:
        free, kind = self._start_of_line[line]
        for operation in self.rows[line]:
            setup, start, free = self._step(line, operation, free, kind)
            kind = self._class[operation]
            yield setup, start, free

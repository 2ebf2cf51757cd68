"""Order of operations per line → plan to the minute: calendars, crews, stages, fixed starts.

A serial schedule: of all lines the one whose next operation can start first goes on; each run as early as
possible, its setup as late as possible unless a crew has time only before.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.plan import Plan, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.decide.clocks import Clock
    from qinglian.production.decide.problem import Ints, Problem, Sequences


@dataclass(frozen=True, slots=True)
class Placed:
    """Minutes of an operation on a line: setup and run, half-open."""

    operation: int
    line: int
    setup_start: int
    setup_end: int
    start: int
    end: int


Booked = tuple[int, int, int]
"""A setup that crews already do: index of the line, start and end."""


def decode(
    problem: Problem, sequences: Sequences, *, origin: str = "", booked: Iterable[Booked] = ()
) -> Plan:
    """Place every operation in the given order and name it, beside setups that are `booked` already."""
    instance = problem.instance
    tasks = []
    for item in place(problem, sequences, booked):
        lot = instance.lots[problem.lot[item.operation]]
        tasks.append(
            Task(
                lot=lot.id,
                line=instance.lines[item.line].id,
                setup_start=item.setup_start,
                setup_end=item.setup_end,
                start=item.start,
                end=item.end,
                stage=instance.operations(lot)[problem.stage[item.operation]],
            )
        )
    return Plan(tuple(tasks), origin=origin)


def place(problem: Problem, sequences: Sequences, booked: Iterable[Booked] = ()) -> list[Placed]:
    """Place operations line by line; where stages wait for each other in a circle the order gives way."""
    decoder = _Decoder(problem, sequences)
    for line, start, end in booked:
        for crew in decoder.crews[line]:
            crew.book(start, end)
    return decoder.run()


def cost(problem: Problem, placed: Iterable[Placed]) -> float:
    """What placed operations cost by the flat prices of the search, with penalties for what is forbidden."""
    total, last = 0.0, 0
    for item in placed:
        operation, line = item.operation, item.line
        total += problem.weight[operation] * max(0, item.end - int(problem.due[operation]))
        total += 1e5 * max(0, item.end - int(problem.deadline[operation]))
        total += problem.run_price[line, operation]
        clock = problem.clocks[problem.clock_of[line]]
        total += problem.setup_price[line] * (clock.worked(item.setup_end) - clock.worked(item.setup_start))
        last = max(last, item.end)
    return float(last) if problem.makespan else float(total)


class _Decoder:
    def __init__(self, problem: Problem, sequences: Sequences) -> None:
        self.problem = problem
        self.queues = [deque(int(op) for op in row) for row in sequences]
        self.free = [int(minute) for minute in problem.available]
        self.family = [int(name) for name in problem.start_class]
        self.end = np.full(problem.size, -1, dtype=np.int64)
        self.crews = _crews(problem)
        self.pinned = bool((problem.fixed >= 0).any())

    def run(self) -> list[Placed]:
        placed: list[Placed] = []
        ready: dict[int, Placed] = {}
        while any(self.queues):
            for line, queue in enumerate(self.queues):
                if queue and line not in ready and self._unlocked(queue[0]):
                    ready[line] = self._next(line)
            if not ready:
                self._give_way()
                continue
            line = min(ready, key=lambda index: (ready[index].setup_start, ready[index].start, index))
            item = ready.pop(line)
            self._book(item)
            placed.append(item)
            if self.crews[line]:
                ready = {index: found for index, found in ready.items() if not self._touched(found, item)}
        return placed

    def _touched(self, item: Placed, booked: Placed) -> bool:
        """Whether crews that a setup has booked may move what was found to be next on another line."""
        mine, others = self.crews[item.line], self.crews[booked.line]
        if not any(crew is other for crew in mine for other in others):
            return False
        apart = booked.setup_end <= self.free[item.line] or item.setup_end <= booked.setup_start
        return self.pinned or not apart

    def _unlocked(self, operation: int) -> bool:
        before = self.problem.previous[operation]
        return bool(before < 0 or self.end[before] >= 0)

    def _give_way(self) -> None:
        """Bring forward the first operation that waits for nothing."""
        for queue in self.queues:
            for operation in queue:
                if self._unlocked(operation):
                    queue.remove(operation)
                    queue.appendleft(operation)
                    return

    def _next(self, line: int) -> Placed:
        """Place the line's next operation, or the fixed one that it would push."""
        queue = self.queues[line]
        item = self._try(line, queue[0], self.free[line], self.family[line])
        fixed = self._fixed(line)
        if fixed is None or fixed == queue[0]:
            return item
        family = int(self.problem.class_of[item.operation])
        if self._try(line, fixed, item.end, family).start <= self.problem.fixed[fixed]:
            return item
        queue.remove(fixed)
        queue.appendleft(fixed)
        return self._try(line, fixed, self.free[line], self.family[line])

    def _fixed(self, line: int) -> int | None:
        if not self.pinned:
            return None
        fixed = [op for op in self.queues[line] if self.problem.fixed[op] >= 0]
        return min(fixed, key=lambda op: int(self.problem.fixed[op]), default=None) if fixed else None

    def _try(self, line: int, operation: int, free: int, family: int) -> Placed:
        problem = self.problem
        clock = problem.clocks[problem.clock_of[line]]
        setup = int(problem.setup[line, family, problem.class_of[operation]])
        run = int(problem.minutes[line, operation])
        earliest = max(int(problem.release[operation]), int(problem.fixed[operation]))
        before = problem.previous[operation]
        if before >= 0:
            earliest = max(earliest, int(self.end[before]))
        first = self._crewed(line, clock, free, setup)
        start, end = clock.earliest(max(first[1], earliest), run)
        if not setup:
            return Placed(operation, line, start, start, start, end)
        late = clock.latest(start, setup)
        chosen = late if late is not None and late[0] >= first[0] and self._free(line, *late) else first
        return Placed(operation, line, chosen[0], chosen[1], start, end)

    def _crewed(self, line: int, clock: Clock, minute: int, setup: int) -> tuple[int, int]:
        """Place a setup at the earliest time at which every crew it needs has somebody free."""
        while True:
            start, end = clock.earliest(minute, setup)
            clash = max((crew.clash(start, end) for crew in self.crews[line]), default=-1)
            if clash < 0 or not setup:
                return start, end
            minute = clash + 1

    def _free(self, line: int, start: int, end: int) -> bool:
        return all(crew.clash(start, end) < 0 for crew in self.crews[line])

    def _book(self, item: Placed) -> None:
        self.queues[item.line].popleft()
        self.free[item.line] = item.end
        self.family[item.line] = int(self.problem.class_of[item.operation])
        self.end[item.operation] = item.end
        for crew in self.crews[item.line]:
            crew.book(item.setup_start, item.setup_end)


class _Crew:
    """How many of a crew are busy, minute by minute."""

    def __init__(self, size: int, minutes: int) -> None:
        self.size = size
        self.busy: Ints = np.zeros(minutes, dtype=np.int32)

    def clash(self, start: int, end: int) -> int:
        """Return the last minute of an interval in which nobody is free, or -1."""
        full = np.flatnonzero(self.busy[start:end] >= self.size)
        return start + int(full[-1]) if len(full) else -1

    def book(self, start: int, end: int) -> None:
        if end > len(self.busy):
            self.busy = np.concatenate([self.busy, np.zeros(end, dtype=np.int32)])
        self.busy[start:end] += 1


def _crews(problem: Problem) -> list[list[_Crew]]:
    """Crews of each line, by its setup group."""
    limit = problem.instance.horizon.limit
    made = [(crew.groups, _Crew(crew.size, limit + 1)) for crew in problem.instance.crews]
    return [[crew for groups, crew in made if line.setup_group in groups] for line in problem.instance.lines]

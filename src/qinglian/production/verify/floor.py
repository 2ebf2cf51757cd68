"""The shop floor of one replication: an event heap over lines, crews and lots, in whole minutes.

Each line keeps its sequence and begins nothing before its planned minute (right shift): what is late pushes
what comes after it. Setups wait for their crews, runs for material and the stage before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush, merge
from typing import TYPE_CHECKING

from qinglian.production.plan import Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qinglian.production.model import Instance
    from qinglian.production.verify.booking import Booking
    from qinglian.production.verify.luck import Intervals, Luck
    from qinglian.production.verify.work import WorkingTime

ENDED, SET_UP, DUE = 0, 1, 2  # at one minute crews and lines are given back before they are asked for


@dataclass(frozen=True)
class Blocked:
    """When a line cannot work, in ordered disjoint intervals; `whole` work must lie between two of them."""

    starts: list[int]
    ends: list[int]
    whole: bool = False

    @classmethod
    def of(cls, time: WorkingTime, outages: Intervals, limit: int) -> Blocked:
        """Join closed time, which ends at `limit`, with outages."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end in merge(time.pauses(0, limit), outages):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return cls(starts, ends, time.windows is not None and not time.resumable)

    def place(self, at: int, minutes: int) -> tuple[int, int]:
        """First start from `at` on, and the end of so many working minutes."""
        if not minutes:
            return at, at
        index = bisect_right(self.starts, at) - 1
        if index >= 0 and at < self.ends[index]:
            at = self.ends[index]
        if self.whole:
            return self._unbroken(at, minutes)
        return at, self._end(at, minutes)

    def pauses(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Blocked stretches inside ``[start, end)``."""
        index = max(0, bisect_right(self.starts, start) - 1)
        while index < len(self.starts) and self.starts[index] < end:
            inside = max(start, self.starts[index]), min(end, self.ends[index])
            if inside[0] < inside[1]:
                yield inside
            index += 1

    def _end(self, at: int, minutes: int) -> int:
        index = bisect_right(self.starts, at)
        while index < len(self.starts) and at + minutes > self.starts[index]:
            minutes -= self.starts[index] - at
            at = self.ends[index]
            index += 1
        return at + minutes

    def _unbroken(self, at: int, minutes: int) -> tuple[int, int]:
        """Wait for room; work that has grown too long for any window is finished in pieces."""
        start, index = at, bisect_right(self.starts, at)
        while index < len(self.starts) and start + minutes > self.starts[index]:
            start = self.ends[index]
            index += 1
        if index and index == len(self.starts):
            return at, self._end(at, minutes)
        return start, start + minutes


@dataclass(slots=True)
class _Line:
    queue: tuple[Booking, ...]
    blocked: Blocked
    crews: tuple[str, ...]
    at: int = 0
    setup: tuple[int, int] = (0, 0)
    waiting: bool = False


@dataclass
class Floor:
    """Runs one replication; `done` holds the tasks as they went."""

    instance: Instance
    luck: Luck
    lines: dict[str, _Line]
    done: dict[str, list[Task]] = field(default_factory=lambda: defaultdict(list))
    events: list[tuple[int, int, str]] = field(default_factory=list)
    free: dict[str, int] = field(default_factory=dict)
    in_queue: list[tuple[int, str]] = field(default_factory=list)
    ended: dict[tuple[str, str], int] = field(default_factory=dict)
    awaited: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        instance: Instance,
        queues: dict[str, tuple[Booking, ...]],
        times: dict[str, WorkingTime],
        luck: Luck,
    ) -> Floor:
        """Set the floor up for a plan's sequences."""
        crews = {
            line.id: tuple(crew.id for crew in instance.crews if line.setup_group in crew.groups)
            for line in instance.lines
        }
        limit = instance.horizon.limit
        lines = {
            name: _Line(queue, Blocked.of(times[name], luck.outages[name], limit), crews[name])
            for name, queue in queues.items()
        }
        return cls(instance, luck, lines, free={crew.id: crew.size for crew in instance.crews})

    def run(self) -> dict[str, list[Task]]:
        """Work all sequences off."""
        for name in self.lines:
            self._next(name, 0)
        while self.events:
            minute, kind, name = heappop(self.events)
            if kind == ENDED:
                self._end_run(name, minute)
            elif kind == SET_UP:
                self._end_setup(name, minute)
            elif self.lines[name].waiting:
                self._ask_crew(name, minute)
            else:
                self._try_run(name, minute)
        return self.done

    def _push(self, minute: int, kind: int, name: str) -> None:
        heappush(self.events, (minute, kind, name))

    def _next(self, name: str, minute: int) -> None:
        line = self.lines[name]
        if line.at < len(line.queue):
            line.waiting = True
            self._push(max(minute, line.queue[line.at].begin), DUE, name)

    def _setup_minutes(self, booking: Booking) -> int:
        task = booking.task
        minutes = self.instance.setup_minutes(task.line, booking.before, booking.lot.family)
        return _scaled(minutes, self.luck.setup[task.lot, task.stage])

    def _ask_crew(self, name: str, minute: int) -> None:
        line = self.lines[name]
        booking = line.queue[line.at]
        line.waiting = False
        if not self._setup_minutes(booking):
            line.setup = (minute, minute)
            self._try_run(name, minute)
            return
        heappush(self.in_queue, (booking.begin, name))
        self._grant(minute)

    def _grant(self, minute: int) -> None:
        """Give crews to waiting setups in their planned order."""
        still: list[tuple[int, str]] = []
        while self.in_queue:
            order, name = heappop(self.in_queue)
            line = self.lines[name]
            if any(not self.free[crew] for crew in line.crews):
                still.append((order, name))
                continue
            start, end = line.blocked.place(minute, self._setup_minutes(line.queue[line.at]))
            if start > minute and line.crews:  # nobody waits for a broken line: ask again when it works
                line.waiting = True
                self._push(start, DUE, name)
                continue
            for crew in line.crews:
                self.free[crew] -= 1
            line.setup = (start, end)
            self._push(end, SET_UP, name)
        self.in_queue = still

    def _end_setup(self, name: str, minute: int) -> None:
        for crew in self.lines[name].crews:
            self.free[crew] += 1
        self._grant(minute)
        self._try_run(name, minute)

    def _try_run(self, name: str, minute: int) -> None:
        """Start the run, or come back when its planned start, its material or the stage before is there."""
        line = self.lines[name]
        booking = line.queue[line.at]
        lot, task = booking.lot, booking.task
        before = self._stage_before(lot.id, task.stage)
        if before is not None and before not in self.ended:
            self.awaited[before] = name
            return
        earliest = max(task.start, self.luck.release[lot.id], line.setup[1])
        if earliest > minute:
            self._push(earliest, DUE, name)
            return
        nominal = self.instance.run_minutes(lot, name) or 0
        start, end = line.blocked.place(minute, _scaled(nominal, self.luck.run[lot.id, task.stage]))
        setup = line.setup if line.setup[1] > line.setup[0] else (start, start)
        self.done[name].append(Task(lot.id, name, *setup, start, end, task.stage))
        self._push(end, ENDED, name)

    def _stage_before(self, lot: str, stage: str) -> tuple[str, str] | None:
        stages = self.instance.operations(self.instance.lot_of[lot])
        index = stages.index(stage)
        return (lot, stages[index - 1]) if index else None

    def _end_run(self, name: str, minute: int) -> None:
        line = self.lines[name]
        task = line.queue[line.at].task
        key = (task.lot, task.stage)
        self.ended[key] = minute
        line.at += 1
        self._next(name, minute)
        if key in self.awaited:
            self._push(minute, DUE, self.awaited.pop(key))


def _scaled(minutes: int, factor: float) -> int:
    return max(1, round(minutes * factor)) if minutes else 0


def makespan(done: Iterable[list[Task]]) -> int:
    """End of the last run."""
    return max((task.end for tasks in done for task in tasks), default=0)

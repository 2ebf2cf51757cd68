"""Tasks of a plan that name what exists and lie within the tables, line by line; the others are problems."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem

if TYPE_CHECKING:
    from qinglian.production.model import Instance, Line, Lot
    from qinglian.production.plan import Plan, Task


@dataclass(frozen=True, slots=True)
class Booking:
    """A task with its lot, its line, and the family the line was set up for before it."""

    task: Task
    lot: Lot
    line: Line
    before: str

    @property
    def begin(self) -> int:
        """First minute the line is taken: of the setup, or of the run where there is no setup."""
        task = self.task
        return task.setup_start if task.setup_end > task.setup_start else task.start


@dataclass(frozen=True)
class Bookings:
    """Bookings of each line in the order of their starts; every line is named."""

    by_line: dict[str, tuple[Booking, ...]]

    def __iter__(self) -> Iterator[Booking]:
        for bookings in self.by_line.values():
            yield from bookings

    @property
    def makespan(self) -> int:
        """End of the last run; 0 for an empty plan."""
        return max((booking.task.end for booking in self), default=0)

    def tasks(self) -> dict[tuple[str, str], Task]:
        """Task of each (lot, stage)."""
        return {(booking.lot.id, booking.task.stage): booking.task for booking in self}

    def completions(self, instance: Instance) -> dict[str, int]:
        """End of the last stage of each lot; a lot without units is done at its release."""
        tasks = self.tasks()
        ends: dict[str, int] = {}
        for lot in instance.lots:
            last = tasks.get((lot.id, instance.operations(lot)[-1]))
            if not lot.units:
                ends[lot.id] = lot.release
            elif last is not None:
                ends[lot.id] = last.end
        return ends


def problem(name: str, task: Task | None = None, **params: object) -> Problem:
    """Make a violation; a task adds its lot, line and minute."""
    if task is not None:
        params = {"lot": task.lot, "line": task.line, "minute": task.start, **params}
    return Problem(f"production.verify_{name}", None, params)


def book(instance: Instance, plan: Plan) -> tuple[Bookings, list[Problem]]:
    """Sort a plan's tasks by line, and say which cannot be read and which are missing or too many."""
    problems: list[Problem] = []
    sound = []
    for task in plan.tasks:
        found = _unreadable(instance, task)
        if found is None:
            sound.append(task)
        else:
            problems.append(found)
    problems += _count(instance, plan)
    return Bookings(_by_line(instance, _once(sound))), problems


def _unreadable(instance: Instance, task: Task) -> Problem | None:
    if task.lot not in instance.lot_of:
        return problem("lot_unknown", task)
    if task.line not in instance.line_of:
        return problem("line_unknown", task)
    if not 0 <= task.setup_start <= task.setup_end <= task.start <= task.end:
        return problem("backwards", task, setup=task.setup_start, end=task.end)
    if task.end > instance.horizon.limit:
        return problem("beyond", task, end=task.end, limit=instance.horizon.limit)
    lot = instance.lot_of[task.lot]
    if task.stage not in instance.operations(lot):
        return problem("stage_unknown", task, stage=task.stage or "-")
    return None


def _count(instance: Instance, plan: Plan) -> Iterator[Problem]:
    """Every lot with units passes each of its stages once; a lot without units passes none."""
    given = Counter((task.lot, task.stage) for task in plan.tasks)
    for lot in instance.lots:
        for stage in instance.operations(lot):
            times = given[lot.id, stage]
            if lot.units == 0 and times:
                yield problem("empty_lot", lot=lot.id, stage=stage or "-")
            elif lot.units and times == 0:
                yield problem("missing", lot=lot.id, stage=stage or "-")
            elif times > 1:
                yield problem("duplicate", lot=lot.id, stage=stage or "-", times=times)


def _once(tasks: list[Task]) -> list[Task]:
    """Drop repetitions of the very same task, so that they are not reported again as overlaps."""
    return list(dict.fromkeys(tasks))


def _by_line(instance: Instance, tasks: list[Task]) -> dict[str, tuple[Booking, ...]]:
    lines: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        lines[task.line].append(task)
    return {line.id: tuple(_booked(instance, line, lines[line.id])) for line in instance.lines}


def _booked(instance: Instance, line: Line, tasks: list[Task]) -> Iterator[Booking]:
    before = line.family
    for task in sorted(tasks, key=lambda task: (task.start, task.end, task.lot, task.stage)):
        lot = instance.lot_of[task.lot]
        yield Booking(task, lot, line, before)
        before = lot.family

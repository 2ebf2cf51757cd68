"""Whether the open minutes of all lines are enough: for all work, and for what has hard deadlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from qinglian.core.errors import Problem
from qinglian.production.model import Instance, Line, Lot
from qinglian.production.working import open_minutes

Quickest = Mapping[str, Mapping[str, int]]


def limit_capacity(instance: Instance, lots: Sequence[Lot], quickest: Quickest) -> Iterator[Problem]:
    """Say where the work of a stage is more than its lines can do until the calendars end."""
    work: dict[str, int] = defaultdict(int)
    for lot in lots:
        for stage, minutes in quickest[lot.id].items():
            work[stage] += minutes
    for stage, lines in _stages(instance).items():
        room = sum(_open(instance, line, instance.horizon.limit) for line in lines)
        if work[stage] > room:
            params = {"stage": stage or "-", "work": work[stage], "room": room}
            yield Problem("production.infeasible_limit", None, params)


def deadline_capacity(instance: Instance, lots: Sequence[Lot], quickest: Quickest) -> Iterator[Problem]:
    """Name the first deadline before which the lines of a stage cannot do all that is due by then."""
    hard = sorted((lot for lot in lots if lot.deadline is not None), key=lambda lot: lot.deadline or 0)
    for stage, lines in _stages(instance).items():
        work, count = 0, 0
        for lot in hard:
            work += quickest[lot.id].get(stage, 0)
            count += stage in quickest[lot.id]
            room = sum(_open(instance, line, lot.deadline or 0) for line in lines)
            if work > room:
                params = {"stage": stage or "-", "deadline": lot.deadline, "work": work, "room": room}
                yield Problem("production.infeasible_capacity", None, {**params, "count": count})
                break


def _stages(instance: Instance) -> dict[str, list[Line]]:
    stages: dict[str, list[Line]] = defaultdict(list)
    for line in instance.lines:
        stages[line.stage].append(line)
    return stages


def _open(instance: Instance, line: Line, until: int) -> int:
    return open_minutes(instance.calendar_of.get(line.calendar), line.available, until)

"""What a line draws minute by minute under its tasks and spans; without spans the declared rule holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.plan import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qinglian.production.decide.open_time import OpenTime
    from qinglian.production.decide.site import Active, Watts
    from qinglian.production.model import Instance, Line
    from qinglian.production.plan import Task

Stretch = tuple[int, int, int]
"""Start, end, watts."""


def drawn(
    instance: Instance, line: Line, tasks: Iterable[Task], spans: Iterable[Span], opened: OpenTime
) -> tuple[Watts, Active]:
    """Return watts and activity by minute; tasks are in order of their starts."""
    ordered, given = tuple(tasks), tuple(spans)
    size = len(opened.opened)
    load, active = np.full(size, line.power.off, np.int64), np.zeros(size, np.bool_)
    for start, end, watts in _gaps(line, ordered, given):
        load[start:end], active[start:end] = watts, True
    for task in ordered:
        active[begin(task) : task.end] = True
        load[begin(task) : task.end] = line.power.idle
        _work(load, opened, task.setup_start, task.setup_end, line.power.setup)
        family = instance.lot_of[task.lot].family
        _work(load, opened, task.start, task.end, instance.run_power(line.id, family))
    return load, active


def begin(task: Task) -> int:
    """Return the first minute that the line is taken by a task."""
    return task.setup_start if task.setup_end > task.setup_start else task.start


def ruled(line: Line, tasks: Iterable[Task]) -> Iterator[Span]:
    """Yield the spans that the declared rule gives a line which has none of its own."""
    free, cold = line.available, not line.ready
    for task in tasks:
        yield from _by_rule(line, free, begin(task), cold)
        free, cold = task.end, False


def _work(load: Watts, opened: OpenTime, start: int, end: int, watts: int) -> None:
    inside = load[start:end]
    inside[opened.opened[start:end]] = watts


def _gaps(line: Line, tasks: tuple[Task, ...], spans: tuple[Span, ...]) -> Iterator[Stretch]:
    watts = {"idle": line.power.idle, "start_up": line.power.start_up}
    for span in spans or ruled(line, tasks):
        if span.state != "off":
            yield span.start, span.end, watts[span.state]


def _by_rule(line: Line, start: int, end: int, cold: bool) -> Iterator[Span]:
    """Idle, or off and started up again where it fits and takes less energy."""
    length, ahead, power = end - start, line.start_up_minutes, line.power
    fits = length >= ahead + line.minimum_off_minutes
    off = power.off * (length - ahead) + power.start_up * ahead
    if cold or (fits and off < power.idle * length):
        on = max(start, end - ahead)
        if on > start:
            yield Span(line.id, "off", start, on)
        if end > on:
            yield Span(line.id, "start_up", on, end)
    elif length > 0:
        yield Span(line.id, "idle", start, end)

"""The states of each line over time: run, setup, start-up and idle; whatever is left is off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol

from qinglian.production.verify.booking import Booking, Bookings, problem

if TYPE_CHECKING:
    from qinglian.core.errors import Problem
    from qinglian.production.model import Instance, Line, Power
    from qinglian.production.plan import Plan, Span, Task
    from qinglian.production.verify.work import WorkingTime

State = Literal["run", "setup", "start_up", "idle"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line in a state other than off, from `start` to `end`, at a draw in watts."""

    state: State
    start: int
    end: int
    watts: int


class Pausing(Protocol):
    """Something that says when work pauses."""

    def pauses(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Stretches inside ``[start, end)`` without work."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Time of a line without a task, up to the begin of the next one.

    `cold` says that the line is off at its beginning and must start up; it needs no minimum time off then.
    """

    start: int
    end: int
    cold: bool = False


def timelines(
    instance: Instance, plan: Plan, bookings: Bookings, times: dict[str, WorkingTime]
) -> tuple[dict[str, list[Stretch]], list[Problem]]:
    """States of every line, from the plan's spans where a line has them, else by the declared rule."""
    spans, problems = _spans(instance, plan)
    until = max(instance.horizon.minutes, bookings.makespan)
    lines: dict[str, list[Stretch]] = {}
    for line in instance.lines:
        booked = bookings.by_line[line.id]
        stretches = list(_work(instance, booked, times[line.id]))
        gaps = list(_gaps(line, booked))
        if spans[line.id]:
            problems += _check_spans(line, spans[line.id], booked, gaps, until)
            stretches += _given(line, spans[line.id], until)
        else:
            for gap in gaps:
                stretches += _by_rule(line, gap)
                problems += _too_short(line, gap)
        lines[line.id] = stretches
    return lines, problems


def _spans(instance: Instance, plan: Plan) -> tuple[dict[str, list[Span]], list[Problem]]:
    lines: dict[str, list[Span]] = defaultdict(list)
    problems = []
    for span in sorted(plan.spans, key=lambda span: (span.line, span.start, span.end)):
        if span.line not in instance.line_of or not 0 <= span.start < span.end:
            problems.append(_span_problem("span_unreadable", span))
        else:
            lines[span.line].append(span)
    return lines, problems


def _work(instance: Instance, booked: tuple[Booking, ...], time: WorkingTime) -> Iterator[Stretch]:
    """Setups and runs with their pauses, and the wait between a setup and its run: idle both."""
    for booking in booked:
        task, power = booking.task, booking.line.power
        eligible = (task.line, booking.lot.family) in instance.eligible
        watts = instance.run_power(task.line, booking.lot.family) if eligible else power.run
        yield from task_stretches(task, watts, power, time)


def task_stretches(task: Task, run_w: int, power: Power, time: Pausing) -> Iterator[Stretch]:
    """States of a line from the begin of a setup to the end of its run."""
    yield from _piece("setup", task.setup_start, task.setup_end, power.setup, power.idle, time)
    if task.setup_start < task.setup_end < task.start:
        yield Stretch("idle", task.setup_end, task.start, power.idle)
    yield from _piece("run", task.start, task.end, run_w, power.idle, time)


def _piece(
    state: State, start: int, end: int, watts: int, idle_watts: int, time: Pausing
) -> Iterator[Stretch]:
    at = start
    for closed_from, closed_to in time.pauses(start, end):
        if closed_from > at:
            yield Stretch(state, at, closed_from, watts)
        yield Stretch("idle", closed_from, closed_to, idle_watts)
        at = closed_to
    if at < end:
        yield Stretch(state, at, end, watts)


def _gaps(line: Line, booked: tuple[Booking, ...]) -> Iterator[Gap]:
    """The gap before the first task, from the minute the line is free, and those between tasks."""
    free_from, cold = line.available, not line.ready
    for booking in booked:
        if booking.begin > free_from or cold:
            yield Gap(free_from, booking.begin, cold)
        free_from, cold = max(free_from, booking.task.end), False


def _fits(line: Line, gap: Gap) -> bool:
    """Whether the line can be off in a gap and be ready again at its end."""
    off = 0 if gap.cold else line.minimum_off_minutes
    return gap.end - gap.start >= off + line.start_up_minutes


def _too_short(line: Line, gap: Gap) -> Iterator[Problem]:
    if gap.cold and not _fits(line, gap):
        yield problem("start_up", line=line.id, minute=gap.end, needed=line.start_up_minutes, lot="")


def _by_rule(line: Line, gap: Gap) -> Iterator[Stretch]:
    """Stay idle, or go off and start up again: what takes less energy; idle where both take the same."""
    length, power, start_up = gap.end - gap.start, line.power, line.start_up_minutes
    idle = power.idle * length
    off = power.off * (length - start_up) + power.start_up * start_up
    if gap.cold or (_fits(line, gap) and off < idle):
        start = max(gap.start, gap.end - start_up)
        if start < gap.end:
            yield Stretch("start_up", start, gap.end, power.start_up)
    elif length > 0:
        yield Stretch("idle", gap.start, gap.end, power.idle)


def _given(line: Line, spans: list[Span], until: int) -> Iterator[Stretch]:
    watts = {"idle": line.power.idle, "start_up": line.power.start_up}
    for span in spans:
        if span.state != "off" and span.start < until:
            yield Stretch(span.state, span.start, min(span.end, until), watts[span.state])


def _check_spans(
    line: Line, spans: list[Span], booked: tuple[Booking, ...], gaps: list[Gap], until: int
) -> Iterator[Problem]:
    """Spans fill each gap without a hole; after the last task the line may be anything but starting up."""
    rest = list(spans)
    for gap in gaps:
        inside = [span for span in rest if span.start < gap.end and span.end > gap.start]
        rest = [span for span in rest if span not in inside]
        yield from _check_gap(line, gap, _merged(inside))
    last = max((booking.task.end for booking in booked), default=line.available)
    for span in rest:
        if span.start < last or span.end > until or span.state == "start_up":
            yield _span_problem("span_outside", span)
    yield from _check_overlaps(spans)


def _check_overlaps(spans: list[Span]) -> Iterator[Problem]:
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            yield _span_problem("span_overlap", later)


def _merged(spans: list[Span]) -> list[tuple[str, int, int]]:
    """Join neighbours in one state."""
    merged: list[tuple[str, int, int]] = []
    for span in spans:
        if merged and merged[-1][0] == span.state and merged[-1][2] == span.start:
            merged[-1] = (span.state, merged[-1][1], span.end)
        else:
            merged.append((span.state, span.start, span.end))
    return merged


def _check_gap(line: Line, gap: Gap, spans: list[tuple[str, int, int]]) -> Iterator[Problem]:
    """Idle, off, start-up in this order, each at most once; a cold line is off until it starts up."""
    where: dict[str, Any] = {"line": line.id, "minute": gap.start, "end": gap.end}
    if gap.cold:
        spans = _with_rest_before(gap, spans)
    states = [state for state, _, _ in spans]
    length = {state: end - start for state, start, end in spans}
    whole = [gap.start, *(end for _, _, end in spans)] == [*(start for _, start, _ in spans), gap.end]
    if not whole:
        yield problem("span_hole", **where)
        return
    if states != [state for state in ("idle", "off", "start_up") if state in length]:
        yield problem("span_order", states=", ".join(states), **where)
    elif gap.cold and "idle" in length:
        yield problem("start_up", lot="", needed=line.start_up_minutes, **where)
    elif "off" in length or "start_up" in length or gap.cold:
        yield from _check_off(line, gap, length)


def _with_rest_before(gap: Gap, spans: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Fill what spans leave open at the beginning of a cold gap: the line is off."""
    first = spans[0][1] if spans else gap.end
    if first <= gap.start:
        return spans
    if spans and spans[0][0] == "off":
        return [("off", gap.start, spans[0][2]), *spans[1:]]
    return [("off", gap.start, first), *spans]


def _check_off(line: Line, gap: Gap, length: dict[str, int]) -> Iterator[Problem]:
    started = length.get("start_up", 0)
    if started != line.start_up_minutes:
        needed = line.start_up_minutes
        yield problem("start_up_minutes", line=line.id, minute=gap.end, given=started, needed=needed)
    off = length.get("off", 0)
    if not gap.cold and off < line.minimum_off_minutes:
        needed = line.minimum_off_minutes
        yield problem("minimum_off", line=line.id, minute=gap.start, given=off, needed=needed)


def _span_problem(name: str, span: Span) -> Problem:
    return problem(name, line=span.line, minute=span.start, end=span.end, state=span.state)

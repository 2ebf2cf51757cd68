"""What of a line stands at a minute, and what the line is like from there on.

A released plan that changes is timed anew only after the minute at which the change is known: what has begun
stays with the states that the line has had meanwhile. A setup or a start-up that has begun counts as begun,
with the task it is for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qinglian.production.decide.states import begin, ruled
from qinglian.production.plan import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qinglian.production.model import Line
    from qinglian.production.plan import Task


@dataclass(frozen=True, eq=False)
class Beginning:
    """What of a line stands, and the line as it goes on.

    Parameters
    ----------
    line
        The line with the minute it goes on from as `available`, and whether it is warm then as `ready`.
    standing
        How many tasks of its order stand as they are.
    spans
        States of the line until then.
    """

    line: Line
    standing: int = 0
    spans: tuple[Span, ...] = ()


def beginning(
    line: Line, tasks: tuple[Task, ...], released: tuple[Task, ...], spans: tuple[Span, ...], minute: int
) -> Beginning:
    """Return what stands of a line's `tasks` at a minute, under the states it had in the released plan."""
    if minute <= 0:
        return Beginning(line)
    spans = spans or tuple(ruled(line, released))
    standing = _standing(tasks, released, spans, minute)
    last = tasks[standing - 1].end if standing else line.available
    warm = line.ready or bool(standing)
    past = tuple(span for span in spans if span.start < last)
    if last >= minute or _lost(tasks[:standing], released, last, minute):
        return Beginning(replace(line, available=last, ready=warm), standing, past)
    idle, off = _until(spans, last, minute)
    past += tuple(_span(line, "idle", last, idle))
    if off is None:
        return Beginning(replace(line, available=minute, ready=True), standing, past)
    rested = max(minute, off + (line.minimum_off_minutes if warm else 0))
    past += tuple(_span(line, "off", off, rested))
    return Beginning(replace(line, available=rested, ready=False), standing, past)


def _standing(
    tasks: tuple[Task, ...], released: tuple[Task, ...], spans: tuple[Span, ...], minute: int
) -> int:
    """Count the tasks that have begun, and the one that a start-up under way is for."""
    known = set(released)
    warmed = {span.end for span in spans if span.state == "start_up" and span.start < minute}
    return sum(begin(task) < minute or (begin(task) in warmed and task in known) for task in tasks)


def _lost(standing: tuple[Task, ...], released: Iterable[Task], last: int, minute: int) -> bool:
    """Whether work that had begun was broken off: nobody knows then how the line stood in its place."""
    kept = set(standing)
    return any(begin(task) < minute and task.end > last and task not in kept for task in released)


def _until(spans: tuple[Span, ...], last: int, minute: int) -> tuple[int, int | None]:
    """Return until when a line stood idle after its last work, and since when it is off, if it is."""
    at = last
    for span in spans:
        if span.state == "idle" and span.start == at:
            at = span.end
    return (minute, None) if at >= minute else (at, at)


def _span(line: Line, state: str, start: int, end: int) -> Iterator[Span]:
    if end > start:
        yield Span(line.id, state, start, end)  # type: ignore[arg-type]

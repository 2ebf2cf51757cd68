"""Why no plan can exist, told from the input alone and before any search.

Each check is a necessary condition: what it names cannot be planned by anyone. An empty list is no promise
that a plan exists where deadlines, pins and crews are tight together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qinglian.core.errors import Problem, Where
from qinglian.production.capacity import deadline_capacity, limit_capacity
from qinglian.production.model import Calendar, Instance, Line, Lot, Pin
from qinglian.production.pin_checks import pin_problems
from qinglian.production.told_minutes import told
from qinglian.production.working import forward

SHOWN = 10


@dataclass(frozen=True)
class Question:
    """An instance with what the checks ask it again and again."""

    instance: Instance
    lots: tuple[Lot, ...]
    places: Mapping[tuple[str, str], Where] = field(default_factory=dict)

    def where(self, lot: Lot) -> Where | None:
        """Where a lot, or the order it stands for, is stated."""
        return self.places.get(("lots", lot.id)) or self.places.get(("orders", lot.id))

    def calendar(self, line: str) -> Calendar | None:
        """Return the calendar of a line, None if it is always open."""
        return self.instance.calendar_of.get(self.instance.line_of[line].calendar)


def check(instance: Instance, places: Mapping[tuple[str, str], Where] | None = None) -> list[Problem]:
    """Return the causes why no plan of an instance exists; an empty week has none.

    Parameters
    ----------
    places
        Where rows stand, from `readers.read`, so that each cause names its file and row.
    """
    return list(told(instance, _causes(instance, places or {})))


def _causes(instance: Instance, places: Mapping[tuple[str, str], Where]) -> list[Problem]:
    question = Question(instance, instance.lots or _lots(instance), places)
    work = tuple(lot for lot in question.lots if lot.units)
    question = Question(instance, work, question.places)
    lines = _lines(instance)
    found = list(_families(question, lines))
    if found:
        return found
    found += _windows(question, lines)
    found += pin_problems(instance, question.places)
    if found:
        return found
    found += _deadlines(question, lines)
    quickest = {lot.id: _quickest(question, lot, lines) for lot in work}
    found += limit_capacity(instance, work, quickest)
    return found or list(deadline_capacity(instance, work, quickest))


def _lots(instance: Instance) -> tuple[Lot, ...]:
    """Return orders as the lots they would be alone."""
    return tuple(
        Lot(
            id=order.id,
            family=order.family,
            units=order.units,
            release=order.release,
            due=order.due,
            deadline=order.deadline,
        )
        for order in instance.orders
    )


Lines = Mapping[tuple[str, str], list[Line]]


def _lines(instance: Instance) -> Lines:
    """Return the lines that can make a family at a stage."""
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for item in instance.eligibility:
        line = instance.line_of[item.line]
        lines[item.family, line.stage].append(line)
    return lines


def _families(question: Question, lines: Lines) -> Iterator[Problem]:
    """Name each family and stage that is asked for and that no line can make."""
    asked: dict[tuple[str, str], list[Lot]] = defaultdict(list)
    for lot in question.lots:
        for stage in question.instance.operations(lot):
            asked[lot.family, stage].append(lot)
    stages = {line.stage for line in question.instance.lines}
    for (family, stage), lots in sorted(asked.items()):
        if (family, stage) in lines:
            continue
        names = [lot.id for lot in lots[:SHOWN]]
        params = {"family": family, "stage": stage or "-", "names": names, "count": len(lots)}
        code = "no_line" if stage in stages else "no_stage"
        yield Problem(f"production.infeasible_{code}", question.where(lots[0]), params)


def _windows(question: Question, lines: Lines) -> Iterator[Problem]:
    """Name lots that fit into no opening of any line that could make them."""
    by_family: dict[str, list[Lot]] = defaultdict(list)
    for lot in question.lots:
        by_family[lot.family].append(lot)
    for lots in by_family.values():
        worst = replace(
            lots[0], units=max(lot.units for lot in lots), release=max(lot.release for lot in lots)
        )
        if any(True for _ in _closed(question, lines, [worst])):
            yield from _closed(question, lines, lots)


def _closed(question: Question, lines: Lines, lots: Iterable[Lot]) -> Iterator[Problem]:
    for lot in lots:
        for stage in question.instance.operations(lot):
            rooms = [_room(question, lot, line) for line in lines[lot.family, stage]]
            if all(longest < needed for longest, needed in rooms):
                longest, needed = max(rooms, key=lambda room: room[0] - room[1])
                code = "window" if longest else "closed"
                params = {"lot": lot.id, "minutes": needed, "longest": longest, "stage": stage or "-"}
                yield Problem(f"production.infeasible_{code}", question.where(lot), params)


def _room(question: Question, lot: Lot, line: Line) -> tuple[int, int]:
    """Return the longest stretch a line has for a lot, after its release, and what the lot needs."""
    needed = question.instance.run_minutes(lot, line.id) or 0
    calendar = question.calendar(line.id)
    earliest = max(lot.release, line.available)
    if calendar is None:
        return needed, needed
    rooms = [window.end - max(window.start, earliest) for window in calendar.open if window.end > earliest]
    return (sum(rooms) if calendar.resumable else max(rooms, default=0)), needed


def _deadlines(question: Question, lines: Lines) -> Iterator[Problem]:
    """Name hard deadlines before material is ready, or before the quickest possible end."""
    pins = {(pin.lot, pin.stage): pin for pin in question.instance.pins}
    for lot in question.lots:
        if lot.deadline is None:
            continue
        params = {"lot": lot.id, "deadline": lot.deadline, "release": lot.release}
        if lot.deadline <= lot.release:
            yield Problem("production.infeasible_deadline_before_release", question.where(lot), params)
            continue
        end, line = _earliest_end(question, lot, lines, pins)
        if end > lot.deadline:
            late = {**params, "end": end, "line": line}
            yield Problem("production.infeasible_deadline", question.where(lot), late)


def _earliest_end(
    question: Question, lot: Lot, lines: Lines, pins: Mapping[tuple[str, str], Pin]
) -> tuple[int, str]:
    """Return the earliest end of a lot alone in the plant, and the line of its last stage."""
    ready, name = lot.release, ""
    for stage in question.instance.operations(lot):
        pin = pins.get((lot.id, stage))
        ends = [
            (_end_on(question, lot, line, ready, pin), line.id)
            for line in lines[lot.family, stage]
            if pin is None or pin.line == line.id
        ]
        ready, name = min(ends)
    return ready, name


def _end_on(question: Question, lot: Lot, line: Line, ready: int, pin: Pin | None) -> int:
    instance = question.instance
    calendar = question.calendar(line.id)
    start = max(ready, _set_up(question, lot, line, calendar))
    if pin is not None and pin.start is not None:
        start = max(start, pin.start)
    work = forward(calendar, start, instance.run_minutes(lot, line.id) or 0)
    return work[1] if work else instance.horizon.limit + 1


def _set_up(question: Question, lot: Lot, line: Line, calendar: Calendar | None) -> int:
    """Return a minute before which the line cannot be set up for a lot, whatever it makes before."""
    instance = question.instance
    warm = line.available + (0 if line.ready else line.start_up_minutes)
    direct = instance.setup_minutes(line.id, line.family, lot.family)
    least = min(direct, instance.minimum_run_minutes)
    done = forward(calendar, warm, least) if least else (warm, warm)
    return done[1] if done else instance.horizon.limit


def _quickest(question: Question, lot: Lot, lines: Lines) -> dict[str, int]:
    """Return the quickest minutes of a lot at each stage, on any line that can make it."""
    instance = question.instance

    def quickest(stage: str) -> int:
        line = min(lines[lot.family, stage], key=lambda line: _rate(instance, line, lot.family))
        return instance.run_minutes(lot, line.id) or 0

    return {stage: quickest(stage) for stage in instance.operations(lot)}


def _rate(instance: Instance, line: Line, family: str) -> Decimal:
    return instance.eligible[line.id, family].minutes_per_unit

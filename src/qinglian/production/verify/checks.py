"""What a plan must keep: one lot at a time, eligibility, times, calendars, setups, stages, crews, pins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from qinglian.production.verify.booking import Booking, Bookings, problem

if TYPE_CHECKING:
    from qinglian.core.errors import Problem
    from qinglian.production.model import Crew, Instance
    from qinglian.production.plan import Plan
    from qinglian.production.verify.work import WorkingTime


def check(instance: Instance, bookings: Bookings, times: dict[str, WorkingTime]) -> Iterator[Problem]:
    """Find every violation of the bookings, line by line, then those between lines."""
    for line, booked in bookings.by_line.items():
        yield from _overlaps(booked)
        for booking in booked:
            yield from _run(instance, booking, times[line])
            yield from _setup(instance, booking, times[line])
    yield from _stages(instance, bookings)
    yield from _deadlines(instance, bookings)
    yield from _pins(instance, bookings)
    for crew in instance.crews:
        yield from _crew(crew, bookings)


def _overlaps(booked: tuple[Booking, ...]) -> Iterator[Problem]:
    last: Booking | None = None
    for booking in booked:
        if last is not None and booking.begin < last.task.end:
            yield problem("overlap", booking.task, minute=booking.begin, other=last.lot.id, end=last.task.end)
        if last is None or booking.task.end > last.task.end:
            last = booking


def _run(instance: Instance, booking: Booking, time: WorkingTime) -> Iterator[Problem]:
    task, line = booking.task, booking.line
    needed = instance.run_minutes(booking.lot, line.id)
    if needed is None or line.stage != task.stage:
        yield problem("ineligible", task, family=booking.lot.family)
        return
    if task.start < booking.lot.release:
        yield problem("release", task, release=booking.lot.release)
    if booking.begin < line.available:
        yield problem("available", task, minute=booking.begin, available=line.available)
    given = time.worked(task.start, task.end)
    if not time.holds(task.start, task.end):
        yield problem("closed", task, end=task.end)
    if given != needed:
        yield problem("run_minutes", task, given=given, needed=needed)


def _setup(instance: Instance, booking: Booking, time: WorkingTime) -> Iterator[Problem]:
    task, family = booking.task, booking.lot.family
    needed = instance.setup_minutes(task.line, booking.before, family)
    given = time.worked(task.setup_start, task.setup_end)
    params = {"minute": task.setup_start, "before": booking.before or "-", "after": family}
    if needed and task.setup_start == task.setup_end:
        yield problem("setup_missing", task, needed=needed, **params)
    elif given != needed:
        yield problem("setup_minutes", task, given=given, needed=needed, **params)
    if not time.holds(task.setup_start, task.setup_end):
        yield problem("setup_closed", task, minute=task.setup_start, end=task.setup_end)


def _stages(instance: Instance, bookings: Bookings) -> Iterator[Problem]:
    tasks = bookings.tasks()
    for lot in instance.lots:
        stages = instance.operations(lot)
        for earlier, later in pairwise(stages):
            first, second = tasks.get((lot.id, earlier)), tasks.get((lot.id, later))
            if first and second and second.start < first.end:
                yield problem("stage", second, stage=later, before=earlier, end=first.end)


def _deadlines(instance: Instance, bookings: Bookings) -> Iterator[Problem]:
    for lot_id, end in bookings.completions(instance).items():
        deadline = instance.lot_of[lot_id].deadline
        if deadline is not None and end > deadline:
            yield problem("deadline", lot=lot_id, minute=end, deadline=deadline)


def _pins(instance: Instance, bookings: Bookings) -> Iterator[Problem]:
    tasks = bookings.tasks()
    for pin in instance.pins:
        task = tasks.get((pin.lot, pin.stage))
        if task is None:
            continue  # reported as missing
        if task.line != pin.line:
            yield problem("pin_line", task, pinned=pin.line)
        elif pin.start is not None and task.start != pin.start:
            yield problem("pin_start", task, pinned=pin.start)


def _crew(crew: Crew, bookings: Bookings) -> Iterator[Problem]:
    """Sweep over the setups a crew serves; one violation where the number at work rises above its size."""
    served = [
        booking.task
        for booking in bookings
        if booking.line.setup_group in crew.groups and booking.task.setup_end > booking.task.setup_start
    ]
    ends: list[int] = []
    for task in sorted(served, key=lambda task: (task.setup_start, task.line)):
        ends = [end for end in ends if end > task.setup_start]
        ends.append(task.setup_end)
        if len(ends) > crew.size:
            params = {"crew": crew.id, "size": crew.size, "at_once": len(ends)}
            yield problem("crew", task, minute=task.setup_start, **params)


def check_frozen(plan: Plan, released: Plan, until: int) -> Iterator[Problem]:
    """Find what of a released plan began before `until` and is not kept to the minute."""
    now = {(task.lot, task.stage): task for task in plan.tasks}
    for task in released.tasks:
        if min(task.setup_start, task.start) < until and now.get((task.lot, task.stage)) != task:
            yield problem("frozen", task, until=until)

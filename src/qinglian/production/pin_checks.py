"""Pins that no plan can keep: the wrong line, a closed minute, two lots at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from qinglian.core.errors import Problem, Where
from qinglian.production.model import Instance, Pin
from qinglian.production.working import forward


def pin_problems(instance: Instance, places: Mapping[tuple[str, str], Where]) -> Iterator[Problem]:
    """Yield why pins cannot be kept, each by itself and then two by two on a line."""
    taken: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for pin in instance.pins:
        lot = instance.lot_of[pin.lot]
        where = places.get(("pins", pin.lot))
        params: dict[str, object] = {"lot": pin.lot, "line": pin.line}
        minutes = instance.run_minutes(lot, pin.line)
        if minutes is None:
            able = sorted(item.line for item in instance.eligibility if item.family == lot.family)
            yield Problem("production.infeasible_pin_line", where, {**params, "able": able[:8]})
        elif instance.line_of[pin.line].stage != pin.stage or pin.stage not in instance.operations(lot):
            yield Problem("production.infeasible_pin_stage", where, {**params, "stage": pin.stage or "-"})
        elif pin.start is not None and minutes:
            end = _end(instance, pin, minutes)
            if pin.start < lot.release:
                late = {**params, "start": pin.start, "release": lot.release}
                yield Problem("production.infeasible_pin_release", where, late)
            elif pin.start < instance.line_of[pin.line].available or end is None:
                yield Problem("production.infeasible_pin_closed", where, {**params, "start": pin.start})
            else:
                taken[pin.line].append((pin.start, end, pin.lot))
    yield from _overlaps(taken, places)


def _end(instance: Instance, pin: Pin, minutes: int) -> int | None:
    """Return when a pinned run ends; None where it cannot start at its minute."""
    calendar = instance.calendar_of.get(instance.line_of[pin.line].calendar)
    work = forward(calendar, pin.start or 0, minutes)
    return work[1] if work and work[0] == pin.start else None


def _overlaps(
    taken: Mapping[str, list[tuple[int, int, str]]], places: Mapping[tuple[str, str], Where]
) -> Iterator[Problem]:
    for line, runs in sorted(taken.items()):
        ordered = sorted(runs)
        for (_, end, lot), (start, _, other) in pairwise(ordered):
            if start < end:
                params = {"lot": other, "other": lot, "line": line, "start": start, "end": end}
                yield Problem("production.infeasible_pins_overlap", places.get(("pins", other)), params)

"""A second, deliberately slow opinion on a plan: every line, every minute, one state each."""

from __future__ import annotations

from fractions import Fraction

from qinglian.production.model import Instance, Line
from qinglian.production.plan import Plan, Task
from tests.production.small_plants import open_minutes


def states(instance: Instance, plan: Plan) -> dict[str, list[tuple[str, int]]]:
    """State and watts of each line in each minute."""
    makespan = max((task.end for task in plan.tasks), default=0)
    until = max(instance.horizon.minutes, makespan)
    return {line.id: _walk(instance, line, plan, until) for line in instance.lines}


def _walk(instance: Instance, line: Line, plan: Plan, until: int) -> list[tuple[str, int]]:
    tasks = sorted((t for t in plan.tasks if t.line == line.id), key=lambda task: task.start)
    opened = open_minutes(instance, line)
    timeline = []
    for minute in range(until):
        state, watts = _state(instance, line, tasks, minute)
        if state in ("run", "setup") and not opened[minute]:
            state, watts = "idle", line.power.idle
        timeline.append((state, watts))
    return timeline


def _begin(task: Task) -> int:
    return task.setup_start if task.setup_start < task.setup_end else task.start


def _state(instance: Instance, line: Line, tasks: list[Task], minute: int) -> tuple[str, int]:
    power = line.power
    for task in tasks:
        if task.setup_start <= minute < task.setup_end:
            return "setup", power.setup
        if task.start <= minute < task.end:
            return "run", instance.run_power(line.id, instance.lot_of[task.lot].family)
        if _begin(task) <= minute < task.end:
            return "idle", power.idle
    coming = [task for task in tasks if _begin(task) > minute]
    if not coming or minute < line.available:
        return "off", power.off
    gone = [task.end for task in tasks if task.end <= minute]
    since = max(gone, default=line.available)
    return _gap_state(line, since, _begin(coming[0]), minute, cold=not gone and not line.ready)


def _gap_state(line: Line, since: int, until: int, minute: int, *, cold: bool) -> tuple[str, int]:
    power = line.power
    switched = [
        ("start_up", power.start_up) if m >= until - line.start_up_minutes else ("off", power.off)
        for m in range(since, until)
    ]
    idle = [("idle", power.idle)] * (until - since)
    possible = cold or until - since >= line.minimum_off_minutes + line.start_up_minutes
    cheaper = sum(watts for _, watts in switched) < sum(watts for _, watts in idle)
    return (switched if possible and (cold or cheaper) else idle)[minute - since]


def totals(instance: Instance, plan: Plan) -> dict[str, object]:
    """Watt-minutes by state, bought by hour, cost, kg CO2e by method, peak, all by plain loops."""
    timeline = states(instance, plan)
    until = len(next(iter(timeline.values())))
    by_state = dict.fromkeys(("run", "setup", "start_up", "idle", "off", "base"), 0)
    bought = [0] * -(-until // 60)
    fed = [0] * len(bought)
    window = instance.tariff.peak_minutes
    windows = [0] * -(-until // window)
    for minute in range(until):
        draw = 0
        for minutes in timeline.values():
            state, watts = minutes[minute]
            by_state[state] += watts
            draw += watts
        for hall in instance.halls:
            lines = [line.id for line in instance.lines if line.hall == hall.id]
            lit = any(timeline[line][minute][0] != "off" for line in lines)
            by_state["base"] += hall.base_w if lit else hall.setback_w
            draw += hall.base_w if lit else hall.setback_w
        draw -= instance.generation.watts[minute // 60]
        bought[minute // 60] += max(0, draw)
        fed[minute // 60] += max(0, -draw)
        windows[minute // window] += max(0, draw)
    return {
        "by_state": by_state,
        "bought": tuple(bought),
        "cost": _priced(bought, instance.tariff.prices) - _priced(fed, [instance.tariff.feed_in] * len(fed)),
        "carbon": {item.method: _priced(bought, item.milligrams) for item in instance.intensities},
        "peak_w": Fraction(max(windows), window),
    }


def _priced(hours: list[int], values: list[int] | tuple[int, ...]) -> Fraction:
    return sum(
        (Fraction(energy, 60_000) * Fraction(values[hour], 10**6) for hour, energy in enumerate(hours)),
        Fraction(0),
    )

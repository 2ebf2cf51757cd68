"""How far calendars and hourly tables must reach, so that even late work is finished within them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal

from qinglian.production.model import Horizon, Instance
from qinglian.production.working import open_minutes

PORTIONS = 8
SLACK = 2
_HOUR = 60


def needed_limit(instance: Instance) -> int:
    """Return the minutes that a plan of common sense stays within: twice the fullest line, after release."""
    lines: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for item in instance.eligibility:
        lines[item.family].append((item.line, item.minutes_per_unit))
    units: Counter[str] = Counter()
    for demand in instance.lots or instance.orders:
        units[demand.family] += demand.units
    loads: Counter[str] = Counter()
    for family in sorted(units, key=lambda name: (len(lines[name]), name)):
        for stage_lines in _by_stage(instance, lines[family]):
            for _ in range(PORTIONS):
                line, minutes = min(stage_lines, key=lambda pair: (loads[pair[0]], pair))
                loads[line] += round(minutes * units[family] / PORTIONS) + 1
    latest = max((demand.release for demand in instance.lots or instance.orders), default=0)
    fullest = max((_elapsed(instance, line, work) for line, work in loads.items()), default=0)
    needed = latest + SLACK * fullest + instance.horizon.minutes
    return -(-max(needed, instance.horizon.limit) // _HOUR) * _HOUR


def _by_stage(instance: Instance, pairs: list[tuple[str, Decimal]]) -> list[list[tuple[str, Decimal]]]:
    stages: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for line, minutes in pairs:
        stages[instance.line_of[line].stage].append((line, minutes))
    return list(stages.values())


def _elapsed(instance: Instance, line: str, work: int) -> int:
    calendar = instance.calendar_of.get(instance.line_of[line].calendar)
    opened = open_minutes(calendar, 0, instance.horizon.limit)
    return work * instance.horizon.limit // opened if opened else 0


def extended(horizon: Horizon, limit: int) -> Horizon:
    """Return the horizon with a later limit."""
    return replace(horizon, limit=limit)

"""What a line's meter said beside what the plant's powers give for the plan as it ran, day by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from qinglian.production.verify import Verification


@dataclass(frozen=True, slots=True)
class Observation:
    """A line over some time (a shift, a day): metered kWh, and the watt-minutes the plant's powers give.

    `modelled` comes from the states the line really was in: `verify` of the plan as it ran, by line.
    """

    line: str
    number: int
    kwh: Fraction
    modelled: int


def observations(
    found: Verification, metered: Mapping[tuple[str, date], Fraction], zone: str
) -> list[Observation]:
    """Join meters with the plan as it ran; days that the plan covers only in part are left out."""
    start, local = found.instance.horizon.start, ZoneInfo(zone)
    hours = found.energy.minutes // 60
    days = [(start + timedelta(hours=hour)).astimezone(local).date() for hour in range(hours)]
    covered = Counter(days)
    modelled: dict[tuple[str, date], int] = defaultdict(int)
    for line, energy in found.energy.lines.items():
        for day, amount in zip(days, energy, strict=False):
            modelled[line, day] += amount
    return [
        Observation(line, day.toordinal(), kwh, modelled[line, day])
        for (line, day), kwh in sorted(metered.items())
        if covered[day] == _hours_of(day, local) and line in found.energy.lines
    ]


def _hours_of(day: date, local: ZoneInfo) -> int:
    """Whole hours of a local day: 23 or 25 where clocks change."""
    first, last = (datetime.combine(d, time(), local).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    return int((last - first).total_seconds()) // 3_600

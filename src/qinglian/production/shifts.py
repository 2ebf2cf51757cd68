"""Shifts, breaks and closures in local time → calendars in minutes of the horizon.

A shift is stated in local time of day. On the night when clocks go forward a shift across it is an hour
shorter, when they go back an hour longer; a time that the clocks skip is the moment after the gap, one that
comes twice is its first occurrence. After the horizon the shifts of its last seven days are repeated, up to
the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qinglian.core.period import zone_info
from qinglian.ingest.local_time import clock_instant, elapsed_minutes
from qinglian.production.intervals import Interval, united, without
from qinglian.production.model import Calendar, Horizon, Window

DAY_MINUTES = 1440
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """A recurring interval of a local day; `closes` not after `opens` is on the next day."""

    days: frozenset[int]
    opens: int
    closes: int
    first: date | None = None
    last: date | None = None

    def begins_on(self, day: date) -> bool:
        """Whether it begins on a day."""
        return (
            day.weekday() in self.days
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )


@dataclass(frozen=True)
class Pattern:
    """A calendar as a planner states it."""

    id: str
    shifts: tuple[Shift, ...]
    breaks: tuple[Shift, ...] = ()
    resumable: bool = True


def calendar(pattern: Pattern, horizon: Horizon, closed: Iterable[Interval] = ()) -> Calendar:
    """Return the open windows of a pattern up to the limit of the horizon, without what is closed."""
    opened = placed(pattern.shifts, horizon)
    taken = united([*placed(pattern.breaks, horizon), *closed], 0, horizon.limit)
    return _calendar(pattern.id, without(opened, taken), resumable=pattern.resumable)


def always(name: str, horizon: Horizon, closed: Iterable[Interval]) -> Calendar:
    """Return a calendar that is open day and night but for what is closed; its work pauses and goes on."""
    opened = [(0, horizon.limit)]
    return _calendar(name, without(opened, united(closed, 0, horizon.limit)), resumable=True)


def _calendar(name: str, opened: Sequence[Interval], *, resumable: bool) -> Calendar:
    return Calendar(name, tuple(Window(start, end) for start, end in opened), resumable)


def placed(shifts: Sequence[Shift], horizon: Horizon) -> list[Interval]:
    """Return when any of the shifts is on, up to the limit of the horizon."""
    found = []
    for day, stated in _days(horizon):
        for shift in shifts:
            if shift.begins_on(stated):
                closes = shift.closes + (DAY_MINUTES if shift.closes <= shift.opens else 0)
                found.append((_minute(day, shift.opens, horizon), _minute(day, closes, horizon)))
    return united(found, 0, horizon.limit)


def _days(horizon: Horizon) -> Iterator[tuple[date, date]]:
    """Yield each local day up to the limit, and the day whose shifts it takes."""
    info = zone_info(horizon.zone)
    day = horizon.start.astimezone(info).date() - _DAY
    ends = (horizon.start + timedelta(minutes=horizon.minutes - 1)).astimezone(info).date()
    final = (horizon.start + timedelta(minutes=horizon.limit)).astimezone(info).date()
    while day <= final:
        weeks = -(-(day - ends).days // 7) if day > ends else 0
        yield day, day - weeks * 7 * _DAY
        day += _DAY


def _minute(day: date, clock: int, horizon: Horizon) -> int:
    whole_days, minutes = divmod(clock, DAY_MINUTES)
    return elapsed_minutes(horizon.start, clock_instant(day + whole_days * _DAY, minutes, horizon.zone))

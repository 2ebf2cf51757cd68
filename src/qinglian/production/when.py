"""Times as a planner says them → minutes of the horizon: ``12:00``, ``Wed 14:30``, a date, ``720``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from qinglian.core.errors import QinglianError
from qinglian.core.period import local_midnight_utc, zone_info
from qinglian.ingest.local_time import clock_instant, elapsed_minutes, instant, read_local

if TYPE_CHECKING:
    from qinglian.production.model import Instance

Edge = Literal["start", "end"]

_DAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon", "周一", "星期一"),
            ("tuesday", "tue", "周二", "星期二"),
            ("wednesday", "wed", "周三", "星期三"),
            ("thursday", "thu", "周四", "星期四"),
            ("friday", "fri", "周五", "星期五"),
            ("saturday", "sat", "周六", "星期六"),
            ("sunday", "sun", "周日", "星期日", "星期天"),
        )
    )
    for name in names
}
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
_MINUTES = re.compile(r"\+?(\d+)\s*(?:min|分钟)?")


def minute_of(instance: Instance, said: str, *, edge: Edge = "start", now: datetime | None = None) -> int:
    """Return the minute a text names.

    A clock time alone is of today where today is within the horizon, else of its first day; a weekday is the
    first one from there on, or the one before it if only that lies within the horizon; a day without a time
    is its begin, or its end for edge ``end``. A bare number counts minutes from the start of the horizon.

    Raises
    ------
    QinglianError
        ``production.when_unreadable``; ``production.when_outside`` before the horizon or after its tables.
    """
    minute = _read(instance, said.strip(), edge, _today(instance, now or datetime.now(UTC)))
    if not 0 <= minute <= instance.horizon.limit:
        raise QinglianError("production.when_outside", said=said)
    return minute


def _today(instance: Instance, now: datetime) -> date:
    """Return the local day of `now` if the horizon holds it, else the first one."""
    zone = zone_info(instance.horizon.zone)
    start = instance.horizon.start
    inside = start <= now < start + timedelta(minutes=instance.horizon.minutes)
    return (now if inside else start).astimezone(zone).date()


def _read(instance: Instance, said: str, edge: Edge, today: date) -> int:
    words = said.lower().split()
    named = next((word for word in words if word in _DAYS), None)
    clock = next((found for word in words if (found := _CLOCK.fullmatch(word))), None)
    if _MINUTES.fullmatch(said.lower()):
        return int(_MINUTES.fullmatch(said.lower()).group(1))  # type: ignore[union-attr]
    if named is not None and len(words) == 1 + (clock is not None):
        return _minute(instance, _day(instance, named, today), clock, edge)
    if clock is not None and len(words) == 1:
        return _minute(instance, today, clock, edge)
    try:
        moment = instant(read_local(said), instance.horizon.zone, said, edge=edge)
    except QinglianError:
        raise QinglianError("production.when_unreadable", said=said) from None
    return elapsed_minutes(instance.horizon.start, moment, edge=edge)


def _day(instance: Instance, named: str, today: date) -> date:
    """Return the weekday from today on, or the last one where that is after the horizon."""
    day = today + timedelta(days=(_DAYS[named] - today.weekday()) % 7)
    before, zone = day - timedelta(days=7), instance.horizon.zone
    begins = elapsed_minutes(instance.horizon.start, local_midnight_utc(day, zone), edge="start")
    first = instance.horizon.start.astimezone(zone_info(zone)).date()
    return before if begins >= instance.horizon.minutes and before >= first else day


def _minute(instance: Instance, day: date, clock: re.Match[str] | None, edge: Edge) -> int:
    zone = instance.horizon.zone
    if clock is None:
        found = local_midnight_utc(day + timedelta(days=edge == "end"), zone)
    else:
        hours, minutes = int(clock.group(1)), int(clock.group(2))
        if hours > 23 or minutes > 59:
            raise QinglianError("production.when_unreadable", said=clock.group())
        found = clock_instant(day, 60 * hours + minutes, zone)
    return elapsed_minutes(instance.horizon.start, found, edge=edge)

"""Minutes of a horizon as a person reads them: local weekdays and times, and the ticks of a time axis."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qinglian.core.period import local_midnight_utc, zone_info
from qinglian.core.text import text
from qinglian.present.figures import Axis, Tick

if TYPE_CHECKING:
    from datetime import datetime

    from qinglian.production.model import Instance

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HALF_DAY = 720


def local(instance: Instance, minute: int) -> datetime:
    """Return the local time of a minute."""
    zone = zone_info(instance.horizon.zone)
    return (instance.horizon.start + timedelta(minutes=minute)).astimezone(zone)


def moment(instance: Instance, minute: int) -> str:
    """Write a minute as weekday, date and time: ``Mon 11-30 14:20``."""
    found = local(instance, minute)
    return f"{weekday(found)} {found:%m-%d %H:%M}"


def weekday(day: datetime) -> str:
    """Write the weekday in the language in force."""
    return text(f"production.{WEEKDAYS[day.weekday()]}")


def time_axis(instance: Instance, end: int) -> Axis:
    """Return an axis from minute 0 to `end` with a labelled tick at each local midnight."""
    first = local(instance, 0)
    ticks = [Tick(0, f"{weekday(first)} {first:%m-%d}")]
    day = first.date()
    while True:
        day += timedelta(days=1)
        begins = local_midnight_utc(day, instance.horizon.zone)
        at = round((begins - instance.horizon.start) / timedelta(minutes=1))
        if at >= end:
            break
        label = local(instance, at)
        if at >= HALF_DAY // 6:
            ticks.append(Tick(at, f"{weekday(label)} {label:%m-%d}"))
        else:
            ticks = [Tick(at, f"{weekday(label)} {label:%m-%d}")]
    return Axis(max(1, end), tuple(ticks))

"""Local dates and times as instants, for tables that hold a plan rather than facts.

A cell's time that the clocks skip is refused, and one that comes twice too unless it carries its UTC offset.
A clock time of a recurring pattern (a shift) is never refused: it is the first instant the clocks show it, or
the first after they skipped it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from qinglian.core.errors import QinglianError
from qinglian.core.period import zone_info
from qinglian.ingest.moments import Written, read_written

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def read_local(text: str) -> Written:
    """Read a date, with or without a time, year first.

    Raises
    ------
    QinglianError
        ``ingest.date_unreadable`` or ``ingest.date_impossible``.
    """
    try:
        return read_written(text, "year-first")
    except QinglianError as error:
        code = "ingest.date_unreadable" if error.code == "ingest.date_order" else error.code
        raise QinglianError(code, text=text) from None


def instant(written: Written, zone: str, text: str, *, edge: str = "start") -> datetime:
    """Return what was written as an instant; a plain date is its first moment, or its end for edge ``end``.

    Raises
    ------
    QinglianError
        ``ingest.time_skipped`` or ``ingest.schema_time_repeated``.
    """
    day = written.day + _DAY if written.seconds is None and edge == "end" else written.day
    naive = datetime.combine(day, datetime.min.time()) + timedelta(seconds=written.seconds or 0)
    if written.offset is not None:
        return naive.replace(tzinfo=timezone(written.offset)).astimezone(UTC)
    local = naive.replace(tzinfo=zone_info(zone))
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if before != after and written.seconds is not None:
        skipped = before is not None and after is not None and before < after
        code = "ingest.time_skipped" if skipped else "ingest.schema_time_repeated"
        raise QinglianError(code, text=text, zone=zone)
    return local.astimezone(UTC)


def clock_instant(day: date, minutes: int, zone: str) -> datetime:
    """Return when the clocks of a day first show `minutes` after midnight, or go past it."""
    info = zone_info(zone)
    naive = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    local = naive.replace(tzinfo=info)
    utc = local.astimezone(UTC)
    if utc.astimezone(info).replace(tzinfo=None) == naive:
        return utc
    before, after = local.replace(fold=1).utcoffset(), local.utcoffset()
    gap = (after - before) if before is not None and after is not None else timedelta(0)
    low = utc - abs(gap)
    while low < utc and low.astimezone(info).replace(tzinfo=None) < naive:
        low += _MINUTE
    return low


def elapsed_minutes(start: datetime, utc: datetime, *, edge: str = "start") -> int:
    """Return whole minutes from `start`; seconds round up at a start and down at an end."""
    minutes, rest = divmod(utc - start, _MINUTE)
    return minutes + (1 if rest and edge == "start" else 0)


def local_text(start: datetime, minutes: int, zone: str) -> str:
    """Write a minute after `start` as local time; in an hour that comes twice with its UTC offset."""
    info = zone_info(zone)
    local = (start + timedelta(minutes=minutes)).astimezone(info)
    naive = local.replace(tzinfo=None)
    twice = naive.replace(tzinfo=info, fold=0).utcoffset() != naive.replace(tzinfo=info, fold=1).utcoffset()
    offset = f"{local:%z}" if twice else ""
    return f"{local:%Y-%m-%d %H:%M}" + (f"{offset[:3]}:{offset[3:]}" if offset else "")

"""Dates and times of a file as instants in UTC and local days of the facility.

A local time that the clocks skip is refused; one that comes twice is refused too unless the cell carries its
UTC offset or the profile says which of the two is meant: nothing depends on the order of rows.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from qinglian.core.errors import QinglianError
from qinglian.core.period import local_midnight_utc, zone_info

if TYPE_CHECKING:
    from qinglian.ingest.profile import TimeLayout

_EARLIEST, _LATEST = 1900, 2200
_DAY = timedelta(days=1)
_REMEMBERED = 10_000
_TIME = (
    r"(?:(?:\s*T\s*|\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.0+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
    r"(?:\s*(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2}))?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<joint>[-/.])(?P<month>[0-9]{1,2})(?P=joint)(?P<day>[0-9]{1,2})"
    r"|年(?P<month_zh>[0-9]{1,2})月(?P<day_zh>[0-9]{1,2})日"
    r"|(?P<month_8>[0-9]{2})(?P<day_8>[0-9]{2}))" + _TIME
)
_YEAR_LAST = re.compile(
    r"(?P<one>[0-9]{1,2})(?P<joint>[-/.])(?P<two>[0-9]{1,2})(?P=joint)(?P<year>[0-9]{4})" + _TIME
)


class Moment(NamedTuple):
    """An instant in UTC, the local day it falls in, the first local day that begins no earlier, its key."""

    utc: datetime
    day: date
    next_day: date
    key: str


class Written(NamedTuple):
    """A date as written: a day, and if there is a time its seconds from midnight and its UTC offset."""

    day: date
    seconds: int | None
    offset: timedelta | None


class Clock:
    """Reads the cells of one facility zone under one profile.

    Raises
    ------
    QinglianError
        From each reading: ``ingest.date_unreadable``, ``date_order``, ``date_impossible``, ``time_skipped``,
        ``time_repeated``.
    """

    def __init__(self, layout: TimeLayout, zone: str) -> None:
        self.layout = layout
        self.local = zone_info(zone)
        self.zone = zone
        self.written_zone = layout.zone or zone
        self.written = zone_info(self.written_zone)
        self._instants: dict[datetime, Moment] = {}

    def start(self, text: str) -> Moment:
        """Read a start: a plain date is its first moment."""
        found = read_written(text, self.layout.dates)
        return self._midnight(found.day) if found.seconds is None else self._moment(found, text)

    def end(self, text: str) -> Moment:
        """Read an end: a plain date is the last day, included; a time is the first moment after."""
        found = read_written(text, self.layout.dates)
        if found.seconds is None:
            return self._midnight(_next(found.day, text))
        return self._moment(found, text)

    def interval(self, text: str) -> tuple[Moment, Moment]:
        """Read a timestamp as the start or the end of its interval."""
        found = read_written(text, self.layout.dates)
        if found.seconds is None:
            found = found._replace(seconds=0)
        if not found.seconds and self.layout.midnight == "end-of-day":
            found = found._replace(day=_next(found.day, text))
        stamp = self._moment(found, text)
        length = timedelta(minutes=self.layout.interval_minutes)
        if self.layout.meaning == "end":
            return self._at(stamp.utc - length), stamp
        return stamp, self._at(stamp.utc + length)

    def _midnight(self, day: date) -> Moment:
        utc = local_midnight_utc(day, self.written_zone)
        return Moment(utc, day, day, _key(utc)) if self.written is self.local else self._at(utc)

    def _moment(self, found: Written, text: str) -> Moment:
        seconds = found.seconds or 0
        naive = datetime.combine(found.day, datetime.min.time()) + timedelta(seconds=seconds)
        if found.offset is not None:
            return self._at(naive.replace(tzinfo=timezone(found.offset)).astimezone(UTC))
        return self._at(self._utc(naive, text))

    def _utc(self, naive: datetime, text: str) -> datetime:
        first = naive.replace(tzinfo=self.written)
        second = first.replace(fold=1)
        before, after = first.utcoffset(), second.utcoffset()
        if before == after:
            return first.astimezone(UTC)
        if before is not None and after is not None and before < after:
            raise QinglianError("ingest.time_skipped", text=text, zone=self.written_zone)
        if self.layout.repeated_hour == "refuse":
            raise QinglianError("ingest.time_repeated", text=text, zone=self.written_zone)
        return (first if self.layout.repeated_hour == "first" else second).astimezone(UTC)

    def _at(self, utc: datetime) -> Moment:
        """Return an instant; the end of one interval is the start of the next, so it is asked for twice."""
        found = self._instants.get(utc)
        if found is None:
            if len(self._instants) >= _REMEMBERED:
                self._instants.clear()
            local = utc.astimezone(self.local)
            day = local.date()
            whole = not (local.hour or local.minute or local.second)
            found = Moment(utc, day, day if whole else day + _DAY, _key(utc))
            self._instants[utc] = found
        return found


def read_written(text: str, dates: str) -> Written:
    """Read a date, with or without a time, in the order of the profile; year-first forms are always read.

    Raises
    ------
    QinglianError
        ``ingest.date_order`` where the year comes last and the profile does not say in which order;
        ``ingest.date_unreadable``; ``ingest.date_impossible``.
    """
    compact = text.strip()
    if not compact.isascii():
        compact = unicodedata.normalize("NFKC", compact)
    if match := _YEAR_FIRST.fullmatch(compact):
        month = match["month"] or match["month_zh"] or match["month_8"]
        day = match["day"] or match["day_zh"] or match["day_8"]
        return _written(match, int(month), int(day), text)
    match = _YEAR_LAST.fullmatch(compact)
    if match is None:
        raise QinglianError("ingest.date_unreadable", text=text)
    if dates == "year-first":
        raise QinglianError("ingest.date_order", text=text)
    one, two = int(match["one"]), int(match["two"])
    month, day = (two, one) if dates == "day-first" else (one, two)
    return _written(match, month, day, text)


def _written(match: re.Match[str], month: int, day: int, text: str) -> Written:
    year = int(match["year"])
    if not _EARLIEST <= year <= _LATEST:
        raise QinglianError("ingest.date_impossible", text=text)
    try:
        found = date(year, month, day)
    except ValueError:
        raise QinglianError("ingest.date_impossible", text=text) from None
    if match["hour"] is None:
        if match["offset"]:
            raise QinglianError("ingest.date_unreadable", text=text)
        return Written(found, None, None)
    return Written(found, _seconds(match, text), _offset(match["offset"]))


def _seconds(match: re.Match[str], text: str) -> int:
    """Return seconds from midnight; 24:00 is the end of the day."""
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise QinglianError("ingest.date_impossible", text=text)
        hour = hour % 12 + (12 if match["half"] in "pP" else 0)
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > 86_400:
        raise QinglianError("ingest.date_impossible", text=text)
    return seconds


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text == "Z":
        return timedelta(0)
    size = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return -size if text[0] == "-" else size


def _next(day: date, text: str) -> date:
    if day.year >= _LATEST:
        raise QinglianError("ingest.date_impossible", text=text)
    return day + timedelta(days=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def _key(utc: datetime) -> str:
    return str((utc - _EPOCH) // _SECOND)

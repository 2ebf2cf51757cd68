"""Periods: half-open, in whole local days as people name them and in UTC as facts store them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from qinglian.core.errors import Where

_YEAR = r"(?P<year>(?:19|20|21)[0-9]{2})"
_PART = r"(?:(?P<part>Q[1-4]|H[12])|年?第?(?P<quarter>[1-4一二三四])季度)"


@dataclass(frozen=True, slots=True)
class Period:
    """Time from `start` up to, not including, `end`; both in UTC.

    Raises
    ------
    ValueError
        If a bound is not in UTC or `end` is not after `start`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0) or self.end.utcoffset() != timedelta(0):
            raise ValueError("a period is stated in UTC")
        if self.start >= self.end:
            raise ValueError(f"a period ends after it starts: {self.start} .. {self.end}")

    @property
    def length(self) -> timedelta:
        """Elapsed time; a local day may be 23 or 25 hours long."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Span:
    """Whole local days from `start` up to, not including, `end`, under the name people use for them.

    Raises
    ------
    ValueError
        If `end` is not after `start`.
    """

    start: date
    end: date
    label: str

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a span ends after it starts: {self.start} .. {self.end}")

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    def period(self, zone: str) -> Period:
        """Return these days in `zone` (an IANA name) as UTC.

        Raises
        ------
        QinglianError
            ``core.zone_unknown``.
        ValueError
            If the zone skipped all of these days (Samoa, 30 December 2011).
        """
        return Period(local_midnight_utc(self.start, zone), local_midnight_utc(self.end, zone))


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """When the fiscal year starts and whether it is named after the year it starts or ends in.

    Parameters
    ----------
    start_month
        1 to 12; the year starts on the first day of this month.
    name_year
        ``start`` or ``end``: an April year from 2022-04-01 is FY2022 or FY2023.

    Raises
    ------
    QinglianError
        ``core.calendar_invalid``.
    """

    start_month: int = 1
    name_year: str = "start"

    def __post_init__(self) -> None:
        if self.start_month not in range(1, 13) or self.name_year not in ("start", "end"):
            raise QinglianError("core.calendar_invalid", month=self.start_month, name_year=self.name_year)

    def year(self, number: int) -> Span:
        """Return fiscal year `number`."""
        return self.months(number, 0, 12, f"FY{number}")

    def months(self, number: int, first: int, count: int, label: str) -> Span:
        """Return `count` months of fiscal year `number`, the first of them `first` months into it."""
        opening = number - self._lead()
        return Span(
            _month_start(opening, self.start_month + first),
            _month_start(opening, self.start_month + first + count),
            label,
        )

    def year_of(self, day: date) -> int:
        """Return the number of the fiscal year that holds `day`."""
        return day.year - (day.month < self.start_month) + self._lead()

    def _lead(self) -> int:
        """Return how many years the name is ahead of the opening day."""
        return int(self.name_year == "end" and self.start_month > 1)


def parse_period(
    text: str, calendar: FiscalCalendar | None = None, zone: str = "UTC", where: Where | None = None
) -> Span:
    """Read the name of a period as local dates in `zone`.

    ``2022``, ``2022H1``, ``2022Q1``, ``2022-03`` and ``2022-03-15`` are of the civil calendar, ``FY2022``,
    ``FY2022H1`` and ``FY2022Q1`` of `calendar` (the civil one if None); ``FY2022/23`` names the fiscal year
    that begins in 2022 under either naming. ``2022-01-01..2022-04-01`` is half-open: it ends with 31 March.
    Chinese forms are ``2022年``, ``2022年3月``, ``2022年第一季度`` and ``2022财年``.

    Raises
    ------
    QinglianError
        ``core.period_unreadable``, ``core.period_empty`` or ``core.zone_unknown``.
    """
    zone_info(zone, where)
    compact = "".join(text.split()).upper()
    for pattern, read in _FORMS:
        if match := re.fullmatch(pattern, compact):
            try:
                return read(match, calendar or FiscalCalendar())
            except _EmptyRangeError:
                raise QinglianError("core.period_empty", where, text=text) from None
            except ValueError:
                break
    raise QinglianError("core.period_unreadable", where, text=text)


class _EmptyRangeError(ValueError):
    """A range whose end is not after its start."""


def local_midnight_utc(day: date, zone: str) -> datetime:
    """Return the instant at which local `day` begins in `zone`, in UTC.

    Where the clocks go forward at midnight the day begins when they move; where midnight comes twice, the
    first time. (Toronto in 1919, whose clocks went forward at half past eleven, is half an hour off.)

    Raises
    ------
    QinglianError
        ``core.zone_unknown``.
    """
    return datetime.combine(day, time.min, zone_info(zone)).astimezone(UTC)


def zone_info(zone: str, where: Where | None = None) -> ZoneInfo:
    """Return the zone of an IANA name such as ``Asia/Shanghai``.

    Raises
    ------
    QinglianError
        ``core.zone_unknown``.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # with its search paths, a third of this import

    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise QinglianError("core.zone_unknown", where, zone=zone) from None


def _month_start(year: int, month: int) -> date:
    """Return the first day of a month; months past December run into the next year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _year(match: re.Match[str], _: FiscalCalendar) -> Span:
    return FiscalCalendar().months(int(match["year"]), 0, 12, match["year"])


def _part(match: re.Match[str], _: FiscalCalendar) -> Span:
    return _part_of(FiscalCalendar(), match, match["year"])


def _fiscal_part(match: re.Match[str], calendar: FiscalCalendar) -> Span:
    return _part_of(calendar, match, f"FY{match['year']}")


def _part_of(calendar: FiscalCalendar, match: re.Match[str], year: str) -> Span:
    part = match["part"] or f"Q{'一二三四1234'.index(match['quarter']) % 4 + 1}"
    count = 3 if part[0] == "Q" else 6
    return calendar.months(int(match["year"]), (int(part[1]) - 1) * count, count, f"{year}{part}")


def _fiscal_year(match: re.Match[str], calendar: FiscalCalendar) -> Span:
    return calendar.year(int(match["year"]))


def _fiscal_pair(match: re.Match[str], calendar: FiscalCalendar) -> Span:
    """Read 2022/23: the fiscal year from 2022 into 2023."""
    first = int(match["year"])
    if calendar.start_month == 1 or (first + 1) % 100 != int(match["second"]) % 100:
        raise ValueError("no such pair of years")
    return calendar.year(calendar.year_of(_month_start(first, calendar.start_month)))


def _month(match: re.Match[str], _: FiscalCalendar) -> Span:
    year, month = int(match["year"]), int(match["month"])
    first = date(year, month, 1)
    return Span(first, _month_start(year, month + 1), f"{first:%Y-%m}")


def _day(match: re.Match[str], _: FiscalCalendar) -> Span:
    day = date.fromisoformat(match["day"])
    return Span(day, day + timedelta(days=1), day.isoformat())


def _range(match: re.Match[str], _: FiscalCalendar) -> Span:
    start, end = date.fromisoformat(match["start"]), date.fromisoformat(match["end"])
    if start >= end:
        raise _EmptyRangeError
    return Span(start, end, f"{start}..{end}")


_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FORMS: tuple[tuple[str, Callable[[re.Match[str], FiscalCalendar], Span]], ...] = (
    (rf"{_YEAR}年?", _year),
    (rf"{_YEAR}-?{_PART}", _part),
    (rf"{_YEAR}(?:-(?P<month>[0-9]{{2}}))", _month),
    (rf"{_YEAR}年(?P<month>[0-9]{{1,2}})月", _month),
    (rf"(?P<day>{_DATE})", _day),
    (rf"(?P<start>{_DATE})\.\.(?P<end>{_DATE})", _range),
    (rf"FY{_YEAR}", _fiscal_year),
    (rf"{_YEAR}财年", _fiscal_year),
    (rf"FY{_YEAR}-?{_PART}", _fiscal_part),
    (rf"(?:FY)?{_YEAR}/(?P<second>(?:[0-9]{{2}})?[0-9]{{2}})(?:财年)?", _fiscal_pair),
)

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError, Where
from qinglian.core.period import FiscalCalendar, Period, Span, local_midnight_utc, parse_period, zone_info

APRIL_BY_START = FiscalCalendar(4, "start")
APRIL_BY_END = FiscalCalendar(4, "end")

calendars = st.builds(FiscalCalendar, st.integers(1, 12), st.sampled_from(["start", "end"]))
days = st.dates(date(1901, 1, 1), date(2190, 1, 1))  # a fiscal year of 1900 may begin in 1899
years = st.integers(1900, 2190)
zones = st.sampled_from(sorted(available_timezones()))


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2022", "2022-01-01", "2023-01-01", "2022"),
        ("2022年", "2022-01-01", "2023-01-01", "2022"),
        ("FY2022", "2022-01-01", "2023-01-01", "FY2022"),
        ("2022财年", "2022-01-01", "2023-01-01", "FY2022"),
        ("2022H2", "2022-07-01", "2023-01-01", "2022H2"),
        ("2022Q1", "2022-01-01", "2022-04-01", "2022Q1"),
        ("2022-Q4", "2022-10-01", "2023-01-01", "2022Q4"),
        ("2022q4", "2022-10-01", "2023-01-01", "2022Q4"),
        ("2022年第三季度", "2022-07-01", "2022-10-01", "2022Q3"),
        ("2022年2季度", "2022-04-01", "2022-07-01", "2022Q2"),
        ("2022-03", "2022-03-01", "2022-04-01", "2022-03"),
        ("2022年12月", "2022-12-01", "2023-01-01", "2022-12"),
        ("2024-02", "2024-02-01", "2024-03-01", "2024-02"),
        ("2024-02-29", "2024-02-29", "2024-03-01", "2024-02-29"),
        (" 2022-01-01 .. 2022-04-01 ", "2022-01-01", "2022-04-01", "2022-01-01..2022-04-01"),
    ],
)
def test_names_of_civil_periods(text, start, end, label):
    assert parse_period(text) == Span(date.fromisoformat(start), date.fromisoformat(end), label)


@pytest.mark.parametrize(
    ("calendar", "text", "start", "end", "label"),
    [
        (APRIL_BY_START, "FY2022", "2022-04-01", "2023-04-01", "FY2022"),
        (APRIL_BY_END, "FY2022", "2021-04-01", "2022-04-01", "FY2022"),
        (APRIL_BY_START, "FY2022/23", "2022-04-01", "2023-04-01", "FY2022"),
        (APRIL_BY_END, "FY2022/23", "2022-04-01", "2023-04-01", "FY2023"),
        (APRIL_BY_END, "2022/2023财年", "2022-04-01", "2023-04-01", "FY2023"),
        (APRIL_BY_START, "FY1999/00", "1999-04-01", "2000-04-01", "FY1999"),
        (APRIL_BY_START, "FY2022Q1", "2022-04-01", "2022-07-01", "FY2022Q1"),
        (APRIL_BY_START, "FY2022Q4", "2023-01-01", "2023-04-01", "FY2022Q4"),
        (APRIL_BY_END, "FY2022H2", "2021-10-01", "2022-04-01", "FY2022H2"),
        (APRIL_BY_END, "2022", "2022-01-01", "2023-01-01", "2022"),
        (APRIL_BY_END, "2022Q1", "2022-01-01", "2022-04-01", "2022Q1"),
        (FiscalCalendar(1, "end"), "FY2022", "2022-01-01", "2023-01-01", "FY2022"),
        (FiscalCalendar(7, "end"), "FY2022", "2021-07-01", "2022-07-01", "FY2022"),
        (FiscalCalendar(12, "start"), "FY2022Q1", "2022-12-01", "2023-03-01", "FY2022Q1"),
    ],
)
def test_names_of_fiscal_periods(calendar, text, start, end, label):
    assert parse_period(text, calendar) == Span(date.fromisoformat(start), date.fromisoformat(end), label)


@pytest.mark.parametrize(
    "text",
    ["", "x", "22", "1850", "2200", "2022-13", "2022-00", "2022-02-30", "2022Q5", "2022H3", "FY22", "2022-3"]
    + [
        "2022年13月",
        "2022年第五季度",
        "2022-01-01..",
        "2022-01-01..2022-02-30",
        "2022/24",
        "2022/23",
        "FY2022-03",
    ],
)
def test_unreadable(text):
    with pytest.raises(QinglianError) as caught:
        parse_period(text, where=Where(file="plan.toml"))
    assert caught.value.code == "core.period_unreadable"
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize("text", ["2022-04-01..2022-04-01", "2022-04-01..2022-01-01"])
def test_empty_range(text):
    with pytest.raises(QinglianError) as caught:
        parse_period(text)
    assert caught.value.code == "core.period_empty"


@pytest.mark.parametrize("zone", ["", "Asia/Peking", "/etc/passwd", "../UTC", "CST8", "Asia", "x\0"])
def test_unknown_zone(zone):
    with pytest.raises(QinglianError) as caught:
        parse_period("2022", zone=zone)
    assert caught.value.code == "core.zone_unknown"


@pytest.mark.parametrize(("month", "name"), [(0, "start"), (13, "end"), (4, "middle")])
def test_calendar_validates(month, name):
    with pytest.raises(QinglianError) as caught:
        FiscalCalendar(month, name)
    assert caught.value.code == "core.calendar_invalid"


@given(calendars, days)
def test_every_day_is_in_exactly_the_year_named_for_it(calendar, day):
    number = calendar.year_of(day)
    for other in (number - 1, number, number + 1):
        span = calendar.year(other)
        assert (span.start <= day < span.end) == (other == number)


@given(calendars, years)
def test_years_follow_without_gap_and_are_their_parts(calendar, number):
    year = parse_period(f"FY{number}", calendar)
    assert year.end == calendar.year(number + 1).start
    assert year.days in (365, 366)
    quarters = [parse_period(f"FY{number}Q{n}", calendar) for n in (1, 2, 3, 4)]
    halves = [parse_period(f"FY{number}H{n}", calendar) for n in (1, 2)]
    for parts in (quarters, halves):
        assert parts[0].start == year.start
        assert parts[-1].end == year.end
        assert all(one.end == other.start for one, other in pairwise(parts))


@given(calendars, years)
def test_year_is_named_after_its_first_or_last_day(calendar, number):
    span = calendar.year(number)
    named_after = span.start if calendar.name_year == "start" else span.end - timedelta(days=1)
    assert named_after.year == number


@given(years, st.integers(1, 12))
def test_months_have_their_days(year, month):
    span = parse_period(f"{year}-{month:02}")
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    assert span.days == {4: 30, 6: 30, 9: 30, 11: 30, 2: 29 if leap else 28}.get(month, 31)


@given(days, st.integers(1, 4000), calendars)
def test_labels_read_back(day, length, calendar):
    end = day + timedelta(days=length)
    spans = [parse_period(f"{day}..{end}", calendar), parse_period(f"{day}", calendar)]
    spans += [calendar.year(calendar.year_of(day)), parse_period(f"FY{day.year}Q3", calendar)]
    for span in spans:
        assert parse_period(span.label, calendar) == span


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2022, 3, 27), 23),
        ("Europe/Berlin", date(2022, 10, 30), 25),
        ("America/New_York", date(2022, 3, 13), 23),
        ("America/New_York", date(2022, 11, 6), 25),
        ("America/Sao_Paulo", date(2017, 10, 15), 23),  # the clocks skip midnight itself
        ("America/Havana", date(2022, 11, 6), 25),  # midnight comes twice
        ("Australia/Lord_Howe", date(2022, 10, 2), 23.5),
        ("Asia/Shanghai", date(2022, 3, 27), 24),
        ("Asia/Shanghai", date(1986, 5, 4), 23),
        ("UTC", date(2022, 3, 27), 24),
    ],
)
def test_length_of_local_days(zone, day, hours):
    period = parse_period(day.isoformat()).period(zone)
    assert period.length == timedelta(hours=hours)
    assert period.start == local_midnight_utc(day, zone)


def test_midnights():
    assert local_midnight_utc(date(2022, 4, 1), "Asia/Shanghai") == datetime(2022, 3, 31, 16, tzinfo=UTC)
    assert local_midnight_utc(date(2017, 10, 15), "America/Sao_Paulo") == datetime(
        2017, 10, 15, 3, tzinfo=UTC
    )
    assert local_midnight_utc(date(2022, 11, 6), "America/Havana") == datetime(2022, 11, 6, 4, tzinfo=UTC)


@given(zones, st.dates(date(1970, 1, 1), date(2190, 1, 1)))
def test_days_follow_each_other_in_every_zone(zone, day):
    here, there = local_midnight_utc(day, zone), local_midnight_utc(day + timedelta(days=1), zone)
    assert here.tzinfo is UTC
    assert timedelta(0) <= there - here <= timedelta(hours=49)  # Samoa skipped a day, Alaska had one twice
    just_before = (here - timedelta(microseconds=1)).astimezone(zone_info(zone))
    assert just_before.date() < day <= here.astimezone(zone_info(zone)).date()


def test_periods_and_spans_validate():
    start = datetime(2022, 1, 1, tzinfo=UTC)
    shanghai = timezone(timedelta(hours=8))
    assert Period(start, start + timedelta(hours=1)).length == timedelta(hours=1)
    for bad in (start, start - timedelta(hours=1)):
        with pytest.raises(ValueError, match="after"):
            Period(start, bad)
    for odd in (start.replace(tzinfo=None), start.astimezone(shanghai)):
        with pytest.raises(ValueError, match="UTC"):
            Period(odd, start + timedelta(days=1))
    with pytest.raises(ValueError, match="after"):
        Span(date(2022, 1, 1), date(2022, 1, 1), "")

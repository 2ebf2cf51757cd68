"""Dates as people write them, as instants: zones, clock changes, midnights."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.ingest.moments import Clock, read_written
from qinglian.ingest.profile import TimeLayout


def code_of(clock: Clock, text: str) -> str:
    with pytest.raises(QinglianError) as caught:
        clock.start(text)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "2022-04-09",
        "2022/4/9",
        "2022.04.09",
        "2022年4月9日",
        "20220409",
        "２０２２-０４-０９",
        " 2022-04-09 ",
    ],
)
def test_forms_of_one_day(text: str) -> None:
    assert read_written(text, "year-first").day == date(2022, 4, 9)
    assert read_written(text, "year-first").seconds is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2022-04-09 8:05", 29_100),
        ("2022-04-09T08:05:30", 29_130),
        ("2022-04-09T08:05:30.000", 29_130),
        ("2022-04-09 12:05 AM", 300),
        ("2022-04-09 12:05 pm", 43_500),
        ("2022-04-09 24:00", 86_400),
    ],
)
def test_forms_of_a_time(text: str, seconds: int) -> None:
    assert read_written(text, "year-first").seconds == seconds


def test_the_order_of_day_and_month_is_the_profiles() -> None:
    assert read_written("1/2/2018 0:15", "day-first").day == date(2018, 2, 1)
    assert read_written("1/2/2018 0:15", "month-first").day == date(2018, 1, 2)
    assert read_written("2018-01-02", "day-first").day == date(2018, 1, 2)
    assert code_of(Clock(TimeLayout(), "UTC"), "1/2/2018") == "ingest.date_order"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2022-02-30", "ingest.date_impossible"),
        ("2022-13-01", "ingest.date_impossible"),
        ("0022-01-01", "ingest.date_impossible"),
        ("2022-01-01 24:01", "ingest.date_impossible"),
        ("2022-01-01 08:60", "ingest.date_impossible"),
        ("2022-01-01 13:00 PM", "ingest.date_impossible"),
        ("2022-04", "ingest.date_unreadable"),
        ("2022-4/9", "ingest.date_unreadable"),
        ("44652", "ingest.date_unreadable"),
        ("22-04-09", "ingest.date_unreadable"),
        ("2022-04-09+08:00", "ingest.date_unreadable"),
        ("yesterday", "ingest.date_unreadable"),
    ],
)
def test_what_is_no_date(text: str, code: str) -> None:
    assert code_of(Clock(TimeLayout(), "UTC"), text) == code


def test_a_plain_end_is_the_last_day_and_a_time_is_not_included() -> None:
    clock = Clock(TimeLayout(), "Asia/Shanghai")
    assert clock.start("2022-04-01").utc == datetime(2022, 3, 31, 16, tzinfo=UTC)
    assert clock.end("2022-04-30").utc == datetime(2022, 4, 30, 16, tzinfo=UTC)
    assert clock.end("2022-04-30").next_day == date(2022, 5, 1)
    assert clock.end("2022-05-01 00:00") == clock.end("2022-04-30") == clock.end("2022-04-30 24:00")
    assert clock.end("2022-04-30 12:00").next_day == date(2022, 5, 1)


def test_days_are_23_and_25_hours_long_where_the_clocks_change() -> None:
    clock = Clock(TimeLayout(), "Europe/Berlin")
    for day, hours in (("2022-03-27", 23), ("2022-10-30", 25), ("2022-06-01", 24)):
        assert clock.end(day).utc - clock.start(day).utc == timedelta(hours=hours)


def test_skipped_and_repeated_times_are_refused_unless_said_which() -> None:
    clock = Clock(TimeLayout(), "Europe/Berlin")
    assert code_of(clock, "2022-03-27 02:30") == "ingest.time_skipped"
    assert code_of(clock, "2022-10-30 02:30") == "ingest.time_repeated"
    assert clock.start("2022-10-30 02:30+02:00").utc == datetime(2022, 10, 30, 0, 30, tzinfo=UTC)
    assert clock.start("2022-10-30T01:30:00Z").utc == datetime(2022, 10, 30, 1, 30, tzinfo=UTC)
    first = Clock(TimeLayout(repeated_hour="first"), "Europe/Berlin").start("2022-10-30 02:30").utc
    second = Clock(TimeLayout(repeated_hour="second"), "Europe/Berlin").start("2022-10-30 02:30").utc
    assert second - first == timedelta(hours=1)


def test_a_file_written_in_another_zone_than_the_facilitys() -> None:
    clock = Clock(TimeLayout(zone="UTC"), "Asia/Shanghai")
    moment = clock.start("2022-12-31 18:00")
    assert (moment.utc.hour, moment.day) == (18, date(2023, 1, 1))
    assert clock.start("2022-12-31").utc == datetime(2022, 12, 31, tzinfo=UTC)


def test_midnight_may_close_its_day() -> None:
    layout = TimeLayout(column="t", meaning="end", interval_minutes=15, midnight="end-of-day")
    start, end = Clock(layout, "Asia/Seoul").interval("2018-12-31 00:00")
    assert end.utc == datetime(2018, 12, 31, 15, tzinfo=UTC)
    assert (start.day, end.day, end.next_day) == (date(2018, 12, 31), date(2019, 1, 1), date(2019, 1, 1))
    opening = TimeLayout(column="t", meaning="start", interval_minutes=60)
    start, end = Clock(opening, "Asia/Seoul").interval("2018-12-31")
    assert (start.day, end.utc - start.utc) == (date(2018, 12, 31), timedelta(hours=1))


def test_an_interval_is_elapsed_time_across_a_clock_change() -> None:
    layout = TimeLayout(column="t", meaning="end", interval_minutes=60)
    start, end = Clock(layout, "Europe/Berlin").interval("2022-03-27 03:00")
    assert end.utc - start.utc == timedelta(hours=1)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_every_instant_written_with_its_offset_reads_back(moment: datetime, zone: str) -> None:
    utc = moment.replace(tzinfo=UTC)
    local = utc.astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return
    found = Clock(TimeLayout(), zone).start(local.isoformat(sep=" "))
    assert (found.utc, found.day) == (utc, local.date())
    assert found.next_day - found.day in (timedelta(0), timedelta(days=1))

"""Shifts in local time → windows in minutes, through nights of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.ingest.local_time import clock_instant, elapsed_minutes, instant, local_text, read_local
from qinglian.production.intervals import united, without
from qinglian.production.model import Calendar, Horizon, Window
from qinglian.production.shifts import Pattern, Shift, always, calendar
from qinglian.production.working import backward, forward, open_minutes
from tests.production.folders import HEALTHY, ZONED, got, only, refused

DAILY = frozenset(range(7))
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "Europe/Berlin",
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "UTC",
)


def horizon(day: date, zone: str = "Europe/Berlin", days: int = 7, limit: int = 4) -> Horizon:
    start = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(day + timedelta(days), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    minutes = (end - start) // timedelta(minutes=1)
    return Horizon(start, minutes, limit * minutes, zone)


def test_a_night_shift_is_shorter_or_longer_when_the_clocks_change():
    nights = Pattern("n", (Shift(DAILY, 22 * 60, 6 * 60),))
    lengths = {}
    for day in (date(2026, 3, 27), date(2026, 10, 23)):
        windows = calendar(nights, horizon(day)).open
        lengths[day] = [window.end - window.start for window in windows[:4]]
    assert lengths[date(2026, 3, 27)] == [360, 480, 420, 480]  # the first began the evening before
    assert lengths[date(2026, 10, 23)] == [360, 480, 540, 480]


def test_two_shifts_that_meet_in_the_changing_hour_leave_no_gap():
    for day in (date(2026, 3, 28), date(2026, 10, 24)):
        both = Pattern("b", (Shift(DAILY, 18 * 60, 150), Shift(DAILY, 150, 18 * 60)))
        frame = horizon(day)
        assert calendar(both, frame).open == (Window(0, frame.limit),)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.integers(0, 1439),
    st.integers(0, 1440),
)
def test_windows_are_what_a_clock_on_the_wall_shows(zone, day, opens, closes):
    """Minute by minute: open just when the wall clock lies within the shift, but for a skipped or doubled hour."""
    shift = Shift(DAILY, opens, closes)
    frame = horizon(day, zone, days=2, limit=1)
    windows = calendar(Pattern("c", (shift,)), frame).open
    info = ZoneInfo(zone)
    for minute in range(0, frame.minutes, 7):
        local = (frame.start + timedelta(minutes=minute)).astimezone(info)
        if _changes(local, info):
            continue
        clock = local.hour * 60 + local.minute
        inside = opens <= clock < closes if opens < closes else clock >= opens or clock < closes
        assert inside == any(window.start <= minute < window.end for window in windows), (minute, local)


def _changes(local: datetime, info: ZoneInfo) -> bool:
    around = [
        (local.astimezone(UTC) + timedelta(hours=step)).astimezone(info).utcoffset() for step in (-2, 0, 2)
    ]
    return len(set(around)) > 1


def test_the_last_week_is_repeated_after_the_horizon():
    first_days = Pattern("c", (Shift(DAILY, 480, 960, date(2026, 6, 1), date(2026, 6, 3)),))
    frame = horizon(date(2026, 6, 1))
    starts = [window.start // 1440 for window in calendar(first_days, frame).open]
    assert starts == [0, 1, 2, 7, 8, 9, 14, 15, 16, 21, 22, 23]


def test_breaks_and_closures_are_taken_out(tmp_path):
    shifts = [("calendar", "days", "from", "to"), ("two", "Mon-Fri", "08:00", "20:00")]
    breaks = [("calendar", "from", "to"), ("two", "12:00", "12:45")]
    lines = [(*HEALTHY["lines"][0], "calendar"), (*HEALTHY["lines"][1], "two"), (*HEALTHY["lines"][2], "")]
    closures = [
        ("line", "calendar", "start", "end"),
        ("L2", "", "2026-10-20 06:00", "2026-10-20 10:00"),
        ("", "two", "2026-10-21", "2026-10-21"),
    ]
    plant = got(tmp_path, ZONED, lines=lines, shifts=shifts, breaks=breaks, closures=closures).instance
    two, own = (plant.calendar_of[plant.line_of[line].calendar] for line in ("L1", "L2"))
    assert two.open[:4] == (Window(480, 720), Window(765, 1200), Window(1920, 2160), Window(2205, 2640))
    assert two.open[4].start == 3 * 1440 + 480  # Wednesday is closed
    assert own.open == (Window(0, 1800), Window(2040, plant.horizon.limit))


def test_lines_of_the_same_hours_share_a_calendar(tmp_path):
    closures = [("start", "end"), ("2026-10-20 06:00", "2026-10-20 10:00")]
    plant = got(tmp_path, ZONED, closures=closures).instance
    assert [line.calendar for line in plant.lines] == ["*", "*"]
    assert len(plant.calendars) == 1


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({"closures": [("start", "end"), ("2026-10-20", "2026-10-19")]}, "production.closure_backwards"),
        ({"shifts": [("calendar", "from", "to"), ("x", "25:00", "8")]}, "ingest.schema_clock"),
        (
            {"shifts": [("calendar", "days", "from", "to"), ("x", "Blursday", "08:00", "09:00")]},
            "ingest.schema_days",
        ),
        (
            {
                "shifts": [
                    ("calendar", "from", "to", "resumable"),
                    ("x", "08:00", "09:00", "yes"),
                    ("x", "10:00", "11:00", "no"),
                ]
            },
            "production.calendar_of_two_minds",
        ),
        (
            {"shifts": [("calendar", "from", "to", "resumable"), ("x", "08:00", "09:00", "perhaps")]},
            "ingest.schema_flag",
        ),
    ],
)
def test_faults_of_calendars(tmp_path, tables, code):
    assert code in {problem.code for problem in refused(tmp_path, ZONED, **tables)}


def test_a_line_of_an_unknown_calendar(tmp_path):
    lines = [(*HEALTHY["lines"][0], "calendar"), (*HEALTHY["lines"][1], "to"), (*HEALTHY["lines"][2], "")]
    shifts = [("calendar", "from", "to"), ("two", "08:00", "09:00")]
    assert only(refused(tmp_path, lines=lines, shifts=shifts)).params["near"] == ("two",)


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 4 * 365 * 1440))
def test_local_times_read_back(zone, minute):
    start = datetime(2024, 5, 1, tzinfo=UTC)
    text = local_text(start, minute, zone)
    assert elapsed_minutes(start, instant(read_local(text), zone, text)) == minute


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 1439))
def test_a_clock_shows_its_time_or_went_past_it(zone, day, minutes):
    utc = clock_instant(day, minutes, zone)
    naive = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    shown = utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    before = (utc - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before < naive <= shown


INTERVALS = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=8)


@settings(deadline=None)
@given(INTERVALS, INTERVALS)
def test_sets_of_minutes(some, others):
    def members(intervals):
        return {minute for start, end in intervals for minute in range(max(start, 0), min(end, 30))}

    one, two = united(some, 0, 30), united(others, 0, 30)
    assert members(one) == members(some)
    assert members(without(one, two)) == members(some) - members(others)
    for result in (one, two, without(one, two)):
        assert all(before[1] < after[0] for before, after in pairwise(result))


@st.composite
def calendars(draw):
    edges = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=10)))
    windows = tuple(Window(*pair) for pair in zip(edges[::2], edges[1::2], strict=False))
    return Calendar("c", windows, draw(st.booleans()))


@settings(deadline=None)
@given(calendars(), st.integers(0, 60), st.integers(1, 20))
def test_work_forward_is_the_earliest(plan, earliest, minutes):
    found = forward(plan, earliest, minutes)
    fits = [
        (start, end)
        for start in range(earliest, 61)
        for end in range(start + 1, 61)
        if _fits(plan, start, end, minutes)
    ]
    assert found == (min(fits) if fits else None)


@settings(deadline=None)
@given(calendars(), st.integers(0, 60), st.integers(1, 20))
def test_work_backward_is_the_latest(plan, latest, minutes):
    found = backward(plan, latest, minutes)
    fits = [
        (start, end)
        for end in range(1, latest + 1)
        for start in range(end)
        if _fits(plan, start, end, minutes)
    ]
    assert found == (max(fits, key=lambda pair: (pair[1], pair[0])) if fits else None)


def _fits(plan, start, end, minutes):
    opened = {minute for window in plan.open for minute in range(window.start, window.end)}
    within = opened & set(range(start, end))
    if len(within) != minutes or start not in opened or end - 1 not in opened:
        return False
    return plan.resumable or len(within) == end - start


@settings(deadline=None)
@given(calendars(), st.integers(0, 60), st.integers(0, 60))
def test_open_minutes(plan, start, end):
    opened = {minute for window in plan.open for minute in range(window.start, window.end)}
    assert open_minutes(plan, start, end) == len(opened & set(range(start, end)))


def test_always_open_but_for_closures():
    frame = horizon(date(2026, 6, 1))
    assert always("*", frame, [(10, 20), (15, 30)]).open == (Window(0, 10), Window(30, frame.limit))

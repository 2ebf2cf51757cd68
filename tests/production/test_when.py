from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qinglian.core.errors import QinglianError
from qinglian.production.model import Horizon
from qinglian.production.timescale import moment, time_axis
from qinglian.production.when import minute_of
from qinglian.production.wishes import energy_blind, is_blind, objective_of, require_tables

from .weeks import small_week

# Monday 2024-01-01 00:00 in Shanghai is 16:00 UTC of the day before.
SHANGHAI = Horizon(datetime(2023, 12, 31, 16, tzinfo=UTC), 10_080, 20_160, "Asia/Shanghai")
# The week in which Berlin's clocks go back: Sunday 2024-10-27 has 25 hours.
BERLIN = Horizon(datetime(2024, 10, 20, 22, tzinfo=UTC), 10_140, 20_280, "Europe/Berlin")


def week(horizon):
    hours = horizon.hours
    base = small_week()
    return replace(
        base,
        horizon=horizon,
        tariff=replace(base.tariff, prices=(1,) * hours),
        intensities=(replace(base.intensities[0], milligrams=(1,) * hours),),
    )


@pytest.mark.parametrize(
    ("said", "edge", "minute"),
    [
        ("12:00", "start", 720),
        ("Wed 14:30", "start", 2 * 1440 + 870),
        ("周三 14：30", "start", 2 * 1440 + 870),
        ("FRIDAY", "start", 4 * 1440),
        ("FRIDAY", "end", 5 * 1440),
        ("2024-01-03", "end", 3 * 1440),
        ("2024-01-03 08:00", "end", 2 * 1440 + 480),
        ("720", "start", 720),
        ("+90 min", "start", 90),
    ],
)
def test_what_a_planner_says(said, edge, minute):
    assert minute_of(week(SHANGHAI), said, edge=edge) == minute


def test_a_clock_time_is_of_today_where_today_is_in_the_week():
    now = datetime(2024, 1, 4, 3, tzinfo=UTC)  # Thursday 11:00 in Shanghai
    assert minute_of(week(SHANGHAI), "12:00", now=now) == 3 * 1440 + 720
    assert minute_of(week(SHANGHAI), "Fri", now=now) == 4 * 1440


@pytest.mark.parametrize("day", range(1, 8))
def test_a_weekday_is_that_of_the_week_on_any_day_of_it(day):
    now = datetime(2024, 1, day, 3, tzinfo=UTC)
    assert minute_of(week(SHANGHAI), "Mon 08:00", now=now) == 480
    assert minute_of(week(SHANGHAI), "Wed", now=now) == 2 * 1440
    assert minute_of(week(SHANGHAI), "Sunday", edge="end", now=now) == 7 * 1440


def test_days_of_25_hours_are_counted():
    assert minute_of(week(BERLIN), "Sunday", edge="end") == 6 * 1440 + 25 * 60
    assert minute_of(week(BERLIN), "Sunday 12:00") == 6 * 1440 + 13 * 60
    ticks = [tick.at for tick in time_axis(week(BERLIN), 10_140).ticks]
    assert ticks == [day * 1440 for day in range(7)]
    assert moment(week(BERLIN), 6 * 1440 + 13 * 60) == "Sun 10-27 12:00"


@pytest.mark.parametrize("said", ["noon", "25:00", "Wed 8", "2024-13-01", "Wed 12:00 sharp"])
def test_what_is_no_time_is_refused(said):
    with pytest.raises(QinglianError) as refusal:
        minute_of(week(SHANGHAI), said)
    assert refusal.value.code == "production.when_unreadable"


@pytest.mark.parametrize("said", ["2023-12-01", "2030-01-01", "999999"])
def test_times_outside_are_refused(said):
    with pytest.raises(QinglianError) as refusal:
        minute_of(week(SHANGHAI), said)
    assert refusal.value.code == "production.when_outside"


def test_an_axis_that_begins_in_the_middle_of_a_day():
    late = replace(SHANGHAI, start=datetime(2024, 1, 1, 4, tzinfo=UTC))
    assert [tick.at for tick in time_axis(week(late), 3000).ticks] == [0, 720, 2160]
    soon = replace(SHANGHAI, start=datetime(2024, 1, 1, 15, 30, tzinfo=UTC))
    assert [tick.at for tick in time_axis(week(soon), 2000).ticks] == [30, 1470]


def test_objectives_by_name():
    assert is_blind(objective_of("core"))
    green = objective_of("green", carbon_price=50)
    assert not is_blind(green)
    assert is_blind(energy_blind(green))
    assert energy_blind(green).tardiness == green.tardiness
    with pytest.raises(QinglianError, match="core"):
        objective_of("cheap")


@pytest.mark.parametrize(("name", "lacking"), [("energy", "tariff"), ("carbon", "intensities")])
def test_an_objective_without_its_table_is_refused(name, lacking):
    bare = replace(small_week(), **{lacking: None if lacking == "tariff" else ()})
    with pytest.raises(QinglianError):
        require_tables(bare, objective_of(name))
    require_tables(bare, objective_of("core"))

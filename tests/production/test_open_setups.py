"""Setups left open: violations of crews only where no places for the setups would be right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from qinglian.production.model import (
    Calendar,
    Crew,
    Eligibility,
    Family,
    Horizon,
    Instance,
    Line,
    Lot,
    Power,
    Setup,
    Window,
)
from qinglian.production.open_setups import OpenSetup, places
from qinglian.production.plan_files import read_plan
from qinglian.production.verify import verify

HORIZON = Horizon(datetime(2026, 1, 5, tzinfo=UTC), 1440, 2880)


def floor(lines, size=1, groups=1, **changes):
    """Lines of which each sets up from B to A in 30 minutes, by one crew a group."""
    names = [f"L{number}" for number in range(lines)]
    parts = {
        "horizon": HORIZON,
        "lines": tuple(
            Line(id=name, power=Power(run=1), family="B", setup_group=f"g{number % groups}")
            for number, name in enumerate(names)
        ),
        "families": (Family("A"), Family("B")),
        "eligibility": tuple(Eligibility(name, family, Decimal(1)) for name in names for family in "AB"),
        "setups": tuple(Setup(f"g{group}", "B", "A", Decimal(30)) for group in range(groups)),
        "lots": tuple(Lot(id=f"J{number}", family="A", units=50, due=900) for number in range(lines)),
        "crews": tuple(Crew(f"c{group}", size, (f"g{group}",)) for group in range(groups)),
    }
    return Instance(**(parts | changes))


def read(tmp_path, instance, starts):
    """Read a plan that says no more than where and when each lot starts."""
    rows = [f"L{number},J{number},{start}" for number, start in enumerate(starts)]
    file = tmp_path / "erp.csv"
    file.write_text("\n".join(["line,lot,start_min", *rows]) + "\n", encoding="utf-8")
    return read_plan(file, instance)


def setups(plan):
    return sorted((task.setup_start, task.setup_end) for task in plan.tasks)


def test_three_lines_that_start_at_once_share_one_crew(tmp_path):
    plan = read(tmp_path, floor(3), [200, 200, 200])
    assert setups(plan) == [(110, 140), (140, 170), (170, 200)]
    assert verify(floor(3), plan).valid


def test_where_the_crew_has_no_time_the_violation_stands(tmp_path):
    plan = read(tmp_path, floor(3), [80, 80, 80])
    found = verify(floor(3), plan)
    assert [problem.code for problem in found.violations] == ["production.verify_crew"]


def test_crews_of_other_lines_and_large_crews_do_not_move_a_setup(tmp_path):
    for instance in (floor(3, groups=3), floor(3, size=3), floor(3, crews=())):
        assert setups(read(tmp_path, instance, [200, 200, 200])) == [(170, 200)] * 3


def test_setups_that_the_plan_names_stay_and_others_make_room(tmp_path):
    file = tmp_path / "erp.csv"
    file.write_text(
        "line,lot,setup_start_min,setup_end_min,start_min\nL0,J0,160,190,200\nL1,J1,,,200\n", encoding="utf-8"
    )
    plan = read_plan(file, floor(2))
    assert setups(plan) == [(130, 160), (160, 190)]


def test_a_setup_ahead_of_a_shift_goes_into_the_shift_before(tmp_path):
    shifts = Calendar("s", (Window(0, 100), Window(200, 900)))
    lines = tuple(replace(line, calendar="s") for line in floor(2).lines)
    instance = replace(floor(2), lines=lines, calendars=(shifts,))
    plan = read(tmp_path, instance, [230, 230])
    assert setups(plan) == [(70, 100), (200, 230)]
    assert verify(instance, plan).valid


def _possible(wanted, size):
    """Whether any whole minutes keep the crew: by trying them all."""
    for starts in product(*(range(s.low, s.high - s.minutes + 1) for s in wanted)):
        busy = [0] * 40
        for start, setup in zip(starts, wanted, strict=True):
            for minute in range(start, start + setup.minutes):
                busy[minute] += 1
        if max(busy) <= size:
            return True
    return False


@pytest.mark.parametrize("seed", range(60))
def test_a_place_is_found_whenever_there_is_one(seed):
    random = Random(seed)
    size = random.choice((1, 1, 2))
    wanted = []
    for number in range(4):
        minutes, low = random.randrange(1, 6), random.randrange(0, 8)
        wanted.append(OpenSetup(f"L{number}", minutes, low, low + minutes + random.randrange(0, 6)))
    found = places(floor(4, size=size), wanted, [])
    busy = [0] * 40
    for place, setup in zip(found, wanted, strict=True):
        assert setup.low <= place[0]
        assert place[1] <= setup.high
        assert place[1] - place[0] == setup.minutes
        for minute in range(*place):
            busy[minute] += 1
    assert (max(busy) <= size) == _possible(wanted, size)


def test_a_busy_week_is_read_at_once():
    """1,000 setups that may all meet: the search gives up in time."""
    instance = floor(50, size=2)
    random = Random(1)
    wanted = [
        OpenSetup(f"L{random.randrange(50)}", 30, low, low + 400)
        for low in (random.randrange(0, 2000) for _ in range(1000))
    ]
    assert None not in places(instance, wanted, [])

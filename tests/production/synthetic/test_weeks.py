"""From files to a verified plan and back to files, over weeks with every feature, also those when clocks change."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.feasibility import check
from qinglian.production.lots import with_lots
from qinglian.production.plan_files import read_plan, write_plan
from qinglian.production.readers import read
from qinglian.production.synthetic import Week, write_week
from qinglian.production.verify import verify

WEEKS = [
    Week(
        seed=1,
        lines=4,
        lots=21,
        families=3,
        platforms=2,
        shifts=True,
        zone="Europe/Berlin",
        start=date(2026, 10, 19),
    ),
    Week(seed=7, lines=10, lots=27, families=9, platforms=2, load=67, shifts=True, halls=3),
    Week(seed=8, lines=11, orders=300, families=10, platforms=3, load=68, shifts=True, crews=True),
    Week(
        seed=16,
        lines=9,
        orders=300,
        families=6,
        shifts=True,
        crews=True,
        zone="Europe/Berlin",
        start=date(2026, 3, 23),
    ),
    Week(seed=25, lines=8, lots=45, families=5, shifts=True, halls=1, stages=("board", "assembly", "pack")),
    Week(seed=30, lines=3, lots=50, families=8, load=115, crews=True, stages=("board", "assembly", "pack")),
    Week(seed=41, lines=1, lots=9, families=1, platforms=1, zone="America/New_York", start=date(2026, 3, 2)),
    Week(seed=42, lines=5, lots=0, families=4),
]


@pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.name)
def test_from_files_to_a_verified_plan_and_back(tmp_path, week):
    found = read(write_week(week, tmp_path / "week"))
    instance = with_lots(found.instance) if week.orders else found.instance
    assert check(instance, found.places) == []
    problem = Problem.of(instance)
    plan = decode(problem, construct(problem))
    verified = verify(instance, plan)
    assert verified.violations == ()
    write_plan(plan, instance, tmp_path / "plan.csv")
    again = verify(instance, read_plan(tmp_path / "plan.csv", instance))
    assert again.violations == ()
    assert again.kpis == verified.kpis


@pytest.mark.parametrize("week", [week for week in WEEKS if not week.crews], ids=lambda week: week.name)
def test_what_another_program_leaves_out_is_reckoned_right(tmp_path, week):
    """Only line and start of each lot: ends and setups come out such that nothing is violated."""
    instance = read(write_week(week, tmp_path / "week")).instance
    problem = Problem.of(instance)
    plan = decode(problem, construct(problem))
    with (tmp_path / "foreign.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [("lot", "line", "start_min"), *((t.lot, t.line, t.start) for t in plan.tasks)]
        )
    back = read_plan(Path(tmp_path / "foreign.csv"), instance)
    assert {(t.lot, t.stage, t.start, t.end) for t in back.tasks} == {
        (t.lot, t.stage, t.start, t.end) for t in plan.tasks
    }
    assert verify(instance, back).violations == ()

"""Each cause of infeasibility alone, named before any search; and no cause where a plan exists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.production.feasibility import check
from qinglian.production.model import Calendar, Eligibility, Family, Line, Lot, Order, Pin, Power, Window
from tests.production.folders import HEALTHY, got
from tests.production.weeks import random_week


@pytest.fixture
def plant(tmp_path):
    return got(tmp_path).instance


def with_lot(plant, **changes):
    return replace(plant, lots=(*plant.lots[1:], replace(plant.lots[0], **changes)))


def with_calendar(plant, windows, *, resumable):
    calendar = Calendar("c", tuple(Window(*pair) for pair in windows), resumable)
    lines = tuple(replace(line, calendar="c") for line in plant.lines)
    return replace(plant, lines=lines, calendars=(calendar,))


def codes(instance):
    problems = check(instance)
    for problem in problems:
        assert all((problem.message("en"), problem.message("zh"), problem.fix("en"), problem.fix("zh")))
    return [problem.code.removeprefix("production.infeasible_") for problem in problems]


def test_a_healthy_plant_and_an_empty_one(plant):
    assert codes(plant) == []
    assert codes(replace(plant, lots=())) == []


def test_a_family_that_no_line_makes(plant):
    families = (*plant.families, Family("C"))
    assert codes(replace(with_lot(replace(plant, families=families), family="C"))) == ["no_line"]
    empty = with_lot(replace(plant, families=families), family="C", units=0)
    assert codes(empty) == []


def test_a_stage_without_a_line(plant):
    families = (Family("A", ("", "pack")), Family("B"))
    assert codes(replace(plant, families=families)) == ["no_stage"]


def test_places_are_named(tmp_path):
    found = got(
        tmp_path, lots=[(*HEALTHY["lots"][0], "deadline_min"), ("J1", "A", "10", "500", "900", "1", "400")]
    )
    (problem,) = check(found.instance, found.places)
    assert problem.code == "production.infeasible_deadline_before_release"
    assert (problem.where.row, problem.where.column) == (2, "lot")


def test_a_deadline_before_the_quickest_end(plant):
    # 100 × 2.5 minutes on L1, after a setup of 5 at the least
    assert codes(with_lot(plant, deadline=254)) == ["deadline"]
    assert codes(with_lot(plant, deadline=266)) == []


def test_no_room_without_a_pause(plant):
    windows = [(n * 1440, n * 1440 + 240) for n in range(28)]
    assert codes(with_calendar(plant, windows, resumable=False)) == ["window", "window"]
    assert codes(with_calendar(plant, windows, resumable=True)) == []


def test_lines_that_never_open(plant):
    assert set(codes(with_calendar(plant, [], resumable=True))) == {"closed"}


def test_too_much_work_until_calendars_end(plant):
    many = replace(plant, lots=tuple(replace(plant.lots[0], id=f"J{n}") for n in range(9)))
    assert codes(with_calendar(many, [(0, 900)], resumable=True)) == ["limit"]


def test_too_much_before_a_deadline(plant):
    lots = tuple(Lot(id=f"D{n}", family="A", units=100, due=900, deadline=800) for n in range(7))
    assert codes(replace(plant, lots=lots)) == ["capacity"]
    assert codes(replace(plant, lots=lots[:3])) == []


@pytest.mark.parametrize(
    ("pins", "code"),
    [
        ((Pin("J1", "L2"),), "pin_line"),
        ((Pin("J2", "L1", 100),), "pin_release"),
        ((Pin("J1", "L1", 0), Pin("J3", "L1", 200)), "pins_overlap"),
        ((Pin("J1", "L1", 0, "pack"),), "pin_stage"),
    ],
)
def test_pins_that_cannot_be_kept(plant, pins, code):
    assert codes(replace(plant, pins=pins)) == [code]


def test_a_pin_into_a_closed_minute(plant):
    shut = with_calendar(plant, [(0, 1000), (1440, 40_000)], resumable=True)
    assert codes(replace(shut, pins=(Pin("J1", "L1", 1200),))) == ["pin_closed"]
    assert codes(replace(shut, pins=(Pin("J1", "L1", 900),))) == []


def test_orders_stand_for_lots_that_are_not_made_yet(plant):
    order = Order(id="S1", family="A", units=1, due=99, release=50, deadline=40)
    assert codes(replace(plant, lots=(), orders=(order,))) == ["deadline_before_release"]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_is_named_where_a_plan_exists(seed):
    """A plan of random weeks stands; deadlines at its ends are then feasible, so no check may speak."""
    from qinglian.production.decide.construct import construct
    from qinglian.production.decide.decode import decode
    from qinglian.production.decide.problem import Problem

    instance = random_week(seed)
    problem = Problem.of(instance)
    plan = decode(problem, construct(problem))
    ends = {task.lot: task.end for task in sorted(plan.tasks, key=lambda task: task.end)}
    lots = tuple(replace(lot, deadline=ends.get(lot.id, lot.deadline)) for lot in instance.lots)
    pins = tuple(Pin(task.lot, task.line, task.start, task.stage) for task in plan.tasks[::3])
    assert check(replace(instance, lots=lots, pins=pins)) == []


def test_a_multi_stage_lot_needs_all_its_stages_before_its_deadline(plant):
    lines = tuple(Line(id=name, power=Power(run=1), stage=name) for name in ("board", "pack"))
    both = replace(
        plant,
        lines=lines,
        families=(Family("A", ("board", "pack")),),
        eligibility=tuple(Eligibility(line.id, "A", plant.eligibility[0].minutes_per_unit) for line in lines),
        lots=(Lot(id="J", family="A", units=100, due=0, deadline=499),),
        setups=(),
    )
    assert codes(both) == ["deadline"]
    assert codes(replace(both, lots=(replace(both.lots[0], deadline=500),))) == []

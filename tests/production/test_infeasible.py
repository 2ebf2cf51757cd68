"""Causes that lie in several demands together: named, needed, and only where there are any."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from qinglian.production.decide.exact import solve_exact
from qinglian.production.decide.infeasible import why_infeasible
from qinglian.production.feasibility import check
from qinglian.production.model import Calendar, Eligibility, Lot, Pin, Window
from tests.production.small_plants import plant
from tests.production.weeks import small_week


def codes(causes):
    return [
        (cause.code.removeprefix("production.infeasible_together_"), cause.params.get("lot"))
        for cause in causes
    ]


def test_two_deadlines_that_exclude_each_other_are_named_and_no_third():
    lots = (
        Lot(id="b1", family="B", units=100, due=100, deadline=130),
        Lot(id="b2", family="B", units=100, due=100, deadline=190),
        Lot(id="a1", family="A", units=10, due=100, deadline=1000),
    )
    instance = small_week(lots=lots)
    assert check(instance) == []
    found = why_infeasible(instance)
    assert codes(found) == [("deadline", "b1"), ("deadline", "b2")]
    assert "b1" in found[0].message("en")
    assert "b1" in found[0].message("zh")
    assert found[0].fix("zh")


def test_a_pin_against_a_deadline():
    lots = (
        Lot(id="b1", family="B", units=100, due=100, deadline=130),
        Lot(id="a1", family="A", units=100, due=100),
    )
    instance = small_week(lots=lots, pins=(Pin("a1", "L1", 20),))
    assert sorted(codes(why_infeasible(instance))) == [("deadline", "b1"), ("start", "a1")]
    free = replace(instance, pins=(Pin("a1", "L1", 150),))
    assert why_infeasible(free) == []


def test_a_pin_to_a_line_that_is_too_slow_for_the_deadline():
    lots = (Lot(id="a1", family="A", units=100, due=100, deadline=150),)
    found = why_infeasible(small_week(lots=lots, pins=(Pin("a1", "L2"),)))
    assert sorted(codes(found)) == [("deadline", "a1"), ("line", "a1")]


def test_closed_time_is_named_where_it_is_what_hinders():
    instance = small_week(
        lots=(Lot(id="b1", family="B", units=100, due=100, deadline=150),),
        calendars=(Calendar("late", (Window(100, 2000),)),),
        eligibility=(Eligibility("L1", "B", Decimal(1)),),
    )
    lines = tuple(replace(line, calendar="late") for line in instance.lines)
    found = why_infeasible(replace(instance, lines=lines))
    assert codes(found) == [("deadline", "b1"), ("calendar", None)]
    assert found[1].params["calendars"] == "late"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_has_a_plan_has_no_cause(seed):
    instance = plant(seed, lots=4)
    plan = solve_exact(instance, seconds=5).plan
    ends = {task.lot: task.end for task in plan.tasks}
    lots = tuple(replace(lot, deadline=ends.get(lot.id)) for lot in instance.lots)
    assert why_infeasible(replace(instance, lots=lots)) == []


def test_nothing_demanded_nothing_named():
    assert why_infeasible(small_week()) == []

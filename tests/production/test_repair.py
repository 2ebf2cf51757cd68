from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.free_part import begin
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.repair import repair
from qinglian.production.events import (
    Cancelled,
    LateKit,
    LineDown,
    Rush,
    apply,
    apply_all,
    from_json,
    to_json,
)
from qinglian.production.lots import with_lots
from qinglian.production.model import Crew, Order, Pin
from qinglian.production.plan import Plan, Task
from qinglian.production.verify import verify

from .weeks import random_week, small_week

RUSH = Rush((Order(id="R1", family="F0", units=80, due=1800, weight=4),))


def planned(week):
    problem = Problem.of(week)
    return decode(problem, construct(problem))


def check(week, plan, done, minute, event):
    found = verify(
        done.instance, done.plan, released=None if isinstance(event, LineDown) else plan, frozen_until=0
    )
    assert found.violations == ()
    kept = {task for task in plan.tasks if begin(task) < minute and task.lot not in done.touched}
    assert kept == set(done.kept) <= set(done.plan.tasks)
    new = done.plan.task_of
    old = plan.task_of
    moved = {key[0] for key in old.keys() & new.keys() if old[key].line != new[key].line} - set(done.touched)
    assert moved == set(done.moved)
    assert len(moved) <= 0.1 * (len(plan.tasks) - len(kept)) + 1
    assert all(begin(task) >= minute for task in set(done.plan.tasks) - set(plan.tasks))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 9999), st.integers(100, 2500), st.integers(60, 900))
def test_a_broken_line_is_worked_around(seed, minute, minutes):
    week = random_week(seed)
    plan = planned(week)
    event = LineDown("L0", minute, minute + minutes)
    done = repair(week, plan, event, minute=minute)
    check(week, plan, done, minute, event)
    for task in done.plan.by_line.get("L0", ()):
        assert task.end <= minute or begin(task) >= minute + minutes


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 2000))
def test_rush_late_and_cancelled_lots(seed, minute):
    week = random_week(seed)
    plan = planned(week)
    waiting = sorted((task for task in plan.tasks if begin(task) >= minute), key=lambda t: t.start)
    events = [RUSH]
    if waiting:
        events += [LateKit(waiting[0].lot, waiting[0].start + 300), Cancelled(waiting[-1].lot)]
    for event in events:
        done = repair(week, plan, event, minute=minute)
        check(week, plan, done, minute, event)
    if waiting:
        assert waiting[-1].lot not in {task.lot for task in done.plan.tasks}


def test_the_same_event_gives_the_same_plan():
    week = random_week(5)
    plan = planned(week)
    once, again = (repair(week, plan, RUSH, minute=300, seconds=60) for _ in range(2))
    assert once.plan.tasks == again.plan.tasks


def test_a_line_that_stays_down_is_left_for_good():
    week = random_week(8)
    plan = planned(week)
    only = {item.family for item in week.eligibility} - {i.family for i in week.eligibility if i.line != "L0"}
    week = replace(week, lots=tuple(lot for lot in week.lots if lot.family not in only))
    plan = planned(week)
    done = repair(week, plan, LineDown("L0", 500), minute=500)
    assert verify(done.instance, done.plan).valid
    assert all(task.end <= 500 for task in done.plan.by_line.get("L0", ()))


def test_unchanged_lines_keep_their_minutes_even_where_they_wait():
    week = small_week()
    waits = Plan(
        (
            Task("a1", "L1", 0, 0, 0, 100),
            Task("b1", "L1", 100, 120, 120, 220),
            Task("a2", "L2", 900, 900, 900, 1000),
        )
    )
    assert verify(week, waits).valid
    done = repair(week, waits, Cancelled("b1"), minute=50)
    assert done.plan.task_of["a2", ""] == waits.task_of["a2", ""]


def test_crews_are_respected_beside_what_is_kept():
    week = random_week(21)
    week = replace(week, crews=(Crew("c", 1, ("",)),))
    plan = planned(week)
    assert verify(week, plan).valid
    done = repair(week, plan, RUSH, minute=700)
    assert verify(done.instance, done.plan).violations == ()


def test_a_pinned_lot_stays_on_its_line():
    week = random_week(4)
    lot = week.lots[-1]
    line = next(item.line for item in week.eligibility if item.family == lot.family)
    week = replace(week, pins=(Pin(lot.id, line),))
    done = repair(week, planned(week), RUSH, minute=0)
    assert done.plan.task_of[lot.id, ""].line == line


def test_what_runs_is_not_touched():
    week = small_week()
    plan = Plan(
        (
            Task("a1", "L1", 0, 0, 0, 100),
            Task("b1", "L1", 100, 120, 120, 220),
            Task("a2", "L2", 60, 60, 60, 160),
        )
    )
    for event in (Cancelled("a1"), LateKit("a1", 500)):
        with pytest.raises(QinglianError) as refusal:
            repair(week, plan, event, minute=50)
        assert refusal.value.code == "production.event_running"


def test_a_lot_that_no_other_line_makes_is_named():
    week = small_week()
    week = replace(week, pins=())
    with pytest.raises(QinglianError) as refusal:
        repair(replace(week, eligibility=week.eligibility[1:2]), Plan(()), Cancelled("a1"), minute=0)
    assert refusal.value.code == "production.event_no_line"
    assert "b1" in str(refusal.value)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (LineDown("L9", 5), "production.event_unknown"),
        (LineDown("L1", 5, 5), "production.event_backwards"),
        (LateKit("nothing", 5), "production.event_unknown"),
        (Cancelled("nothing"), "production.event_unknown"),
        (Rush((Order(id="x", family="nothing", units=1, due=1),)), "production.event_unknown"),
    ],
)
def test_an_event_about_nothing_is_refused(event, code):
    with pytest.raises(QinglianError) as refusal:
        apply(small_week(), event)
    assert refusal.value.code == code


def test_events_are_kept_as_data_and_replayed():
    week = with_lots(small_week(orders=(Order(id="o1", family="A", units=2, due=9, kit="k"),)))
    rush = Rush((Order(id="r", family="A", units=5, due=99),))
    events = [LineDown("L1", 5, 10), LineDown("L1", 5, 10), rush, LateKit("k", 77), Cancelled("a2")]
    after = apply_all(week, [from_json(json.loads(canonical_json(to_json(event)))) for event in events])
    assert after == apply_all(week, events)
    assert after.lot_of["LOT-o1"].release == 77
    assert "a2" not in after.lot_of
    assert [(w.start, w.end) for w in after.calendar_of[after.line_of["L1"].calendar].open] == [
        (0, 5),
        (10, 5760),
    ]


def test_the_price_of_a_change_keeps_lots_where_they_are():
    week = random_week(14, load=1.0)
    plan = planned(week)
    event = LineDown("L1", 300, 1500)
    free = repair(week, plan, event, minute=300, most_moved=Decimal(1))
    held = repair(week, plan, event, minute=300, most_moved=Decimal(0))
    assert held.moved == ()
    assert len(free.moved) > 0
    assert verify(free.instance, free.plan).kpis.core <= verify(held.instance, held.plan).kpis.core

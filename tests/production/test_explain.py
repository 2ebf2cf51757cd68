from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.production.compare import side_by_side
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.explain import Explainer
from qinglian.production.model import Eligibility, Lot
from qinglian.production.plan import Plan, Task
from qinglian.production.verify import verify
from qinglian.production.what_if import what_if

from .weeks import random_week, small_week


def planned(week):
    problem = Problem.of(week)
    return decode(problem, construct(problem))


def one_lot(lot, *others, **changes):
    week = small_week(lots=(lot, *others), **changes)
    return week, planned(week)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 9999))
def test_prices_of_alternatives_are_what_verification_finds(seed):
    week = random_week(seed, lines=4, lots=25)
    plan = planned(week)
    explainer = Explainer(week, plan)
    lot = week.lots[seed % len(week.lots)].id
    found = explainer.explain(lot)
    chosen = found.alternatives[0]
    assert chosen.chosen
    assert chosen.line == found.line
    assert chosen.price == pytest.approx(0)
    for other in found.alternatives[1:]:
        row = [task.lot for task in plan.by_line.get(other.line, ())]
        prices = [what_if(week, plan, lot, line=other.line, before=before).price for before in (*row, "")]
        assert other.price == pytest.approx(float(min(prices)))
    assert set(found.unable).isdisjoint({item.line for item in found.alternatives})
    assert len(found.unable) + len(found.alternatives) == len(week.lines)
    assert explainer.explain(lot) == found


def test_late_material_is_the_cause():
    week, plan = one_lot(Lot(id="x", family="B", units=100, release=200, due=250))
    found = Explainer(week, plan).explain("x")
    assert (found.late, found.cause) == (50, "kit")


def test_a_setup_is_the_cause():
    week, plan = one_lot(
        Lot(id="a", family="A", units=100, due=100, weight=9),
        Lot(id="b", family="B", units=100, due=210),
        eligibility=small_week().eligibility[::2],
    )
    found = Explainer(week, plan).explain("b")
    assert (found.end, found.late, found.cause) == (220, 10, "setup")
    assert found.ahead == ("a",)


def test_eligibility_is_the_cause():
    week, plan = one_lot(
        Lot(id="b1", family="B", units=100, due=100, weight=9), Lot(id="b2", family="B", units=100, due=150)
    )
    found = Explainer(week, plan).explain("b2")
    assert (found.late, found.cause, found.unable) == (50, "eligibility", ("L2",))
    can = replace(week, eligibility=(*week.eligibility, Eligibility("L2", "B", Decimal(1))))
    assert verify(can, planned(can)).kpis.late == {}


def test_capacity_is_the_cause():
    week, plan = one_lot(
        Lot(id="b1", family="B", units=100, due=100, weight=9),
        Lot(id="b2", family="B", units=100, due=150),
        lines=small_week().lines[:1],
        eligibility=small_week().eligibility[::2],
    )
    found = Explainer(week, plan).explain("b2")
    assert found.cause == "capacity"
    assert {item.cause: item.late for item in found.counterfactuals} == {
        "kit": 50,
        "setup": 50,
        "eligibility": 50,
        "capacity": 0,
        "due": 0,
    }


def test_a_date_that_no_line_can_meet():
    week, plan = one_lot(Lot(id="x", family="B", units=100, due=50))
    explainer = Explainer(week, plan)
    assert explainer.explain("x").cause == explainer.cause("x") == "due"


def test_what_is_on_time_has_no_cause():
    week, plan = one_lot(Lot(id="x", family="B", units=10, due=50))
    explainer = Explainer(week, plan)
    assert explainer.explain("x").cause is None
    assert explainer.cause("x") is None
    assert explainer.cause("y") is None
    with pytest.raises(QinglianError) as refusal:
        explainer.explain("y")
    assert refusal.value.code == "production.explain_unknown"


def test_a_move_is_priced_and_says_whom_it_hits():
    week = small_week()
    plan = Plan(
        (
            Task("a1", "L1", 0, 0, 0, 100),
            Task("b1", "L1", 100, 120, 120, 220),
            Task("a2", "L2", 60, 60, 60, 160),
        )
    )
    found = what_if(week, plan, "a2", line="L1", before="a1")
    assert found.after.valid
    assert found.later == {"a1": (0, 60), "b1": (0, 80)}
    assert found.price == found.after.kpis.core - found.before.kpis.core > 0
    back = what_if(week, found.after.plan, "a2", line="L2")
    assert back.price == -found.price
    assert back.sooner


def test_untouched_lines_keep_their_minutes():
    week = random_week(2)
    plan = planned(week)
    lot = plan.by_line["L0"][-1].lot
    found = what_if(week, plan, lot, line="L0", before=plan.by_line["L0"][0].lot)
    for line, tasks in plan.by_line.items():
        if line != "L0":
            assert found.after.plan.by_line[line] == tasks


@pytest.mark.parametrize(
    ("lot", "line", "before", "code"),
    [
        ("b1", "L2", "", "production.what_if_unable"),
        ("b1", "L9", "", "production.what_if_unable"),
        ("zz", "L1", "", "production.explain_unknown"),
        ("a2", "L1", "zz", "production.what_if_neighbour"),
    ],
)
def test_a_move_that_cannot_be_is_refused(lot, line, before, code):
    week = small_week()
    with pytest.raises(QinglianError) as refusal:
        what_if(week, planned(week), lot, line=line, before=before)
    assert refusal.value.code == code


def test_two_plans_side_by_side():
    week = random_week(3)
    plan = planned(week)
    lot = week.lots[0].id
    other = next(
        line.id
        for line in week.lines
        if (line.id, week.lots[0].family) in week.eligible and line.id != plan.task_of[lot, ""].line
    )
    moved = what_if(week, plan, lot, line=other).after.plan
    found = side_by_side(week, plan, moved)
    assert found.moved == {lot: (plan.task_of[lot, ""].line, other)}
    assert (found.saved is None) == bool(found.reasons)
    same = side_by_side(week, plan, plan)
    assert not same.moved | same.later | same.sooner
    assert same.saved.kwh.total == 0

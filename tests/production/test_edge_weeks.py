"""Weeks that must be survived whole: everything released late, everything due at once, every lot like another."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from qinglian.production.decide import solve
from qinglian.production.decide.bounds import best_bound
from qinglian.production.decide.construct import ATCS, EDD, FEWEST_SETUPS, dispatch
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.promise import promise
from qinglian.production.decide.repair import repair
from qinglian.production.events import LineDown
from qinglian.production.explain import Explainer
from qinglian.production.feasibility import check
from qinglian.production.model import Crew, Order
from qinglian.production.objective import CORE, Objective
from qinglian.production.planner import Effort, make_plan
from qinglian.production.report_page import plan_page
from qinglian.production.verify import verify
from tests.production.folders import HEALTHY, got

from .weeks import random_week

ENERGY = Objective(tardiness=Decimal(100), energy=Decimal(1))
END = 2880


def lots_with(week, **values):
    return replace(week, lots=tuple(replace(lot, **values) for lot in week.lots))


def _late(seed, release):
    """All material comes at once, and late; everything was due long before."""
    return lots_with(random_week(seed, load=0.4), release=release, due=480)


WEEKS = {
    "released in the last hour": _late(1, END - 60),
    "released at the end of the horizon": _late(2, END),
    "released after the horizon": _late(3, END + 300),
    "all due at once": lots_with(random_week(4), due=END),
    "all due at minute 0": lots_with(random_week(5), due=0, release=0),
    "due at once, released late": lots_with(random_week(6, load=0.4), due=END, release=END - 60),
    "lots like each other": lots_with(random_week(7), due=960, release=0, weight=1, units=40, family="F0"),
    "due at once with a crew": replace(lots_with(random_week(8), due=END), crews=(Crew("c", 1, ("",)),)),
}


@pytest.fixture(params=WEEKS.values(), ids=WEEKS.keys())
def week(request):
    return request.param


def test_every_rule_dispatches_it(week):
    problem = Problem.of(week)
    for rule in (*ATCS, EDD, FEWEST_SETUPS):
        assert verify(week, decode(problem, dispatch(problem, rule)[1])).violations == ()


@pytest.mark.parametrize("objective", [CORE, ENERGY], ids=["core", "energy"])
def test_it_is_planned_no_worse_than_by_rules_and_above_its_bound(week, objective):
    assert check(week) == []
    plan = make_plan(week, objective, Effort(iterations=2_000, seed=1))
    found = verify(week, plan)
    assert found.violations == ()
    assert {task.lot for task in plan.tasks} == {lot.id for lot in week.lots}
    assert all(task.start >= week.lot_of[task.lot].release for task in plan.tasks)
    value = found.evaluate(objective).total
    rules = make_plan(week, objective, Effort(iterations=1, seed=1))
    assert best_bound(week, objective).value <= value
    assert value <= verify(week, rules).evaluate(objective).total


def test_it_is_the_same_plan_again(week):
    once, again = (solve(week, iterations=500, seed=3) for _ in range(2))
    assert once.tasks == again.tasks


def test_it_is_repaired_promised_explained_and_shown(week):
    plan = make_plan(week, ENERGY, Effort(iterations=500, seed=1, bounded=False))
    first = min(task.start for task in plan.tasks)
    done = repair(week, plan, LineDown("L0", first + 10, first + 200), minute=first + 10, objective=ENERGY)
    assert verify(done.instance, done.plan).violations == ()
    order = Order(id="P", family=week.lots[0].family, units=20, due=END)
    assert promise(week, plan, order, minute=0, objective=ENERGY).offers
    explainer = Explainer(week, plan, ENERGY)
    late = verify(week, plan).kpis.late
    assert all(explainer.cause(lot) for lot in list(late)[:5])
    assert "<svg" in plan_page(verify(week, plan), ENERGY)


def test_material_that_comes_after_a_hard_deadline_is_named_before_any_search():
    week = lots_with(_late(1, END - 60), deadline=END - 61)
    causes = check(week)
    assert causes
    assert {cause.code for cause in causes} == {"production.infeasible_deadline_before_release"}


def test_everything_released_late_is_warned_of_where_it_stands(tmp_path):
    lots = [HEALTHY["lots"][0], *((*row[:3], "9000", "9500", row[5]) for row in HEALTHY["lots"][1:])]
    found = got(tmp_path, lots=lots)
    (doubt,) = [item for item in found.warnings if item.code == "production.doubt_released_late"]
    assert doubt.where.file.endswith("lots.csv")
    plan = make_plan(found.instance, CORE, Effort(iterations=100))
    assert verify(found.instance, plan).valid

"""CP-SAT: what it proves is what trying every order finds, and what it plans keeps every rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.production.decide.bounds import best_bound
from qinglian.production.decide.decode import decode
from qinglian.production.decide.exact import solve_exact
from qinglian.production.decide.problem import Problem
from qinglian.production.model import Pin
from qinglian.production.objective import CORE, Objective
from qinglian.production.verify import verify
from tests.production.small_plants import place, plant
from tests.production.weeks import random_week, small_week

QUICK = {"max_examples": 3, "deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def every_plan(instance):
    """Decode every order of the lots on every choice of lines."""
    problem = Problem.of(instance)
    for lines in product(range(problem.lines), repeat=problem.size):
        if any(problem.minutes[line, op] < 0 for op, line in enumerate(lines)):
            continue
        rows = [[op for op, own in enumerate(lines) if own == line] for line in range(problem.lines)]
        for orders in product(*(permutations(row) for row in rows)):
            yield decode(problem, [np.array(row, dtype=np.int32) for row in orders])


@settings(**QUICK)
@given(st.integers(0, 10_000), st.booleans())
def test_the_optimum_is_what_trying_everything_finds(seed, calendars):
    instance = replace(plant(seed, lots=4, calendars=calendars), crews=())
    found = [verify(instance, plan) for plan in every_plan(instance)]
    best = min(item.kpis.core for item in found if item.valid)
    exact = solve_exact(instance, seconds=20)
    assert exact.status == "optimal"
    assert exact.value == exact.bound == best
    checked = verify(instance, exact.plan)
    assert not checked.violations
    assert checked.kpis.core == best


@settings(**QUICK)
@given(st.integers(0, 10_000), st.integers(1, 2))
def test_with_crews_stages_and_calendars_plans_are_valid(seed, stages):
    instance = plant(seed, lots=6, stages=stages)
    given_plan = place(instance, seed)
    exact = solve_exact(instance, seconds=3, hint=given_plan)
    checked = verify(instance, exact.plan)
    assert not checked.violations
    assert exact.value == checked.evaluate(CORE).total
    assert exact.value <= verify(instance, given_plan).kpis.core
    assert exact.bound >= best_bound(instance).value


def test_pins_and_deadlines_are_kept():
    instance = small_week()
    late = replace(instance, pins=(Pin("a1", "L2", 30), Pin("b1", "L1")))
    exact = solve_exact(late, seconds=5)
    assert exact.status == "optimal"
    assert exact.plan.task_of["a1", ""].start == 30
    assert not verify(late, exact.plan).violations
    lots = tuple(replace(lot, deadline=100) for lot in instance.lots)
    assert solve_exact(replace(instance, lots=lots), seconds=5).status == "infeasible"


def test_the_last_end_can_be_minimised():
    instance = random_week(3, lines=2, lots=6)
    exact = solve_exact(instance, seconds=10, makespan=True)
    assert exact.status == "optimal"
    assert exact.value == verify(instance, exact.plan).kpis.makespan == exact.bound


def test_prices_of_the_objective_count():
    instance = random_week(5, lines=2, lots=6)
    dear = Objective(tardiness=Decimal("0.5"), setup=Decimal("7.25"))
    exact = solve_exact(instance, dear, seconds=10)
    assert exact.value == verify(instance, exact.plan).evaluate(dear).total


@pytest.mark.parametrize("followers", [2, 4])
def test_a_model_with_fewer_arcs_claims_no_bound(followers):
    exact = solve_exact(random_week(2, lines=3, lots=12), seconds=2, followers=followers)
    assert exact.bound is None
    assert exact.plan.bound is None
    assert not verify(random_week(2, lines=3, lots=12), exact.plan).violations


def test_an_empty_week_is_solved_at_once():
    assert solve_exact(replace(small_week(), lots=())).status == "optimal"

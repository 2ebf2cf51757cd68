"""The plan that minds energy keeps its allowance of lateness, whatever the search does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qinglian.production.decide import solve
from qinglian.production.decide.allowance import GUARD, blind_of, within_allowance
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.objective import CORE, Objective
from qinglian.production.verify import verify
from tests.production.weeks import random_week

AWARE = Objective(energy=Decimal(50), tardiness=Decimal("0.1"))


def steps(instance, objective, *, seconds, seed, start):
    """The room's search by a number of steps, so that it does not depend on the machine."""
    return solve(instance, objective, iterations=2_000, seed=seed, start=start, islands=1)


def stubborn(instance, objective, *, seconds, seed, start):
    """A search that ignores lateness once energy has a price: everything ends a day later."""
    problem = Problem.of(instance)
    plan = decode(problem, construct(problem))
    if not objective.energy:
        return plan
    from dataclasses import replace

    move = instance.horizon.minutes // 2
    fields = ("setup_start", "setup_end", "start", "end")
    moved = [replace(task, **{name: getattr(task, name) + move for name in fields}) for task in plan.tasks]
    return replace(plan, tasks=tuple(moved))


@pytest.mark.parametrize("seed", [1, 2])
def test_lateness_stays_within_the_allowance(seed):
    instance = random_week(seed, lines=3, lots=25)
    pair = within_allowance(instance, AWARE, seconds=1, search=steps, allowance=Decimal("0.1"), seed=seed)
    blind, found = verify(instance, pair.blind), verify(instance, pair.plan)
    assert not found.violations
    assert found.kpis.weighted_tardiness <= Decimal("1.1") * blind.kpis.weighted_tardiness
    assert found.evaluate(AWARE).total <= blind.evaluate(AWARE).total
    assert found.cost < blind.cost


def test_a_search_that_never_keeps_it_leaves_the_blind_plan_better_timed():
    instance = random_week(4, lines=3, lots=25)
    pair = within_allowance(instance, AWARE, seconds=1, search=stubborn)
    blind, found = verify(instance, pair.blind), verify(instance, pair.plan)
    assert not pair.kept
    assert not found.violations
    assert found.kpis.weighted_tardiness <= blind.kpis.weighted_tardiness
    assert found.cost <= blind.cost


def test_a_given_blind_plan_is_taken():
    instance = random_week(5, lines=2, lots=10)
    known = steps(instance, CORE, seconds=1, seed=0, start=None)
    assert within_allowance(instance, AWARE, seconds=1, search=steps, blind=known).blind is known


def test_blind_means_without_energy_carbon_and_peak():
    aware = Objective(energy=Decimal(1), carbon=Decimal(2), peak=Decimal(3), levels=GUARD)
    assert blind_of(aware) == CORE

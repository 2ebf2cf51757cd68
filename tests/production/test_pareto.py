"""The front: nothing beaten, nothing invalid, few and far apart; the same from processes as from here."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.pareto import (
    Choice,
    Figures,
    Scenario,
    carbon_prices,
    front,
    judged,
    run,
    solved,
    sweep,
    tardiness_prices,
)
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.timing import retime
from qinglian.production.objective import CORE, Objective
from qinglian.production.plan import Plan
from tests.production.weeks import random_week

ENERGY = Objective(energy=Decimal(1))


def dispatched(instance, objective, seed):
    """A plan without a search: quick, and other prices give other times."""
    problem = Problem.of(instance, objective)
    return retime(instance, decode(problem, construct(problem)), objective)


figures = st.builds(Figures, *[st.integers(0, 6).map(Fraction)] * 3, st.sampled_from([True, True, False]))


@given(st.lists(figures, max_size=25))
def test_the_front_is_what_nothing_beats(given_figures):
    choices = [Choice(Scenario("s", CORE), Plan(()), item) for item in given_figures]
    valid = [item for item in given_figures if item.valid]
    kept = [choice.figures for choice in front(choices, most=1000)]
    for item in valid:
        beaten = any(
            other.axes != item.axes and all(a <= b for a, b in zip(other.axes, item.axes, strict=True))
            for other in valid
        )
        assert (item.axes in [k.axes for k in kept]) != beaten
    few = front(choices)
    assert len(few) <= 7
    assert {choice.figures.axes for choice in few} <= {item.axes for item in kept}
    for axis in range(3):
        if kept:
            assert min(k.axes[axis] for k in kept) == min(c.figures.axes[axis] for c in few)


def test_carbon_prices_trade_lateness_for_carbon():
    instance = random_week(2, lines=3, lots=20)
    scenarios = carbon_prices(ENERGY, ["0", "1", "1000"])
    points = [run(instance, scenario, dispatched, judged) for scenario in scenarios]
    assert all(point.figures.valid for point in points)
    assert points[2].figures.carbon < points[0].figures.carbon
    assert points[2].figures.tardiness > points[0].figures.tardiness
    found = sweep(instance, scenarios, dispatched, judged)
    assert "carbon 1000" in {choice.scenario.name for choice in found}


def test_processes_give_the_same_front():
    instance = random_week(2, lines=2, lots=8)
    scenarios = tardiness_prices(ENERGY, ["0.001", "10"])
    here = sweep(instance, scenarios, dispatched, judged)
    there = sweep(instance, scenarios, dispatched, judged, processes=2)
    assert [(c.scenario, c.plan, c.figures) for c in here] == [(c.scenario, c.plan, c.figures) for c in there]


def test_the_rooms_own_search_can_be_handed_in():
    instance = random_week(6, lines=2, lots=8)
    found = sweep(
        instance, [Scenario("blind", CORE), Scenario("aware", ENERGY)], partial(solved, seconds=0.2), judged
    )
    assert found
    assert all(choice.figures.valid for choice in found)

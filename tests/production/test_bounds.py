"""Bounds hold for every plan, follow from their prices, and are close where closeness is known."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from benchmarks.production.instances import best_known, read_pmp
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.text import use_language
from qinglian.production.decide import bounds
from qinglian.production.decide.assignment import assignment_start, start_plan
from qinglian.production.decide.bounds import best_bound, energy_bound, makespan_bound
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.model import Eligibility, Generation, Lot, Power
from qinglian.production.objective import CORE, Objective
from qinglian.production.plan import Plan
from qinglian.production.readers import read_instance
from qinglian.production.report_page import bound_sentence
from qinglian.production.verify import verify
from tests.production.small_plants import place, plant
from tests.production.weeks import random_week, small_week

PRICED = Objective(energy=Decimal(1), carbon=Decimal("0.2"), tardiness=Decimal("0.5"))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2), st.booleans())
def test_no_plan_is_better_than_the_bound(seed, stages, calendars):
    instance = plant(seed, stages=stages, calendars=calendars)
    found = verify(instance, place(instance, seed + 1))
    assert found.valid
    for objective in (CORE, PRICED):
        assert best_bound(instance, objective).value <= found.evaluate(objective).total
    run = energy_bound(instance, found.kpis.makespan)
    assert run is not None
    assert run.value <= found.energy.by_state()["run"]
    assert makespan_bound(Problem.of(instance)) <= found.kpis.makespan


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([300, 330, 600]), st.sampled_from(["0", "0.01", "0.5"]))
def test_no_plan_that_ends_after_the_horizon_is_better_than_the_bound(seed, minutes, price):
    instance = plant(seed)
    instance = replace(instance, horizon=replace(instance.horizon, minutes=minutes))
    objective = replace(PRICED, tardiness=Decimal(price))
    found = verify(instance, place(instance, seed + 1))
    assert best_bound(instance, objective).value <= found.evaluate(objective).total


def test_generation_after_the_horizon_does_not_make_the_bound_say_nothing():
    instance = small_week()
    late = replace(instance, generation=Generation((0,) * 48 + (5_000,) * (instance.horizon.hours - 48)))
    objective = replace(PRICED, tardiness=Decimal(100))
    assert best_bound(late, objective).value == best_bound(instance, objective).value > 0


def sunny(feed_in, prices=None):
    """A week whose own generation is far more than it uses."""
    week = random_week(4, load=0.3)
    tariff = replace(week.tariff, feed_in=feed_in, prices=prices or week.tariff.prices)
    return replace(week, tariff=tariff, generation=Generation((500_000,) * week.horizon.hours))


def test_generation_that_nobody_pays_for_does_not_make_a_bound_negative():
    """Bought energy is never less than none: all of the sun is worth nothing more."""
    energy = Objective(tardiness=Decimal(0), setup=Decimal(0), energy=Decimal(1))
    week = sunny(feed_in=0)
    assert best_bound(week, energy).value == 0
    paid = best_bound(sunny(feed_in=100_000), energy).value
    assert paid == -week.horizon.hours * 500 * Fraction(1, 10)  # lateness is free: a plan may end last of all
    problem = Problem.of(sunny(feed_in=100_000), energy)
    found = verify(problem.instance, decode(problem, construct(problem)))
    assert paid <= found.evaluate(energy).total < 0


def test_prices_below_zero_may_make_a_bound_negative():
    energy = Objective(tardiness=Decimal(0), setup=Decimal(0), energy=Decimal(1))
    week = replace(sunny(0, prices=(-100_000,) * random_week(4).horizon.hours), generation=Generation())
    problem = Problem.of(week, energy)
    found = verify(week, decode(problem, construct(problem)))
    assert best_bound(week, energy).value <= found.evaluate(energy).total < 0


def test_a_bound_below_zero_says_why():
    said = {}
    for name, week in (("sold", sunny(100_000)), ("paid", replace(sunny(0), generation=Generation()))):
        for language in ("zh", "en"):
            use_language(language)
            for bound in (-5.0, 5.0):
                said[name, language, bound] = bound_sentence(verify(week, Plan((), bound=bound)))
    assert "fed in is credited" in said["sold", "en", -5.0]
    assert "上网" in said["sold", "zh", -5.0]
    assert "prices below zero" in said["paid", "en", -5.0]
    assert "负电价" in said["paid", "zh", -5.0]
    assert not any("zero" in text or "负" in text for (_, _, bound), text in said.items() if bound > 0)


def test_a_large_bound_is_written_out():
    assert "1,234,568." in bound_sentence(verify(sunny(0), Plan((), bound=1_234_567.75)))


def test_adding_up_like_operations_hardly_weakens_the_bound(monkeypatch):
    instance = random_week(4, load=0.8)
    lines = [replace(line, power=Power(run=4000 + 1000 * n)) for n, line in enumerate(instance.lines)]
    problem = Problem.of(replace(instance, lines=tuple(lines)), PRICED)
    quick = bounds.cost_bound(problem).value
    monkeypatch.setattr(bounds, "_alike", lambda _, able, energy: (able, energy))
    assert 0.99 * bounds.cost_bound(problem).value < quick


def test_one_line_that_makes_everything_is_bounded_exactly():
    instance = small_week(
        lots=(Lot(id="b1", family="B", units=100, due=50, weight=3),),
        eligibility=(Eligibility("L1", "B", Decimal(1)),),
    )
    assert energy_bound(instance).value == 100 * 6000
    assert best_bound(instance).parts == {"tardiness": 150, "setup": 0}


def test_energy_follows_from_the_prices_it_names():
    instance = random_week(4, load=0.8)
    lines = [replace(line, power=Power(run=4000 + 1000 * n)) for n, line in enumerate(instance.lines)]
    instance = replace(instance, lines=tuple(lines))
    bound = energy_bound(instance)
    reckoned = 0
    for lot in instance.lots:
        reckoned += min(
            instance.run_minutes(lot, line.id) * (line.power.run + bound.prices[line.id])
            for line in instance.lines
            if (line.id, lot.family) in instance.eligible
        )
    reckoned -= sum(bound.prices[line.id] * instance.horizon.minutes for line in instance.lines)
    assert bound.value == reckoned
    assert any(bound.prices.values())


def test_a_week_that_cannot_be_done_in_time_has_no_energy_bound():
    instance = small_week(lots=(Lot(id="a", family="A", units=9_000, due=10),))
    assert energy_bound(instance) is None
    assert energy_bound(instance, 2 * 9_000) is not None


def test_bounds_stand_without_a_solver(monkeypatch):
    instance = random_week(4)
    lines = [replace(line, power=Power(run=4000 + 1000 * n)) for n, line in enumerate(instance.lines)]
    instance = replace(instance, lines=tuple(lines))
    monkeypatch.setitem(sys.modules, "ortools.linear_solver", None)
    weak = energy_bound(instance)
    assert not any(weak.prices.values())
    monkeypatch.undo()
    assert 0 < weak.value < energy_bound(instance).value


def test_public_instances_are_bounded_closely(shared_data):
    folder = shared_data / "scheduling" / "pmp"
    gaps = []
    for name, known in sorted(best_known(folder).items())[:4]:
        problem = Problem.of(
            read_pmp(folder / name if (folder / name).exists() else folder / f"{name}.txt"), makespan=True
        )
        bound = makespan_bound(problem)
        assert bound <= known
        gaps.append(known / bound - 1)
    assert np.mean(gaps) < 0.03


def test_the_assignment_is_a_valid_start_with_little_run_energy(shared_data):
    instance = read_instance(shared_data / "scheduling" / "weeks" / "8x100-31")
    plan = start_plan(instance)
    found = verify(instance, plan)
    assert found.valid
    assert found.energy.by_state()["run"] <= 1.02 * energy_bound(instance).value
    lines = assignment_start(instance)
    assert {(task.lot, task.stage): task.line for task in plan.tasks} == lines


def test_without_room_there_is_no_start():
    instance = small_week(lots=(Lot(id="a", family="A", units=9_000, due=10),))
    assert assignment_start(instance) is None
    assert start_plan(instance) is None


def test_pins_are_kept_by_the_start():
    from qinglian.production.model import Pin

    instance = replace(small_week(), pins=(Pin("a1", "L2"),))
    assert assignment_start(instance)["a1", ""] == "L2"


@pytest.mark.parametrize("seed", [1, 2])
def test_an_empty_week_is_bounded_by_nothing(seed):
    instance = random_week(seed)
    assert best_bound(replace(instance, lots=())).value == 0

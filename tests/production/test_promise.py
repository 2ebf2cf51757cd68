from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.free_part import begin
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.promise import promise
from qinglian.production.model import Order
from qinglian.production.objective import CORE
from qinglian.production.verify import verify

from .small_plants import plant
from .weeks import random_week, small_week


def planned(week):
    problem = Problem.of(week)
    return decode(problem, construct(problem))


def late(week, plan):
    return verify(week, plan).kpis.late


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 2000), st.integers(1, 400))
def test_every_offer_is_a_valid_plan_that_says_whom_it_displaces(seed, minute, units):
    week = random_week(seed)
    plan = planned(week)
    answer = promise(week, plan, Order(id="P", family="F1", units=units, due=2000), minute=minute)
    assert answer.offers
    before = late(week, plan)
    for offer in answer.offers:
        assert verify(answer.instance, offer.plan).violations == ()
        after = late(answer.instance, offer.plan)
        worse = {
            lot: (before.get(lot, 0), m)
            for lot, m in after.items()
            if lot != "LOT-P" and m > before.get(lot, 0)
        }
        assert {item.lot: (item.before, item.after) for item in offer.displaced} == worse
        assert all(begin(task) >= minute for task in offer.tasks)
        assert offer.in_time == (offer.end <= 2000)
        if offer.policy == "gentle":
            assert not offer.displaced
    ends = [offer.end for offer in answer.offers]
    assert ends == sorted(ends)


def test_the_fastest_offer_is_no_later_than_any_other():
    week = random_week(7)
    answer = promise(week, planned(week), Order(id="P", family="F1", units=100, due=2000))
    assert {"fastest"} <= {offer.policy for offer in answer.offers} or len(answer.offers) == 1


def test_an_empty_line_makes_the_promise_at_once():
    week = small_week()
    answer = promise(week, planned(week), Order(id="P", family="A", units=10, due=2880), minute=1000)
    offer = answer.offers[0]
    assert (offer.tasks[0].line, offer.end, offer.displaced) == ("L2", 1020, ())
    assert offer.in_time


def test_parts_run_side_by_side():
    week = small_week(lots=())
    answer = promise(week, planned(week), Order(id="P", family="A", units=90, due=2880), parts=3)
    tasks = answer.offers[0].tasks
    assert {task.line for task in tasks} == {"L1", "L2"}
    assert answer.offers[0].end == 60
    assert sum(answer.instance.lot_of[task.lot].units for task in tasks) == 90


def test_a_date_that_cannot_be_met_has_no_offer():
    week = small_week()
    answer = promise(week, planned(week), Order(id="P", family="A", units=500, due=100))
    with pytest.raises(QinglianError, match="cannot be met"):
        answer.offer("asked")
    assert not answer.offers[0].in_time


def test_a_family_that_no_line_makes_is_refused():
    week = small_week(eligibility=small_week().eligibility[:2], lots=())
    with pytest.raises(QinglianError) as refusal:
        promise(week, planned(week), Order(id="P", family="B", units=5, due=100))
    assert refusal.value.code == "production.event_no_line"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9999), st.integers(2, 3))
def test_with_stages_and_crews_offers_are_what_their_names_say(seed, stages):
    week = plant(seed, stages=stages, lots=9)
    plan = planned(week)
    answer = promise(week, plan, Order(id="P", family="F1", units=20, due=900), minute=100)
    before = verify(week, plan).evaluate(CORE).total
    assert answer.offers
    for offer in answer.offers:
        assert offer.policy != "gentle" or not offer.displaced
        assert offer.policy != "asked" or offer.in_time
        found = verify(answer.instance, offer.plan)
        assert not found.violations
        assert offer.price == pytest.approx(float(found.evaluate(CORE).total - before))

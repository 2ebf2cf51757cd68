"""Peaks: two lines that need not run at once do not, where a demand charge makes it worth while."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.production.decide.peaks import lower_peak
from qinglian.production.decide.time_board import Board
from qinglian.production.decide.timing import retime
from qinglian.production.model import Hall, Lot, Tariff
from qinglian.production.objective import Objective
from qinglian.production.plan import Plan, Task
from qinglian.production.verify import verify
from tests.production.small_plants import place, plant
from tests.production.weeks import HOURS, small_week

DEMAND = Objective(energy=Decimal(1), peak=Decimal(1))


def two_lines(due):
    instance = small_week(
        tariff=Tariff("CNY", (500_000,) * HOURS, demand=40_000_000),
        halls=(Hall("H"),),
        lots=(Lot(id="x", family="A", units=100, due=due), Lot(id="y", family="A", units=50, due=due)),
    )
    tasks = (Task("x", "L1", 0, 0, 0, 100), Task("y", "L2", 0, 0, 0, 100))
    return instance, Plan(tasks)


def test_work_with_slack_leaves_the_peak():
    instance, plan = two_lines(due=400)
    found = verify(instance, retime(instance, plan, DEMAND))
    assert not found.violations
    assert verify(instance, plan).peak_kw == 12
    assert found.peak_kw == 6
    assert found.kpis.weighted_tardiness == 0


def test_work_without_slack_stays():
    instance, plan = two_lines(due=100)
    dear = replace(DEMAND, tardiness=Decimal(100))
    assert verify(instance, retime(instance, plan, dear)).peak_kw == 12


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["0.01", "1", "50"]))
def test_the_whole_never_gets_dearer(seed, price):
    instance = plant(seed, lots=8)
    plan = place(instance, seed)
    objective = Objective(energy=Decimal("0.2"), peak=Decimal(price), tardiness=Decimal("0.05"))
    board = Board(instance, plan, objective)
    lower_peak(board)
    found = verify(instance, board.result(plan))
    assert not found.violations
    assert found.evaluate(objective).total <= verify(instance, plan).evaluate(objective).total

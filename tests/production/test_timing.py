"""Timing: equal to trying everything on tiny lines; valid and never dearer on plants with all couplings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qinglian.production.decide.rates import Rates
from qinglian.production.decide.time_board import Board
from qinglian.production.decide.timing import retime
from qinglian.production.model import (
    CarbonIntensity,
    Eligibility,
    Family,
    Generation,
    Hall,
    Horizon,
    Instance,
    Line,
    Lot,
    Power,
    Setup,
    Tariff,
)
from qinglian.production.objective import CORE, Objective
from qinglian.production.plan import Plan, Task
from qinglian.production.readers import read_instance
from qinglian.production.verify import verify
from tests.production.small_plants import place, plant

T = 120
PRICED = Objective(energy=Decimal(1), carbon=Decimal("0.2"), tardiness=Decimal("0.01"))


@st.composite
def tiny(draw):
    """One line, two lots, a setup between them, 10 to 16 minutes of slack in two hours."""
    power = Power(
        draw(st.integers(20_000, 40_000)),
        draw(st.sampled_from([0, 3_000, 12_000])),
        draw(st.sampled_from([1_000, 9_000])),
        draw(st.sampled_from([0, 15_000])),
        draw(st.sampled_from([0, 500])),
    )
    line = Line(
        id="L",
        power=power,
        hall=draw(st.sampled_from(["", "H"])),
        start_up_minutes=draw(st.integers(0, 4)),
        minimum_off_minutes=draw(st.integers(0, 4)),
        family=draw(st.sampled_from(["", "A"])),
        first_setup=Decimal(3),
        ready=draw(st.booleans()),
        available=draw(st.sampled_from([0, 2])),
    )
    first, slack = draw(st.integers(30, 60)), draw(st.integers(10, 16))
    second = T - slack - first - 8 - line.start_up_minutes - line.available
    hours = st.lists(st.integers(-300_000, 1_500_000), min_size=2, max_size=2).map(tuple)
    return Instance(
        horizon=Horizon(datetime(2026, 1, 1, tzinfo=UTC), T, T),
        lines=(line,),
        families=(Family("A"), Family("B")),
        eligibility=(
            Eligibility("L", "A", Decimal(1)),
            Eligibility("L", "B", Decimal(1), draw(st.sampled_from([None, 15_000]))),
        ),
        setups=(Setup("", "A", "B", Decimal(5)),),
        lots=(
            Lot(id="a", family="A", units=first, due=draw(st.integers(40, 70)), weight=2),
            Lot(id="b", family="B", units=second, due=100, release=draw(st.integers(0, 60))),
        ),
        halls=(Hall("H", 20_000, 2_000),),
        tariff=Tariff("CNY", draw(hours), feed_in=draw(st.sampled_from([0, 200_000]))),
        intensities=(CarbonIntensity("location", "x", draw(hours.map(lambda v: tuple(map(abs, v))))),),
        generation=Generation(draw(st.sampled_from([(), (0, 25_000), (30_000, 10_000)]))),
    )


def minute_costs(instance, watts, active):
    """Cost of a state minute by minute, running sums, in the objective's unit."""
    line, tariff, sums = instance.lines[0], instance.tariff, [Fraction(0)]
    for minute in range(T):
        hour = minute // 60
        hall = instance.halls[0].base_w if active and line.hall else instance.halls[0].setback_w
        own = instance.generation.watts[hour] if instance.generation.watts else 0
        draw = watts + hall - own
        price = tariff.prices[hour] + Fraction(PRICED.carbon) * instance.intensities[0].milligrams[hour]
        money = max(draw, 0) * price + min(draw, 0) * tariff.feed_in
        sums.append(sums[-1] + money / 60_000 / 1_000_000)
    return sums


def cheapest_gap(line, cost, start, end, *, cold=False, last=False):
    """All ways to pass a gap: idle, then perhaps off, then a start-up."""

    def over(state, low, high):
        return cost[state][high] - cost[state][low]

    ways = [] if cold else [over("idle", start, end)]
    ahead = 0 if last else line.start_up_minutes
    off = 0 if cold or last else line.minimum_off_minutes
    for until in [start] if cold else range(start, end + 1):
        if end - ahead - until >= off:
            ways.append(
                over("idle", start, until)
                + over("off", until, end - ahead)
                + over("start_up", end - ahead, end)
            )
    return min(ways, default=None)


def brute_force(instance):
    """Try every minute for every setup and run."""
    line, (a, b) = instance.lines[0], instance.lots
    watts = {"idle": line.power.idle, "setup": line.power.setup, "start_up": line.power.start_up}
    watts |= {lot.id: instance.run_power("L", lot.family) for lot in instance.lots}
    cost = {state: minute_costs(instance, value, True) for state, value in watts.items()}
    cost["off"] = minute_costs(instance, line.power.off, False)
    first = instance.setup_minutes("L", line.family, "A")
    slack = T - line.available - first - a.units - 5 - b.units
    best = None
    for s1, s2, s3, s4 in combinations_with_replacement(range(slack + 1), 4):
        x1 = line.available + s1
        t1 = x1 + first + (s2 - s1)
        if not first and s2 != s1:
            continue
        e1 = t1 + a.units
        x2 = e1 + s3 - s2
        t2 = x2 + 5 + s4 - s3
        e2 = t2 + b.units
        if t2 < b.release or e2 > T:
            continue
        before = cheapest_gap(line, cost, line.available, x1, cold=not line.ready)
        between = cheapest_gap(line, cost, e1, x2)
        if before is None or between is None:
            continue
        total = cost["off"][line.available] + before + between + cheapest_gap(line, cost, e2, T, last=True)
        for state, low, high in (
            ("setup", x1, x1 + first),
            ("idle", x1 + first, t1),
            ("a", t1, e1),
            ("setup", x2, x2 + 5),
            ("idle", x2 + 5, t2),
            ("b", t2, e2),
        ):
            total += cost[state][high] - cost[state][low]
        late = a.weight * max(0, e1 - a.due) + b.weight * max(0, e2 - b.due)
        total += Fraction(PRICED.tardiness) * late + 2 * (first + 5)
        best = total if best is None else min(best, total)
    return best


def semi_active(instance):
    line, (a, b) = instance.lines[0], instance.lots
    begin = line.available + (0 if line.ready else line.start_up_minutes)
    start = begin + instance.setup_minutes("L", line.family, "A")
    end = start + a.units
    later = max(end + 5, b.release)
    tasks = (
        Task("a", "L", begin, start, start, end),
        Task("b", "L", later - 5, later, later, later + b.units),
    )
    return Plan(tasks)


@settings(max_examples=8, deadline=None)
@given(tiny())
def test_a_line_is_timed_as_cheaply_as_trying_everything(instance):
    plan = semi_active(instance)
    if plan.tasks[-1].end > T:
        return
    found = verify(instance, retime(instance, plan, PRICED))
    assert not found.violations
    assert found.evaluate(PRICED).total == brute_force(instance)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 2),
    st.sampled_from(
        [
            Objective(energy=Decimal(1), carbon=Decimal("0.05")),
            Objective(energy=Decimal("0.5"), peak=Decimal(1), tardiness=Decimal("0.1")),
            Objective(energy=Decimal(1), levels=(("tardiness", "setup"), ("energy",))),
            Objective(carbon=Decimal(3), deviation_minute=Decimal("0.01"), tardiness=Decimal("0.001")),
        ]
    ),
)
def test_never_dearer_and_always_valid(seed, stages, objective):
    instance = plant(seed, stages=stages)
    plan = place(instance, seed)
    before = verify(instance, plan)
    found = verify(instance, retime(instance, plan, objective, released=plan))
    assert not found.violations
    old, new = before.evaluate(objective, released=plan), found.evaluate(objective, released=plan)
    assert new.levels <= old.levels
    if not objective.levels:
        assert new.total <= old.total


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_board_prices_a_plan_as_verify_does(seed):
    instance = plant(seed)
    plan = place(instance, seed)
    objective = Objective(energy=Decimal(1), carbon=Decimal("0.3"), peak=Decimal(1), setup=Decimal(0))
    board = Board(instance, plan, objective)
    assume(board.rates.exact)  # a few plants, such as 573, need more than 62 bits: theirs are floats
    assert board.cost() * board.rates.unit == verify(instance, plan).evaluate(objective).total


def test_without_a_price_of_energy_nothing_moves():
    instance = plant(3)
    plan = place(instance, 3)
    assert retime(instance, plan, CORE) is plan


def test_huge_numbers_fall_back_to_floats():
    instance = plant(5)
    steep = Objective(energy=Decimal(1), carbon=Decimal("0.333333333333333333"))
    assert not Rates.of(instance, steep, 1_500).exact
    plan = place(instance, 5)
    found = verify(instance, retime(instance, plan, steep))
    assert not found.violations
    assert found.evaluate(steep).total <= verify(instance, plan).evaluate(steep).total


def test_a_lot_pinned_to_a_minute_stays():
    from qinglian.production.model import Pin

    instance = plant(8, calendars=False)
    plan = place(instance, 8)
    task = plan.tasks[2]
    pinned = replace(instance, pins=(Pin(task.lot, task.line, task.start),))
    found = retime(pinned, plan, Objective(energy=Decimal(1), tardiness=Decimal(0)))
    assert found.task_of[task.lot, task.stage].start == task.start
    assert not verify(pinned, found).violations


@pytest.mark.parametrize("week", ["8x100-31"])
def test_a_frozen_week_gets_cheaper_without_more_lateness(shared_data, week):
    from qinglian.production.decide.construct import construct
    from qinglian.production.decide.decode import decode
    from qinglian.production.decide.problem import Problem

    instance = read_instance(shared_data / "scheduling" / "weeks" / week)
    problem = Problem.of(instance)
    plan = decode(problem, construct(problem))
    objective = Objective(energy=Decimal(1), levels=(("tardiness", "setup"), ("energy",)))
    old = verify(instance, plan).evaluate(objective)
    found = verify(instance, retime(instance, plan, objective))
    new = found.evaluate(objective)
    assert not found.violations
    assert new.levels[0] <= old.levels[0]
    assert new.levels[1] < old.levels[1]


def test_a_time_limit_keeps_what_is_cheaper_by_then():
    instance = plant(11, lots=8)
    plan = place(instance, 11)
    objective = Objective(energy=Decimal(1), peak=Decimal(1))
    assert retime(instance, plan, objective, seconds=0) == retime(
        instance, plan, objective, turns=0, seconds=0
    )
    found = verify(instance, retime(instance, plan, objective, seconds=0.02))
    assert not found.violations
    assert found.evaluate(objective).total <= verify(instance, plan).evaluate(objective).total

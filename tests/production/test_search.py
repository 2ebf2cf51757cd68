"""Construction, decoding and search: no violations by the independent judge, anytime, deterministic."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qinglian.production.decide import Problem, Step, islands, populations, search, solve
from qinglian.production.decide.clocks import Clock
from qinglian.production.decide.construct import EDD, FEWEST_SETUPS, construct, dispatch
from qinglian.production.decide.decode import cost, decode, place
from qinglian.production.decide.problem import MOST_ALONE, sequences_of
from qinglian.production.decide.warm import warm
from qinglian.production.model import Calendar, Lot, Pin, Window
from qinglian.production.readers import read_instance
from qinglian.production.verify import verify
from tests.production.small_plants import plant
from tests.production.weeks import random_week


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    warm()


def minute_walk(calendar, start, work):
    """Where work ends when minutes are counted one by one."""
    opened = {minute for window in calendar.open for minute in range(window.start, window.end)}
    minute = start
    while minute not in opened:
        minute += 1
    begin, done = minute, 0
    while done < work:
        done += minute in opened
        minute += 1
    return begin, minute


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 40))
def test_a_resumable_clock_counts_open_minutes(start, work):
    calendar = Calendar("c", (Window(5, 17), Window(20, 33), Window(50, 400)))
    clock = Clock.of(calendar, 400)
    begin, end = minute_walk(calendar, start, work)
    assert clock.earliest(start, work) == (begin, end)
    assert clock.worked(end) - clock.worked(begin) == work
    late = clock.latest(end, work)
    assert late is not None
    assert clock.worked(late[1]) - clock.worked(late[0]) == work
    assert begin <= late[0]
    assert late[1] <= end


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 13))
def test_work_that_cannot_pause_lies_in_one_window(start, work):
    windows = (Window(5, 17), Window(20, 33), Window(50, 400))
    clock = Clock.of(Calendar("c", windows, resumable=False), 400)
    begin, end = clock.earliest(start, work)
    assert end - begin == work
    fits = [max(start, w.start) for w in windows if max(start, w.start) + work <= w.end]
    assert begin == min(fits)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_every_dispatched_plan_is_without_violation(seed, stages):
    instance = plant(seed, lots=7, stages=stages)
    problem = Problem.of(instance)
    for rule in (None, EDD, FEWEST_SETUPS):
        order = construct(problem) if rule is None else dispatch(problem, rule)[1]
        assert verify(instance, decode(problem, order)).violations == ()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_every_searched_plan_is_without_violation_and_no_worse(seed, stages):
    instance = plant(seed, lots=7, stages=stages)
    problem = Problem.of(instance)
    first = cost(problem, place(problem, construct(problem)))
    found = search(problem, iterations=3000, seed=seed)
    plan = decode(problem, found.sequences)
    assert verify(instance, plan).violations == ()
    assert found.objective <= first + 1e-6
    assert found.objective == pytest.approx(cost(problem, place(problem, found.sequences)))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_the_objective_is_the_judges(seed):
    instance = random_week(seed, lines=4, lots=30)
    problem = Problem.of(instance)
    found = search(problem, iterations=20_000, seed=seed)
    judged = verify(instance, decode(problem, found.sequences))
    assume(not judged.violations)  # some of these weeks do not fit before their limit
    kpis = judged.kpis
    assert found.objective == kpis.weighted_tardiness + 2 * kpis.setup_minutes


def test_the_same_seed_and_steps_give_the_same_plan():
    problem = Problem.of(random_week(5, lines=8, lots=60))
    runs = [search(problem, iterations=100_000, seed=3) for _ in range(3)]
    assert len({run.objective for run in runs}) == 1
    for left, right in zip(runs[0].sequences, runs[1].sequences, strict=True):
        assert left.tolist() == right.tolist()
    assert runs[0].moves == runs[1].moves == runs[2].moves


@pytest.mark.parametrize("seed", range(3))
def test_small_plants_are_solved_to_the_optimum(seed):
    from itertools import permutations, product

    instance = random_week(seed, lines=2, lots=5, families=3, load=1.1)
    problem = Problem.of(instance)
    best = min(
        cost(problem, place(problem, [np.array(left, np.int32), np.array(right, np.int32)]))
        for sides in product((0, 1), repeat=5)
        if all(problem.minutes[side, op] >= 0 for op, side in enumerate(sides))
        for left in permutations([op for op, side in enumerate(sides) if side == 0])
        for right in permutations([op for op, side in enumerate(sides) if side == 1])
    )
    assert search(problem, iterations=20_000, seed=1).objective == best


def test_pins_and_fixed_starts_are_kept():
    instance = random_week(2, lines=4, lots=30)
    plan = solve(instance, iterations=2000)
    fixed = sorted(plan.tasks, key=lambda task: task.start)[:6]
    pins = tuple(Pin(t.lot, t.line, t.start if n < 3 else None, t.stage) for n, t in enumerate(fixed))
    pinned = replace(instance, pins=pins)
    found = solve(pinned, iterations=20_000, seed=4)
    assert {v.code for v in verify(pinned, found).violations} <= {"production.verify_beyond"}


def test_progress_starts_with_the_first_plan_and_never_gets_worse():
    problem = Problem.of(random_week(1, lines=6, lots=60))
    seen: list[Step] = []
    found = search(problem, iterations=200_000, progress=seen.append)
    values = [step.objective for step in seen]
    assert values == sorted(values, reverse=True)
    assert seen[0].moves == 0
    assert seen[0].sequences is not None
    assert found.objective == values[-1]


def test_a_search_can_be_cancelled_and_honours_its_time():
    problem = Problem.of(random_week(1, lines=6, lots=60))
    began = time.perf_counter()
    rounds: list[Step] = []
    search(problem, seconds=60.0, progress=rounds.append, cancelled=lambda: len(rounds) > 3)
    search(problem, seconds=0.3)
    assert time.perf_counter() - began < 15.0


def test_a_start_plan_is_taken_over_and_completed():
    instance = random_week(3, lines=4, lots=30)
    plan = solve(instance, iterations=50_000)
    part = replace(plan, tasks=plan.tasks[:20])
    again = solve(instance, iterations=1, start=part)
    assert {task.lot for task in again.tasks} == {task.lot for task in plan.tasks}
    problem = Problem.of(instance)
    same = decode(problem, sequences_of(problem, plan))
    assert sorted(same.tasks, key=str) == sorted(plan.tasks, key=str)


def test_leaving_the_released_line_has_its_price():
    from decimal import Decimal

    from qinglian.production.objective import Objective

    instance = random_week(4, lines=4, lots=30)
    released = decode(Problem.of(instance), construct(Problem.of(instance)))
    where = {task.lot: task.line for task in released.tasks}
    kept = solve(instance, Objective(deviation=Decimal(10**7)), iterations=30_000, released=released)
    assert all(where[task.lot] == task.line for task in kept.tasks)


def test_an_empty_week_is_an_empty_plan():
    instance = replace(random_week(1, lines=2, lots=3), lots=())
    assert solve(instance, seconds=1.0).tasks == ()


def test_makespan_mode_balances_lines():
    instance = random_week(6, lines=4, lots=40)
    problem = Problem.of(instance, makespan=True)
    first = cost(problem, place(problem, construct(problem)))
    assert search(problem, iterations=100_000).objective < first


def test_a_first_plan_needs_no_numba(shared_data):
    code = (
        "import sys; from pathlib import Path; from qinglian.production.readers import read_instance;"
        "from qinglian.production.decide.problem import Problem;"
        "from qinglian.production.decide.construct import construct;"
        f"p = Problem.of(read_instance(Path({str(shared_data / 'scheduling/weeks/43x1500-11')!r})));"
        "construct(p); assert 'numba' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_frozen_week_improves_much_over_its_rules(shared_data):
    instance = read_instance(shared_data / "scheduling" / "weeks" / "8x100-31")
    problem = Problem.of(instance)
    first = cost(problem, place(problem, construct(problem)))
    found = search(problem, iterations=300_000)
    assert found.objective < 0.4 * first
    assert verify(instance, decode(problem, found.sequences)).violations == ()


def test_stages_are_searched_and_not_only_dispatched(tmp_path):
    from qinglian.production.synthetic import Week, write_week

    stages = ("board", "assembly", "test", "pack")
    week = Week(seed=3, lines=12, lots=40, families=10, platforms=3, load=80, shifts=True, stages=stages)
    write_week(week, tmp_path / "week")
    problem = Problem.of(read_instance(tmp_path / "week"))
    found = search(problem, iterations=40_000, seed=1)
    assert found.objective < found.trace[0].objective
    assert not verify(problem.instance, decode(problem, found.sequences)).violations


@pytest.mark.parametrize("lots", [3, MOST_ALONE + 1])
def test_what_a_search_on_one_line_calls_is_compiled_before(lots, monkeypatch):
    week = random_week(3)
    line, able = week.lines[0], tuple(item for item in week.eligibility if item.line == week.lines[0].id)
    some = tuple(Lot(id=f"J{number}", family=able[0].family, units=1, due=9) for number in range(lots))
    problem = Problem.of(replace(week, lines=(line,), eligibility=able, lots=some, pins=(), crews=()))
    called = []
    for module, name in ((islands, "trade"), (islands, "rebuild"), (populations, "evolve")):
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, real=real, name=name: called.append(name) or real(*given)
        )
    warm(problem)
    ready = set(called)
    called.clear()
    search(problem, iterations=2000, islands=1)
    assert ready
    assert set(called) <= ready

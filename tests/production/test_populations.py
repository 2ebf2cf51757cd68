"""A line alone: descents end where no exchange pays, and populations find what trying everything finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from qinglian.production.decide import Problem, search
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import cost, decode, place
from qinglian.production.decide.kernel_descent import SHORT
from qinglian.production.decide.populations import Populations
from qinglian.production.model import Eligibility, Family, Horizon, Instance, Line, Lot, Power, Setup
from qinglian.production.objective import Objective
from qinglian.production.verify import verify
from tests.production.weeks import random_week


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    from qinglian.production.decide.warm import warm

    warm(made(3, 40))


def line_alone(seed: int, most: int) -> Problem:
    """One line of a random week, with the lots that it can make."""
    problem = made(seed, most)
    assume(problem.size and problem.alone)
    return problem


def made(seed: int, most: int) -> Problem:
    week = random_week(seed)
    line = week.lines[seed % len(week.lines)]
    able = tuple(item for item in week.eligibility if item.line == line.id)
    families = {item.family for item in able}
    lots = tuple(lot for lot in week.lots if lot.family in families)[:most]
    return Problem.of(replace(week, lines=(line,), eligibility=able, lots=lots, pins=(), crews=()))


def judged(problem: Problem, row) -> float:
    return cost(problem, place(problem, [np.asarray(row, np.int32)]))


def exchanged(row: list[int]):
    """Every plan one exchange away."""
    size = len(row)
    for a in range(size):
        for b in range(a + 1, size):
            for c in range(b + 1, size + 1):
                if min(b - a, c - b) <= SHORT:
                    yield row[:a] + row[b:c] + row[a:b] + row[c:]
            swapped = list(row)
            swapped[a], swapped[b] = row[b], row[a]
            yield swapped


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_value_told_is_the_value_of_the_plan(seed):
    problem = line_alone(seed, 30)
    populations = Populations(problem, construct(problem), 2, seed)
    try:
        values = populations.round(0.0, 20_000)
        for number, value in enumerate(values):
            row = populations.best(number)[0]
            assert sorted(row) == list(range(problem.size))
            assert populations.islands[number].population.best_value[0] + fixed(problem) == pytest.approx(
                value, rel=1e-6, abs=1e-2
            )
            if problem.plain:
                assert judged(problem, row) == pytest.approx(value, rel=1e-6, abs=1e-2)
    finally:
        populations.close()


def fixed(problem: Problem) -> float:
    """What no order changes: the price of running the operations on the line."""
    return float(problem.run_price[0].sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
@example(98058)  # setups that break the triangle inequality: an exchange pays behind one that costs too much
def test_a_descent_ends_where_no_exchange_pays(seed):
    problem = line_alone(seed, 12)
    assume(problem.plain)
    populations = Populations(problem, construct(problem), 1, seed)
    populations.round(0.0, 1)
    row = [int(op) for op in populations.best(0)[0]]
    reached = judged(problem, row)
    assert min((judged(problem, other) for other in exchanged(row)), default=reached) >= reached - 1e-3


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_few_operations_are_put_into_the_best_order(seed):
    problem = line_alone(seed, 6)
    assume(problem.plain)
    best = min(judged(problem, row) for row in permutations(range(problem.size)))
    found = search(problem, iterations=200_000, seed=seed, islands=1)
    assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-3)
    assert not [
        v for v in verify(problem.instance, place_plan(problem, found)).violations if v.kind != "late"
    ]


def place_plan(problem: Problem, found):

    return decode(problem, found.sequences)


def test_the_same_seed_and_steps_give_the_same_plan():
    problem = made(3, 40)
    first = search(problem, iterations=100_000, seed=7)
    again = search(problem, iterations=100_000, seed=7)
    assert [list(row) for row in first.sequences] == [list(row) for row in again.sequences]
    assert first.objective == again.objective


def hopeless() -> Problem:
    """A line whose costs are so huge that sums of them are rounded by more than an exchange must save."""
    families = ("A", "B", "C")
    kinds = np.random.default_rng(1).choice(families, 100)
    week = Instance(
        horizon=Horizon(datetime(2024, 1, 1, tzinfo=UTC), 10_080, 403_200),
        lines=(Line(id="L", power=Power(run=1)),),
        families=tuple(map(Family, families)),
        setups=tuple(
            Setup("", before, after, Decimal(7 * ord(before) % 40 + ord(after) % 9))
            for before, after in permutations(families, 2)
        ),
        eligibility=tuple(Eligibility("L", family, Decimal(1)) for family in families),
        lots=tuple(
            Lot(id=f"J{number}", family=str(kind), units=900, due=500, deadline=501)
            for number, kind in enumerate(kinds)
        ),
    )
    return Problem.of(week, Objective(setup=Decimal("0.37")))


def test_a_descent_ends_where_huge_costs_are_rounded():
    problem = hopeless()
    populations = Populations(problem, construct(problem), 1, 3)
    populations.round(0.0, 300_000)  # with this seed two plans once took turns for ever
    assert sorted(populations.best(0)[0]) == list(range(problem.size))

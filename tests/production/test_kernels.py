"""The compiled moves: what they say a plan changes by is what it changes by, and no operation is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.production.decide import Problem
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import cost, place
from qinglian.production.decide.islands import MOVES, MOVES_ALONE, Team, standing_cost
from qinglian.production.decide.kernel_search import trade
from tests.production.weeks import random_week


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    from qinglian.production.decide.warm import warm

    warm()


def traded(team: Team, temperature: float, steps: int) -> float:
    """Let the first worker trade on all lines; return the change it tells of."""
    lines = np.arange(team.problem.lines)
    hand = team._hand(team.states[0], lines)
    scratch, dirty = team.workers[0].scratch, np.zeros(len(lines), np.int64)
    moves = MOVES if len(lines) > 1 else MOVES_ALONE
    return trade(team.tables, team.states[0], team.bests[0], scratch, hand, dirty, moves, temperature, steps)[
        0
    ]


def everything(problem: Problem) -> list[int]:
    return list(range(problem.size))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.0, 30.0, 1000.0]), st.sampled_from([0.0, 2.5]))
def test_a_trade_tells_what_it_changes(seed, temperature, pressure):
    problem = Problem.of(random_week(seed))
    if not problem.size:
        return
    team = Team(problem, construct(problem), 1, seed)
    team.tables = team.tables._replace(pressure=pressure)

    def pressed() -> float:
        rows = team.states[0].entries.reshape(problem.lines, -1)
        minutes = sum(
            int(row["run"][1 : 1 + n].sum() + row["setup"][1 : 1 + n].sum())
            for row, n in zip(rows, team.states[0].length, strict=True)
        )
        return standing_cost(team.tables, team.states[0]) + pressure * minutes

    if not len(team._hand(team.states[0], np.arange(problem.lines)).ops):
        return
    before = pressed()
    change = traded(team, max(temperature, 1e-9), 3000)
    assert pressed() - before == pytest.approx(change, rel=1e-6, abs=1e-2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_no_operation_is_lost_or_made_twice_in_the_best_plan(seed, workers):
    problem = Problem.of(random_week(seed))
    if not problem.size:
        return
    team = Team(problem, construct(problem), workers, seed)
    try:
        for temperature in (300.0, 30.0, 3.0, 1e-3):
            values = team.round(temperature, 2000)
            for plan, value in enumerate(values):
                rows = team.best(plan)
                assert sorted(int(op) for row in rows for op in row) == everything(problem)
                if problem.plain:
                    assert cost(problem, place(problem, rows)) == pytest.approx(value, rel=1e-6, abs=1e-2)
    finally:
        team.close()

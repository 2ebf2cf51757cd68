"""Making a plan within its time: what is kept for later steps, and what is left out where there is little."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qinglian.production import planner
from qinglian.production.decide import Step, solve
from qinglian.production.decide.construct import ATCS, EDD, FEWER, dispatch
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.search import rules as search_rules
from qinglian.production.objective import CORE
from qinglian.production.planner import EVERY, HURRIED, Effort, due_date_plan, first_plan
from qinglian.production.wishes import objective_of

from .weeks import random_week

WEEK = random_week(3)
LOTS = len(WEEK.lots)


@pytest.fixture
def tried(monkeypatch):
    """How many rules were tried, plan by plan."""
    counts = []
    real = planner.construct

    def construct(problem, rules=ATCS):
        counts.append(len(tuple(rules)))
        return real(problem, rules)

    monkeypatch.setattr(planner, "construct", construct)
    return counts


def test_little_time_for_the_lots_there_are_means_fewer_rules(tried):
    first_plan(WEEK)
    first_plan(WEEK, seconds=1.01 * HURRIED * LOTS)
    first_plan(WEEK, seconds=0.99 * HURRIED * LOTS)
    assert tried == [len(ATCS), len(ATCS), len(FEWER)]


def test_many_lots_mean_fewer_rules(tried, monkeypatch):
    monkeypatch.setitem(search_rules.__globals__, "MANY", LOTS - 1)
    first_plan(WEEK)
    assert tried == [2]


def test_what_follows_the_search_is_taken_out_of_its_time():
    effort = Effort(seconds=60, afterwards=1.5)
    assert planner._following(effort, 0.1) == 1.5
    assert planner._following(effort, 2.0) == pytest.approx(2.0 * planner.FOLLOWING)
    assert planner._following(effort, 100.0) == pytest.approx(60 * planner.MOST_FOLLOWING)
    assert planner._following(Effort(seconds=60), 9.0) == 0
    assert planner._following(Effort(iterations=9, afterwards=1.5), 9.0) == 0


def test_a_plan_leaves_the_time_that_is_asked_for(monkeypatch):
    """On a clock that only searching and writing move."""
    clock, asked = [0.0], []
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    real = solve

    def searched(instance, objective, *, seconds, **more):
        asked.append(seconds)
        return real(instance, objective, iterations=1, start=more["start"])

    def write(_):
        clock[0] += 1.0

    monkeypatch.setattr("qinglian.production.decide.solve", searched)
    planner.make_plan(WEEK, CORE, Effort(seconds=20, afterwards=0.5, checkpoint=write, bounded=False))
    assert asked == [pytest.approx(20 - 1.0 - planner.FOLLOWING)]


def test_time_for_the_peak_is_kept_only_where_it_is_charged():
    objective = objective_of("energy")
    free, charged = (replace(WEEK, tariff=replace(WEEK.tariff, demand=demand)) for demand in (0, 40_000_000))
    kept = [planner._timing(week, objective, Effort(seconds=10)) for week in (free, charged)]
    assert kept[1] - kept[0] == pytest.approx(10 * planner.SMOOTHING)
    assert planner._timing(WEEK, objective_of("core"), Effort(seconds=10)) == 0


def test_no_plan_is_written_right_before_the_last_one(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    written = []
    problem = Problem.of(WEEK)
    rows = dispatch(problem, EDD)[1]
    watch = planner._Watch(problem, Effort(checkpoint=written.append), None, until=20.0)
    for second, objective in ((EVERY + 1, 9.0), (12.0, 8.0), (20.1 - EVERY, 7.0), (19.0, 6.0)):
        clock[0] = second
        watch(Step(second, objective, 1, sequences=rows))
    assert len(written) == 2


def test_the_plan_by_due_date_dispatches_by_due_date():
    problem = Problem.of(WEEK)
    rows = dispatch(problem, EDD)[1]
    made = due_date_plan(WEEK)
    assert made.origin == planner.BY_DUE_DATE
    for line, row in zip(WEEK.lines, rows, strict=True):
        assert [task.lot for task in made.by_line.get(line.id, ())] == [
            WEEK.lots[problem.lot[op]].id for op in row
        ]

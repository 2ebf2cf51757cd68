"""Minutes in problems come with local times where the plant says when it starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from qinglian.core.errors import Problem
from qinglian.production.documents import problems_document
from qinglian.production.feasibility import check
from qinglian.production.plan import Plan, Task
from qinglian.production.told_minutes import told
from qinglian.production.verify import verify

from .weeks import small_week

START = datetime(2026, 10, 25, 22, tzinfo=UTC)


def dated():
    """A week that starts on the evening before a night of 25 hours ends, in Berlin."""
    week = small_week()
    return replace(week, horizon=replace(week.horizon, start=START, zone="Europe/Berlin"))


def clash(week):
    tasks = (Task("a1", "L1", 0, 0, 0, 100), Task("a2", "L1", 90, 90, 90, 140))
    found = verify(week, Plan(tasks)).violations
    return next(problem for problem in found if problem.code == "production.verify_overlap")


def test_a_violation_names_the_local_time():
    problem = clash(dated())
    assert "at minute 90 (2026-10-26 00:30)" in problem.message("en")
    assert "runs to 100 (2026-10-26 00:40)" in problem.message("en")
    assert "2026-10-26 00:30" in problem.message("zh")


def test_as_data_it_stays_the_minute():
    problem = clash(dated())
    assert problem.params["minute"] == 90
    assert problems_document([problem])[0]["params"]["minute"] == "90"
    assert problem == clash(small_week())


def test_a_week_without_a_start_has_minutes_only():
    assert "at minute 90 while" in clash(small_week()).message("en")


def test_causes_of_infeasibility_too():
    week = dated()
    lots = (replace(week.lots[0], deadline=30), *week.lots[1:])
    said = [problem.message("en") for problem in check(replace(week, lots=lots))]
    assert any("30 (2026-10-25 23:30)" in sentence for sentence in said)


def test_names_and_durations_are_left_alone():
    (problem,) = told(dated(), [Problem("x", None, {"pinned": "L1", "needed": 5, "minute": 1, "done": True})])
    assert f"{problem.params['pinned']} {problem.params['needed']} {problem.params['done']}" == "L1 5 True"
    assert f"{problem.params['minute']}" == "1 (2026-10-25 23:01)"

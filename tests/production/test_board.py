from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qinglian.production.decide.board import HARM, Board
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import _Decoder, decode, place
from qinglian.production.decide.free_part import begin, free_part
from qinglian.production.decide.problem import NEVER, Problem, sequences_of
from qinglian.production.model import Calendar, Window
from qinglian.production.verify import verify

from .small_plants import plant
from .weeks import random_week, small_week


def with_shifts(week, *, resumable):
    days = tuple(Window(day * 1440 + 360, day * 1440 + 1200) for day in range(4))
    calendar = Calendar("day", days, resumable)
    lines = tuple(
        replace(line, calendar="day" if number % 2 else "") for number, line in enumerate(week.lines)
    )
    return replace(week, lines=lines, calendars=(calendar,))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["", "resumable", "whole"]))
def test_a_slot_costs_what_the_board_then_costs_more(seed, shifts):
    week = random_week(seed, lines=3, lots=14)
    if shifts:
        week = with_shifts(week, resumable=shifts == "resumable")
    problem = Problem.of(week)
    board = Board(problem, construct(problem))
    random = Random(seed)
    op = random.randrange(problem.size)
    board.remove(op)
    before = board.cost
    slots = []
    for line in board.able(op):
        for position in range(len(board.rows[line]) + 1):
            slot = board.slot(op, line, position)
            board.insert(op, line, position)
            assert slot.price == pytest.approx(board.cost - before)
            assert slot.end == board.end_of[op]
            slots.append(slot)
            board.remove(op)
    assert board.best(op).price == pytest.approx(min(slot.price for slot in slots))
    harmless = [slot.end for slot in slots if slot.price - slot.own < HARM]
    assert board.harmless_end(op) == min(harmless, default=NEVER)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_board_agrees_with_the_decoder(seed, shifts):
    week = random_week(seed)
    week = with_shifts(week, resumable=bool(seed % 2)) if shifts else week
    problem = Problem.of(week)
    rows = construct(problem)
    placed = place(problem, rows)
    assume(max(item.end for item in placed) <= week.horizon.limit)  # verify counts no task beyond the tables
    board = Board(problem, rows)
    assert board.end_of == {item.operation: item.end for item in placed}
    assert board.cost == pytest.approx(verify(week, decode(problem, rows)).kpis.core)


def test_a_limit_hides_dearer_slots_only():
    problem = Problem.of(small_week())
    board = Board(problem, construct(problem))
    board.remove(0)
    price = board.slot(0, 0, 0).price
    assert board.slot(0, 0, 0, price) is None
    assert board.slot(0, 0, 0, price + 1) is not None


def test_an_operation_that_is_not_there_is_not_found():
    problem = Problem.of(small_week())
    with pytest.raises(KeyError):
        Board(problem, [[], []]).find(0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 2880))
def test_what_has_begun_leaves_the_problem_and_the_rest_keeps_its_order(seed, minute):
    week = random_week(seed)
    problem = Problem.of(week)
    plan = decode(problem, construct(problem))
    part = free_part(problem, plan, minute)
    assert {task for task in plan.tasks if begin(task) < minute} == set(part.kept)
    assert not part.missing
    again = decode(part.problem, part.rows)
    assert len(again.tasks) + len(part.kept) == len(plan.tasks)
    assert all(begin(task) >= minute for task in again.tasks)
    for line, tasks in again.by_line.items():
        names = [task.lot for task in tasks]
        assert names == [task.lot for task in plan.by_line[line]][-len(names) :]


def test_the_whole_plan_is_free_at_the_beginning():
    problem = Problem.of(random_week(3))
    rows = construct(problem)
    part = free_part(problem, decode(problem, rows), 0)
    assert [row.tolist() for row in part.rows] == [row.tolist() for row in rows]
    assert [row.tolist() for row in sequences_of(problem, decode(problem, rows))] == [
        row.tolist() for row in rows
    ]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_crews_that_are_not_asked_again_change_no_plan(seed, stages):
    week = plant(seed, stages=stages, lots=9)
    problem = Problem.of(week)
    rows = construct(problem)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_Decoder, "_touched", lambda *_: True)
        slow = decode(problem, rows)
    assert decode(problem, rows) == slow

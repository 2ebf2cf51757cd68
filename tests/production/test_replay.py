"""Replay: without luck it is the plan; the same luck meets every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.production.model import Instance
from qinglian.production.plan import Plan, Span, Task
from qinglian.production.verify import verify
from qinglian.production.verify.floor import Floor
from qinglian.production.verify.luck import CERTAIN, Chances, draw
from qinglian.production.verify.replay import replay
from qinglian.production.verify.work import working_times
from tests.production.small_plants import place, plant

seeds = st.integers(0, 10_000)


@given(seeds, st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_without_luck_it_is_the_plan(seed: int, stages: int) -> None:
    instance = plant(seed, stages=stages)
    found = replay(instance, place(instance, seed), CERTAIN, replications=20)
    for outcome in found.outcomes[:2]:
        assert outcome == found.planned


def test_without_luck_given_spans_are_kept() -> None:
    """Idle, off and start-up as the plan decided them, also idle time after the last task."""
    instance = plant(3, calendars=False)
    line = replace(
        instance.lines[0], ready=True, available=0, start_up_minutes=10, minimum_off_minutes=20, family="F0"
    )
    instance = replace(instance, lines=(line, *instance.lines[1:]))
    plan = place(instance, 3)
    first = plan.by_line[line.id][0]
    late = [
        replace(t, **{n: getattr(t, n) + 500 for n in ("setup_start", "setup_end", "start", "end")})
        for t in plan.by_line[line.id][1:]
    ]
    begin = late[0].setup_start if late[0].setup_end > late[0].setup_start else late[0].start
    rest = [task for task in plan.tasks if task.line != line.id]
    spans = [
        Span(line.id, "idle", first.end, first.end + 100),
        Span(line.id, "off", first.end + 100, begin - 10),
        Span(line.id, "start_up", begin - 10, begin),
    ]
    for before, after in pairwise(late):
        to = after.setup_start if after.setup_end > after.setup_start else after.start
        if before.end < to:
            spans.append(Span(line.id, "idle", before.end, to))
    start = first.setup_start if first.setup_end > first.setup_start else first.start
    if start:
        spans.append(Span(line.id, "idle", 0, start))
    spans.append(Span(line.id, "idle", late[-1].end, late[-1].end + 30))
    plan = Plan((first, *late, *rest), tuple(spans))
    instance = replace(instance, crews=())
    assert [str(problem) for problem in verify(instance, plan).violations] == []
    found = replay(instance, plan, CERTAIN, replications=20)
    assert found.outcomes[0] == found.planned


CHANCES = Chances(rate_cv=0.2, setup_cv=0.5, failure_minutes=300, repair_minutes=30, late_share=0.3)


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_every_lot_is_made_and_energy_is_reproducible(seed: int) -> None:
    instance = plant(seed, stages=2)
    plan = place(instance, seed)
    first = replay(instance, plan, CHANCES, replications=20, seed=7)
    assert first == replay(instance, plan, CHANCES, replications=20, seed=7)
    assert first != replay(instance, plan, CHANCES, replications=20, seed=8)
    assert all(outcome.kwh > 0 for outcome in first.outcomes)


def test_luck_does_not_depend_on_the_order_of_lines_and_lots() -> None:
    instance = plant(5)
    turned = replace(instance, lines=instance.lines[::-1], lots=instance.lots[::-1])
    assert draw(instance, CHANCES, 1, 2) == draw(turned, CHANCES, 1, 2)
    assert draw(instance, CHANCES, 1, 2) != draw(instance, CHANCES, 1, 3)


def test_bad_luck_makes_plans_late() -> None:
    instance = plant(11)
    plan = place(instance, 11)
    spread = replay(instance, plan, CHANCES, replications=40).spread("weighted_tardiness")
    assert spread.low <= spread.median <= spread.high
    assert spread.median > spread.planned
    delayed = replay(instance, plan, replace(CERTAIN, late_share=1, late_minutes=400), replications=20)
    assert all(o.weighted_tardiness >= delayed.planned.weighted_tardiness for o in delayed.outcomes)


def test_a_plan_does_not_differ_from_itself() -> None:
    """Paired under common luck, the same plan differs by nothing; another seed is refused."""
    instance = plant(11)
    plan = place(instance, 11)
    one, same = (replay(instance, plan, CHANCES, replications=20) for _ in range(2))
    assert one.difference(same, "kg", "marginal").high == 0
    assert one.difference(same, "cost").low == 0
    with pytest.raises(QinglianError, match="same weeks"):
        one.difference(replay(instance, plan, CHANCES, replications=20, seed=1), "kwh")
    with pytest.raises(QinglianError, match="no table"):
        one.spread("kg", "market")


def test_what_is_refused() -> None:
    instance = plant(1)
    plan = place(instance, 1)
    with pytest.raises(QinglianError, match="at least 20"):
        replay(instance, plan, CERTAIN, replications=5)
    with pytest.raises(QinglianError, match="not planned"):
        replay(instance, Plan(plan.tasks[1:]), CERTAIN)
    with pytest.raises(ValueError, match="negative"):
        Chances(rate_cv=-1)


@given(seeds, st.integers(1, 3), st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_a_week_as_it_went_is_a_possible_week(seed: int, stages: int, number: int) -> None:
    """Sequences kept, nothing before its planned minute or its material, crews never doubled, work done in full."""
    instance = plant(seed, stages=stages)
    plan = place(instance, seed)
    found, luck, times = verify(instance, plan), draw(instance, CHANCES, 3, number), working_times(instance)
    floor = Floor.of(instance, found.bookings.by_line, times, luck)
    done = floor.run()
    assert sum(map(len, done.values())) == len(plan.tasks)
    for line, tasks in done.items():
        planned = plan.by_line[line]
        assert [task.lot for task in tasks] == [task.lot for task in planned]
        blocked = floor.lines[line].blocked
        for before, task, was in zip([None, *tasks], tasks, planned, strict=False):
            assert task.start >= max(was.start, luck.release[task.lot], task.setup_end)
            if before:
                assert min(task.setup_start, task.start) >= before.end
            minutes = instance.run_minutes(instance.lot_of[task.lot], line)
            lost = sum(b - a for a, b in blocked.pauses(task.start, task.end))
            assert task.end - task.start - lost == max(1, round(minutes * luck.run[task.lot, task.stage]))
            if blocked.whole and lost:
                room = [b - a for a, b in zip([0, *blocked.ends], blocked.starts, strict=False)]
                assert (
                    max(room[len([e for e in blocked.ends if e <= task.start]) :])
                    < task.end - task.start - lost
                )
    _check_crews_and_stages(instance, done)


def _check_crews_and_stages(instance: Instance, done: dict[str, list[Task]]) -> None:
    setups = sorted((t.setup_start, t.setup_end) for tasks in done.values() for t in tasks)
    busy = [pair for pair in setups if pair[0] < pair[1]]
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(busy))  # one crew of one for all lines
    tasks = {(t.lot, t.stage): t for tasks in done.values() for t in tasks}
    for lot in instance.lots:
        for earlier, later in pairwise(instance.operations(lot)):
            if lot.units:
                assert tasks[lot.id, later].start >= tasks[lot.id, earlier].end

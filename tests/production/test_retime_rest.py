"""A released plan that was timed by energy stays so after a change, and nothing is timed into the past."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.production.decide import repair as repairing
from qinglian.production.decide.beginnings import beginning
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.free_part import begin
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.promise import promise
from qinglian.production.decide.repair import repair
from qinglian.production.decide.states import ruled
from qinglian.production.decide.timing import retime
from qinglian.production.events import Cancelled, LateKit, LineDown, Rush
from qinglian.production.model import Crew, Line, Order
from qinglian.production.objective import CORE, Objective
from qinglian.production.plan import Plan, Span, Task
from qinglian.production.verify import verify
from qinglian.production.what_if import what_if

from .weeks import POWER, random_week

ENERGY = Objective(tardiness=Decimal(100), energy=Decimal(1))


def week_of(seed, crews=False):
    """Lines that must start up and rest, and may go off."""
    week = random_week(seed, load=0.5)
    lines = tuple(
        replace(line, start_up_minutes=20, minimum_off_minutes=30, ready=number % 2 == 0)
        for number, line in enumerate(week.lines)
    )
    return replace(week, lines=lines, crews=(Crew("c", 2, ("",)),) if crews else ())


def timed(week):
    problem = Problem.of(week, ENERGY)
    return retime(week, decode(problem, construct(problem)), ENERGY)


def events(week, plan, minute):
    yield LineDown("L0", minute, minute + 400)
    yield Rush((Order(id="R1", family="F0", units=40, due=2400, weight=2),))
    waiting = sorted((task for task in plan.tasks if begin(task) >= minute), key=lambda t: t.start)
    if waiting:
        yield LateKit(waiting[0].lot, waiting[0].start + 300)
        yield Cancelled(waiting[-1].lot)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 2500), st.booleans())
def test_a_repair_times_the_rest_and_leaves_the_past(seed, minute, crews):
    week = week_of(seed, crews)
    plan = timed(week)
    for event in events(week, plan, minute):
        done = repair(week, plan, event, minute=minute, objective=ENERGY, seconds=60)
        found = verify(done.instance, done.plan)
        assert found.violations == ()
        assert set(done.kept) <= set(done.plan.tasks)
        fresh = set(done.plan.tasks) - set(plan.tasks)
        assert all(begin(task) >= minute for task in fresh)
        _past_is_kept(week, plan, done.plan, event, minute)


def _past_is_kept(week, plan, made, event, minute):
    """No line starts up otherwise than it did before the minute, by its spans or by the rule."""
    old = set(plan.spans)
    for line in week.lines:
        if not any(span.line == line.id for span in plan.spans):
            old |= set(ruled(line, plan.by_line.get(line.id, ())))
    down = event.line if isinstance(event, LineDown) else None
    for span in made.spans:
        if span.line != down and span.state == "start_up" and span.start < minute:
            assert span in old, span


def test_a_timed_plan_stays_cheaper_than_as_soon_as_possible(monkeypatch):
    """Over weeks and events: never later for it, and cheaper in sum."""
    saved = 0
    for seed in range(8):
        week = week_of(seed)
        plan = timed(week)
        for event in events(week, plan, 600):
            made = repair(week, plan, event, minute=600, objective=ENERGY, seconds=60)
            with monkeypatch.context() as patched:
                patched.setattr(repairing, "retime_rest", lambda instance, plan, *rest, **more: plan)
                soon = repair(week, plan, event, minute=600, objective=ENERGY, seconds=60)
            after, before = verify(made.instance, made.plan), verify(soon.instance, soon.plan)
            assert after.kpis.weighted_tardiness <= before.kpis.weighted_tardiness
            saved += before.cost - after.cost
    assert saved > 0


def test_without_a_price_of_energy_nothing_is_timed(monkeypatch):
    week = week_of(3)
    plan = timed(week)
    monkeypatch.setattr(repairing, "retime_rest", None)
    assert repair(week, plan, Cancelled(plan.tasks[-1].lot), minute=0, objective=CORE).plan.tasks


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 2000), st.booleans())
def test_promises_and_moves_are_priced_against_a_plan_that_is_timed_too(seed, minute, crews):
    week = week_of(seed, crews)
    plan = timed(week)
    found = promise(
        week, plan, Order(id="P", family="F1", units=60, due=2000), minute=minute, objective=ENERGY
    )
    for offer in found.offers:
        after = verify(found.instance, offer.plan)
        assert after.violations == ()
        assert offer.price == float(after.evaluate(ENERGY).total - verify(week, plan).evaluate(ENERGY).total)
        assert offer.policy != "gentle" or not offer.displaced
    task = plan.by_line["L1"][0] if "L1" in plan.by_line else plan.tasks[0]
    moved = what_if(week, plan, task.lot, line=task.line, objective=ENERGY)
    assert moved.after.valid
    changed = {t.line for t in set(moved.after.plan.tasks) - set(plan.tasks)}
    assert crews or changed <= {task.line}


def test_moving_a_lot_to_where_it_is_changes_nothing():
    """Priced as soon as possible, the same order would look dearer than the plan it is."""
    week = week_of(2)
    plan = timed(week)
    last = plan.by_line["L1"][-1]
    found = what_if(week, plan, last.lot, line="L1", objective=ENERGY)
    assert found.price <= 0


LINE = Line(id="L", power=POWER, start_up_minutes=10, minimum_off_minutes=30)
RUN, LATER = Task("a", "L", 100, 100, 100, 200), Task("b", "L", 400, 400, 400, 500)
SPANS = (
    Span("L", "off", 0, 90),
    Span("L", "start_up", 90, 100),
    Span("L", "idle", 200, 220),
    Span("L", "off", 220, 390),
    Span("L", "start_up", 390, 400),
)


def stands(minute, tasks=(RUN, LATER), spans=SPANS, line=LINE):
    found = beginning(line, tasks, (RUN, LATER), spans, minute)
    return found.line.available, found.line.ready, found.standing, found.spans


def test_what_stands_at_a_minute():
    assert stands(0) == (LINE.available, LINE.ready, 0, ())
    assert stands(150) == (200, True, 1, SPANS[:2])
    assert stands(210) == (210, True, 1, (*SPANS[:2], Span("L", "idle", 200, 210)))
    assert stands(230) == (250, False, 1, (*SPANS[:3], Span("L", "off", 220, 250)))
    assert stands(300) == (300, False, 1, (*SPANS[:3], Span("L", "off", 220, 300)))


def test_a_start_up_under_way_belongs_to_its_task():
    assert stands(395) == (500, True, 2, SPANS)
    assert stands(395, tasks=(RUN,)) == (395, False, 1, (*SPANS[:3], Span("L", "off", 220, 395)))


def test_a_line_whose_work_broke_off_is_free_from_its_last_task_on():
    assert stands(450, tasks=(RUN,)) == (200, True, 1, SPANS[:2])


def test_without_spans_the_rule_says_how_a_line_stood():
    cold = replace(LINE, ready=False)
    assert stands(50, spans=(), line=cold) == (50, False, 0, (Span("L", "off", 0, 50),))
    assert stands(500, spans=(), tasks=(RUN, LATER))[2] == 2
    assert beginning(cold, (), (), (), 70).line.ready is False


def test_plans_without_spans_are_plans():
    week = week_of(5)
    plan = replace(timed(week), spans=())
    done = repair(week, plan, LineDown("L1", 500, 900), minute=500, objective=ENERGY)
    assert verify(done.instance, done.plan).valid
    assert Plan(()).spans == ()

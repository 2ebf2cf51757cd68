"""Each rule a plan must keep, broken once: the violation names lot, line and minute."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.production.model import (
    Calendar,
    Crew,
    Eligibility,
    Family,
    Horizon,
    Instance,
    Line,
    Lot,
    Pin,
    Power,
    Setup,
    Window,
)
from qinglian.production.objective import Objective
from qinglian.production.plan import Plan, Span, Task
from qinglian.production.readers import read_instance
from qinglian.production.verify import verify
from tests.production.small_plants import place, plant

POWER = Power(run=60, idle=10, setup=20, start_up=30)


def shop(**changes: object) -> Instance:
    """Two lines, two families, 10 minutes of setup between them, 1 minute a unit."""
    lines = (Line(id="A", power=POWER, family="f"), Line(id="B", power=POWER, family="f"))
    parts: dict[str, object] = {
        "horizon": Horizon(datetime(2026, 1, 5, tzinfo=UTC), 600, 1_200),
        "lines": lines,
        "families": (Family("f"), Family("g")),
        "eligibility": tuple(Eligibility(line, f, Decimal(1)) for line in "AB" for f in "fg"),
        "lots": (
            Lot(id="1", family="f", units=60, due=100, weight=3),
            Lot(id="2", family="g", units=30, due=60, release=20),
        ),
        "setups": (Setup("", "f", "g", Decimal(10)), Setup("", "g", "f", Decimal(10))),
    }
    return Instance(**{**parts, **changes})


GOOD = (Task("1", "A", 0, 0, 0, 60), Task("2", "B", 10, 20, 20, 50))


def codes(instance: Instance, *tasks: Task, **more: object) -> list[str]:
    found = verify(instance, Plan(tuple(tasks), tuple(more.pop("spans", ()))), **more).violations
    for problem in found:
        assert problem.message("zh")
        assert problem.message("en")
        assert problem.fix("zh")
        assert "{" not in problem.message("en") + problem.message("zh")
    return [problem.code.removeprefix("production.verify_") for problem in found]


def test_a_good_plan_and_its_figures() -> None:
    found = verify(shop(), Plan(GOOD))
    assert found.valid
    assert (found.kpis.weighted_tardiness, found.kpis.tardy_lots, found.kpis.core) == (0, 0, 20)
    assert (found.kpis.setups, found.kpis.setup_minutes, found.kpis.makespan) == (1, 10, 60)
    assert found.energy.by_state()["run"] == 90 * 60
    assert found.energy.by_state()["idle"] == 0  # no start-up time: off until the setup costs nothing


def test_lateness_and_fulfilment() -> None:
    late = Task("2", "A", 60, 70, 70, 100)
    kpis = verify(shop(), Plan((GOOD[0], late))).kpis
    assert kpis.late == {"2": 40}
    assert (kpis.weighted_tardiness, kpis.core) == (40, 60)
    assert (kpis.fulfilment, kpis.unit_fulfilment) == (Fraction(1, 2), Fraction(60, 90))


@pytest.mark.parametrize(
    ("expected", "tasks"),
    [
        ("missing", GOOD[:1]),
        ("duplicate", (*GOOD, Task("1", "B", 60, 70, 70, 130))),
        ("lot_unknown", (*GOOD, Task("3", "A", 60, 60, 60, 90))),
        ("line_unknown", (GOOD[0], replace(GOOD[1], line="C"))),
        ("stage_unknown", (GOOD[0], replace(GOOD[1], stage="test"))),
        ("backwards", (GOOD[0], replace(GOOD[1], start=15, end=45))),
        ("backwards", (replace(GOOD[0], setup_start=-5), GOOD[1])),
        ("beyond", (GOOD[0], Task("2", "B", 1_180, 1_190, 1_190, 1_220))),
        ("overlap", (GOOD[0], Task("2", "A", 55, 65, 65, 95))),
        ("release", (GOOD[0], Task("2", "B", 0, 10, 10, 40))),
        ("run_minutes", (replace(GOOD[0], end=59), GOOD[1])),
        ("setup_minutes", (GOOD[0], Task("2", "B", 11, 20, 20, 50))),
        ("setup_minutes", (Task("1", "A", 0, 5, 5, 65), GOOD[1])),
        ("setup_missing", (GOOD[0], Task("2", "B", 20, 20, 20, 50))),
    ],
)
def test_each_broken_rule(expected: str, tasks: tuple[Task, ...]) -> None:
    assert expected in codes(shop(), *tasks)


def test_an_overlap_is_found_behind_another_lot() -> None:
    """A long lot reaches over the next two; the second of them clashes too."""
    lots = (*shop().lots, Lot(id="3", family="f", units=5, due=100))
    tasks = (Task("1", "A", 0, 0, 0, 60), Task("3", "A", 30, 30, 30, 35), Task("2", "A", 40, 50, 50, 80))
    found = codes(shop(lots=lots), *tasks)
    assert found.count("overlap") == 2


def test_ineligible_family_and_stage() -> None:
    shy = shop(eligibility=shop().eligibility[:3])
    assert codes(shy, *GOOD) == ["ineligible"]
    assert (
        codes(shop(), GOOD[0], replace(GOOD[1], line="A", setup_start=60, setup_end=70, start=70, end=100))
        == []
    )


def test_available_deadline_and_pins() -> None:
    lines = (replace(shop().lines[0], available=30), shop().lines[1])
    assert codes(shop(lines=lines), *GOOD) == ["available"]
    lots = (replace(shop().lots[0], deadline=59), shop().lots[1])
    assert codes(shop(lots=lots), *GOOD) == ["deadline"]
    assert codes(shop(pins=(Pin("1", "B"),)), *GOOD) == ["pin_line"]
    assert codes(shop(pins=(Pin("1", "A", 5),)), *GOOD) == ["pin_start"]
    assert codes(shop(pins=(Pin("1", "A", 0),)), *GOOD) == []


def test_frozen_part_of_a_released_plan() -> None:
    moved = (GOOD[0], Task("2", "B", 20, 30, 30, 60))
    assert codes(shop(), *moved, released=Plan(GOOD), frozen_until=10) == []
    assert codes(shop(), *moved, released=Plan(GOOD), frozen_until=11) == ["frozen"]


def test_crews() -> None:
    lines = tuple(replace(line, family="g") for line in shop().lines)
    lots = (shop().lots[0], replace(shop().lots[1], family="f"))
    both = (Task("1", "A", 0, 10, 10, 70), Task("2", "B", 9, 19, 20, 50))
    crowded = shop(lines=lines, lots=lots, crews=(Crew("c", 1, ("",)),))
    assert codes(crowded, *both) == ["crew"]
    assert codes(crowded, both[0], Task("2", "B", 10, 20, 20, 50)) == []
    assert codes(replace(crowded, crews=(Crew("c", 2, ("",)),)), *both) == []


def test_calendars() -> None:
    for resumable in (True, False):
        calendar = Calendar("day", (Window(0, 30), Window(40, 200)), resumable)
        lines = tuple(replace(line, calendar="day") for line in shop().lines)
        slow = shop(lines=lines, calendars=(calendar,))
        second = Task("2", "B", 110, 120, 120, 150)
        paused = Task("1", "A", 0, 0, 0, 70)
        assert codes(slow, paused, second) == ([] if resumable else ["closed"])
        assert codes(slow, Task("1", "A", 0, 0, 40, 100), second) == []
        assert "closed" in codes(slow, Task("1", "A", 0, 0, 35, 100), second)
        broken_setup = Task("2", "B", 25, 45, 45, 75)
        assert codes(slow, Task("1", "A", 0, 0, 40, 100), broken_setup) == (
            [] if resumable else ["setup_closed"]
        )


def test_stages_follow_each_other() -> None:
    lines = tuple(
        replace(line, stage=stage, family="f") for line, stage in zip(shop().lines, "xy", strict=True)
    )
    families = (Family("f", ("x", "y")), Family("g"))
    lots = (Lot(id="1", family="f", units=60, due=100),)
    two = shop(lines=lines, families=families, lots=lots)
    first, second = Task("1", "A", 0, 0, 0, 60, "x"), Task("1", "B", 60, 60, 60, 120, "y")
    assert codes(two, first, second) == []
    assert verify(two, Plan((first, second))).kpis.late == {"1": 20}
    assert codes(two, first, replace(second, start=59, setup_start=59, setup_end=59, end=119)) == ["stage"]
    assert codes(two, first, replace(second, stage="x", line="A", start=60)) != []


def test_lots_without_units_are_done_at_release() -> None:
    lots = (*shop().lots, Lot(id="0", family="f", units=0, release=50, due=40, weight=2))
    found = verify(shop(lots=lots), Plan(GOOD))
    assert found.valid
    assert found.kpis.late == {"0": 10}
    assert codes(shop(lots=lots), *GOOD, Task("0", "A", 60, 60, 60, 60)) == ["empty_lot"]


def cold() -> Instance:
    line = replace(shop().lines[0], ready=False, start_up_minutes=15, minimum_off_minutes=40)
    return shop(lines=(line, shop().lines[1]))


def test_cold_lines_start_up() -> None:
    assert codes(cold(), *GOOD) == ["start_up"]
    late = Task("1", "A", 20, 20, 20, 80)
    found = verify(cold(), Plan((late, GOOD[1])))
    assert found.valid
    assert found.energy.line_states["A"]["start_up"] == 15 * 30


FIRST, NEXT = Task("1", "A", 15, 15, 15, 75), Task("2", "A", 190, 200, 200, 230)
START = Span("A", "start_up", 0, 15)
OFF, UP = Span("A", "off", 75, 175), Span("A", "start_up", 175, 190)


@pytest.mark.parametrize(
    ("expected", "spans"),
    [
        ([], (START, OFF, UP)),
        ([], (START, Span("A", "idle", 75, 190))),
        ([], (START, Span("A", "idle", 75, 90), replace(OFF, start=90), UP)),
        ([], (START, OFF, UP, Span("A", "idle", 230, 300))),
        (["span_hole"], (START, OFF)),
        (["span_hole"], (START,)),
        (["start_up_minutes"], (OFF, UP)),
        (["start_up_minutes"], (START, replace(OFF, end=180), replace(UP, start=180))),
        (["start_up_minutes"], (START, replace(OFF, end=190))),
        (["minimum_off"], (START, Span("A", "idle", 75, 140), replace(OFF, start=140), UP)),
        (["span_order"], (START, OFF, Span("A", "idle", 175, 190))),
        (["start_up"], (Span("A", "idle", 0, 15), OFF, UP)),
        (["span_outside"], (START, OFF, UP, Span("A", "off", 20, 30))),
        (["span_outside"], (START, OFF, UP, Span("A", "idle", 230, 900))),
        (["span_unreadable"], (START, OFF, UP, Span("Z", "off", 20, 30))),
        (["span_hole", "span_overlap"], (START, OFF, replace(UP, start=170))),
    ],
)
def test_spans(expected: list[str], spans: tuple[Span, ...]) -> None:
    assert codes(cold(), FIRST, NEXT, spans=spans) == expected


def test_spans_are_taken_as_they_are() -> None:
    idle = verify(cold(), Plan((FIRST, NEXT), (START, Span("A", "idle", 75, 190))))
    off = verify(cold(), Plan((FIRST, NEXT), (START, OFF, UP)))
    by_rule = verify(cold(), Plan((FIRST, NEXT)))
    assert idle.energy.by_state()["idle"] == 115 * 10
    assert off.energy.by_state()["start_up"] == by_rule.energy.by_state()["start_up"] == 30 * 30
    assert by_rule.energy.total == off.energy.total < idle.energy.total


def test_a_violation_names_its_place() -> None:
    (problem,) = verify(shop(), Plan((replace(GOOD[0], end=59), GOOD[1]))).violations
    assert problem.params == {"lot": "1", "line": "A", "minute": 0, "given": 59, "needed": 60}
    with pytest.raises(QinglianError, match="Lot 1 needs 60 working minutes on A"):
        verify(shop(), Plan((replace(GOOD[0], end=59), GOOD[1]))).require_valid()


def test_deviation_from_the_released_plan() -> None:
    objective = Objective(tardiness=0, setup=0, deviation=10, deviation_minute=1)
    found = verify(shop(), Plan(GOOD))
    moved = Plan((GOOD[0], Task("2", "A", 60, 70, 70, 100)))
    assert found.evaluate(objective, Plan(GOOD)).total == 0
    assert found.evaluate(objective, moved).terms["deviation"] == 10 + 50


def test_levels_are_summed_apart() -> None:
    found = verify(shop(), Plan(GOOD))
    value = found.evaluate(Objective(levels=(("tardiness",), ("setup", "energy"))))
    assert value.levels == (0, 20)


def test_an_empty_week() -> None:
    found = verify(shop(lots=()), Plan(()))
    assert found.valid
    assert (found.kpis.fulfilment, found.kpis.makespan, found.energy.total) == (1, 0, 0)


@given(st.integers(0, 10_000), st.integers(0, 5), st.integers(-40, 40).filter(bool))
@settings(max_examples=30, deadline=None)
def test_a_moved_end_is_never_overlooked(seed: int, which: int, by: int) -> None:
    """A run whose end moves without its start always violates something."""
    instance = plant(seed)
    plan = place(instance, seed)
    tasks = list(plan.tasks)
    index = which % len(tasks)
    tasks[index] = replace(tasks[index], end=tasks[index].end + by)
    assert not verify(instance, Plan(tuple(tasks))).valid


def test_frozen_weeks_are_read_fast(shared_data: Path) -> None:
    """43 lines × 1,500 lots, each line's lots in turn: far below two seconds."""
    instance = read_instance(shared_data / "scheduling" / "weeks" / "43x1500-11")
    plan = _in_turn(instance)
    before = time.process_time()
    found = verify(instance, plan)
    assert time.process_time() - before < 2
    assert found.violations == ()
    assert found.kpis.lots == 1_500


def _in_turn(instance: Instance) -> Plan:
    free = {line.id: (0, line.family) for line in instance.lines}
    tasks = []
    for lot in sorted(instance.lots, key=lambda lot: (lot.release, lot.id)):
        able = [line.id for line in instance.lines if (line.id, lot.family) in instance.eligible]
        line = min(able, key=lambda name: (free[name][0], name))
        end, before = free[line]
        minutes = instance.setup_minutes(line, before, lot.family)
        run = instance.run_minutes(lot, line)
        start = max(end + minutes, lot.release)
        tasks.append(Task(lot.id, line, start - minutes, start, start, start + run))
        free[line] = (start + run, lot.family)
    return Plan(tuple(tasks))

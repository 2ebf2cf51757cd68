"""Energy, cost and carbon of a plan equal a walk through every minute, and keep their invariances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.production.model import CarbonIntensity, Generation, Instance, Power
from qinglian.production.objective import Objective
from qinglian.production.plan import Plan, Span
from qinglian.production.verify import Kpis, verify
from tests.production.minute_oracle import states, totals
from tests.production.small_plants import HOURS, open_minutes, place, plant

seeds = st.integers(0, 10_000)


@given(seeds, st.integers(1, 2))
@settings(max_examples=30, deadline=None)
def test_every_minute_agrees(seed: int, stages: int) -> None:
    instance = plant(seed, stages=stages)
    plan = place(instance, seed)
    found, slow = verify(instance, plan), totals(instance, plan)
    assert found.violations == ()
    assert found.energy.by_state() == slow["by_state"]
    assert found.energy.bought == slow["bought"]
    assert found.cost == slow["cost"]
    assert {item.method: item.kg for item in found.carbon} == slow["carbon"]
    assert found.energy.peak_w == slow["peak_w"]
    _use_of_lines_agrees(instance, plan, found.kpis)


def _use_of_lines_agrees(instance: Instance, plan: Plan, kpis: Kpis) -> None:
    counts = {line: Counter(state for state, _ in walk) for line, walk in states(instance, plan).items()}
    on = sum(count.total() - count["off"] for count in counts.values())
    assert kpis.idle_share * on == sum(count["idle"] for count in counts.values())
    for line in instance.lines:
        opened = open_minutes(instance, line)[line.available : counts[line.id].total()]
        busy = counts[line.id]["run"] + counts[line.id]["setup"]
        assert kpis.utilisation[line.id] * sum(opened) == busy


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_the_same_decisions_as_spans(seed: int) -> None:
    """A plan that states what the rule would do is the same plan."""
    instance = plant(seed)
    plan = place(instance, seed)
    by_rule, stated = (
        verify(instance, plan),
        verify(instance, Plan(plan.tasks, tuple(_spans(instance, plan)))),
    )
    assert stated.violations == ()
    assert stated.energy.by_state() == by_rule.energy.by_state()
    assert (stated.cost, stated.energy.peak_w) == (by_rule.cost, by_rule.energy.peak_w)


def _spans(instance: Instance, plan: Plan) -> Iterator[Span]:
    """What the walk through the minutes finds outside tasks."""
    for line, minutes in states(instance, plan).items():
        taken = {m for t in plan.tasks if t.line == line for m in range(min(t.setup_start, t.start), t.end)}
        free = [(m, state) for m, (state, _) in enumerate(minutes) if m not in taken]
        for (state, _), group in groupby(
            enumerate(free), key=lambda item: (item[1][1], item[1][0] - item[0])
        ):
            run = [minute for _, (minute, _) in group]
            start, end = max(run[0], instance.line_of[line].available), run[-1] + 1
            if start < end:
                yield Span(line, state, start, end)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_parts_add_up(seed: int) -> None:
    """By line and hall, by state, and by hour are three cuts of one sum."""
    instance = plant(seed)
    energy = verify(instance, place(instance, seed)).energy
    lines = sum(map(sum, energy.lines.values()))
    assert lines + sum(map(sum, energy.halls.values())) == energy.total
    assert sum(sum(states.values()) for states in energy.line_states.values()) == lines
    assert energy.total == sum(energy.bought) - sum(energy.fed_in) + _generated(instance, energy.minutes)
    for minutes in energy.state_minutes.values():
        assert sum(minutes.values()) == energy.minutes


def _generated(instance: Instance, minutes: int) -> int:
    return sum(instance.generation.watts[minute // 60] for minute in range(minutes))


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_order_of_lines_and_tasks_does_not_matter(seed: int) -> None:
    instance = plant(seed)
    plan = place(instance, seed)
    turned = replace(instance, lines=instance.lines[::-1], lots=instance.lots[::-1])
    first, second = verify(instance, plan), verify(turned, Plan(plan.tasks[::-1]))
    assert (first.cost, first.energy.by_state(), first.kpis.core) == (
        second.cost,
        second.energy.by_state(),
        second.kpis.core,
    )


@given(seeds, st.integers(2, 50))
@settings(max_examples=10, deadline=None)
def test_units_scale(seed: int, factor: int) -> None:
    """Ten times the watts everywhere are ten times kWh, cost, CO2e and peak."""
    instance = plant(seed)
    plan = place(instance, seed)
    scaled = replace(
        instance,
        lines=tuple(replace(line, power=_times(line.power, factor)) for line in instance.lines),
        eligibility=tuple(replace(e, run_w=e.run_w and e.run_w * factor) for e in instance.eligibility),
        halls=tuple(
            replace(hall, base_w=hall.base_w * factor, setback_w=hall.setback_w * factor)
            for hall in instance.halls
        ),
        generation=Generation(tuple(watts * factor for watts in instance.generation.watts)),
    )
    first, second = verify(instance, plan), verify(scaled, plan)
    assert second.cost == first.cost * factor
    assert second.co2e("marginal") == first.co2e("marginal") * factor
    assert second.peak_kw == first.peak_kw * factor


def _times(power: Power, factor: int) -> Power:
    return Power(*(getattr(power, state) * factor for state in ("run", "idle", "setup", "start_up", "off")))


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_flat_prices_are_energy_times_price(seed: int) -> None:
    """An hour split differently cannot matter where all hours cost the same."""
    instance = plant(seed)
    tariff = replace(instance.tariff, prices=(700_000,) * HOURS, feed_in=0)
    flat = replace(
        instance,
        tariff=tariff,
        intensities=(CarbonIntensity("location", "flat", (500_000,) * HOURS),),
    )
    found = verify(flat, place(flat, seed))
    assert found.cost == found.energy.bought_kwh * Fraction(7, 10)
    assert found.co2e() == found.energy.bought_kwh / 2


@given(seeds, st.integers(1, 5))
@settings(max_examples=10, deadline=None)
def test_shifting_everything_by_hours(seed: int, hours: int) -> None:
    """A plan some hours later, with prices later by the same hours, costs the same."""
    instance = plant(seed, calendars=False)
    cold = (replace(line, hall="", ready=False) for line in instance.lines)
    early = replace(
        instance,
        generation=Generation(),
        halls=(),
        lines=tuple(replace(line, power=replace(line.power, off=0)) for line in cold),
    )
    plan, by = place(early, seed), 60 * hours
    later = Plan(tuple(_later(task, by) for task in plan.tasks))
    prices = (0,) * hours + early.tariff.prices[: HOURS - hours]
    late = replace(
        early,
        tariff=replace(early.tariff, prices=prices),
        lots=tuple(replace(lot, release=lot.release + by, due=lot.due + by) for lot in early.lots),
    )
    first, second = verify(early, plan), verify(late, later)
    assert first.cost == second.cost
    assert first.kpis.weighted_tardiness == second.kpis.weighted_tardiness
    assert first.energy.used_kwh == second.energy.used_kwh


def _later(task, minutes):
    times = {name: getattr(task, name) + minutes for name in ("setup_start", "setup_end", "start", "end")}
    return replace(task, **times)


def test_terms_need_their_tables() -> None:
    instance = replace(plant(1), tariff=None, intensities=())
    found = verify(instance, place(instance, 1))
    assert found.cost is None
    with pytest.raises(QinglianError, match="no tariff"):
        found.evaluate(Objective(energy=1))
    with pytest.raises(QinglianError, match="No single carbon intensity"):
        found.evaluate(Objective(carbon=1))
    assert found.evaluate(Objective()).total == found.kpis.core

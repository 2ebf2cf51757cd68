"""Savings: like with like, causes without a rest, medians with exact intervals."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.production.model import CarbonIntensity, Generation, Instance
from qinglian.production.plan import Plan
from qinglian.production.savings import (
    CAUSES,
    Allowance,
    Assessment,
    OperatingYear,
    Run,
    annual,
    assess,
    claim,
    compare,
)
from qinglian.production.savings.assessment import runs
from qinglian.production.savings.claim import median_interval
from qinglian.production.savings_report import allowance_sentence, annual_figures
from qinglian.production.verify import verify
from tests.production.small_plants import HOURS, place, plant

seeds = st.integers(0, 10_000)
ANY = Allowance(Fraction(1_000), 1_000_000, 1_000)


def codes(error: pytest.ExceptionInfo[QinglianError]) -> list[str]:
    return [problem.code.removeprefix("production.savings_") for problem in error.value.problems]


@given(seeds, seeds)
@settings(max_examples=20, deadline=None)
def test_causes_add_up_exactly(seed: int, other: int) -> None:
    instance = plant(seed)
    before, after = (verify(instance, place(instance, s)) for s in (seed, other))
    found = compare(before, after, ANY)
    assert found.kwh.total == before.energy.bought_kwh - after.energy.bought_kwh
    assert found.split("cost").total == before.cost - after.cost
    assert found.split("kg:marginal").total == before.co2e("marginal") - after.co2e("marginal")
    back = compare(after, before, ANY)
    assert back.kwh.total == -found.kwh.total
    assert all(sum(getattr(split, c) for c in CAUSES) == split.total for split in (found.kwh, found.cost))


@given(seeds, seeds)
@settings(max_examples=10, deadline=None)
def test_nothing_is_shifted_at_flat_prices(seed: int, other: int) -> None:
    """Without own generation shifting saves no energy, and no money where all hours cost the same."""
    instance = replace(plant(seed), generation=Generation())
    flat = replace(instance, tariff=replace(instance.tariff, prices=(500_000,) * HOURS))
    found = compare(*(verify(flat, place(flat, s)) for s in (seed, other)), ANY)
    assert found.kwh.shifting == found.cost.shifting == 0
    assert found.cost.setups == found.kwh.setups / 2
    assert found.kwh.assignment == _run_kwh(flat, seed) - _run_kwh(flat, other)


def _run_kwh(instance: Instance, seed: int) -> Fraction:
    return Fraction(verify(instance, place(instance, seed)).energy.by_state()["run"], 60_000)


def test_shifting_alone() -> None:
    """The same lots on the same lines at cheaper hours: all of the saving is shifting."""
    instance = plant(2, calendars=False, lots=1)
    lines = [
        replace(line, hall="", ready=False, available=0, power=replace(line.power, off=0))
        for line in instance.lines
    ]
    falling = replace(instance.tariff, prices=tuple(range(9 * HOURS, 8 * HOURS, -1)))
    instance = replace(instance, generation=Generation(), halls=(), lines=tuple(lines), tariff=falling)
    early = place(instance, 1)
    (task,) = early.tasks
    later = {name: getattr(task, name) + 600 for name in ("setup_start", "setup_end", "start", "end")}
    found = compare(verify(instance, early), verify(instance, Plan((replace(task, **later),))), ANY)
    assert found.cost.total == found.cost.shifting > 0
    assert found.kwh.total == 0


def test_only_like_with_like() -> None:
    instance = plant(4)
    plan = place(instance, 4)
    found = verify(instance, plan)
    changed = {
        "orders": replace(instance, lots=(replace(instance.lots[0], due=1), *instance.lots[1:])),
        "tariff": replace(instance, tariff=replace(instance.tariff, feed_in=1)),
        "intensities": replace(instance, intensities=(CarbonIntensity("location", "other", (1,) * HOURS),)),
        "generation": replace(instance, generation=Generation()),
        "plant": replace(instance, minimum_run_minutes=0),
    }
    for part, other in changed.items():
        with pytest.raises(QinglianError, match=f"not of the same {part}") as error:
            compare(verify(other, plan), found, ANY)
        assert codes(error) == ["differs"]
    turned = replace(instance, lots=instance.lots[::-1], lines=instance.lines[::-1], name="other")
    assert compare(verify(turned, plan), found).kwh.total == 0


def test_broken_and_later_plans_are_refused() -> None:
    instance = plant(4)
    plan = place(instance, 4)
    good = verify(instance, plan)
    with pytest.raises(QinglianError) as error:
        compare(good, verify(instance, Plan(plan.tasks[1:])), ANY)
    assert codes(error) == ["violations"]
    worse = max(
        (verify(instance, place(instance, s)) for s in range(20)), key=lambda v: v.kpis.weighted_tardiness
    )
    best = min(
        (verify(instance, place(instance, s)) for s in range(20)), key=lambda v: v.kpis.weighted_tardiness
    )
    with pytest.raises(QinglianError) as error:
        compare(best, worse)
    assert "tardiness" in codes(error)
    gap = worse.kpis.weighted_tardiness - best.kpis.weighted_tardiness
    compare(best, worse, Allowance(minutes=gap, lots=10))
    with pytest.raises(QinglianError):
        compare(best, worse, Allowance(minutes=gap - 1, lots=10))
    compare(worse, best, Allowance(lots=10))
    with pytest.raises(ValueError, match="negative"):
        Allowance(minutes=-1)


def test_intervals_by_counting_all_cases() -> None:
    """Coverage of the order statistics equals a count over every pattern of seeds below the median."""
    for count in (5, 6, 7, 9):
        values = [Fraction(n) for n in range(count)]
        low, high, coverage = median_interval(values)
        rank = int(low) + 1
        patterns = list(product((0, 1), repeat=count))
        held = sum(1 for below in patterns if rank <= sum(below) <= count - rank)
        assert coverage == Fraction(held, len(patterns))
        assert (low + high) / 2 == Fraction(count - 1, 2)
    assert median_interval([Fraction(n) for n in range(5)])[2] == Fraction(15, 16)
    assert median_interval([Fraction(n) for n in range(9)])[:2] == (1, 7)


def pairs(instance: Instance, count: int, swap: bool = False) -> dict:
    plans = sorted(
        (verify(instance, place(instance, s)) for s in range(4 * count)), key=lambda v: v.energy.total
    )
    low, high = plans[:count], plans[-count:]
    if swap:
        return {s: compare(a, b, ANY) for s, (a, b) in enumerate(zip(low + high, high + low, strict=True))}
    return {s: compare(b, a, ANY) for s, (a, b) in enumerate(zip(low, high, strict=True))}


def test_claims_and_years() -> None:
    instance = replace(plant(9), generation=Generation())
    found = claim(pairs(instance, 7), "kwh")
    assert found.verdict == "saved"
    assert found.low <= found.median <= found.high
    assert sum(found.causes.values()) == sum(found.savings.values()) / 7
    year = OperatingYear(2026, 50 * 1_500, "works calendar 2026")
    assert annual(found, year).median == found.median * 50
    with pytest.raises(QinglianError, match="not a saving of a year"):
        annual(found, None)
    with pytest.raises(ValueError, match="calendar"):
        OperatingYear(2026, 1, " ")
    with pytest.raises(ValueError, match="four digits"):
        OperatingYear(75_000, 2026, "works calendar 2026")


def test_noise_is_not_detected() -> None:
    instance = replace(plant(9), generation=Generation())
    found = claim(pairs(instance, 4, swap=True), "kwh")
    assert found.verdict == "not_detected"
    with pytest.raises(QinglianError, match="No saving of kwh was detected"):
        annual(found, OperatingYear(2026, 1, "calendar"))
    with pytest.raises(QinglianError, match="no interval"):
        claim(pairs(instance, 4), "kwh")
    with pytest.raises(QinglianError, match="No saving is called"):
        claim(pairs(instance, 5), "kg:market")


def test_assessment_over_seeds_with_others_beside() -> None:
    instance = replace(plant(9), generation=Generation())
    order = sorted(range(40), key=lambda s: verify(instance, place(instance, s)).energy.total)

    def solve(seed: int, blind: bool) -> Plan:
        chosen = order[-1 - seed] if blind else order[seed]
        return replace(place(instance, chosen), origin=f"search, seed {seed}, 100 steps")

    found = runs(solve, range(5))
    own = place(instance, order[20])
    result = assess(instance, found, allowance=ANY, beside={"planner": own, "broken": Plan(())})
    assert result.claims["kwh"].verdict == "saved"
    assert result.claims["kwh"].median > result.beside["planner"]["kwh"].median > 0
    assert [problem.code for problem in result.refused["broken"]] == ["production.savings_violations"]
    with pytest.raises(QinglianError, match="One seed"):
        assess(instance, [*found, found[0]], allowance=ANY)
    richer = replace(found[0], plan=replace(found[0].plan, origin="search, seed 0, 200 steps"))
    with pytest.raises(QinglianError, match="not searched alike"):
        assess(instance, [richer, *found[1:]], allowance=ANY)
    with pytest.raises(QinglianError, match="weighted tardiness"):
        assess(instance, [Run(0, found[0].blind, found[0].plan), *found[1:]])


def test_the_seed_that_breaks_the_allowance_is_named_and_not_left_out() -> None:
    """Six seeds hold, one does not: no claim over the six, and the refusal says which, by how much, what to do."""
    instance = plant(4)
    by_lateness = sorted(
        (place(instance, s) for s in range(20)), key=lambda p: verify(instance, p).kpis.weighted_tardiness
    )
    best, worst = by_lateness[0], by_lateness[-1]
    held = [Run(seed, best, best) for seed in range(6)]
    with pytest.raises(QinglianError) as error:
        assess(instance, [*held, Run(41, worst, best)])
    assert set(codes(error)) == {"seed"}
    said = str(error.value)
    assert "Seed 41 of 7" in said
    assert f"{verify(instance, worst).kpis.weighted_tardiness} minutes" in said
    assert "--allowance" in error.value.problem.fix("en")
    assert "不会剔除" in error.value.problem.fix("zh")
    assert not any(f"Seed {seed} " in said for seed in range(6))


def test_what_is_not_detected_is_named_as_people_name_it() -> None:
    compared = pairs(replace(plant(9), generation=Generation()), 7, swap=True)
    found = Assessment({"kwh": claim(compared, "kwh")}, compared)
    said = annual_figures(found, OperatingYear(2026, 75_000, "works calendar 2026"))
    assert said == ["No saving of Energy bought (kWh) was detected, so there is none to extend to a year."]


def test_the_allowance_is_said_in_words() -> None:
    allowed = Allowance(Fraction(5, 100), minutes=1_200, lots=2)
    assert "5% of the baseline's and 1,200 min, 2 more late lots" in allowance_sentence(allowed)
    use_language("zh")
    assert "5% 加 1,200 分钟，延期批次最多增加 2 个" in allowance_sentence(allowed)

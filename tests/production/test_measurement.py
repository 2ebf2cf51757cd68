"""Measured savings: what is there is proved, what is not there is not, and what cannot be told is refused."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from qinglian.core.errors import QinglianError
from qinglian.production.measurement import (
    Observation,
    Reading,
    Result,
    calibrate,
    fit,
    measure_before_after,
    measure_on_off,
    measure_replayed,
)
from qinglian.production.measurement.on_off import effect_of
from qinglian.production.measurement.readings import Design
from qinglian.production.plan import Plan
from qinglian.production.verify import verify
from qinglian.production.verify.luck import Chances
from tests.production.small_plants import place, plant

MONDAY = date(2026, 1, 5)


def days(
    weeks: int, seed: int, *, saving: float = 0.0, start: date = MONDAY, rho: float = 0.6
) -> list[Reading]:
    """Six working days a week of lines that use energy by units, changeovers and shifts; noise hangs together."""
    random = np.random.default_rng(seed)
    drift, readings = 0.0, []
    for number in range(weeks * 7):
        shifts = 2 if number % 7 < 5 else 1
        if number % 7 == 6:
            continue
        units = int(random.integers(3_000, 5_000)) * shifts
        changeovers = int(random.integers(20, 60)) * shifts
        drift = rho * drift + random.normal(0, 250)
        kwh = 4_000 + 3.0 * units + 30.0 * changeovers + 1_500 * shifts + drift
        on = bool((number // 7) % 2)
        drivers = {"units": units, "changeovers": changeovers, "shifts": shifts}
        readings.append(
            Reading(
                day=start + timedelta(days=number),
                kwh=Fraction(round(kwh * (1 - saving * on) * 1_000), 1_000),
                drivers={name: Fraction(value) for name, value in drivers.items()},
                on=on,
            )
        )
    return readings


def reasons(result: Result) -> list[str]:
    assert all(problem.message("zh") and problem.fix("en") for problem in result.reasons)
    return [problem.code.removeprefix("production.measured_") for problem in result.reasons]


def earlier(seed: int, weeks: int = 12) -> list[Reading]:
    return days(weeks, seed, start=MONDAY - timedelta(weeks=weeks))


def test_a_real_saving_is_proved_and_the_interval_holds_it() -> None:
    readings = days(12, 1, saving=0.05)
    result = measure_on_off(readings, earlier(2))
    assert result.verdict == "proved"
    true = sum(float(r.kwh) for r in readings if r.on) * 0.05 / 0.95
    assert result.effect.low < true < result.effect.high
    assert result.effect.share == pytest.approx(0.05, abs=0.01)
    assert result.model["units"] == pytest.approx(3.0, abs=0.3)
    assert result.model["r2"] > 0.9
    assert not result.placebo.detected


def test_no_saving_is_not_detected_and_more_use_is_not_proved() -> None:
    assert measure_on_off(days(12, 3), earlier(4)).verdict == "not_detected"
    worse = measure_on_off(days(12, 5, saving=-0.05), earlier(6))
    assert worse.verdict == "not_detected"
    assert worse.effect.high < 0


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Noise that hangs together from day to day: 95 % of intervals hold zero, within chance."""
    held = sum(not effect_of(Design.of(days(10, seed)), 0).detected for seed in range(100, 160))
    assert held / 60 >= 0.90


def test_the_interval_moves_with_the_effect_and_scales_with_units() -> None:
    """Adding c kWh to every on day moves estimate and interval by c a day; Wh instead of kWh scales all by 1000."""
    plain = days(10, 7)
    moved = [replace(r, kwh=r.kwh - 100 * r.on) for r in plain]
    scaled = [replace(r, kwh=r.kwh * 1_000) for r in plain]
    first, second, third = (effect_of(Design.of(readings), 0) for readings in (plain, moved, scaled))
    by = 100 * sum(r.on for r in plain)
    assert second.kwh - first.kwh == pytest.approx(by)
    assert second.low - first.low == pytest.approx(by, rel=1e-3)
    assert second.high - first.high == pytest.approx(by, rel=1e-3)
    assert (third.low, third.kwh) == (pytest.approx(first.low * 1_000), pytest.approx(first.kwh * 1_000))


def test_many_weeks_are_sampled_reproducibly() -> None:
    design = Design.of(days(26, 8, saving=0.04))
    assert effect_of(design, 1) == effect_of(design, 1)
    assert effect_of(design, 1).low == pytest.approx(effect_of(design, 2).low, rel=0.2)


def test_what_is_refused() -> None:
    good, placebo = days(12, 1, saving=0.05), earlier(2)
    refuse = [
        (["site"], {"boundary": "site", "expected": Fraction(5, 100)}, good, placebo),
        (["no_readings"], {}, good, []),
        (["few_weeks"], {}, good[: 6 * 6], placebo),
        (["placebo_unfit"], {}, good, placebo[: 6 * 6]),
        (["mixed_week"], {}, [replace(good[0], on=True), *good[1:]], placebo),
        (["no_units"], {}, [_without(r, "units") for r in good], [_without(r, "units") for r in placebo]),
        (["drivers_differ"], {}, good, [_without(r, "shifts") for r in placebo]),
        (["day_twice"], {}, [*good, good[0]], placebo),
        (["singular"], {}, [_copied(r) for r in good], [_copied(r) for r in placebo]),
        (["few_switches"], {}, [replace(r, on=r.day >= MONDAY + timedelta(weeks=6)) for r in good], placebo),
        (["out_of_range"], {}, [_grown(r) if r.on else r for r in good], placebo),
    ]
    for expected, options, readings, without in refuse:
        result = measure_on_off(readings, without, **options)
        assert result.verdict == "refused"
        assert result.effect is None
        assert reasons(result)[:1] == expected, expected
    assert measure_on_off(good, placebo, boundary="site", expected=Fraction(1, 5)).verdict == "proved"


def _without(reading: Reading, name: str) -> Reading:
    return replace(reading, drivers={k: v for k, v in reading.drivers.items() if k != name})


def _copied(reading: Reading) -> Reading:
    return replace(reading, drivers={**reading.drivers, "pieces": reading.drivers["units"] * 2})


def _grown(reading: Reading) -> Reading:
    return replace(reading, drivers={**reading.drivers, "units": reading.drivers["units"] * 9})


def test_a_placebo_that_saves_something_refuses_the_method() -> None:
    result = measure_on_off(days(12, 1, saving=0.05), days(12, 2, saving=0.05, start=date(2025, 1, 6)))
    assert result.verdict == "refused"
    assert reasons(result) == ["placebo"]
    assert result.placebo.detected


def test_before_and_after() -> None:
    history = [replace(r, on=False) for r in days(40, 11)]
    after = [
        replace(r, on=True, kwh=r.kwh * Fraction(92, 100))
        for r in days(1, 12, start=MONDAY + timedelta(weeks=40))
    ]
    result = measure_before_after([*history, *after])
    assert result.verdict == "proved"
    assert result.effect.share == pytest.approx(0.08, abs=0.02)
    same = [replace(r, kwh=r.kwh * Fraction(100, 92)) for r in after]
    assert measure_before_after([*history, *same]).verdict == "not_detected"
    assert reasons(measure_before_after([*history[:100], *after])) == ["short_baseline"]
    assert reasons(measure_before_after([*history, replace(after[0], day=MONDAY - timedelta(days=1))])) == [
        "not_before"
    ]


# --- the real steel plant: nothing happened in 2018, and a day-type baseline "proves" a saving all the same


@pytest.fixture(scope="module")
def steel(shared_data: Path) -> list[Reading]:
    """Days of the site's meter; a day runs from 00:15 to 00:00 of the same date, as the file has it."""
    energy: dict[date, Fraction] = defaultdict(Fraction)
    with (shared_data / "steel" / "Steel_industry_data.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["date"].split()[0], "%d/%m/%Y").date()  # noqa: DTZ007
            energy[day] += Fraction(row["Usage_kWh"])
    return [Reading(day=day, kwh=kwh, drivers=_day_type(day)) for day, kwh in sorted(energy.items())]


def _day_type(day: date) -> dict[str, Fraction]:
    return {f"is_{number}": Fraction(day.weekday() == number) for number in range(6)}


def _changed_on(readings: list[Reading], first: date, last: date = date(2018, 12, 31)) -> list[Reading]:
    return [replace(r, on=first <= r.day) for r in readings if r.day <= last]


def _passed_off(readings: list[Reading]) -> list[Reading]:
    """The kind of day passed off as output, the site's meter as the lines'."""
    return [replace(r, drivers={"units": Fraction(r.day.weekday() < 5), **r.drivers}) for r in readings]


def test_a_day_type_baseline_proves_a_saving_where_nothing_happened(steel: list[Reading]) -> None:
    """First half of the year as baseline, the second "after": 13 to 17 % with a textbook error bar."""
    assert sum(reading.kwh for reading in steel) == Fraction("959636.71")
    half = _changed_on(steel, date(2018, 7, 1))
    means: dict[int, list[float]] = defaultdict(list)
    for reading in half:
        if not reading.on:
            means[reading.day.weekday()].append(float(reading.kwh))
    predicted = [(np.mean(means[r.day.weekday()]), float(r.kwh)) for r in half if r.on]
    saving = sum(p - k for p, k in predicted)
    share = saving / sum(p for p, _ in predicted)
    assert 0.13 < share < 0.17
    rest = [value - np.mean(values) for values in means.values() for value in values]
    textbook = 1.96 * np.std(rest) * np.sqrt(len(predicted) + len(predicted) ** 2 / len(rest))
    assert saving - textbook > 0


def test_the_site_meter_is_refused(steel: list[Reading]) -> None:
    half = _changed_on(steel, date(2018, 7, 1))
    result = measure_before_after(half, boundary="site", expected=Fraction(3, 100))
    assert result.verdict == "refused"
    assert reasons(result) == ["site", "no_units"]
    assert reasons(measure_before_after(_passed_off_without_days(half))) == ["short_baseline"]


def _passed_off_without_days(readings: list[Reading]) -> list[Reading]:
    return [replace(r, drivers={"units": Fraction(r.day.weekday() < 5)}) for r in readings]


def test_data_passed_off_are_refused_too(steel: list[Reading]) -> None:
    """The kind of day as output, the site as lines: the model is too loose to say anything."""
    week = _changed_on(_passed_off_without_days(steel), date(2018, 12, 17), date(2018, 12, 23))
    assert reasons(measure_before_after(week)) == ["loose"]


def test_even_the_bare_statistics_prove_nothing(
    steel: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the checks, every other week from the 29th on as the week after a change that never was."""
    monkeypatch.setattr(fit, "LARGEST_CV", 10.0)
    found = []
    for number in range(28, 52, 2):
        first = date(2018, 1, 1) + timedelta(weeks=number)
        week = _changed_on(_passed_off_without_days(steel), first, first + timedelta(days=6))
        found.append(measure_before_after(week).verdict)
    assert found.count("proved") <= 1  # twelve tries at 5 %; it is the week of the summer holiday
    assert found.count("not_detected") >= 9


def test_switching_weeks_that_were_never_switched(
    steel: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On and off weeks by turns over 24 weeks, with the 24 weeks before as placebo, without the check of fit."""
    monkeypatch.setattr(fit, "LARGEST_CV", 10.0)
    monday = [reading for reading in _passed_off_without_days(steel) if reading.day < date(2018, 12, 31)]
    for start in range(24, 29):
        split = date(2018, 1, 1) + timedelta(weeks=start)
        after = [r for r in monday if split <= r.day < split + timedelta(weeks=24)]
        labelled = [replace(r, on=bool(r.day.isocalendar().week % 2)) for r in after]
        before = [r for r in monday if split - timedelta(weeks=24) <= r.day < split]
        assert measure_on_off(labelled, before).verdict != "proved"


# --- option D


def observed(instance, plan: Plan, factor: Fraction, noise: float = 0.02, seed: int = 1) -> list[Observation]:
    random = np.random.default_rng(seed)
    lines = verify(instance, plan).energy.line_states
    found = []
    for line, states in lines.items():
        for number in range(20):
            modelled = (sum(states.values()) or 60_000) * (1 + number % 3)
            metered = (
                Fraction(modelled, 60_000)
                * factor
                * Fraction(1 + random.normal(0, noise)).limit_denominator(10**6)
            )
            found.append(Observation(line, number, metered, modelled))
    return found


def test_calibration_finds_the_true_powers_and_replays() -> None:
    instance = plant(9)
    order = sorted(range(40), key=lambda s: verify(instance, place(instance, s)).energy.total)
    plan, baseline = place(instance, order[0]), place(instance, order[-1])
    found = calibrate(instance, observed(instance, plan, Fraction(11, 10)))
    assert found.problems == ()
    for line in instance.lines:
        assert float(found.factors[line.id]) == pytest.approx(1.1, abs=0.03)
        assert found.instance.line_of[line.id].power.run == round(line.power.run * found.factors[line.id])
    chances = Chances(failure_minutes=0, late_share=0, rate_cv=0.02)
    result = measure_replayed(found, baseline, plan, chances, replications=40)
    assert result.verdict == "proved"
    true = verify(found.instance, baseline).energy.used_kwh - verify(found.instance, plan).energy.used_kwh
    assert result.effect.low < float(true) < result.effect.high
    nothing = measure_replayed(found, plan, plan, chances, replications=40)
    assert (nothing.verdict, reasons(nothing)) == ("refused", ["placebo"])


def test_a_model_that_does_not_fit_is_refused() -> None:
    instance = plant(9)
    plan = place(instance, 1)
    rows = observed(instance, plan, Fraction(1))
    drifted = [Observation(o.line, o.number, o.kwh * (2 if o.number >= 10 else 1), o.modelled) for o in rows]
    found = calibrate(instance, drifted)
    result = measure_replayed(found, plan, plan, Chances())
    assert result.verdict == "refused"
    assert set(reasons(result)) == {"biased", "scattered"}
    with pytest.raises(QinglianError, match="has 5 observations"):
        calibrate(instance, [row for row in rows if row.number < 5])

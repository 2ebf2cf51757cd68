"""Option B with on and off weeks: whole weeks are planned with and without the energy terms, by turns.

Energy is explained by units, changeovers and shifts (least squares) and by one term for the on weeks. Its
interval comes from permuting the labels of whole weeks: under the switching design every other assignment of
weeks was as likely, so the test is exact, and what days of one week have in common (autocorrelation) stays
within the blocks (Good, Permutation, Parametric and Bootstrap Tests, 3rd ed., chapter 3; Draper and Stoneman
1966 for the term beside covariates). The interval holds the effects that the test does not reject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb

import numpy as np

from qinglian.core.errors import Problem
from qinglian.production.measurement.fit import Fit
from qinglian.production.measurement.readings import (
    Boundary,
    Design,
    Floats,
    Reading,
    doubts,
    out_of_range,
    reason,
)
from qinglian.production.measurement.result import CONFIDENCE, Effect, Result, judged, refused

LEAST_WEEKS = 4
ASSIGNMENTS = 5_000
SAMPLED = 1_999
HALVINGS = 60


def measure_on_off(
    readings: Sequence[Reading],
    placebo: Sequence[Reading],
    *,
    boundary: Boundary = "lines",
    expected: Fraction | None = None,
    seed: int = 0,
) -> Result:
    """Measure the saving of the on weeks.

    Parameters
    ----------
    placebo
        Readings of a period without any change, at least eight weeks. Its weeks are labelled by turns as if
        they were on and off: where that "saves" anything, the method does not work here and the result is
        refused.
    expected
        Saving that was announced, as a share; a site's meter is refused below a tenth (IPMVP option C).
    """
    reasons = [*doubts(readings, boundary, expected), *doubts(placebo, boundary, expected)]
    if not reasons and set(readings[0].drivers) != set(placebo[0].drivers):
        reasons = [reason("drivers_differ")]
    if reasons:
        return refused("B", reasons)
    pretended = _labelled_by_turns(placebo)
    reasons = [*_unfit(readings), *_out_of_range(readings), *_unfit_placebo(pretended)]
    if reasons:
        return refused("B", reasons)
    nothing = effect_of(Design.of(pretended), seed)
    if nothing.detected:
        return refused("B", [reason("placebo", share=f"{nothing.share:+.1%}")], placebo=nothing)
    design = Design.of(readings)
    return judged("B", effect_of(design, seed), nothing, Fit.of(design, with_term=True).record())


def _labelled_by_turns(readings: Sequence[Reading]) -> list[Reading]:
    weeks = sorted({reading.week for reading in readings})
    turns = {week: bool(number % 2) for number, week in enumerate(weeks)}
    return [replace(reading, on=turns[reading.week]) for reading in readings]


def _unfit(readings: Sequence[Reading]) -> Iterator[Problem]:
    """Too few weeks, weeks of both kinds, or drivers that cannot be told apart."""
    on = {reading.week for reading in readings if reading.on}
    off = {reading.week for reading in readings if not reading.on}
    if on & off:
        yield reason("mixed_week", week=min(on & off))
    if min(len(on), len(off)) < LEAST_WEEKS:
        yield reason("few_weeks", on=len(on), off=len(off), needed=LEAST_WEEKS)
    elif _switches(readings) < min(len(on), len(off)) - 1:
        yield reason("few_switches", given=_switches(readings), needed=min(len(on), len(off)) - 1)
    if Design.of(readings).singular:
        yield reason("singular")
    else:
        yield from Fit.of(Design.of(readings), with_term=True).doubts()


def _switches(readings: Sequence[Reading]) -> int:
    """How often on and off follow each other: a change once is no design that permuting weeks may judge."""
    labels = [reading.on for reading in sorted(readings, key=lambda reading: reading.day)]
    return sum(1 for before, after in pairwise(labels) if before != after)


def _out_of_range(readings: Sequence[Reading]) -> Iterator[Problem]:
    off = [reading for reading in readings if not reading.on]
    return out_of_range(off, [reading for reading in readings if reading.on])


def _unfit_placebo(placebo: Sequence[Reading]) -> Iterator[Problem]:
    for problem in _unfit(placebo):
        yield reason("placebo_unfit", why=problem.message())


def effect_of(design: Design, seed: int) -> Effect:
    """Effect of the on weeks with the interval of the permutation test."""
    slopes, leaks = _permuted(design, seed)
    found = float(slopes[0])
    reach = _bounds(slopes, leaks, found)
    days = int(design.on.sum())
    saved = -found * days
    low, high = -reach[1] * days, -reach[0] * days
    return Effect(saved, low, high, float(design.kwh[design.on].sum()) + saved)


def _permuted(design: Design, seed: int) -> tuple[Floats, Floats]:
    """By assignment, the true one first: the term's estimate, and what a true effect of 1 adds to it."""
    basis, _ = np.linalg.qr(design.scaled)
    weeks = sorted(set(design.weeks))
    member = np.array([[float(week == name) for name in weeks] for week in design.weeks])
    on_weeks = {week for week, on in zip(design.weeks, design.on, strict=True) if on}
    labels = _assignments(weeks, on_weeks, seed)
    terms = member @ labels.T
    clean = terms - basis @ (basis.T @ terms)
    size = (clean * terms).sum(axis=0)
    kept = size > 1e-9 * len(design.kwh)
    weights = clean[:, kept] / size[kept]
    return weights.T @ design.kwh, weights.T @ design.on.astype(float)


def _assignments(weeks: list[str], on: set[str], seed: int) -> Floats:
    """All ways to choose the on weeks, the true one first; a seeded sample where there are too many."""
    true = np.array([float(week in on) for week in weeks])
    count, size = len(weeks), int(true.sum())
    if comb(count, size) > ASSIGNMENTS:
        drawn = np.random.default_rng(seed).permuted(np.tile(true, (SAMPLED, 1)), axis=1)
        return np.vstack([true, drawn])
    chosen = [
        [float(index in on_weeks) for index in range(count)] for on_weeks in combinations(range(count), size)
    ]
    return np.vstack([true, [labels for labels in chosen if labels != true.tolist()]])


def _bounds(slopes: Floats, leaks: Floats, found: float) -> tuple[float, float]:
    """Smallest and largest effect that is not rejected, sought from far outside inwards."""
    scale = max(float(np.abs(slopes).max()), 1e-12)
    return _bound(slopes, leaks, found, -scale), _bound(slopes, leaks, found, scale)


def _bound(slopes: Floats, leaks: Floats, found: float, step: float) -> float:
    outside = 64.0
    while outside > 1e-6 and not _holds(slopes, leaks, found + step * outside / 2):
        outside /= 2
    inside = outside / 2
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if _holds(slopes, leaks, found + step * middle):
            inside = middle
        else:
            outside = middle
    return found + step * outside


def _holds(slopes: Floats, leaks: Floats, effect: float) -> bool:
    """Whether the test keeps this effect: enough assignments differ from it as much as the true one."""
    away = np.abs(slopes - effect * leaks)
    own = away[0]
    return float(np.mean(away >= own * (1 - 1e-9))) > 1 - CONFIDENCE

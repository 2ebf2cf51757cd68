"""Option B before and after a change, where weeks could not be switched.

A model of the baseline period predicts the energy of the weeks after the change. How far such predictions
miss where nothing changed is measured, not assumed: the same model is fitted to the first part of the
baseline period and predicts the next weeks, again and again (rolling origin). The interval is the quantile of
those misses (split conformal prediction; Lei et al., J. Am. Stat. Assoc. 113, 2018), so trends and day types
that least-squares errors hide make it wide. The last of these windows is the placebo, judged by those before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

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

FIRST_WEEKS = 8
LEAST_WINDOWS = 20


@dataclass(frozen=True, slots=True)
class _Window:
    """What was predicted and what was metered over some weeks, in kWh."""

    predicted: float
    metered: float

    @property
    def share(self) -> float:
        """Share by which less was metered than predicted."""
        return (self.predicted - self.metered) / self.predicted

    def judged_by(self, others: Sequence[_Window]) -> Effect:
        """Effect with the interval that the misses of other windows allow."""
        misses = sorted(abs(window.share) for window in others)
        reach = misses[min(len(misses), ceil(CONFIDENCE * (len(misses) + 1))) - 1]
        saved = self.predicted - self.metered
        return Effect(saved, saved - reach * self.predicted, saved + reach * self.predicted, self.predicted)


def measure_before_after(
    readings: Sequence[Reading], *, boundary: Boundary = "lines", expected: Fraction | None = None
) -> Result:
    """Measure the saving after a change (readings that are `on`) against the baseline period before it.

    The baseline period needs 8 weeks and 20 times as many as the weeks after the change; that is how often a
    claim of this length has to be tried where nothing happened before 95 % can be said of it.
    """
    reasons = list(doubts(readings, boundary, expected))
    if reasons:
        return refused("B", reasons)
    before = [reading for reading in readings if not reading.on]
    after = [reading for reading in readings if reading.on]
    reasons = list(_unfit(before, after))
    if reasons:
        return refused("B", reasons)
    windows = list(_rolling(before, len({reading.week for reading in after})))
    nothing = windows[-1].judged_by(windows[:-1])
    if nothing.detected:
        return refused("B", [reason("placebo", share=f"{nothing.share:+.1%}")], placebo=nothing)
    effect = _window(before, after).judged_by(windows)
    return judged("B", effect, nothing, {"windows": float(len(windows)), "largest_miss": _largest(windows)})


def _largest(windows: list[_Window]) -> float:
    return max(abs(window.share) for window in windows)


def _unfit(before: list[Reading], after: list[Reading]) -> Iterator[Problem]:
    weeks, length = {r.week for r in before}, len({r.week for r in after})
    needed = FIRST_WEEKS + LEAST_WINDOWS * max(1, length)
    if not after or len(weeks) < needed:
        yield reason("short_baseline", given=len(weeks), needed=needed, after=length)
    elif max(r.day for r in before) >= min(r.day for r in after):
        yield reason("not_before")
    elif Design.of(before).singular:
        yield reason("singular")
    else:
        yield from Fit.of(Design.of(before)).doubts()
    yield from out_of_range(before, after)


def _rolling(before: list[Reading], length: int) -> Iterator[_Window]:
    """Predict disjoint windows of the baseline period, each from all weeks before it."""
    by_week: dict[str, list[Reading]] = {}
    for reading in sorted(before, key=lambda reading: reading.day):
        by_week.setdefault(reading.week, []).append(reading)
    weeks = list(by_week.values())
    first = len(weeks) - (len(weeks) - FIRST_WEEKS) // length * length
    for start in range(first, len(weeks), length):
        known, unseen = weeks[:start], weeks[start : start + length]
        yield _window([r for week in known for r in week], [r for week in unseen for r in week])


def _window(known: list[Reading], unseen: list[Reading]) -> _Window:
    design = Design.of(known)
    solved, *_ = np.linalg.lstsq(design.scaled, design.kwh, rcond=None)
    size = np.maximum(np.abs(design.matrix).max(axis=0), 1e-300)
    rows: Floats = np.array(
        [[1.0, *(float(reading.drivers[name]) for name in design.names[1:])] for reading in unseen]
    )
    predicted = float((rows / size @ solved).sum())
    return _Window(predicted, float(sum(reading.kwh for reading in unseen)))

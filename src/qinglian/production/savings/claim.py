"""A claim: the median saving over seeds with an interval that assumes no distribution.

The interval runs between order statistics: the number of seeds below the true median is binomial(n, 1/2), so
``[x(k), x(n+1-k)]`` holds the median with probability ``1 - 2 P(B < k)`` whatever the distribution (David and
Nagaraja, Order Statistics, 3rd ed., section 7.1; Conover, Practical Nonparametric Statistics, 3rd ed.,
section 3.2). The largest k that reaches 95 % is taken. Five seeds reach 15/16 at most; this is stated, never
rounded up.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Literal

from qinglian.core.errors import QinglianError
from qinglian.production.savings.causes import CAUSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qinglian.production.savings.comparison import Comparison

LEAST_SEEDS = 5
CONFIDENCE = Fraction(95, 100)
WEEK_MINUTES = 10_080
Verdict = Literal["saved", "not_detected", "more_used"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A saving per planned horizon: `savings` by seed, their median, and the interval of the median.

    `causes` are the means over the seeds, which add up to the mean saving; `share` is the median of the
    savings as shares of each baseline.
    """

    measure: str
    savings: dict[int, Fraction]
    median: Fraction
    low: Fraction
    high: Fraction
    coverage: Fraction
    share: Fraction
    causes: dict[str, Fraction]
    minutes: int

    @property
    def verdict(self) -> Verdict:
        """``not_detected`` where the interval holds zero."""
        if self.low > 0:
            return "saved"
        return "more_used" if self.high < 0 else "not_detected"


def claim(pairs: Mapping[int, Comparison], measure: str) -> Claim:
    """Claim a saving from comparisons by seed, each of a plan and a baseline found with that seed.

    Raises
    ------
    QinglianError
        ``production.savings_too_few`` below five seeds; ``production.savings_mixed`` where the comparisons
        are not of one instance and one allowance; ``production.savings_no_measure``.
    """
    if len(pairs) < LEAST_SEEDS:
        raise QinglianError("production.savings_too_few", given=len(pairs), needed=LEAST_SEEDS)
    if len({(pair.identity, pair.allowance) for pair in pairs.values()}) > 1:
        raise QinglianError("production.savings_mixed")
    splits = {seed: pair.split(measure) for seed, pair in sorted(pairs.items())}
    savings = {seed: split.total for seed, split in splits.items()}
    low, high, coverage = median_interval(list(savings.values()))
    count = len(pairs)
    return Claim(
        measure=measure,
        savings=savings,
        median=median(list(savings.values())),
        low=low,
        high=high,
        coverage=coverage,
        share=median([pair.share(measure) for pair in pairs.values()]),
        causes={
            name: sum((getattr(split, name) for split in splits.values()), Fraction(0)) / count
            for name in CAUSES
        },
        minutes=next(iter(pairs.values())).plan.instance.horizon.minutes,
    )


def median(values: Sequence[Fraction]) -> Fraction:
    """Middle value, or the mean of the two middle values."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def median_interval(values: Sequence[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Return low, high and the exact coverage of the interval of the median."""
    ordered, count = sorted(values), len(values)
    rank = max((k for k in range(1, count // 2 + 1) if _coverage(count, k) >= CONFIDENCE), default=1)
    return ordered[rank - 1], ordered[count - rank], _coverage(count, rank)


def _coverage(count: int, rank: int) -> Fraction:
    return 1 - 2 * Fraction(sum(comb(count, below) for below in range(rank)), 2**count)


@dataclass(frozen=True, slots=True)
class OperatingYear:
    """How many minutes of a year run like the planned horizon, and whose calendar says so."""

    year: int
    minutes: int
    source: str

    def __post_init__(self) -> None:
        if not 1000 <= self.year <= 9999:  # year and minutes change places easily
            raise ValueError("a year has four digits")
        if not 0 < self.minutes <= 366 * 1_440:
            raise ValueError("a year has up to 527,040 minutes")
        if not self.source.strip():
            raise ValueError("an operating year names its calendar")


@dataclass(frozen=True, slots=True)
class AnnualClaim:
    """A claim times the horizons of an operating year; what it assumes is in `year`."""

    claim: Claim
    year: OperatingYear
    median: Fraction
    low: Fraction
    high: Fraction


def annual(found: Claim, year: OperatingYear | None) -> AnnualClaim:
    """Extend a claim to a year.

    Raises
    ------
    QinglianError
        ``production.savings_no_calendar`` without an operating year; ``production.savings_not_annual`` where
        nothing was detected.
    """
    if year is None:
        raise QinglianError("production.savings_no_calendar")
    if found.verdict == "not_detected":
        raise QinglianError("production.savings_not_annual", measure=found.measure)
    times = Fraction(year.minutes, found.minutes)
    return AnnualClaim(found, year, found.median * times, found.low * times, found.high * times)

"""The straight line from base to target, exact, and what is still to be done each year."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qinglian.targets.model import Target


@dataclass(frozen=True, slots=True)
class Milestone:
    """What the pathway allows in a year, in the unit of the base value."""

    year: int
    allowed: Fraction


def allowed(target: Target, base: Fraction, year: int) -> Fraction:
    """Return the value of the straight line in a year: ``B (1 − r (y − b) / (t − b))``; level after its ends.

    This is the linear annual reduction of the absolute contraction approach; an intensity is drawn likewise.
    """
    gone = min(max(year - target.base_year, 0), target.years)
    return base * (1 - target.reduction * Fraction(gone, target.years))


def pathway(target: Target, base: Fraction) -> tuple[Milestone, ...]:
    """Return every year from base to target."""
    years = range(target.base_year, target.target_year + 1)
    return tuple(Milestone(year, allowed(target, base, year)) for year in years)


def annual_rate(target: Target) -> Fraction:
    """Return the linear annual reduction as a share of the base value."""
    return target.reduction / target.years


def rate_needed(target: Target, base: Fraction, year: int, actual: Fraction) -> Fraction | None:
    """Return the share of the base value that has to go each year from now on; None once the time is over."""
    left = target.target_year - year
    if left <= 0:
        return None
    end = base * (1 - target.reduction)
    return max(Fraction(0), (actual - end) / base / left)

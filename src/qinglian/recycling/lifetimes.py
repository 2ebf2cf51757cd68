"""Returns to expect from what was sold: cohorts that leave use by a Weibull distribution of lifetimes.

The mass-conserving form: what leaves in a year is the difference of the distribution at its ends, never the
density at its middle, so that all of a cohort leaves in the end and nothing leaves twice.

Source: the sales–lifetime model of the *E-waste Statistics* guidelines (Forti, Baldé and Kuehr, United
Nations University, 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from qinglian.core.errors import QinglianError

DIGITS = 12
"""Decimals of a share; computed in decimal arithmetic, hence the same on every machine."""


@dataclass(frozen=True, slots=True)
class Weibull:
    """Lifetimes in years: `shape` (k) and `scale` (λ).

    Raises
    ------
    QinglianError
        ``recycling.not_positive``.
    """

    shape: Decimal
    scale: Decimal

    def __post_init__(self) -> None:
        for name in ("shape", "scale"):
            if getattr(self, name) <= 0:
                raise QinglianError("recycling.not_positive", name=name, value=getattr(self, name))

    def left_by(self, age: int) -> Fraction:
        """Share of a cohort that has left use by an age in years, to `DIGITS` decimals."""
        if age <= 0:
            return Fraction(0)
        with localcontext() as context:
            context.prec = 40
            survived = (-((Decimal(age) / self.scale) ** self.shape)).exp()
            return Fraction((1 - survived).quantize(Decimal(1).scaleb(-DIGITS)))


@dataclass(frozen=True, slots=True)
class Returns:
    """What leaves use in each year, and what is still in use after the last: together all that was sold."""

    by_year: Mapping[int, Fraction]
    in_use: Fraction


def expected_returns(sold: Mapping[int, Fraction], lifetimes: Weibull, first: int, last: int) -> Returns:
    """Return what is expected to leave use in each year from `first` to `last`.

    Parameters
    ----------
    sold
        Amount put on the market by year, in any unit; counted as sold at the year's beginning.
    first, last
        Years to report, both included. What left before `first` is part of neither result.

    Raises
    ------
    QinglianError
        ``recycling.not_positive`` for a negative sale, ``recycling.years_backwards``.
    """
    if last < first:
        raise QinglianError("recycling.years_backwards", first=first, last=last)
    for year, amount in sold.items():
        if amount < 0:
            raise QinglianError("recycling.not_positive", name=str(year), value=amount)
    by_year = {
        year: sum(
            (
                amount * (lifetimes.left_by(year + 1 - cohort) - lifetimes.left_by(year - cohort))
                for cohort, amount in sold.items()
            ),
            Fraction(0),
        )
        for year in range(first, last + 1)
    }
    left = (amount * (1 - lifetimes.left_by(last + 1 - cohort)) for cohort, amount in sold.items())
    return Returns(by_year, sum((amount for amount in left), Fraction(0)))

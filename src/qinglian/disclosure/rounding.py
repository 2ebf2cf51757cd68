"""Rounding: the one place of the house where a figure is rounded for publication.

The rule: from the exact figure, once, half to even, to the decimals the data point's table states. A total is
rounded from its own exact value, never from rounded parts; where the rounded parts add up to something else,
the difference is printed beside the total.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def rounded(exact: Fraction, decimals: int) -> Decimal:
    """Round half to even, in one step, with as many decimals as asked for; minus zero is zero.

    Raises
    ------
    ValueError
        For a negative number of decimals.
    """
    if decimals < 0:
        raise ValueError(f"{decimals} decimals")
    steps = round(exact * 10**decimals)  # a Fraction rounds half to even, exactly
    return Decimal((int(steps < 0), tuple(int(digit) for digit in str(abs(steps))), -decimals))


def shown(value: Decimal) -> str:
    """Write a rounded figure for people: grouped thousands, a true minus sign, all its decimals."""
    written = f"{value.copy_abs():,f}"
    return f"−{written}" if value < 0 else written

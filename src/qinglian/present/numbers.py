"""How an exact number is shown to a person. Display only: nothing shown here is ever read back or stored."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from qinglian.core.text import language, text

Number: TypeAlias = int | Decimal | Fraction
"""What a figure may hold: never a float."""

ABSENT = "–"
"""What stands where nothing is known; a missing value is not zero."""

MINUS = "−"

_POWERS = {"zh": ((8, "yi"), (4, "wan")), "en": ((9, "billion"), (6, "million"))}


def rounded(value: Number, digits: int) -> Decimal:
    """Round to so many significant digits, half to even, from the exact value and in one step.

    Rounding only takes digits away: the integer part is never cut (1,234,567 to three digits stays 1,234,567)
    and no zeros are added to a number that ends earlier.

    Raises
    ------
    ValueError
        If `digits` is less than one.
    """
    if digits < 1:
        raise ValueError(f"{digits} significant digits show nothing")
    exact = Fraction(value)
    exponent = _exponent(exact)
    places = max(0, digits - 1 - exponent)
    if places and _exponent(Fraction(_to_places(exact, places))) > exponent:  # 9.996 became 10.00
        places -= 1
    ends = _ends_after(exact.denominator)
    return _to_places(exact, places if ends is None else min(places, ends))


def shown(value: Number | None, digits: int | None = 6, *, absent: str = ABSENT) -> str:
    """Write a number for a person: thousands grouped by commas, a decimal point, a true minus sign.

    Chinese and English write this alike (GB/T 15835-2011 permits the comma); `compact` is where they differ.

    Parameters
    ----------
    value
        The exact number; `None` is shown as `absent`, never as zero.
    digits
        Significant digits; `None` writes every digit, or ``n/d`` where the decimals never end.
    absent
        What stands for an unknown value.
    """
    if value is None:
        return absent
    if digits is not None:
        return _signed(rounded(value, digits))
    exact = Fraction(value)
    places = _ends_after(exact.denominator)
    if places is None:
        return f"{_signed(Decimal(exact.numerator))}/{exact.denominator:,}"
    return _signed(_to_places(exact, places))


def share(value: Number | None, digits: int | None = 3, *, absent: str = ABSENT) -> str:
    """Write a share in percent: 1 is 100%."""
    return absent if value is None else f"{shown(Fraction(value) * 100, digits)}%"


def compact(value: Number, digits: int = 3) -> str:
    """Write a large number short, in the steps of the reader's language: 1.23 million, or 123万."""
    exact = Fraction(value)
    for power, name in _POWERS[language()]:
        if abs(exact) >= 10**power:
            return text(f"present.{name}", number=shown(exact / 10**power, digits))
    return shown(exact, digits)


def _exponent(value: Fraction) -> int:
    """Return the power of ten of the first digit: 0 for 1 to 9.99, -1 for 0.1; zero counts as 0."""
    if not value:
        return 0
    size = abs(value)
    guess = len(str(size.numerator)) - len(str(size.denominator))
    return guess if size >= Fraction(10) ** guess else guess - 1


def _to_places(exact: Fraction, places: int) -> Decimal:
    """Round half to even at a decimal place, whatever the size (a Decimal context would round again)."""
    scaled = round(exact * 10**places)
    return Decimal((int(scaled < 0), tuple(int(digit) for digit in str(abs(scaled))), -places))


def _ends_after(denominator: int) -> int | None:
    """Return after how many decimals 1/denominator ends, or None if it never does."""
    counts = [0, 0]
    for position, prime in enumerate((2, 5)):
        while denominator % prime == 0:
            denominator //= prime
            counts[position] += 1
    return max(counts) if denominator == 1 else None


def _signed(number: Decimal) -> str:
    written = f"{number.copy_abs():,f}"  # abs() would round to the context's precision
    return f"{MINUS}{written}" if number < 0 else written

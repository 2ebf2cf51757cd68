"""Exact numbers from text and back: an integer mantissa and a count of decimals, never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError

if TYPE_CHECKING:
    from qinglian.core.errors import Where

MANTISSA_LIMIT = 10**18
"""Mantissas are smaller in size than this, so that they fit a signed 64-bit column."""

DECIMALS_LIMIT = 36
"""No measured quantity or factor has more decimals; a longer one is a slip of the exponent."""

_SPELLINGS = str.maketrans(
    {"−": "-", "\N{SMALL HYPHEN-MINUS}": "-"}
    | {chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}  # the full-width forms of ASCII
)
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?:(?P<grouped>[1-9][0-9]{0,2}(?:,[0-9]{3})+)|(?P<digits>[0-9]*))"
    r"(?:\.(?P<fraction>[0-9]*))?"
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,4}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Scaled:
    """The exact number ``mantissa / 10**decimals``, in lowest form: no trailing zeros behind the point."""

    mantissa: int
    decimals: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= DECIMALS_LIMIT:
            raise ValueError(f"decimals {self.decimals} are not within 0..{DECIMALS_LIMIT}")
        if abs(self.mantissa) >= MANTISSA_LIMIT:
            raise ValueError(f"mantissa {self.mantissa} has more than 18 digits")
        if self.decimals and self.mantissa % 10 == 0:
            raise ValueError(f"{self.mantissa} / 10**{self.decimals} is not in lowest form")

    def fraction(self) -> Fraction:
        """Return the number as a fraction."""
        return Fraction(self.mantissa, 10**self.decimals)

    def __str__(self) -> str:
        return plain(self.fraction())


def parse_decimal(text: str, where: Where | None = None) -> Scaled:
    """Read a decimal number exactly.

    Full-width digits, the Unicode minus sign, a leading plus, an exponent and commas between groups of three
    digits are read; the decimal mark is the point. A percent sign and doubtful commas (``1,23``, ``0,123``,
    ``1.234,5``) are refused.

    Raises
    ------
    QinglianError
        ``core.number_unreadable``, or ``core.number_too_long`` if 18 digits or 36 decimals do not hold it.
    """
    found = _NUMBER.fullmatch(text.strip().translate(_SPELLINGS))
    if found is None or not ((found["grouped"] or found["digits"]) or found["fraction"]):
        raise QinglianError("core.number_unreadable", where, text=text)
    fraction = found["fraction"] or ""
    digits = (found["grouped"] or found["digits"] or "").replace(",", "") + fraction
    size = _lowest(digits, len(fraction) - int(found["exponent"] or 0))
    if size is None:
        raise QinglianError("core.number_too_long", where, text=text)
    return Scaled(-size[0] if found["sign"] == "-" else size[0], size[1])


def _lowest(digits: str, decimals: int) -> tuple[int, int] | None:
    """Drop zeros that say nothing; None when 18 digits or 36 decimals do not hold the number."""
    significant = digits.lstrip("0").rstrip("0")
    if not significant:
        return 0, 0
    decimals -= len(digits) - len(digits.rstrip("0"))
    if len(significant) + max(0, -decimals) > 18 or decimals > DECIMALS_LIMIT:
        return None
    return int(significant) * 10 ** max(0, -decimals), max(0, decimals)


def plain(number: Fraction | Decimal | int) -> str:
    """Write a number exactly: as a plain decimal if that ends, else as ``n/d`` in lowest terms.

    Raises
    ------
    ValueError
        If `number` is an infinite decimal or not a number.
    """
    if isinstance(number, Decimal) and not number.is_finite():
        raise ValueError(f"{number} is no number")
    exact = Fraction(number)
    decimals = _decimals_of(exact.denominator)
    if decimals is None:
        return f"{exact.numerator}/{exact.denominator}"
    digits = str(abs(exact.numerator) * (10**decimals // exact.denominator)).zfill(decimals + 1)
    whole, behind = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return ("-" if exact < 0 else "") + whole + ("." + behind if behind else "")


def _decimals_of(denominator: int) -> int | None:
    """Count the decimals of 1/denominator; None if they do not end."""
    twos = (denominator & -denominator).bit_length() - 1
    rest = denominator >> twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.text import use_language
from qinglian.present.numbers import compact, rounded, share, shown

fractions = st.fractions(max_denominator=10**9)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Decimal("440.86003"), 6, "440.860"),
        (12, 6, "12"),
        (0, 6, "0"),
        (Fraction(1, 3), 6, "0.333333"),
        (Fraction(1, 3), None, "1/3"),
        (Fraction(-1000, 3), None, "−1,000/3"),
        (Decimal("-0.000012345"), 3, "−0.0000123"),
        (Decimal("9.996"), 3, "10.0"),
        (1234567, 3, "1,234,567"),
        (Decimal("2.5"), 1, "2"),
        (Decimal("3.5"), 1, "4"),
        (Decimal("0.125"), 2, "0.12"),
        (Decimal("1E+30"), None, "1" + ",000" * 10),
        (
            Decimal("12345678901234567890123456789012345.5"),
            None,
            "12,345,678,901,234,567,890,123,456,789,012,345.5",
        ),
        (None, 6, "–"),
    ],
)
def test_a_number_is_shown(value, digits, text):
    assert shown(value, digits) == text


@given(fractions, st.integers(1, 12))
def test_rounding_errs_by_at_most_half_of_the_last_place_shown(value, digits):
    result = rounded(value, digits)
    last_place = Fraction(10) ** result.as_tuple().exponent
    assert abs(Fraction(result) - value) <= last_place / 2


@given(fractions.filter(bool), st.integers(1, 12))
def test_no_more_digits_than_asked_after_the_integer_part(value, digits):
    result = rounded(value, digits)
    integer_digits = len(str(abs(int(result)))) if int(result) else 0
    assert len(result.as_tuple().digits) <= max(digits, integer_digits)
    assert result != 0


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_every_digit_of_a_terminating_number_is_shown(value):
    text = shown(value, None)
    assert Decimal(text.replace(",", "").replace("−", "-")) == value


@given(fractions, st.integers(1, 9))
def test_rounding_is_symmetric_about_zero(value, digits):
    # copy_negate: a minus sign would round to the 28 digits of the context
    assert rounded(-value, digits) == rounded(value, digits).copy_negate()


def test_unknown_is_not_zero():
    assert shown(None) != shown(0)
    assert share(None) != share(0)


def test_a_share_is_in_percent():
    assert share(Fraction(1, 8)) == "12.5%"


def test_large_numbers_in_the_steps_of_each_language():
    assert compact(60_000) == "60,000"
    assert compact(1_234_567) == "1.23 million"
    use_language("zh")
    assert compact(60_000) == "6万"
    assert compact(1_234_567) == "123万"
    assert compact(-250_000_000) == "−2.5亿"


def test_no_digits_show_nothing():
    with pytest.raises(ValueError, match="0 significant digits"):
        rounded(1, 0)

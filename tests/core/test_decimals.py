from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.decimals import DECIMALS_LIMIT, MANTISSA_LIMIT, Scaled, parse_decimal, plain
from qinglian.core.errors import QinglianError, Where


@pytest.mark.parametrize(
    ("text", "mantissa", "decimals"),
    [
        ("1,234.50", 12345, 1),
        ("1,234,567", 1234567, 0),
        ("１２３．４", 1234, 1),
        ("１，２３４", 1234, 0),
        ("−5", -5, 0),
        ("－5", -5, 0),
        ("+7", 7, 0),
        ("＋7", 7, 0),
        ("1.2e3", 1200, 0),
        ("1.2E-3", 12, 4),
        ("1e17", 10**17, 0),
        (" 12.0 ", 12, 0),
        ("5.", 5, 0),
        (".5", 5, 1),
        ("-0", 0, 0),
        ("0.000", 0, 0),
        ("0e300", 0, 0),
        ("007", 7, 0),
        ("999999999999999999", MANTISSA_LIMIT - 1, 0),
        ("0.000000000000000000000000000000000001", 1, 36),
    ],
)
def test_reads(text, mantissa, decimals):
    assert parse_decimal(text) == Scaled(mantissa, decimals)


MARKS = [".", "-", "--5", "5-", "(5)", "5%", "５％", "$5", "1_000", "1 000", "1'000", "12 kWh", "12kWh"]
COMMAS = ["1,23", "1,2345", "0,123", "12,34,567", "1.234,5", "1.234.5", ",123", "1,234e3.5"]
EXPONENTS = ["1e", "e5", "1e5.0", "1e10000", "0x10"]
WORDS = ["", " ", "nan", "inf", "Infinity", "10²", "½", "①", "١٢", "一百"]


@pytest.mark.parametrize("text", [*MARKS, *COMMAS, *EXPONENTS, *WORDS])
def test_refuses_what_would_be_a_guess(text):
    with pytest.raises(QinglianError) as caught:
        parse_decimal(text, Where("bills.csv", row=3, column="quantity"))
    assert caught.value.code == "core.number_unreadable"
    assert str(caught.value).startswith(f"file bills.csv, row 3, column quantity: '{text}' is not a number")


@pytest.mark.parametrize(
    "text", ["1000000000000000000", "1234567890123456789", "1e18", "1e1000", "1.234567890123456789", "1e-37"]
)
def test_refuses_too_many_digits(text):
    with pytest.raises(QinglianError) as caught:
        parse_decimal(text)
    assert caught.value.code == "core.number_too_long"


decimal_texts = st.from_regex(r"[+-]?[0-9]{1,9}(\.[0-9]{0,9})?([eE][+-]?[0-9])?", fullmatch=True).filter(
    str.isascii
)


@given(decimal_texts)
def test_value_is_the_decimal_of_the_text(text):
    if too_long(Decimal(text)):
        with pytest.raises(QinglianError):
            parse_decimal(text)
        return
    scaled = parse_decimal(text)
    assert Decimal(text) == Decimal(scaled.mantissa).scaleb(-scaled.decimals)
    assert Fraction(Decimal(text)) == scaled.fraction()
    assert scaled.decimals == 0 or scaled.mantissa % 10 != 0


def too_long(number: Decimal) -> bool:
    digits = number.normalize().as_tuple().digits
    return abs(number) >= MANTISSA_LIMIT or len(digits) > 18


scaled_numbers = st.builds(
    lambda mantissa, decimals: parse_decimal(f"{mantissa}e-{decimals}"),
    st.integers(-MANTISSA_LIMIT + 1, MANTISSA_LIMIT - 1),
    st.integers(0, DECIMALS_LIMIT),
)


@given(scaled_numbers)
def test_text_round_trip(scaled):
    assert parse_decimal(str(scaled)) == scaled


@given(st.integers(-(10**17), 10**17))
def test_grouping_changes_nothing(number):
    assert parse_decimal(f"{number:,}") == parse_decimal(str(number))


@given(st.fractions())
def test_plain_is_exact(number):
    text = plain(number)
    assert Fraction(text) == number
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    assert ("/" in text) == (rest != 1)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50"), "1.5"),
        (Decimal("-0.00"), "0"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(10, 3), "10/3"),
        (Fraction(1, 40), "0.025"),
        (7, "7"),
    ],
)
def test_plain_examples(number, text):
    assert plain(number) == text


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity")])
def test_plain_refuses_what_is_no_number(number):
    with pytest.raises(ValueError, match="no number"):
        plain(number)


@pytest.mark.parametrize(
    ("mantissa", "decimals"), [(10, 1), (0, 1), (1, -1), (1, 37), (10**18, 0), (-(10**18), 0)]
)
def test_scaled_validates(mantissa, decimals):
    with pytest.raises(ValueError, match=r"lowest form|within|digits"):
        Scaled(mantissa, decimals)

"""Splitting a record at month starts: the parts sum to it exactly."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from qinglian.ledger.facts import day_number, from_day_number
from qinglian.ledger.splitting import MAX_MANTISSA, apportion, month_cuts, split_by_days

DAYS = st.integers(day_number(date(2015, 1, 1)), day_number(date(2030, 1, 1)))
LENGTHS = st.integers(1, 800)
MANTISSAS = st.integers(-(MAX_MANTISSA - 1), MAX_MANTISSA - 1)
WEIGHTS = st.lists(st.integers(1, 400), min_size=1, max_size=30)


@given(DAYS, LENGTHS, MANTISSAS, st.integers(0, 9))
def test_the_parts_sum_exactly(start, length, mantissa, decimals):
    parts = split_by_days(start, start + length, mantissa, decimals)
    total = sum(Fraction(part.mantissa, 10**part.decimals) for part in parts)
    assert total == Fraction(mantissa, 10**decimals)


@given(DAYS, LENGTHS, MANTISSAS)
def test_the_parts_cover_the_days_once_and_none_crosses_a_month(start, length, mantissa):
    parts = split_by_days(start, start + length, mantissa, 0)
    assert [part.start_day for part in parts] == [start, *(part.end_day for part in parts[:-1])]
    assert parts[-1].end_day == start + length
    for part in parts:
        first, last = from_day_number(part.start_day), from_day_number(part.end_day - 1)
        assert (first.year, first.month) == (last.year, last.month)


@given(DAYS, LENGTHS, MANTISSAS, st.integers(0, 9))
def test_the_negative_splits_into_the_negatives(start, length, mantissa, decimals):
    parts = split_by_days(start, start + length, mantissa, decimals)
    negative = split_by_days(start, start + length, -mantissa, decimals)
    assert [(p.start_day, p.mantissa, p.decimals) for p in parts] == [
        (n.start_day, -n.mantissa, n.decimals) for n in negative
    ]


@given(DAYS, LENGTHS, MANTISSAS)
def test_the_mantissa_stays_within_64_bits(start, length, mantissa):
    assert all(abs(p.mantissa) < 2**63 for p in split_by_days(start, start + length, mantissa, 0))


@given(st.integers(0, 10**24), WEIGHTS)
def test_apportion_is_exact_and_within_one_of_proportional(total, weights):
    shares = apportion(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(Fraction(share) - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(-(10**24), 10**24), WEIGHTS)
def test_apportion_of_the_negative_is_the_negative(total, weights):
    assert apportion(-total, weights) == [-share for share in apportion(total, weights)]


def test_january_to_march_by_days():
    start, end = day_number(date(2022, 1, 1)), day_number(date(2022, 4, 1))
    parts = split_by_days(start, end, 90, 0)
    assert [Fraction(p.mantissa, 10**p.decimals) for p in parts] == [31, 28, 31]


def test_what_cannot_be_divided_goes_to_the_largest_remainder_then_the_earlier():
    assert apportion(1, [1, 1, 1]) == [1, 0, 0]
    assert apportion(10, [1, 2, 3]) == [2, 3, 5]


def test_december_to_january_is_cut_at_new_year():
    cuts = month_cuts(day_number(date(2021, 12, 16)), day_number(date(2022, 1, 16)))
    assert [from_day_number(cut) for cut in cuts] == [date(2022, 1, 1)]


def test_a_period_that_ends_with_its_month_is_not_cut():
    assert month_cuts(day_number(date(2022, 1, 1)), day_number(date(2022, 2, 1))) == []

"""Vintages: the programme's declared rule says which factor may answer on which day."""

from __future__ import annotations

from datetime import date

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger.facts import from_day_number
from qinglian.ledger.packs import load_pack
from qinglian.ledger.policy import parse_policy
from qinglian.ledger.vintage import answers

FISCAL = Span(date(2022, 4, 1), date(2023, 4, 1), "FY2022")
FAR = date(2040, 1, 1)


def policy(vintage, *, carry=0, fixed=None):
    year = f"fixed_year = {fixed}\n" if fixed else ""
    return parse_policy(
        f'name = "t"\nversion = "1"\nvintage = "{vintage}"\ncarry_forward_years = {carry}\n{year}'
        'order = ["basis", "supplier", "facility", "technology", "place", "pack", "vintage", "published"]\n'
        "[levels]\ncountry = 0\n"
    )


@pytest.fixture(scope="module")
def yearly(write_pack):
    """Three calendar years of one factor: 2021, 2022, 2023."""
    rows = [
        f"electricity.purchased,,grid:CN,{y}-01-01,{y + 1}-01-01,CO2,0.{y % 10}1,kg,kWh,direct,,false,,,1,s,{y},"
        for y in (2021, 2022, 2023)
    ]
    return sorted(load_pack(write_pack(*rows)).factors, key=lambda factor: factor.valid_from)


def spans(factors, chosen, period=FISCAL, cutoff=FAR):
    return [
        (
            factors[a.factor_no].valid_from.year,
            from_day_number(a.from_day),
            from_day_number(a.to_day),
            a.vintage_rank,
        )
        for a in answers(factors, chosen, period, cutoff)
    ]


def test_in_force_at_date_cuts_at_the_boundary(yearly):
    assert spans(yearly, policy("in-force-at-date")) == [
        (2022, date(2022, 4, 1), date(2023, 1, 1), 0),
        (2023, date(2023, 1, 1), date(2023, 4, 1), 0),
    ]


def test_a_factor_is_carried_forward_only_as_a_fallback_and_only_so_far(yearly):
    period = Span(date(2024, 1, 1), date(2026, 1, 1), "2024-2025")
    assert spans(yearly, policy("in-force-at-date"), period) == []
    assert spans(yearly, policy("in-force-at-date", carry=1), period) == [
        (2023, date(2024, 1, 1), date(2025, 1, 1), 1)
    ]


def test_the_majority_of_the_period_takes_one_set_for_all_of_it(yearly):
    assert spans(yearly, policy("majority-of-period")) == [(2022, FISCAL.start, FISCAL.end, 0)]


def test_an_even_split_goes_to_the_earlier_set(yearly):
    period = Span(date(2022, 7, 1), date(2023, 6, 30), "even: 184 days of 2022, 180 of 2023")
    even = Span(date(2022, 12, 1), date(2023, 2, 1), "31 days of each")
    assert [year for year, *_ in spans(yearly, policy("majority-of-period"), period)] == [2022]
    assert [year for year, *_ in spans(yearly, policy("majority-of-period"), even)] == [2022]


def test_fixed_takes_the_declared_year(yearly):
    assert spans(yearly, policy("fixed", fixed=2021)) == [(2021, FISCAL.start, FISCAL.end, 0)]


def test_fixed_without_a_year_is_refused():
    with pytest.raises(QinglianError) as error:
        policy("fixed")
    assert error.value.code == "ledger.policy_unreadable"


def test_the_latest_published_at_the_cutoff(write_pack):
    row = "electricity.purchased,,grid:CN,2021-01-01,2022-01-01,CO2,{},kg,kWh,direct,,false,,,1,s,x,"
    old = load_pack(write_pack(row.format("0.1"), published="2022-01-01"))
    new = load_pack(write_pack(row.format("0.2"), published="2023-01-01"))
    factors = [*old.factors, *new.factors]
    latest = policy("latest-published-at-cutoff")
    found = [factors[a.factor_no].published.year for a in answers(factors, latest, FISCAL, FAR)]
    assert found == [2023]
    found = [
        factors[a.factor_no].published.year for a in answers(factors, latest, FISCAL, date(2022, 12, 31))
    ]
    assert found == [2022]


def test_what_was_published_after_the_cutoff_never_answers(yearly):
    for vintage in ("in-force-at-date", "majority-of-period", "latest-published-at-cutoff"):
        assert spans(yearly, policy(vintage), cutoff=date(2019, 12, 31)) == []


def test_a_leap_day_is_carried_to_the_28th(write_pack):
    row = "electricity.purchased,,grid:CN,2023-03-01,2024-02-29,CO2,0.1,kg,kWh,direct,,false,,,1,s,x,"
    factors = list(load_pack(write_pack(row)).factors)
    period = Span(date(2024, 1, 1), date(2026, 1, 1), "x")
    ends = [end for *_, end, rank in spans(factors, policy("in-force-at-date", carry=1), period) if rank]
    assert ends == [date(2025, 2, 28)]

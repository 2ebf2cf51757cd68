"""ALLOCATE: instruments cover consumption once, in a declared order; nothing becomes negative."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.posting import post
from tests.ledger.conftest import ACTOR, YEAR, add_certificates, certificate, fact

GWH = Fraction(10**6)


def scope2(book):
    """(location, market) in kg, and what each instrument covered in kWh."""
    run = calculate(book, ACTOR, YEAR)
    read = read_inventory(book, run.id)
    table = pq.read_table(book.run_folder / f"{run.outputs['allocation']}.parquet").to_pylist()
    used = {}
    for row in table:
        used[row["instrument"]] = used.get(row["instrument"], 0) + Fraction(row["kwh"])
    return read.total(scope="2", method="location"), read.total(scope="2", method="market"), used


def test_e4_location_200_t_market_180_t(book):
    """1,000,000 kWh, 600,000 kWh of it under certificates at 0, the rest at the residual mix of 0.45."""
    post(book, ACTOR, [fact("1000000")])
    add_certificates(book, certificate("600000"))
    assert scope2(book) == (200_000, 180_000, {1: 600_000})


def test_certificates_beyond_consumption_stay_unused(book):
    post(book, ACTOR, [fact("1000", "MWh")])
    add_certificates(book, certificate("1.2", unit="GWh"))
    location, market, used = scope2(book)
    assert (location, market) == (200_000, 0)
    assert Fraction(12, 10) * GWH - used[1] == 200_000


def test_location_does_not_know_of_instruments(lite):
    post(lite, ACTOR, [fact("1000")])
    before, uncovered, _ = scope2(lite)
    add_certificates(lite, certificate("400"))
    after, covered, _ = scope2(lite)
    assert before == after == 200
    assert (uncovered, covered) == (450, 270)


def test_a_contract_with_a_factor_of_its_own(lite):
    post(lite, ACTOR, [fact("1000")])
    add_certificates(lite, certificate("400", kind="PPA", factor="0.05"))
    assert scope2(lite)[1] == 400 * Fraction("0.05") + 600 * Fraction("0.45")


@pytest.mark.parametrize(
    "wrong",
    [
        {"market": "grid:US"},
        {"vintage_start": date(2021, 1, 1), "vintage_end": date(2022, 1, 1)},
        {"vintage_start": date(2022, 4, 1), "vintage_end": date(2022, 7, 1)},
        {"vintage_start": date(2022, 3, 15), "vintage_end": date(2022, 3, 31)},
        {"facility": "elsewhere"},
    ],
)
def test_an_instrument_of_another_market_vintage_or_site_covers_nothing(lite, wrong):
    post(lite, ACTOR, [fact("1000", start=date(2022, 3, 1), end=date(2022, 4, 1))])
    add_certificates(lite, certificate("400", **wrong))
    _, market, used = scope2(lite)
    assert (market, used) == (450, {})


def test_the_declared_order_takes_site_bound_and_soonest_ending_first(lite):
    add_facility(lite, ACTOR, "nanjing", name="Nanjing", where="CN-JS")
    post(lite, ACTOR, [fact("100"), fact("100", facility="nanjing")])
    add_certificates(
        lite,
        certificate("150", "long"),
        certificate("50", "short", vintage_end=date(2022, 7, 1)),
        certificate("80", "bound", facility="nanjing"),
    )
    _, market, used = scope2(lite)
    assert used == {3: 80, 2: 50, 1: 70}
    assert market == 0


def test_each_kwh_is_covered_once_across_months(lite):
    post(lite, ACTOR, [fact("100", start=date(2022, month, 2)) for month in range(1, 13)])
    add_certificates(lite, certificate("1000", "a"), certificate("100", "b"))
    _, market, used = scope2(lite)
    assert sum(used.values()) == 1100
    assert market == 100 * Fraction("0.45")


def test_coverage_is_counted_once_however_a_line_is_divided(lite):
    post(lite, ACTOR, [fact("100"), fact("50", reference="b")])
    add_certificates(lite, certificate("30", "a"), certificate("20", "b"))
    read = read_inventory(lite, calculate(lite, ACTOR, YEAR).id)
    market = [line for line in read.lines if line.rule.id == "s2.market.electricity"]
    assert len(market) == 3
    assert sum(line.records for line in market) == 2 == read.counts["s2.market.electricity"]["demands"]
    assert sum(line.quantity for line in market) == 150


CERTIFICATES = st.lists(st.integers(1, 500_000), max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(consumption=st.lists(st.integers(1, 300_000), min_size=1, max_size=4), amounts=CERTIFICATES)
def test_market_is_never_negative_and_energy_is_conserved(make_book, consumption, amounts):
    book = make_book()
    post(book, ACTOR, [fact(f"{kwh}e-2", reference=str(n)) for n, kwh in enumerate(consumption)])
    add_certificates(book, *(certificate(f"{kwh}e-2", str(n)) for n, kwh in enumerate(amounts)))
    location, market, used = scope2(book)
    total, offered = Fraction(sum(consumption), 100), Fraction(sum(amounts), 100)
    assert location == total * Fraction("0.2")
    assert market == max(Fraction(0), total - offered) * Fraction("0.45") >= 0
    assert sum(used.values(), Fraction(0)) == min(total, offered)
    assert all(kwh <= Fraction(amounts[number - 1], 100) for number, kwh in used.items())

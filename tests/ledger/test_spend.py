"""Spend factors: money of another currency or price year stays unresolved until a cited series bridges it."""

from __future__ import annotations

import pytest

from qinglian.ledger.calculation import calculate
from qinglian.ledger.posting import post
from tests.ledger.conftest import ACTOR, YEAR, fact

SPEND = "spend.335911,,admin:CN,2022-01-01,2023-01-01,CO2e,0.337,kg,USD,spend,AR5,false,,,2,s,with margins,2022 USD"


def spend(unit: str, price_year: int | None):
    return fact("1000", unit, activity="spend.335911", price_year=price_year, quantity_basis="spend")


@pytest.mark.parametrize(
    ("unit", "price_year", "outcome"),
    [
        ("USD", 2022, "exact"),
        ("USD", 2023, "unresolved"),
        ("USD", None, "unresolved"),
        ("CNY", 2022, "unresolved"),
    ],
)
def test_a_spend_factor_answers_its_own_currency_and_price_year_only(
    make_book, write_pack, unit, price_year, outcome
):
    book = make_book(packs=(write_pack(SPEND),))
    post(book, ACTOR, [spend(unit, price_year)])
    counts = calculate(book, ACTOR, YEAR).counts["s3.1.spend"]
    assert counts[outcome] == counts["demands"] == 1

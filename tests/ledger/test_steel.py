"""E9: a real plant's year of quarter-hour readings, posted line by line and never rounded.

Data: UCI "Steel Industry Energy Consumption" (2018, Gwangyang), 35,040 readings. The factor 0.4594 kg/kWh is
the one the data set's own CO2 column implies: rounded to 0.01 t, it gives back 99.7 % of that column.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest

from qinglian.core.decimals import parse_decimal
from qinglian.core.period import parse_period, zone_info
from qinglian.ledger import evidence
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.explain import explain
from qinglian.ledger.facts import Fact
from qinglian.ledger.posting import post
from tests.ledger.worked_books import ACTOR, factor, new_book, read

FACTOR = Fraction("0.4594")
ENERGY = Fraction("959636.71")  # kWh: the exact sum of the file's 35,040 readings
SEOUL = "Asia/Seoul"
QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def steel(shared_data):
    return shared_data / "steel" / "Steel_industry_data.csv"


@pytest.fixture(scope="module")
def readings(steel):
    with steel.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _facts(readings):
    """Give readings as facts; a reading's time is the end of its quarter, and midnight ends the day it is of.

    The file writes the last quarter of a day as 0:00 of the same day.
    """
    for number, row in enumerate(readings, start=2):
        end = datetime.strptime(row["date"], "%d/%m/%Y %H:%M").replace(tzinfo=zone_info(SEOUL))
        end += timedelta(days=1) if end.hour == end.minute == 0 else timedelta()
        start, amount = end - QUARTER, parse_decimal(row["Usage_kWh"])
        yield Fact(
            facility="P",
            activity="electricity.purchased",
            mantissa=amount.mantissa,
            decimals=amount.decimals,
            unit="kWh",
            start_utc=start,
            end_utc=end,
            start_local=start.date(),
            end_local=start.date() + timedelta(days=1),
            source="main",
            quantity_basis="metered",
            row=number,
        )


@pytest.fixture(scope="module")
def plant(tmp_path_factory, steel, readings):
    rows = [factor("electricity.purchased", "CO2", "0.4594", "kWh", place="grid:KR")]
    citation = "implied by the data set's own CO2 column (tCO2)"
    book = new_book(tmp_path_factory.mktemp("steel"), rows, citation, where="KR", zone=SEOUL)
    posting = post(book, ACTOR, _facts(readings), source=evidence.store(book, steel))
    assert (posting.posted, posting.already, posting.conflicts) == (35_040, [], [])
    run = calculate(book, ACTOR, parse_period("2018"))
    return book, read(book, run)


def test_the_exact_year_is_440_86_tonnes(plant):
    _, inventory = plant
    assert inventory.total(scope="2", method="location") == ENERGY * FACTOR
    assert f"{float(ENERGY * FACTOR) / 1000:.2f}" == "440.86"
    counts = inventory.counts["s2.location.electricity"]
    assert (counts["demands"], counts["unresolved"]) == (35_040, 0)


def test_rounding_each_line_loses_eight_percent(plant, readings):
    """The file's own column stores tonnes with two decimals and sums to 403.81 t."""
    stored = sum(Decimal(row["CO2(tCO2)"]) for row in readings)
    assert stored == Decimal("403.81")
    rounded = [
        (Decimal(row["Usage_kWh"]) * Decimal("0.0004594")).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        for row in readings
    ]
    same = sum(mine == Decimal(row["CO2(tCO2)"]) for mine, row in zip(rounded, readings, strict=True))
    assert same / len(readings) > 0.99
    exact = plant[1].total(scope="2", method="location") / 1000
    loss = 1 - Fraction(stored) / exact
    assert Fraction(8, 100) < loss < Fraction(9, 100)


def test_the_same_file_again_posts_nothing(plant, steel, readings):
    book, _ = plant
    again = post(book, ACTOR, _facts(readings), source=evidence.store(book, steel))
    assert (again.posted, again.batch) == (0, None)
    assert again.same_file_as is not None


def test_the_number_is_traced_to_file_and_row_and_the_book_verifies(plant):
    book, inventory = plant
    tree = explain(book, inventory, limit=1, scope="2", method="location")

    def labels(node):
        yield node.label
        for child in node.children:
            yield from labels(child)

    assert any("Steel_industry_data.csv" in label for label in labels(tree))
    assert audit(book).passed

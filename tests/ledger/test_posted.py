"""What a dimension posted: net of reversals, by days of the period, the same before and after sealing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from qinglian.core.period import parse_period
from qinglian.core.text import use_language
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import create_book
from qinglian.ledger.claims import Claim, enter_claim
from qinglian.ledger.facts import Fact
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.posted import Amount, amounts
from qinglian.ledger.posted_figures import claim_table, posted_table
from qinglian.ledger.posting import post, undo
from qinglian.ledger.segments import seal

ACTOR = Actor("clerk")


@pytest.fixture
def book(tmp_path):
    made = create_book(tmp_path / "book", organisation="Wells", zone="UTC")
    add_facility(made, ACTOR, "P", name="plant", where="CN-AH")
    return made


def fact(amount, unit, start, end, **changed):
    given = {
        "facility": "P",
        "activity": "material.board.primary",
        "mantissa": amount,
        "decimals": 0,
        "unit": unit,
        "start_utc": datetime(*start.timetuple()[:3], tzinfo=UTC),
        "end_utc": datetime(*end.timetuple()[:3], tzinfo=UTC),
        "start_local": start,
        "end_local": end,
        "dimension": "packaging",
        "zone": "UTC",
    }
    return Fact(**given | changed)


def kg(quantity, scenario="actual"):
    return Amount(scenario, "P", "material.board.primary", "", "kg", Fraction(quantity))


def test_units_meet_and_other_dimensions_stay_out(book):
    whole = date(2025, 3, 1), date(2025, 4, 1)
    facts = [
        fact(2, "t", *whole, source="a"),
        fact(500, "kg", *whole, source="b"),
        fact(7, "kg", *whole, source="c", dimension="production"),
        fact(9, "kg", *whole, source="d", scenario="baseline:x"),
    ]
    post(book, ACTOR, facts)
    assert amounts(book, "packaging", parse_period("2025")) == (kg(2500), kg(9, "baseline:x"))
    assert amounts(book, "packaging", parse_period("2024")) == ()
    assert amounts(book, "recycling", parse_period("2025")) == ()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_record_over_the_edge_counts_by_its_days(book, sealed):
    post(book, ACTOR, [fact(100, "kg", date(2024, 12, 31), date(2025, 1, 5))])
    if sealed:
        seal(book, ACTOR)
    assert amounts(book, "packaging", parse_period("2025")) == (kg(80),)
    assert amounts(book, "packaging", parse_period("2025-01-03..2025-01-04")) != ()
    assert amounts(book, "packaging", parse_period("2024")) == (kg(20),)


@pytest.mark.parametrize("sealed", [False, True])
def test_what_was_reversed_is_gone(book, sealed):
    posting = post(book, ACTOR, [fact(100, "kg", date(2025, 1, 1), date(2025, 3, 1))])
    if sealed:
        seal(book, ACTOR)
    undo(book, ACTOR, posting.batch, reason="wrong month")
    assert amounts(book, "packaging", parse_period("2025")) == ()


def test_the_table_has_a_column_per_scenario_measured_first():
    use_language("en")
    found = (kg(1500, "baseline:x"), kg(1000))
    table = posted_table("Packaging", found, {"kg": "t"})
    assert [column.title for column in table.columns] == ["Activity", "Unit", "Measured", "baseline:x"]
    assert table.rows == (("material.board.primary", "t", Fraction(1), Fraction(3, 2)),)
    assert posted_table("Packaging", (), {}).notes == ("Nothing is posted for this period.",)


def test_claims_of_a_room_and_period(book):
    for name, year in (("packaging:a", 2025), ("packaging:b", 2023), ("plan:c", 2025)):
        enter_claim(
            book,
            ACTOR,
            Claim(
                account="avoided",
                name=name,
                period_start=date(year, 1, 1),
                period_end=date(year + 1, 1, 1),
                baseline="b",
                method="m",
                factor="f",
                kg_co2e=Fraction(5, 2),
            ),
        )
    table = claim_table(book, parse_period("2025"), "packaging:")
    assert [(row[0], row[1], row[4]) for row in table.rows] == [("1", "packaging:a", Fraction(5, 2))]

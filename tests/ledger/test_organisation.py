"""Facilities, shares over time and consolidation as a reading of one book."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from qinglian.cli import run as run_line
from qinglian.core.errors import QinglianError
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.chain import head
from qinglian.ledger.facts import day_number
from qinglian.ledger.inventory import View, read_inventory
from qinglian.ledger.organisation import (
    EQUITY,
    FINANCIAL,
    OPERATIONAL,
    OwnershipShare,
    add_facility,
    add_ownership,
    counted_share,
    end_ownership,
    facilities,
    ownership,
)
from qinglian.ledger.posting import post
from tests.ledger.conftest import ACTOR, YEAR, fact


def share(
    equity="0.6", *, financial=True, operational=False, start=date(2020, 1, 1), end=None, unit="venture"
):
    return OwnershipShare(unit, Fraction(equity), financial, operational, start, end)


@pytest.fixture
def joint(book):
    """A book with a joint venture beside the wholly owned site."""
    add_facility(book, ACTOR, "venture-1", name="Joint works", where="CN-JS", unit="venture")
    return book


def test_a_facility_takes_the_grid_of_its_place(book):
    with book.read() as connection:
        site = facilities(connection)["hefei"]
    assert (site.place, site.grid, site.zone) == ("admin:CN-AH", "grid:CN-AH", "Asia/Shanghai")


def test_a_code_is_given_once(book):
    with pytest.raises(QinglianError) as error:
        add_facility(book, ACTOR, "hefei", name="Again", where="CN-AH")
    assert error.value.code == "ledger.facility_exists"


def test_an_unknown_place_is_refused(book):
    with pytest.raises(QinglianError) as error:
        add_facility(book, ACTOR, "x", name="X", where="Atlantis")
    assert error.value.code == "core.place_unknown"


@pytest.mark.parametrize(("consolidation", "expected"), [(EQUITY, 16), (FINANCIAL, 20), (OPERATIONAL, 10)])
def test_consolidation_is_a_reading_of_one_run(joint, consolidation, expected):
    add_ownership(joint, ACTOR, share("0.6"))
    post(joint, ACTOR, [fact("50"), fact("50", facility="venture-1")])
    run = calculate(joint, ACTOR, YEAR)
    inventory = read_inventory(joint, run.id, View(consolidation=consolidation))
    assert inventory.total(scope="2", method="location") == expected


def test_shares_change_over_time(joint):
    add_ownership(joint, ACTOR, share("0.6", end=date(2022, 7, 1)))
    add_ownership(joint, ACTOR, share("0.2", start=date(2022, 7, 1)))
    june, july = date(2022, 6, 1), date(2022, 7, 1)
    post(joint, ACTOR, [fact("50", facility="venture-1", start=day) for day in (june, july)])
    run = calculate(joint, ACTOR, YEAR)
    inventory = read_inventory(joint, run.id, View(consolidation=EQUITY))
    assert inventory.total(scope="2", method="location") == 50 * Fraction("0.2") * (
        Fraction("0.6") + Fraction("0.2")
    )


def test_a_share_that_changes_inside_a_month_counts_by_days():
    shares = {"v": [share("0.6", end=date(2022, 6, 16)), share("0.2", start=date(2022, 6, 16))]}
    first, end = day_number(date(2022, 6, 1)), day_number(date(2022, 7, 1))
    assert counted_share(shares, "v", EQUITY, first, end) == Fraction("0.4")


def test_days_without_a_share_count_for_nothing():
    shares = {"v": [share("1", start=date(2022, 6, 16), end=date(2022, 6, 19))]}
    first, end = day_number(date(2022, 6, 1)), day_number(date(2022, 7, 1))
    assert counted_share(shares, "v", EQUITY, first, end) == Fraction(3, 30)
    assert counted_share(shares, "nobody's", EQUITY, first, end) == 1


def test_knowledge_is_frozen_at_an_entry(joint):
    add_ownership(joint, ACTOR, share("0.6", end=date(2022, 7, 1)))
    with joint.read() as connection:
        from qinglian.ledger import chain

        known = chain.head(connection).seq
    add_ownership(joint, ACTOR, share("0.2", start=date(2022, 7, 1)))
    with joint.read() as connection:
        assert len(ownership(connection)["venture"]) == 2
        assert [s.equity for s in ownership(connection, known)["venture"]] == [Fraction("0.6")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (share("1.01"), "ledger.share_outside"),
        (share("-0.1"), "ledger.share_outside"),
        (share(unit="nobody"), "ledger.unit_unknown"),
        (share(start=date(2019, 1, 1)), "ledger.share_overlaps"),
    ],
)
def test_a_bad_share_is_refused(joint, bad, code):
    add_ownership(joint, ACTOR, share())
    with pytest.raises(QinglianError) as error:
        add_ownership(joint, ACTOR, bad)
    assert error.value.code == code


def test_an_unknown_consolidation_is_refused(lite):
    post(lite, ACTOR, [fact()])
    run = calculate(lite, ACTOR, YEAR)
    with pytest.raises(QinglianError) as error:
        read_inventory(lite, run.id, View(consolidation="majority"))
    assert error.value.code == "ledger.consolidation_unknown"


def totals(book, run, as_of=None):
    view = View(consolidation=EQUITY)
    return read_inventory(book, run, view, as_of=as_of).total(scope="2", method="location")


def test_a_later_share_ends_the_open_one_and_the_past_is_still_read_as_it_was_known(joint):
    add_ownership(joint, ACTOR, share("0.6"))
    june, july = date(2022, 6, 1), date(2022, 7, 1)
    post(joint, ACTOR, [fact("50", facility="venture-1", start=day) for day in (june, july)])
    run = calculate(joint, ACTOR, YEAR)
    with joint.read() as connection:
        before = head(connection).seq
    assert totals(joint, run.id) == 12
    add_ownership(joint, ACTOR, share("0.2", start=july))
    assert totals(joint, run.id) == 8
    assert totals(joint, run.id, as_of=before) == 12
    with joint.read() as connection:
        assert [s.valid_to for s in ownership(connection)["venture"]] == [july, None]
    assert audit(joint).passed


def test_a_share_ends_without_a_successor_and_may_begin_again(joint):
    add_ownership(joint, ACTOR, share("0.6"))
    post(joint, ACTOR, [fact("50", facility="venture-1", start=date(2022, m, 1)) for m in (6, 7, 9)])
    run = calculate(joint, ACTOR, YEAR)
    end_ownership(joint, ACTOR, "venture", date(2022, 7, 1), reason="sold")
    assert totals(joint, run.id) == 6
    with pytest.raises(QinglianError) as error:
        end_ownership(joint, ACTOR, "venture", date(2022, 8, 1), reason="sold")
    assert error.value.code == "ledger.share_not_open"
    add_ownership(joint, ACTOR, share("1", start=date(2022, 9, 1)))
    assert totals(joint, run.id) == 16


@pytest.mark.parametrize(("language", "word"), [("en", "Ownership shares"), ("zh", "持股")])
def test_the_verb_records_ends_and_lists(lite, capsys, language, word):
    add_facility(lite, ACTOR, "venture-1", name="Joint works", where="CN-JS", unit="venture")
    own = ["--book", str(lite.folder), "--lang", language, "own"]
    assert run_line([*own, "venture", "--equity", "0.6", "--from", "2022-01-01"]) == 0
    assert run_line([*own, "venture", "--end", "2023-01-01", "--reason", "sold"]) == 0
    assert run_line([*own, "venture", "--equity", "0.6"]) == 2
    capsys.readouterr()
    assert run_line(own) == 0
    printed = capsys.readouterr().out
    assert word in printed
    assert "0.6" in printed
    assert "2023-01-01" in printed

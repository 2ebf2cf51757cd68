"""The release's headline figures: recomputed through the book where inputs exist, never solved backwards."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.period import FiscalCalendar, parse_period
from qinglian.demo.claims import enter, read_claims, recompute
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import create_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.claims import claims
from qinglian.ledger.installed import install_packs
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.packs import shipped_packs

ACTOR = Actor("tester")
FISCAL = FiscalCalendar(4, "start")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    made = create_book(tmp_path_factory.mktemp("claims") / "book", organisation="Claims", calendar=FISCAL)
    add_facility(made, ACTOR, "HEF", name="Hefei", where="CN-AH")
    install_packs(made, ACTOR, tuple(p for p in shipped_packs() if p.name == "cn-electricity"))
    return made


@pytest.fixture(scope="module")
def savings(book):
    (laps,) = (statement for statement in read_claims()[0] if statement.recomputable)
    found = recompute(book, ACTOR, laps)
    enter(book, ACTOR, laps, found, parse_period("FY2022", FISCAL))
    return found


def test_2696_mwh_in_anhui_by_year_with_the_factor_beside_each(savings):
    """Provincial averages of 2021 to 2023 (secondary copies of the ministry's announcements)."""
    shown = [(s.year, round(s.kg / 1000), s.factor, s.per_unit, s.place) for s in savings]
    assert shown == [
        ("2021", 1907, Fraction("0.7075"), "kWh", "grid:CN-AH"),
        ("2022", 1828, Fraction("0.6782"), "kWh", "grid:CN-AH"),
        ("2023", 1767, Fraction("0.6553"), "kWh", "grid:CN-AH"),
    ]
    assert all("Announcement" in saving.citation for saving in savings)
    assert all(saving.kg == 2_696_000 * saving.factor for saving in savings)


def test_a_saving_is_no_part_of_the_actual_inventory(book, savings):
    run = calculate(book, ACTOR, parse_period("2022"))
    assert savings
    assert read_inventory(book, run.id).lines == ()


def test_claims_stand_in_an_account_of_their_own(book, savings):
    with book.read() as connection:
        entered = claims(connection, "avoided")
    assert [row["name"] for row in entered] == ["laps 2021", "laps 2022", "laps 2023"]
    for row, saving in zip(entered, savings, strict=True):
        assert Fraction(row["kg_co2e"]) == saving.kg
        assert "0.6" in row["factor"] or "0.7" in row["factor"]
        assert row["baseline"]
        assert "2,696 MWh" in row["stated"]


def test_what_cannot_be_recomputed_keeps_no_figure_of_ours(book):
    for statement in read_claims()[0]:
        if not statement.recomputable:
            enter(book, ACTOR, statement, [], parse_period("FY2022", FISCAL))
            assert statement.missing
    with book.read() as connection:
        bare = [row for row in claims(connection) if not row["name"].startswith("laps")]
    assert [(row["name"], row["kg_co2e"], row["factor"]) for row in bare] == [
        ("recycled", None, None),
        ("packaging", None, None),
        ("green-energy", None, None),
    ]


def test_trees_are_printed_with_factor_version_and_time_basis_or_refused(savings):
    release, seedling = read_claims()[1]
    with pytest.raises(QinglianError) as caught:
        release.items(savings[0].kg)
    assert caught.value.code == "demo.equivalence_bare"
    assert "time basis" in str(caught.value)
    assert seedling.items(Fraction(60)) == 1
    assert round(seedling.items(savings[1].kg)) == 30_474
    assert seedling.version
    assert seedling.time_basis

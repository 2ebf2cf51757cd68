"""Base year: the recalculation test of the GHG Protocol's chapter 5, cumulative and exact.

The figures are this test's own; they follow the rules of the chapter, not a worked example of it.
"""

from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ledger.audit import audit
from qinglian.ledger.base_year import (
    BaseYear,
    Change,
    RecalculationTest,
    base_year,
    declare_base_year,
    recalculate_base_year,
    recalculation_test,
    record_change,
)

FIVE = Fraction(1, 20)


def of_changes(base, *changes):
    return RecalculationTest(Fraction(base), FIVE, changes)


def test_an_acquisition_is_added_and_a_divestment_taken_away():
    assert of_changes(80, Change("acquisition", "C", Fraction(20))).recalculated == 100
    assert of_changes(80, Change("divestment", "B", Fraction(20))).recalculated == 60


def test_a_site_that_did_not_exist_in_the_base_year_changes_nothing():
    test = of_changes(80, Change("acquisition", "new works", None))
    assert not test.due
    assert test.recalculated == 80


def test_outsourcing_between_scopes_changes_nothing_if_both_are_reported():
    assert not of_changes(80, Change("outsourcing", "lorries", Fraction(40), both_reported=True)).due
    assert of_changes(80, Change("outsourcing", "lorries", Fraction(40))).recalculated == 40


def test_the_threshold_itself_is_significant_and_just_below_is_not():
    assert of_changes(100, Change("error", "meter", Fraction(5))).due
    below = of_changes(100, Change("error", "meter", Fraction(499, 100)))
    assert not below.due
    assert below.recalculated == 100


def test_small_changes_add_up_without_their_signs():
    changes = Change("error", "meter", Fraction(3)), Change("error", "bill", Fraction(-3))
    test = of_changes(100, *changes)
    assert test.cumulative == 6
    assert test.due
    assert test.recalculated == 100


def test_pending_changes_are_kept_in_the_book_until_they_are_settled(book, actor):
    with pytest.raises(QinglianError) as caught:
        base_year(book)
    assert caught.value.code == "ledger.base_year_missing"
    declare_base_year(book, actor, BaseYear("2021"))
    assert base_year(book) == BaseYear("2021", FIVE)
    base = Fraction(100)
    record_change(book, actor, Change("acquisition", "C", Fraction(3)))
    with pytest.raises(QinglianError) as caught:
        recalculate_base_year(book, actor, base)
    assert caught.value.code == "ledger.not_significant"
    record_change(book, actor, Change("error", "meter", Fraction(-5, 2)))
    test = recalculate_base_year(book, actor, base)
    assert test.recalculated == Fraction(201, 2)
    assert recalculation_test(book, test.recalculated).changes == ()  # settled
    assert audit(book).passed


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("ledger.threshold_outside", lambda: BaseYear("2021", Fraction(0))),
        ("ledger.threshold_outside", lambda: BaseYear("2021", Fraction(5))),
        ("ledger.change_unknown", lambda: Change("merger", "C", Fraction(1))),
        ("ledger.change_negative", lambda: Change("divestment", "C", Fraction(-1))),
    ],
)
def test_what_cannot_be_is_refused(code, make):
    with pytest.raises(QinglianError) as caught:
        make()
    assert caught.value.code == code

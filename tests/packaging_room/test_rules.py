"""Packaging rules: the right verdict for the right date."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.packaging.model import PackedOrder
from qinglian.packaging.rules import judge, months_later, shipped_rules

RULE = next(rule for rule in shipped_rules() if rule.id == "eu-ppwr-24-1")


def order(void, day, kind="ecommerce", **other):
    """An order in a box of 100 × 100 × 100 mm with so many per mille of empty space."""
    return PackedOrder(
        id="O",
        day=day,
        kind=kind,
        inner_mm=(100, 100, 100),
        products_mm3=Fraction(1000 - void) * 1000,
        **other,
    )


@pytest.mark.parametrize(
    ("void", "day", "act", "finding"),
    [
        (499, date(2029, 12, 31), date(2026, 6, 1), "met"),
        (501, date(2029, 12, 31), date(2026, 6, 1), "not_yet"),
        (499, date(2030, 1, 1), date(2026, 6, 1), "met"),
        (500, date(2030, 1, 1), date(2026, 6, 1), "met"),
        (501, date(2030, 1, 1), date(2026, 6, 1), "broken"),
        (501, date(2030, 1, 1), date(2028, 2, 12), "not_yet"),
        (501, date(2031, 2, 11), date(2028, 2, 12), "not_yet"),
        (501, date(2031, 2, 12), date(2028, 2, 12), "broken"),
        (501, date(2029, 12, 31), None, "not_yet"),
        (501, date(2030, 1, 1), None, "start_unknown"),
        (499, date(2030, 1, 1), None, "met"),
    ],
)
def test_empty_space_at_49_9_and_50_1_per_cent(void, day, act, finding):
    assert judge(order(void, day), RULE, act).finding == finding


@pytest.mark.parametrize("kind", ["grouped", "transport", "ecommerce"])
def test_kinds_the_rule_is_about(kind):
    assert judge(order(501, date(2032, 1, 1), kind), RULE, date(2027, 1, 1)).finding == "broken"


def test_sales_packaging_is_outside():
    assert judge(order(900, date(2032, 1, 1), "sales"), RULE, date(2027, 1, 1)).finding == "outside"


def test_filler_is_empty_space():
    without, filled = order(600, date(2032, 1, 1)), order(600, date(2032, 1, 1), filler_mm3=Fraction(600_000))
    assert without.void_ratio == filled.void_ratio == Fraction(6, 10)


def test_more_inside_than_fits_is_refused():
    with pytest.raises(QinglianError, match="mm³") as caught:
        order(500, date(2030, 1, 1), filler_mm3=Fraction(500_001))
    assert caught.value.code == "packaging.too_full"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2028, 2, 12), 36, date(2031, 2, 12)),
        (date(2028, 2, 29), 36, date(2031, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
    ],
)
def test_months_later(day, months, later):
    assert months_later(day, months) == later


def test_every_rule_says_where_it_was_read():
    for rule in shipped_rules():
        assert rule.source_class in {"primary", "secondary"}
        assert rule.source
        assert rule.citation
        assert rule.title_zh

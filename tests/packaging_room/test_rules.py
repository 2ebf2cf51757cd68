"""Packaging rules: the right verdict for the right date."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.packaging.model import Component, Material, PackedOrder, Specification
from qinglian.packaging.rules import judge, judge_plastic, months_later, shipped_rules

RULE = next(rule for rule in shipped_rules("void_ratio") if rule.id == "eu-ppwr-24-1")
(PLASTIC,) = shipped_rules("post_consumer_plastic")


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
    for rule in (*shipped_rules("void_ratio"), PLASTIC):
        assert rule.source_class in {"primary", "secondary"}
        assert rule.source
        assert rule.citation
        assert rule.title_zh


MATERIALS = {"film": Material(id="film", family="plastic"), "board": Material(id="board", family="paper")}


def packed(*parts):
    """A specification of parts, each its material, grams and recycled shares."""
    components = tuple(
        Component(
            name=str(number),
            material=material,
            mass_g=Fraction(grams),
            post_consumer=post,
            post_industrial=scrap,
        )
        for number, (material, grams, post, scrap) in enumerate(parts)
    )
    return Specification(id="S", version="1", level="carton", components=components)


@pytest.mark.parametrize(
    ("share", "day", "act", "finding"),
    [
        (Fraction(35, 100), date(2030, 1, 1), date(2026, 12, 1), "met"),
        (Fraction(349, 1000), date(2030, 1, 1), date(2026, 12, 1), "broken"),
        (Fraction(349, 1000), date(2029, 12, 31), date(2026, 12, 1), "not_yet"),
        (Fraction(349, 1000), date(2030, 1, 1), date(2027, 12, 1), "not_yet"),
        (Fraction(349, 1000), date(2030, 1, 1), None, "start_unknown"),
    ],
)
def test_recycled_plastic_at_34_9_and_35_per_cent(share, day, act, finding):
    found = judge_plastic(packed(("film", 100, share, Fraction(0))), MATERIALS, PLASTIC, day, act)
    assert (found.finding, found.share) == (finding, share)


def test_only_plastic_and_only_what_consumers_threw_away_counts():
    """100 g of film half of it consumers' waste, 100 g of film of factory scrap, and all-recycled board."""
    mixed = packed(
        ("film", 100, Fraction(1, 2), Fraction(0)),
        ("film", 100, Fraction(0), Fraction(1)),
        ("board", 900, Fraction(1), Fraction(0)),
    )
    found = judge_plastic(mixed, MATERIALS, PLASTIC, date(2031, 1, 1), date(2026, 12, 1))
    assert (found.share, found.plastic_g, found.finding) == (Fraction(1, 4), 200, "broken")


def test_without_plastic_the_rule_is_about_something_else():
    found = judge_plastic(
        packed(("board", 9, Fraction(0), Fraction(0))), MATERIALS, PLASTIC, date(2031, 1, 1)
    )
    assert (found.finding, found.share) == ("outside", None)

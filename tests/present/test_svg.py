from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.present.figures import Bar, Bars
from qinglian.present.svg import FALL, LEVEL, RISE, to_svg

from .samples import BARS, WATERFALL

SVG = "{http://www.w3.org/2000/svg}"


def drawn(figure):
    return ElementTree.fromstring(to_svg(figure))


def rects(root):
    return [{key: rect.get(key) for key in ("x", "width", "fill")} for rect in root.iter(f"{SVG}rect")]


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("figure", [BARS, WATERFALL])
def test_the_drawing_says_its_title_and_every_label(figure):
    root = drawn(figure)
    assert root.find(f"{SVG}title").text == f"{figure.title} (t)" == root.get("aria-label")
    labels = [bar.label for bar in (figure.bars if isinstance(figure, Bars) else figure.steps)]
    assert set(labels) <= set(texts(root))


def test_an_unknown_value_is_a_dash_without_a_bar():
    root = drawn(BARS)
    assert len(rects(root)) == 3
    assert "–" in texts(root)


def test_lengths_are_in_proportion_and_start_at_zero():
    first, second = rects(drawn(Bars("", "t", (Bar("a", 8), Bar("b", 2)))))
    assert Fraction(first["width"]) == 4 * Fraction(second["width"])
    assert first["x"] == second["x"]


def test_a_negative_bar_ends_where_a_positive_one_begins():
    up, down = rects(drawn(Bars("", "t", (Bar("a", 3), Bar("b", -1)))))
    assert Fraction(down["x"]) + Fraction(down["width"]) == Fraction(up["x"])


def test_a_waterfall_hangs_together():
    start, rise, fall, end = rects(drawn(WATERFALL))
    assert [start["fill"], rise["fill"], fall["fill"], end["fill"]] == [LEVEL, RISE, FALL, LEVEL]
    assert Fraction(rise["x"]) == Fraction(start["x"]) + Fraction(start["width"])
    assert Fraction(fall["x"]) == Fraction(end["x"]) + Fraction(end["width"])


def test_nothing_is_fetched():
    page = to_svg(BARS)
    assert "href" not in page
    assert "url(" not in page
    assert "<script" not in page


def test_equal_figures_give_equal_bytes():
    assert to_svg(BARS) == to_svg(Bars(BARS.title, BARS.unit, BARS.bars))


def test_what_xml_cannot_hold_is_left_out():
    root = drawn(Bars("a\x00b\udce9c\uffffd", "t", ()))
    assert root.get("aria-label") == "abcd (t)"


def test_no_bars_is_still_a_drawing():
    assert rects(drawn(Bars("empty", "t", ()))) == []


@given(st.text(), st.lists(st.tuples(st.text(), st.fractions() | st.none()), max_size=5))
def test_any_text_and_number_make_well_formed_xml(title, bars):
    figure = Bars(title, "t", tuple(Bar(label, value) for label, value in bars))
    assert len(rects(drawn(figure))) == sum(value is not None for _, value in bars)

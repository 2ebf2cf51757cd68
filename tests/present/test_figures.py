from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.present.figures import Bar, Bars, Column, Flow, Table, Waterfall, as_table

from .samples import BARS, SANKEY, WATERFALL


def test_a_row_has_a_cell_under_each_column():
    with pytest.raises(ValueError, match="row 0 has 1 cells under 2 columns"):
        Table("", (Column("a"), Column("b")), (("x",),))


def test_text_does_not_stand_under_a_number():
    with pytest.raises(ValueError, match="'n/a'"):
        Table("", (Column("a", kind="quantity"),), (("n/a",),))


def test_a_column_shows_at_least_one_digit():
    with pytest.raises(ValueError, match="0 digits"):
        Column("a", digits=0)


def test_the_heading_names_the_unit():
    assert Column("mass", unit="t").heading == "mass (t)"
    assert Column("", unit="t").heading == "t"


def test_a_waterfall_ends_where_its_steps_lead():
    assert WATERFALL.end == Bar("FY22", Fraction(163, 2))


def test_a_waterfall_has_no_gap():
    with pytest.raises(ValueError, match="needs a value"):
        Waterfall("", "t", Bar("a", 1), (Bar("b", None),), "c")


def test_a_flow_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        Flow("a", "b", -1)


@pytest.mark.parametrize("chart", [BARS, WATERFALL, SANKEY])
def test_a_chart_reads_as_a_table(chart):
    table = as_table(chart)
    assert table.columns[-1].unit == "t"
    assert table.title == chart.title


def test_the_table_of_a_chart_keeps_unknown_apart_from_zero():
    table = as_table(Bars("", "t", (Bar("a", None), Bar("b", 0))))
    assert table.rows == (("a", None), ("b", 0))

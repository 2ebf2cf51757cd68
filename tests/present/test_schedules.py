from __future__ import annotations

from fractions import Fraction
from io import StringIO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from qinglian.present.cells import width
from qinglian.present.colours import colours
from qinglian.present.figures import Axis, Block, Curve, Curves, Gantt, Group, Tick, as_table
from qinglian.present.page import page
from qinglian.present.plain import plain_text
from qinglian.present.svg import to_svg
from qinglian.present.svg_parts import LEFT, PLOT
from qinglian.present.terminal import rendered

from .samples import BARS, CURVES, GANTT, TABLE, TREE

SVG = "{http://www.w3.org/2000/svg}"


def drawn(figure):
    return ElementTree.fromstring(to_svg(figure))


def titled(root):
    """Blocks by what they say on hover."""
    return {
        rect.find(f"{SVG}title").text: rect
        for rect in root.iter(f"{SVG}rect")
        if rect.find(f"{SVG}title") is not None
    }


def test_blocks_stand_in_their_row_at_their_time():
    found = titled(drawn(GANTT))
    first, second = found["J1 <a> · Mon 00:15 – Mon 11:40 · due Tue"], found["J2"]
    assert Fraction(first.get("x")) == pytest.approx(LEFT + 15 * PLOT / 2880, abs=0.06)
    assert Fraction(second.get("x")) + Fraction(second.get("width")) == pytest.approx(LEFT + PLOT, abs=0.8)
    assert int(second.get("y")) > int(first.get("y"))


def test_what_is_late_has_an_edge_and_a_flag():
    root = drawn(GANTT)
    assert [rect.get("stroke") for rect in titled(root).values()] == [None, None, "#c8102e"]
    assert len([path for path in root.iter(f"{SVG}path") if path.get("class") == "flag"]) == 1


def test_legend_names_kin_groups_and_signs():
    texts = {element.text for element in drawn(GANTT).iter(f"{SVG}text")}
    assert {"P", "Q", "F1", "F2", "F&3", "setup", "late 延期", "a note", "周一 Mon", "Tue"} <= texts
    assert "cut" not in texts


def test_kin_share_a_hue_and_letters_stay_readable():
    fills = colours(GANTT.groups)
    assert len({fill for fill, _ in fills}) == 3
    assert {letters for _, letters in fills} <= {"#111", "#fff"}
    assert len({fill for fill, _ in colours([Group(str(n)) for n in range(60)])}) == 60


def test_curves_leave_a_gap_where_nothing_is_known():
    lines = [path.get("d") for path in drawn(CURVES).iter(f"{SVG}path") if path.get("stroke-width") == "1.6"]
    assert lines[0].count("M") == 2
    assert lines[1].count("M") == 1
    assert lines[1].endswith(f"H{LEFT + PLOT}")


@pytest.mark.parametrize("figure", [GANTT, CURVES])
def test_nothing_is_fetched_and_the_bytes_are_equal(figure):
    drawing = to_svg(figure)
    assert drawing == to_svg(figure)
    assert not any(word in drawing for word in ("href", "url(", "<script", "@import"))
    assert "prefers-color-scheme:dark" in drawing


def test_a_schedule_is_a_table_too():
    table = as_table(GANTT)
    assert [row[:2] for row in table.rows] == [("L1", "setup for J1"), ("L1", "J1 <a>"), ("线 2", "J2")]
    assert [row[5] for row in table.rows] == ["", "", "▲"]
    assert table.rows[1][2:5] == ("Mon 00:15", "Mon 11:40", "F1")


def test_curves_are_a_table_too():
    table = as_table(CURVES)
    assert table.rows[1] == ("Mon 16:00", None, 3)


def test_a_terminal_shows_both():
    strip = plain_text(GANTT).splitlines()
    assert strip[2].startswith("L1    ·aaaa")
    assert strip[3].endswith("B")
    assert width(strip[2].split("  ", 1)[0]) <= 4
    assert "b Q" in strip[4]
    lines = plain_text(CURVES).splitlines()
    assert lines[-2].endswith("2 … 5.5")
    for figure in (GANTT, CURVES):
        console = Console(width=200, record=True, file=StringIO())
        console.print(rendered(figure))
        assert console.export_text().splitlines()[0] == plain_text(figure).splitlines()[0]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Axis(0),
        lambda: Gantt("", ("L",), (), (Block(1, 0, 1, "x", None),), Axis(5)),
        lambda: Gantt("", ("L",), (), (Block(0, 2, 1, "x", None),), Axis(5)),
        lambda: Gantt("", ("L",), (), (Block(0, 0, 1, "x", 0),), Axis(5)),
        lambda: Curves("", "", (), Axis(5), 0),
    ],
)
def test_figures_that_contradict_themselves_are_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        wrong()


BLOCKS = st.lists(
    st.builds(
        lambda row, start, more, label, group, marked: Block(
            row, start, start + more, label, group, marked=marked
        ),
        st.integers(0, 2),
        st.integers(0, 5000),
        st.integers(0, 500),
        st.text(max_size=8),
        st.none() | st.integers(0, 1),
        st.booleans(),
    ),
    max_size=8,
)


@given(BLOCKS, st.integers(1, 5000), st.text(max_size=5))
def test_any_schedule_can_be_drawn_and_written(blocks, end, title):
    figure = Gantt(
        title, ("a", "b", "c"), (Group("f"), Group("g", title)), tuple(blocks), Axis(end, (Tick(0, title),))
    )
    root = drawn(figure)
    assert len([rect for rect in root.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]) == len(
        blocks
    )
    plain_text(figure)


@given(st.lists(st.none() | st.fractions(), max_size=9), st.integers(1, 99), st.integers(1, 99))
def test_any_curve_can_be_drawn_and_written(values, step, end):
    figure = Curves("", "", (Curve("x", tuple(values)),), Axis(end), step)
    drawn(figure)
    plain_text(figure)


def test_a_page_holds_every_kind_of_figure():
    found = page("计划 <1>", ["# head <x>", "a & b", TABLE, BARS, GANTT, CURVES, TREE])
    assert found.startswith("<!DOCTYPE html>")
    assert "<h1>计划 &lt;1&gt;</h1>" in found
    assert "<h2>head &lt;x&gt;</h2>" in found
    assert found.count("<svg ") == 3
    assert found.count("<details>") == 3
    assert not any(word in found for word in ("href", "src=", "<script", "@import"))

"""Lanes without a map and flows: as data, as text, as drawings."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.present.drawings import write_drawings
from qinglian.present.figures import Flow, Sankey, as_table
from qinglian.present.lanes import Lane, LaneChart, Leg
from qinglian.present.page import page
from qinglian.present.plain import plain_text
from qinglian.present.svg import to_svg
from qinglian.present.terminal import show

from .samples import LANES, LOOP, SANKEY, TABLE, TREE

SVG = "{http://www.w3.org/2000/svg}"


def drawn(figure):
    return ElementTree.fromstring(to_svg(figure))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def lines(root):
    """Start and end of each leg's line."""
    return [path.get("d")[1:].partition("H") for path in root.iter(f"{SVG}path")]


def test_a_lane_is_one_way_without_gaps():
    with pytest.raises(ValueError, match="no leg"):
        Lane("S", ())
    with pytest.raises(ValueError, match="goes on in 'C'"):
        Lane("S", (Leg("A", "B", "road", 1, 1), Leg("C", "D", "road", 1, 1)))
    with pytest.raises(ValueError, match="negative"):
        Leg("A", "B", "road", -1, 1)
    with pytest.raises(ValueError, match="mode"):
        Leg("A", "B", "", 1, 1)


@pytest.mark.parametrize(("language", "heading"), [("en", "Distance (km)"), ("zh", "距离 (km)")])
def test_the_table_of_lanes_says_all(language, heading):
    use_language(language)
    table = as_table(LANES)
    assert heading in [column.heading for column in table.columns]
    assert table.rows[1] == ("S-1", "上海", "上海", "hub", None, None, "not measured")
    assert len(table.rows) == 5


def test_lanes_as_text():
    assert plain_text(LANES).splitlines() == [
        "合肥 → Berlin <10 t>",
        "S-1",
        "● 合肥",
        "│   公路 road       470 km  364.297 kg CO2e  ████▌",
        "● 上海",
        "│   hub                           – kg CO2e  not measured",
        "● 上海",
        "│   sea          19,531 km  3,194.1 kg CO2e  ████████████████████████████████████████",
        "● Hamburg",
        "│   公路 road         0 km       −3 kg CO2e  ░",
        "● Berlin & Co",
        "● A",
        "│   rail       0.333333 km        0 kg CO2e",
        "● B",
        "a note",
    ]


def test_a_line_is_as_long_as_its_way_but_never_shorter_than_its_words():
    ways = [Leg("A", "B", "sea", 18_000, 1), Leg("B", "C", "sea", 12_000, 1), Leg("C", "D", "road", 1, 1)]
    whole = [
        (float(start.split()[0]), float(end))
        for start, _, end in lines(drawn(LaneChart("t", (Lane("", tuple(ways)),))))
    ]
    lengths = [end - start for start, end in whole]
    assert lengths[0] / lengths[1] == pytest.approx(1.5, rel=0.01)
    assert lengths[2] > 8 * len("road · 1 km")
    assert whole[0][1] == whole[1][0]


def test_bars_of_legs_share_a_scale_and_the_unknown_has_none():
    bars = [Fraction(rect.get("height")) for rect in drawn(LANES).iter(f"{SVG}rect")]
    assert len(bars) == 3
    assert max(bars) == 48
    assert abs(bars[0] / bars[1] - Fraction("364.297") / Fraction("3194.1")) < Fraction(1, 100)


def test_the_drawing_of_lanes_says_places_modes_and_numbers():
    root = drawn(LANES)
    assert {"合肥", "Hamburg", "Berlin & Co", "sea · 19,531 km", "hub", "–", "a note"} <= set(texts(root))
    assert any("dasharray" in str(path.attrib) for path in root.iter(f"{SVG}path"))


def test_ribbons_are_as_wide_as_their_flow_and_fill_the_node():
    root = drawn(LOOP)
    heights = [Fraction(rect.get("height")) for rect in root.iter(f"{SVG}rect")]
    assert heights[0] == 320
    assert abs(heights[2] / heights[0] - Fraction(6, 10)) < Fraction(1, 100)
    assert [path.find(f"{SVG}title").text for path in root.iter(f"{SVG}path")] == [
        "factory <1> → users: 10 t",
        "users → returns: 6 t",
        "returns → factory <1>: 4.33333 t",
        "returns → landfill: 1.66667 t",
    ]


def test_what_flows_back_does_not_push_a_node_to_the_right():
    places = {text.split()[0]: 0 for text in texts(drawn(LOOP))}
    rects = list(drawn(LOOP).iter(f"{SVG}rect"))
    x = [int(rect.get("x")) for rect in rects]
    assert x[0] < x[1] < x[2] < x[3]
    assert "factory" in places


def test_the_table_of_flows_has_headings_and_the_text_has_bars():
    use_language("en")
    assert [column.title for column in as_table(SANKEY).columns][:2] == ["From", "To"]
    assert plain_text(SANKEY).splitlines()[3].endswith("█")


@pytest.mark.parametrize("figure", [LANES, LOOP, SANKEY, Sankey("none", "t", ()), LaneChart("none", ())])
def test_equal_figures_give_equal_bytes_and_nothing_is_fetched(figure):
    first = to_svg(figure)
    assert first == to_svg(figure)
    assert "href" not in first
    assert "<script" not in first
    assert "<svg" in page("t", [figure])
    assert plain_text(figure)


@pytest.mark.parametrize("figure", [LANES, LOOP])
def test_a_colour_terminal_shows_them(figure, capsys):
    show(figure, Console(force_terminal=True, width=140))
    assert figure.title.split()[0] in capsys.readouterr().out


NAMES = st.sampled_from("ABCDEFG")


@given(st.lists(st.tuples(NAMES, NAMES, st.fractions(0, 10**6)), max_size=12))
def test_any_flows_even_in_circles_are_drawn(given_flows):
    flows = tuple(Flow(source, target, value) for source, target, value in given_flows)
    root = drawn(Sankey("any", "t", flows))
    assert len(list(root.iter(f"{SVG}path"))) == sum(flow.value > 0 for flow in flows)


@given(st.text(), st.lists(st.fractions(0, 10**6) | st.none(), min_size=1, max_size=5), st.fractions())
def test_any_lane_makes_well_formed_xml(title, distances, amount):
    legs = tuple(Leg(str(n), str(n + 1), "road", way, amount) for n, way in enumerate(distances))
    assert len(lines(drawn(LaneChart(title, (Lane(title, legs),))))) == len(distances)


def test_charts_are_written_beside_each_other(tmp_path):
    names = write_drawings(tmp_path / "f.svg", [TABLE, LANES, "words", LOOP])
    assert [name.name for name in names] == ["f.svg", "f-2.svg"]
    assert names[1].read_text(encoding="utf-8") == to_svg(LOOP)
    with pytest.raises(QinglianError) as caught:
        write_drawings(tmp_path / "f.svg", [TABLE, TREE])
    assert caught.value.code == "present.nothing_to_draw"
    with pytest.raises(QinglianError) as caught:
        write_drawings(tmp_path / "no" / "f.svg", [LOOP])
    assert caught.value.code == "present.not_written"

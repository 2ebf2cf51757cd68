"""Figures as data: equal lanes as one, gaps shown as new lanes, constants cited, nothing that is null shown as zero."""

from __future__ import annotations

from fractions import Fraction

from qinglian.logistics.booking import ruled
from qinglian.logistics.intensity import shipped_factors
from qinglian.logistics.readers import read
from qinglian.logistics.report import lanes, legs_table, totals_table
from qinglian.present.plain import plain_text
from tests.logistics.folders import PRIMARY, REFERENCE, write


def chain(folder):
    return ruled(read(folder), shipped_factors())


def twice(table):
    head, *rows = REFERENCE[table].splitlines()
    return "\n".join([head, *rows, *(row.replace("S-1", "S-2") for row in rows)]) + "\n"


def test_equal_lanes_are_one_with_the_sum(tmp_path):
    folder = write(tmp_path / "log", shipments=twice("shipments"), elements=twice("elements"))
    (lane,) = lanes([one.leg for one in chain(folder)]).lanes
    assert [leg.amount for leg in lane.legs] == [
        2 * Fraction("446.594"),
        2 * Fraction("3033.1643"),
        2 * Fraction("427.59"),
    ]
    assert (lane.legs[0].start, lane.legs[-1].end) == ("Hefei", "Frankfurt")


def test_a_gap_between_two_elements_begins_another_lane(tmp_path):
    elements = REFERENCE["elements"].replace("Rotterdam,Frankfurt", "Antwerp,Frankfurt")
    drawn = lanes([one.leg for one in chain(write(tmp_path / "log", elements=elements))]).lanes
    assert [[leg.start for leg in lane.legs] for lane in drawn] == [["Hefei", "Shanghai"], ["Antwerp"]]


def test_a_hub_has_no_distance(tmp_path):
    drawn = lanes([one.leg for one in chain(write(tmp_path / "log", PRIMARY))]).lanes
    assert [leg.distance for lane in drawn for leg in lane.legs].count(None) == 1
    table = legs_table(chain(tmp_path / "log"))
    assert [row[2] for row in table.rows].count(None) == 1


def test_a_constant_stands_below_with_its_citation_and_class(tmp_path):
    tocs = REFERENCE["tocs"].replace("road,default,actual", "road,default,sfd")
    shown = legs_table(chain(write(tmp_path / "log", tocs=tocs)))
    (note,) = shown.notes
    assert note.startswith("glec-v2-road = 1.05: GLEC Framework v2")
    assert note.endswith("(source: secondary).")


def test_totals_add_up_by_category_and_tier(tmp_path):
    table = totals_table(chain(write(tmp_path / "log", PRIMARY)))
    *rows, whole = table.rows
    assert {row[0] for row in rows} == {"1+3", "4", "9"}
    for place in (2, 3, 4):
        assert sum(row[place] for row in rows) == whole[place]
    assert "100.0 %" in plain_text(table)

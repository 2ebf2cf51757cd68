"""Distances worked out offline, each with its kind, method and passages."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.logistics.distances import Place, air, great_circle, road, sea
from qinglian.logistics.readers import read
from tests.logistics.folders import write

SHANGHAI = Place(id="Yangshan", latitude=30.62, longitude=121.8)
ROTTERDAM = Place(id="Rotterdam", latitude=51.98, longitude=4.0)


def test_to_europe_through_suez():
    found = sea(SHANGHAI, ROTTERDAM)
    assert found.kind == "sfd"
    assert {"malacca", "babalmandab", "suez", "gibraltar"} <= set(found.passages)
    assert re.fullmatch(r"searoute [\d.]+ lanes", found.method)
    assert 19_000 < found.km < 20_500  # port tables give some 10,500 nautical miles


def test_a_closed_passage_is_not_taken_and_the_way_is_longer():
    open_way, closed = sea(SHANGHAI, ROTTERDAM), sea(SHANGHAI, ROTTERDAM, ("suez",))
    assert "suez" not in closed.passages
    assert closed.km > open_way.km
    assert sea(SHANGHAI, ROTTERDAM) == open_way  # closing it once closes it once


def test_an_unknown_passage_is_refused():
    with pytest.raises(QinglianError) as caught:
        sea(SHANGHAI, ROTTERDAM, ("kiel",))
    assert caught.value.code == "logistics.passage_unknown"


def test_one_degree_of_latitude_is_a_known_arc():
    """pi / 180 of the mean radius 6371.0088 km: 111.195 km."""
    north, south = Place(id="a", latitude=1, longitude=0), Place(id="b", latitude=0, longitude=0)
    assert great_circle(north, south).km == Fraction("111.2")
    assert great_circle(north, south).kind == "gcd"


def test_airports_are_known_by_their_code():
    found = air(Place(id="Shanghai", airport="PVG"), Place(id="Frankfurt", airport="FRA"))
    assert found.kind == "gcd"
    assert 8_700 < found.km < 8_950
    assert "PVG-FRA" in found.method
    with pytest.raises(QinglianError) as caught:
        Place(id="nowhere", airport="QQQ")
    assert caught.value.code == "logistics.airport_unknown"


def test_road_is_great_circle_times_a_named_factor():
    hefei = Place(id="Hefei", latitude=31.86, longitude=117.28)
    straight = great_circle(hefei, SHANGHAI).km
    found = road(hefei, SHANGHAI, "kr-2015")
    assert abs(found.km - straight * Fraction("1.26")) <= Fraction(1, 20)
    assert "1.26" in found.method
    assert "kr-2015" in found.method
    own = road(hefei, SHANGHAI, "1.3:own survey 2024")
    assert "own survey 2024" in own.method
    for wrong in ("", "1.3", "0.9:too short", "china"):
        with pytest.raises(QinglianError) as caught:
            road(hefei, SHANGHAI, wrong)
        assert caught.value.code == "logistics.road_factor_unknown"


DEGREES = st.tuples(st.integers(-90, 90), st.integers(-180, 180))


@given(DEGREES, DEGREES)
def test_a_great_circle_has_no_direction_and_fits_the_earth(start, end):
    one, other = (Place(id="p", latitude=at[0], longitude=at[1]) for at in (start, end))
    assert great_circle(one, other) == great_circle(other, one)
    assert 0 <= great_circle(one, other).km <= Fraction("20015.1")


def test_the_reader_works_out_what_is_not_stated(tmp_path):
    folder = write(
        tmp_path / "log",
        places=(
            "place,latitude,longitude,airport\nHefei,31.86,117.28,\nYangshan,30.62,121.8,\n"
            "Rotterdam,51.98,4.0,\nFrankfurt,,,FRA\nPudong,,,PVG\n"
        ),
        tocs=(
            "toc,mode,tier,distance_kind,factor\n"
            "R,road,default,sfd,road.artic_gt33t\nS,sea,default,sfd,sea.container_8000teu\n"
            "A,air,default,gcd,air.long_haul\n"
        ),
        elements=(
            "shipment,element,position,toc,origin,destination,road_factor,closed\n"
            "S-1,1,1,R,Hefei,Yangshan,kr-2015,\n"
            "S-1,2,2,S,Yangshan,Rotterdam,,suez\n"
            "S-1,3,3,A,Pudong,Frankfurt,,\n"
        ),
    )
    by_road, by_sea, by_air = read(folder).elements
    assert (by_road.distance.kind, by_sea.distance.kind, by_air.distance.kind) == ("sfd", "sfd", "gcd")
    assert "suez" not in by_sea.distance.passages

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError, Where
from qinglian.core.places import LEVELS, Place, ancestors, grid_of, place, places

ids = st.sampled_from(sorted(places()))

# 2021年电力二氧化碳排放因子计算说明, table 1, as the issue lists the regions; Inner Mongolia is split there.
REGIONS = {
    "NORTH": "BJ TJ HE SX SD",
    "NORTHEAST": "LN JL HL",
    "EAST": "SH JS ZJ AH FJ",
    "CENTRAL": "HA HB HN JX",
    "NORTHWEST": "SN GS QH NX XJ",
    "SOUTH": "GD GX YN GZ HI",
    "SOUTHWEST": "CQ SC",
}


@pytest.mark.parametrize(
    ("text", "place_id"),
    [
        ("安徽", "admin:CN-AH"),
        ("安徽省", "admin:CN-AH"),
        ("Anhui", "admin:CN-AH"),
        (" anhui ", "admin:CN-AH"),
        ("CN-AH", "admin:CN-AH"),
        ("cn-ah", "admin:CN-AH"),
        ("admin:CN-AH", "admin:CN-AH"),
        ("grid:CN-AH", "grid:CN-AH"),
        ("安徽电网", "grid:CN-AH"),
        ("华东电网", "grid:CN-EAST"),
        ("North China grid", "grid:CN-NORTH"),
        ("China", "admin:CN"),
        ("中国", "admin:CN"),
        ("内蒙古自治区", "admin:CN-NM"),
        ("Inner Mongolia", "admin:CN-NM"),
        ("Shaanxi", "admin:CN-SN"),
        ("Shanxi", "admin:CN-SX"),
        ("陕西", "admin:CN-SN"),
        ("山西", "admin:CN-SX"),
        ("Tibet", "admin:CN-XZ"),
        ("Xizang", "admin:CN-XZ"),
        ("Hong Kong", "admin:CN-HK"),
        ("HK", "admin:CN-HK"),
        ("HKG", "admin:CN-HK"),
        ("admin:TW", "admin:CN-TW"),
        ("grid:MO", "grid:CN-MO"),
        ("台湾", "admin:CN-TW"),
        ("USA", "admin:US"),
        ("UK", "admin:GB"),
        ("Viet Nam", "admin:VN"),
        ("Vietnam", "admin:VN"),
        ("Türkiye", "admin:TR"),
        ("Turkey", "admin:TR"),
        ("Côte d’Ivoire", "admin:CI"),
        ("德国", "admin:DE"),
        ("Georgia", "admin:GE"),
        ("世界", "admin:WORLD"),
        ("Europe", "admin:EUROPE"),
    ],
)
def test_names(text, place_id):
    assert place(text).id == place_id


def test_unknown_place_names_where_and_nearest():
    with pytest.raises(QinglianError) as caught:
        place("Anhuii", Where(file="sites.csv", row=3))
    assert str(caught.value).startswith(
        "file sites.csv, row 3: unknown place 'Anhuii'. Use a name or id such as: admin:CN-AH"
    )


@pytest.mark.parametrize("text", ["", "admin:", "grid:CN-XZ", "CN-XX", "%%%%", "华"])
def test_unknown_place(text):
    with pytest.raises(QinglianError) as caught:
        place(text)
    assert caught.value.code == "core.place_unknown"
    assert {place(near).id for near in caught.value.problem.params["near"]}


def test_ancestors():
    assert ancestors("admin:CN-AH") == ("admin:CN-AH", "admin:CN", "admin:ASIA", "admin:WORLD")
    assert ancestors("grid:CN-AH") == ("grid:CN-AH", "grid:CN-EAST", "grid:CN")
    assert ancestors("admin:WORLD") == ("admin:WORLD",)
    assert ancestors("admin:HK") == ancestors("admin:CN-HK")


@pytest.mark.parametrize(("region", "provinces"), REGIONS.items())
def test_grid_regions(region, provinces):
    listed = {p.id for p in places().values() if p.parent == f"grid:CN-{region}"}
    assert listed == {f"grid:CN-{code}" for code in provinces.split()}


def test_inner_mongolia_lies_in_two_regions_and_so_in_none():
    assert ancestors("grid:CN-NM") == ("grid:CN-NM", "grid:CN")


@pytest.mark.parametrize(
    ("admin", "grid"),
    [
        ("admin:CN-AH", "grid:CN-AH"),
        ("安徽", "grid:CN-AH"),
        ("admin:CN-XZ", "grid:CN"),
        ("admin:CN", "grid:CN"),
        ("admin:CN-HK", "grid:CN-HK"),
        ("admin:DE", "grid:DE"),
        ("grid:CN-EAST", "grid:CN-EAST"),
    ],
)
def test_grid_of(admin, grid):
    assert grid_of(admin) == grid


@pytest.mark.parametrize("admin", ["admin:ASIA", "admin:WORLD"])
def test_no_grid_for_continents(admin):
    with pytest.raises(QinglianError) as caught:
        grid_of(admin)
    assert caught.value.code == "core.place_without_grid"


def test_grids_of_hong_kong_macao_and_taiwan_stand_alone():
    for code in ("HK", "MO", "TW"):
        assert ancestors(f"grid:{code}") == (f"grid:CN-{code}",)
        assert place(code).parent == "admin:CN"


def test_counts():
    levels = [p.level for p in places().values()]
    counts = {level: levels.count(level) for level in LEVELS}
    assert counts == {
        "world": 1,
        "continent": 7,
        "country": 246,  # 249 of ISO 3166-1 less HK, MO and TW, which are provinces here
        "province": 34,
        "grid_country": 249,
        "grid_region": 7,
        "grid_zone": 30,
    }


@given(ids)
def test_every_place_is_found_by_id_and_names(place_id):
    here = places()[place_id]
    assert place(place_id) is place(here.name_en) is place(here.name_zh) is here


@given(ids)
def test_hierarchies_never_mix_and_end_at_their_top(place_id):
    chain = ancestors(place_id)
    assert chain[0] == place_id
    assert len(set(chain)) == len(chain)
    assert {link.partition(":")[0] for link in chain} == {place_id.partition(":")[0]}
    assert places()[chain[-1]].level in {"world", "grid_country"}
    levels = [LEVELS.index(places()[link].level) for link in chain]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) == len(levels)


@given(ids)
def test_every_country_and_province_has_a_grid(place_id):
    if places()[place_id].level in {"country", "province"}:
        grid = places()[grid_of(place_id)]
        assert grid.level.startswith("grid_")
        assert grid.id.partition(":")[2] in {link.partition(":")[2] for link in ancestors(place_id)}


def test_ids_are_well_formed():
    for place_id, here in places().items():
        assert re.fullmatch(r"(admin|grid):[A-Z][A-Z_]+(-[A-Z]+)?", place_id)
        assert here.id == place_id
        assert not here.parent or here.parent in places()
        assert here.name_en == here.name_en.strip() != ""
        assert re.search(r"[\u4e00-\u9fff]", here.name_zh)


@pytest.mark.parametrize(
    ("place_id", "level"), [("admin:X", "town"), ("admin:X", "grid_zone"), ("grid:X", "country")]
)
def test_place_validates(place_id, level):
    with pytest.raises(ValueError, match="level"):
        Place(place_id, level, "x", "x")

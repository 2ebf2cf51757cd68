"""Bad input: every problem at once, each with file, row and a fix."""

from __future__ import annotations

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.logistics.readers import read
from tests.logistics.folders import PRIMARY, REFERENCE, write

HEAD = "shipment,element,position,toc,hoc,distance_km,distance_kind,teu\n"


def refused(folder):
    with pytest.raises(QinglianError) as caught:
        read(folder)
    for problem in caught.value.problems:
        assert problem.where.file
        for lang in ("en", "zh"):
            use_language(lang)
            assert problem.message()
            assert problem.fix()
    use_language("en")
    return [(problem.code, problem.where.row) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("S-1,1,1,,,100,actual,", "logistics.toc_or_hoc"),
        ("S-1,1,1,ROAD-40T,,100,,", "logistics.kind_missing"),
        ("S-1,1,1,ROAD-40T,,,,", "logistics.distance_missing"),
    ],
)
def test_an_element_that_cannot_be_read(tmp_path, row, code):
    assert refused(write(tmp_path / "log", elements=f"{HEAD}{row}\n")) == [(code, 2)]


def test_all_problems_are_told_at_once(tmp_path):
    elements = f"{HEAD}S-1,1,1,,,100,actual,\nS-1,2,2,ROAD-40T,,100,,\n"
    assert len(refused(write(tmp_path / "log", elements=elements))) == 2


def test_a_category_rests_on_one_ground_that_fits_its_tier(tmp_path):
    head = "toc,mode,tier,distance_kind,factor,ttw_kg_per_tkm,wtt_kg_per_tkm,vehicle\n"
    rows = (
        "A,road,default,actual,road.artic_gt33t,0.07,0.02,\n"
        "B,road,default,actual,,0.07,0.02,\n"
        "C,road,primary,actual,road.artic_gt33t,,,\n"
        "D,road,primary,actual,,,,\n"
        "E,road,primary,actual,,0.07,,\n"
        "F,road,modelled,actual,,,,road.artic_gt33t\n"
    )
    elements = f"{HEAD}S-1,1,1,A,,1,actual,\n"
    assert refused(write(tmp_path / "log", tocs=head + rows, elements=elements)) == [
        ("logistics.ground", 2),
        ("logistics.ground", 3),
        ("logistics.ground", 4),
        ("logistics.ground", 5),
        ("logistics.half_stated", 6),
        ("logistics.vehicle_half", 7),
    ]


@pytest.mark.parametrize(
    ("table", "old", "new", "code"),
    [
        (
            "energy",
            "VAN,electric,grid,2000,kWh,0,",
            "VAN,electric,grid,2000,kWh,0.1,",
            "logistics.electric_ttw",
        ),
        ("energy", "VAN,diesel", "LORRY,diesel", "logistics.operation_unknown"),
        ("energy", "12000,L,", "12000,barrels of it,", "core.unit_unknown"),
        ("tocs", "50000,2024-01-01,2024-12-31", ",2024-01-01,2024-12-31", "logistics.activity_missing"),
        ("tocs", "2024-01-01,2024-12-31", "2023-01-01,2024-12-31", "logistics.period_too_long"),
        ("tocs", "2024-01-01,2024-12-31", ",", "logistics.period_missing"),
        ("shipments", "2025-03-05,2025-03-05", "2025-03-05,2025-03-04", "logistics.period_missing"),
        ("shipments", ",500,", ",0,", "logistics.not_positive"),
        ("elements", "S-1,b,2", "S-1,b,1", "logistics.position_twice"),
        ("elements", "S-3,a,1,OWN,,300,actual\n", "", "logistics.chain_missing"),
    ],
)
def test_a_folder_that_contradicts_itself(tmp_path, table, old, new, code):
    content = PRIMARY[table]
    assert old in content
    assert code in [
        found for found, _ in refused(write(tmp_path / "log", PRIMARY, **{table: content.replace(old, new)}))
    ]


def test_a_name_is_one_category(tmp_path):
    hocs = "hoc,hub_type,tier,ttw_kg_per_t,wtt_kg_per_t\nROAD-40T,warehouse,primary,1,1\n"
    assert refused(write(tmp_path / "log", hocs=hocs)) == [("logistics.category_twice", 2)]


@pytest.mark.parametrize(
    ("row", "code"), [("X,,,", "logistics.place_nowhere"), ("X,,,QQQ", "logistics.airport_unknown")]
)
def test_a_place_must_be_somewhere(tmp_path, row, code):
    places = f"place,latitude,longitude,airport\n{row}\n"
    assert refused(write(tmp_path / "log", places=places)) == [(code, 2)]


def test_a_trip_carries_no_more_than_its_payload(tmp_path):
    trips = "trip,vehicle,distance_km,load_t,payload_t\nT,road.artic_gt33t,100,30,20\n"
    assert refused(write(tmp_path / "log", trips=trips)) == [("logistics.overloaded", 2)]


def test_chinese_headings_and_words_read_the_same(tmp_path):
    chinese = write(
        tmp_path / "zh",
        {
            "运输操作类别": (
                "运输类别,方式,数据层级,距离口径,因子名\n"
                "ROAD-40T,公路,默认,实际,road.artic_gt33t\nSEA-8000,海运,默认,实际,sea.container_8000teu\n"
            ),
            "货运": "货运单,设施,开始日期,结束日期,质量_t,方向,付运费方\nS-1,HEF,2025-03-01,2025-04-02,10,出,我方\n",
            "运输链段": (
                "货运单,链段,次序,运输类别,起点,终点,距离_km,距离口径\n"
                "S-1,1,1,ROAD-40T,Hefei,Shanghai,470,实际\n"
                "S-1,2,2,SEA-8000,Shanghai,Rotterdam,19531,实际\n"
                "S-1,3,3,ROAD-40T,Rotterdam,Frankfurt,450,实际\n"
            ),
        },
    )
    english = read(write(tmp_path / "en", tocs=REFERENCE["tocs"].replace("C-ROAD", "").replace("C-SEA", "")))
    found = read(chinese)
    assert found.shipments == english.shipments
    assert found.elements == english.elements
    assert found.categories == english.categories


def test_intensities_per_container_need_containers(tmp_path):
    from qinglian.logistics.chain import legs, total
    from qinglian.logistics.intensity import intensities, shipped_factors

    tocs = "toc,mode,tier,distance_kind,ttw_g_per_TEUkm,wtt_g_per_TEUkm\nBOX,sea,modelled,actual,70,19.4\n"
    without = write(tmp_path / "a", tocs=tocs, elements=f"{HEAD}S-1,1,1,BOX,,1000,actual,\n")
    found = read(without)
    with pytest.raises(QinglianError) as caught:
        legs(found.elements, intensities(found.categories.values(), shipped_factors()))
    assert caught.value.code == "logistics.teu_missing"
    long = read(write(tmp_path / "b", tocs=tocs, elements=f"{HEAD}S-1,1,1,BOX,,1000,actual,2.25\n"))
    chain = legs(long.elements, intensities(long.categories.values(), shipped_factors()))
    assert float(total(chain).wtw) == pytest.approx(2.25 * 89.4)  # 89.4 g/TEU-km


def test_tables_that_are_not_there(tmp_path):
    for table in ("tocs", "shipments"):
        found = refused(write(tmp_path / table, **{table: ""}))
        assert [code for code, _ in found] == ["ingest.schema_name_unknown"] * len(found)
        assert found

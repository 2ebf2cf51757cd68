"""Files of packaging: what is read, what is refused and where."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ingest.schema_template import write_template
from qinglian.packaging.readers import load_plan_schema, read, read_load_plans, schema
from tests.packaging_room.folders import LOADS, TABLES, write


def refused(path, **changed):
    with pytest.raises(QinglianError) as caught:
        read(write(path, **changed))
    return caught.value.problems


def test_what_a_folder_says(tmp_path):
    folder = read(write(tmp_path))
    catalogue = folder.catalogue
    assert catalogue.get(("CARTON", "1")).by_material == {"corrugated": 400, "foam": 200}
    assert catalogue.items(("PALLET", "1")) == 120
    assert catalogue.gross_tare_g(("PALLET", "1")) == 300 + 120 * 540
    assert catalogue.per_item_g(("PALLET", "1")) == {"film": Fraction(300, 120)}
    assert folder.uses[0].where.row == 2
    assert [round(float(order.void_ratio), 3) for order in folder.orders] == [0.499, 0.501]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", ["", ".xlsx"])
def test_a_template_can_be_read_as_it_is(tmp_path, lang, suffix):
    path = tmp_path / f"mine{suffix}"
    write_template(schema(), path, lang)
    folder = read(path)
    assert [len(rows) for rows in (folder.uses, folder.baselines, folder.orders)] == [1, 1, 1]
    write_template(load_plan_schema(), tmp_path / f"loads{suffix}", lang)
    (plan,) = read_load_plans(tmp_path / f"loads{suffix}")
    assert len(plan.placements) == 1


def test_units_may_differ_in_headings(tmp_path):
    kilograms = TABLES["components"].replace("mass_g", "mass_kg")
    for grams in (400, 100, 420, 120, 300):
        kilograms = kilograms.replace(f",{grams},", f",0.{grams},")
    one, two = read(write(tmp_path / "g")), read(write(tmp_path / "kg", components=kilograms))
    for key, found in one.catalogue.specifications.items():
        assert found.by_material == two.catalogue.get(key).by_material


@pytest.mark.parametrize(
    ("table", "old", "new", "code", "row"),
    [
        ("components", "corrugated,400,1,0.5,0", "corrugated,400,1,0.5,0.6", "packaging.shares_above_one", 2),
        ("components", "foam,100", "foam,0", "packaging.not_positive", 3),
        ("components", "foam,100", "foan,100", "ingest.schema_name_unknown", 3),
        ("components", "PALLET,1,wrap", "PALLET,9,wrap", "packaging.specification_unknown", 6),
        (
            "specifications",
            "PALLET,1,pallet,,CARTON,2",
            "PALLET,1,pallet,,CARTON,7",
            "packaging.specification_unknown",
            4,
        ),
        ("specifications", "CARTON,2,120", "CARTON,2,", "packaging.contains_half", 4),
        ("specifications", "PALLET,1,pallet,,", "PALLET,1,pallet,100,", "packaging.items_differ", 4),
        ("specifications", "PALLET,1,pallet", "PALLET,1,carton", "packaging.level_order", 4),
        ("uses", "2025-01-31", "2024-12-30", "packaging.period_empty", 2),
        ("uses", "CARTON,2,12000", "CARTON,3,12000", "packaging.specification_unknown", 2),
        ("uses", "INV-2", "INV-1", "ingest.schema_row_twice", 3),
        ("uses", "12000", "12000.5", "ingest.schema_whole", 2),
        ("baselines", "CARTON,1,2022", "CARTON,9,2022", "packaging.specification_unknown", 2),
        ("materials", "foam,plastic,ps", "foam,plastic,Poly Styrene", "packaging.name_unreadable", 3),
        ("orders", "6.012,2", "6.012,6", "packaging.too_full", 2),
        ("orders", "400,300,100,6.012", "400.5,300,100,6.012", "packaging.not_whole_mm", 2),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path, table, old, new, code, row):
    assert old in TABLES[table]
    problems = refused(tmp_path, **{table: TABLES[table].replace(old, new, 1)})
    found = [problem for problem in problems if problem.code == code]
    assert [problem.where.row for problem in found] == [row], problems
    assert found[0].where.file.endswith(f"{table}.csv")
    assert all(problem.fix("en") and problem.fix("zh") for problem in found)


def test_all_problems_come_at_once(tmp_path):
    components = TABLES["components"].replace("foam,100", "foam,0").replace("0.6,0.1", "0.6,0.5")
    assert len(refused(tmp_path, components=components)) == 2


def test_a_specification_without_components_has_no_mass(tmp_path):
    components = "\n".join(TABLES["components"].splitlines()[:-1]) + "\n"
    assert [problem.code for problem in refused(tmp_path, components=components)] == ["packaging.bare"]


def test_things_that_contain_each_other_are_refused_and_end(tmp_path):
    specifications = (
        "specification,version,level,items,contains,contains_version,count\n"
        "CARTON,1,carton,,CARTON,2,2\nCARTON,2,carton,,CARTON,1,2\nPALLET,1,pallet,9,CARTON,1,3\n"
    )
    assert {p.code for p in refused(tmp_path, specifications=specifications)} == {"packaging.level_order"}


def test_load_plans(tmp_path):
    (plan,) = read_load_plans(write(tmp_path, LOADS))
    assert plan.space.max_g == 900_000
    assert len(plan.placements) == 8
    assert plan.placements[0].box.bears_g == 10_000

"""Files of recovery: read, balanced, and every problem named with file, row and fix."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from tests.recycling.folders import TABLES, write

from qinglian.core.errors import QinglianError
from qinglian.recycling.readers import read
from qinglian.recycling.synthetic import TABLES as SYNTHETIC
from qinglian.recycling.synthetic import content, write_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "laptop-maker" / "recycling"


def codes(folder):
    with pytest.raises(QinglianError) as caught:
        read(folder)
    return {(p.code, Path(p.where.file).name, p.where.row) for p in caught.value.problems}


def test_a_folder_is_read_whole(tmp_path):
    found = read(write(tmp_path))
    assert len(found.dispositions) == 4
    assert found.dispositions[3].recovered_kg is None  # not weighed is not nothing
    assert found.credits[1].share == Fraction(1, 2)
    assert found.sold_t == {"notebook": {2018: 100, 2019: 120}}
    assert found.waste[1].hazardous
    assert found.waste[2].on_site
    assert found.products["NB"].from_recycled == Fraction(1, 4)


def test_units_and_order_of_rows_change_nothing(tmp_path):
    head, *rows = TABLES["dispositions"].splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    tonnes = "lot,facility,received,category,mass_t,units,tolerance\nR-1,HEF,2025-04-12,notebook,1,500,0.01\n"
    plain, other = read(write(tmp_path / "a")), read(write(tmp_path / "b", dispositions=turned, lots=tonnes))
    assert other.lots[0].mass_kg == plain.lots[0].mass_kg
    assert {(d.day, d.outcome, d.mass_kg) for d in other.dispositions} == {
        (d.day, d.outcome, d.mass_kg) for d in plain.dispositions
    }


@pytest.mark.parametrize(
    ("table", "row", "found"),
    [
        (
            "dispositions",
            "R-1,2025-06-04,recycle,61,60,glass,Recycler A",
            ("recycling.balance_broken", "lots.csv", 2),
        ),
        (
            "dispositions",
            "R-1,2025-06-04,recycle,1,2,glass,Recycler A",
            ("recycling.yield_above_one", "dispositions.csv", 6),
        ),
        (
            "dispositions",
            "R-1,2025-06-04,burn,1,1,glass,Recycler A",
            ("ingest.choice_unknown", "dispositions.csv", 6),
        ),
        (
            "custody",
            "R-1,2025-04-21,Recycler A,Recycler B,701",
            ("recycling.custody_excess", "custody.csv", 3),
        ),
        ("custody", "R-1,2025-04-11,HEF,Recycler B,1", ("recycling.custody_early", "custody.csv", 3)),
        (
            "credits",
            "uk,recycle,aluminium,material.x.primary,,1,other",
            ("recycling.credit_twice", "credits.csv", 4),
        ),
        (
            "credits",
            "us,recycle,aluminium,material.x,material.x,1,other",
            ("recycling.credit_nothing", "credits.csv", 4),
        ),
        ("products", "P,0.9,1.4", ("recycling.share_outside", "products.csv", 3)),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path, table, row, found):
    problems = codes(write(tmp_path, **{table: TABLES[table] + row + "\n"}))
    assert found in problems, problems


def test_a_lot_may_go_out_within_its_weighing_tolerance(tmp_path):
    row = "R-1,2025-06-04,recycle,60,60,glass,Recycler A\n"
    assert len(read(write(tmp_path, dispositions=TABLES["dispositions"] + row)).dispositions) == 5


def test_the_example_folder_is_what_the_program_writes(tmp_path):
    for path in write_folder(tmp_path):
        assert path.read_bytes() == (EXAMPLE / path.name).read_bytes()
    assert read(EXAMPLE).lots


@pytest.mark.parametrize("name", SYNTHETIC)
def test_every_row_says_that_it_is_synthetic(name):
    _, *rows = content(name).decode().splitlines()
    assert rows
    assert all("SYNTHETIC 合成数据" in row for row in rows)

"""Plans written, read back, edited by hand, or written by another program."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.production.plan import Plan, Span, Task
from qinglian.production.plan_files import of_instance, read_plan, write_plan
from tests.production.folders import HEALTHY, ZONED, got

PLAN = Plan(
    (
        Task("J1", "L1", 0, 16, 16, 266),
        Task("J3", "L2", 0, 14, 14, 152),
        Task("J2", "L2", 240, 240, 240, 790),
    ),
    (Span("L2", "idle", 152, 240),),
    "qinglian 0.1 seed 7",
    12.5,
    {"seed": "7", "note": 'a, "quoted" note\nof two lines'},
)


@pytest.fixture
def plant(tmp_path):
    return got(tmp_path / "week", ZONED).instance


def same(one: Plan, two: Plan) -> bool:
    return (set(one.tasks), set(one.spans), one.origin, one.bound) == (
        set(two.tasks),
        set(two.spans),
        two.origin,
        two.bound,
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_read_back_equal(tmp_path, plant, suffix, lang):
    use_language(lang)
    path = tmp_path / f"plan{suffix}"
    write_plan(PLAN, plant, path)
    first = path.read_bytes()
    back = read_plan(path, plant)
    assert same(back, PLAN)
    assert back.facts == PLAN.facts | {"instance": back.facts["instance"]}
    assert of_instance(back, plant)
    write_plan(back, plant, path)
    assert path.read_bytes() == first


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_plan_reads_back_equal(data):
    with TemporaryDirectory() as folder:
        plant = got(Path(folder) / "week", ZONED).instance
        tasks = []
        for lot in ("J1", "J2", "J3"):
            times = sorted(data.draw(st.integers(0, 40_000)) for _ in range(4))
            tasks.append(Task(lot, data.draw(st.sampled_from(["L1", "L2"])), *times))
        starts = sorted(data.draw(st.sets(st.integers(0, 40_000), min_size=2, max_size=2)))
        spans = (Span("L1", data.draw(st.sampled_from(["idle", "off", "start_up"])), *starts),)
        bound = data.draw(st.none() | st.floats(-1e9, 1e9))
        plan = Plan(tuple(tasks), spans, data.draw(st.sampled_from(["", "x y", "=1+1", "计划"])), bound)
        path = Path(folder) / data.draw(st.sampled_from(["p.csv", "p.xlsx"]))
        write_plan(plan, plant, path)
        assert same(read_plan(path, plant), plan)


def test_the_columns_are_for_people_too(tmp_path, plant):
    write_plan(PLAN, plant, tmp_path / "plan.csv")
    with (tmp_path / "plan.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["start"] == "2026-10-19 00:16"
    assert rows[0]["due"] == "2026-10-21 00:00"
    assert [row["late_minutes"] for row in rows] == ["0", "0", "0"]
    assert [row["units"] for row in rows] == ["100", "50", "200"]


def edit(path: Path, change) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


CLEARED = dict.fromkeys(
    ("setup_start_min", "setup_end_min", "end_min", "setup_start", "setup_end", "start", "end"), ""
)


def test_a_plan_edited_by_hand_loses_what_was_decided_for_the_other(tmp_path, plant):
    path = tmp_path / "plan.csv"
    write_plan(PLAN, plant, path)
    edit(
        path,
        lambda rows: [
            row | CLEARED | {"line": "L1", "start_min": "400"} if row["lot"] == "J3" else row for row in rows
        ],
    )
    back = read_plan(path, plant)
    assert back.facts["edited"] == "yes"
    assert (back.spans, back.bound) == ((), None)
    # 30 minutes from A to B × 1.1 right before the start, 50 × 3 minutes of run
    assert back.task_of["J3", ""] == Task("J3", "L1", 367, 400, 400, 550)


def test_of_another_program_in_local_times(tmp_path, plant):
    path = tmp_path / "erp.csv"
    path.write_text("产线;批次;开始\nL2;J3;2026-10-19 00:20\nL2;J2;2026-10-19 05:00\n", encoding="gb18030")
    back = read_plan(path, plant)
    assert back.tasks == (Task("J3", "L2", 6, 20, 20, 158), Task("J2", "L2", 300, 300, 300, 850))
    assert back.facts == {}


def test_every_faulty_row_is_named(tmp_path, plant):
    path = tmp_path / "plan.csv"
    path.write_text(
        "lot,line,start_min,end_min\nJ9,L1,0,5\nJ1,L9,0,5\nJ2,L2,9,5\nJ3,L2,x,5\nJ3,L1,1,5\n",
        encoding="utf-8",
    )
    with pytest.raises(QinglianError) as caught:
        read_plan(path, plant)
    found = {(problem.where.row, problem.where.column, problem.code) for problem in caught.value.problems}
    assert found == {(5, "start_min", "core.number_unreadable")}
    path.write_text(
        "lot,line,start_min,end_min\nJ9,L1,0,5\nJ1,L9,0,5\nJ3,L2,0,5\nJ3,L1,9,15\n", encoding="utf-8"
    )
    with pytest.raises(QinglianError) as caught:
        read_plan(path, plant)
    assert [(problem.where.row, problem.code) for problem in caught.value.problems] == [
        (2, "production.plan_lot"),
        (3, "production.plan_line"),
        (5, "ingest.schema_row_twice"),
    ]
    assert "J1" in caught.value.problems[0].params["near"]
    path.write_text("lot,line,start_min,end_min\nJ2,L2,9,5\nJ1,L2,7,\n", encoding="utf-8")
    with pytest.raises(QinglianError) as caught:
        read_plan(path, plant)
    assert {(p.where.row, p.code) for p in caught.value.problems} == {
        (2, "production.plan_times"),
        (3, "production.plan_end_open"),
    }


def test_spans_of_nothing_are_refused(tmp_path, plant):
    path = tmp_path / "plan.csv"
    write_plan(PLAN, plant, path)
    (tmp_path / "plan.spans.csv").write_text("line,state,start_min,end_min\nL7,idle,1,2\nL1,asleep,1,2\n")
    with pytest.raises(QinglianError) as caught:
        read_plan(path, plant)
    assert caught.value.code == "ingest.choice_unknown"


def test_an_empty_plan(tmp_path, plant):
    for name in ("plan.csv", "plan.xlsx"):
        write_plan(Plan(()), plant, tmp_path / name)
        assert read_plan(tmp_path / name, plant).tasks == ()


def test_a_workbook_saved_by_a_spreadsheet_program(tmp_path, plant):
    write_plan(PLAN, plant, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == ["plan", "spans", "about"]
    book.save(tmp_path / "again.xlsx")
    assert same(read_plan(tmp_path / "again.xlsx", plant), PLAN)


def test_no_half_written_plan(tmp_path, plant, monkeypatch):
    path = tmp_path / "plan.csv"
    write_plan(PLAN, plant, path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(QinglianError):
        write_plan(Plan(()), plant, path)
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir() if item.is_file()) == [
        "plan.about.csv",
        "plan.csv",
        "plan.spans.csv",
    ]


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write anywhere; the missing folder below stands for it"
)
def test_no_write_permission(tmp_path, plant):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(QinglianError) as caught:
        write_plan(PLAN, plant, tmp_path / "locked" / "plan.csv")
    assert caught.value.code == "ingest.file_unwritable"


@pytest.mark.parametrize("name", ["nowhere/plan.csv", "file/plan.csv"])
def test_a_place_that_cannot_be_written(tmp_path, plant, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(QinglianError) as caught:
        write_plan(PLAN, plant, tmp_path / name)
    assert caught.value.code == "ingest.file_unwritable"


def test_other_suffixes_are_refused(tmp_path, plant):
    with pytest.raises(QinglianError) as caught:
        write_plan(PLAN, plant, tmp_path / "plan.pdf")
    assert caught.value.code == "production.plan_suffix"


def test_a_plan_of_another_input_is_known(tmp_path, plant):
    write_plan(PLAN, plant, tmp_path / "plan.csv")
    lots = [*HEALTHY["lots"], ("J4", "A", "1", "0", "9", "1")]
    other = got(tmp_path / "other", ZONED, lots=lots).instance
    assert not of_instance(read_plan(tmp_path / "plan.csv", other), other)

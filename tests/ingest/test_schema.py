"""Tables under a schema: headings, units, days, every kind of cell; templates that read back."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qinglian
from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.columns import heading
from qinglian.ingest.header_units import parse_header_unit, split_heading
from qinglian.ingest.schema import Schema, Sheet, SheetColumn, load_schema
from qinglian.ingest.schema_docs import schema_markdown
from qinglian.ingest.schema_template import write_template
from qinglian.ingest.sheet_layout import lay_out
from qinglian.ingest.table_folder import open_tables
from qinglian.ingest.typed_cells import Frame, cell_reader
from qinglian.ingest.typed_rows import check_references, read_rows
from qinglian.ingest.weekdays import read_days
from qinglian.ingest.workbook_writing import workbook_bytes

SCHEMAS = sorted(Path(qinglian.__file__).parent.glob("*/*schema.toml"))


def column(kind, **values):
    named = {"name": "c", "en": "c", "zh": "列", "about_en": "a", "about_zh": "b"}
    return SheetColumn(kind=kind, **(named | values))


def value(kind, text, stated=None, frame=None, **values):
    found = parse_header_unit(stated) if stated else None
    return cell_reader(column(kind, **values), found, frame or Frame("Europe/Berlin"))(text)


STARTED = Frame("Europe/Berlin", datetime(2026, 10, 18, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "text", "values", "expected"),
    [
        ("name", "L 1", {}, "L 1"),
        ("text", "", {}, None),
        ("text", "", {"default": "x"}, "x"),
        ("whole", "１２", {}, 12),
        ("whole", "1,200", {}, 1200),
        ("decimal", "-0.5", {}, Decimal("-0.5")),
        ("quantity", "2", {"unit": "kW"}, Decimal(2)),
        ("quantity", "2.5", {"unit": "min", "rounded": True}, 2),
        ("list", "a; b、c > d", {}, ("a", "b", "c", "d")),
        ("list", "", {}, None),
        ("flag", "是", {}, True),
        ("flag", "No", {}, False),
        ("clock", "24:00", {}, 1440),
        ("clock", "7:05:00", {}, 425),
        ("day", "2026/10/25", {}, date(2026, 10, 25)),
        ("day", "2026-10-25 00:00:00", {}, date(2026, 10, 25)),
        ("zone", "Asia/Shanghai", {}, "Asia/Shanghai"),
        ("currency", "cny", {}, "CNY"),
        ("choice", "关机", {"choices": {"off": ("关机",)}}, "off"),
    ],
)
def test_a_cell_of_each_kind(kind, text, values, expected):
    assert value(kind, text, **values) == expected


@pytest.mark.parametrize(
    ("text", "unit", "edge", "expected"),
    [
        ("2026-10-19", None, "start", 0),
        ("2026-10-19", None, "end", 1440),
        ("2026-10-19 00:00:30", None, "start", 1),
        ("2026-10-19 00:00:30", None, "end", 0),
        ("90", "min", "start", 90),
        ("1.51", "min", "start", 2),
        ("1.51", "min", "end", 1),
        ("-1.51", "min", "end", -2),
        ("1.5", "h", "start", 90),
        ("2", "天", "start", 2880),
    ],
)
def test_moments(text, unit, edge, expected):
    assert value("moment", text, unit, STARTED, edge=edge) == expected


@pytest.mark.parametrize(
    ("kind", "text", "values", "code"),
    [
        ("whole", "1.5", {}, "ingest.schema_whole"),
        ("whole", "5", {"high": Decimal(4)}, "ingest.schema_outside"),
        ("decimal", "12 kW", {}, "core.number_unreadable"),
        ("decimal", "1,5", {}, "core.number_unreadable"),
        ("flag", "maybe", {}, "ingest.schema_flag"),
        ("clock", "8", {}, "ingest.schema_clock"),
        ("clock", "24:01", {}, "ingest.schema_clock"),
        ("day", "2026-10-25 08:00", {}, "ingest.date_unreadable"),
        ("zone", "Mars/North", {}, "core.zone_unknown"),
        ("choice", "x", {"choices": {"off": ()}}, "ingest.choice_unknown"),
        ("name", "", {"required": True}, "ingest.cell_missing"),
    ],
)
def test_cells_that_are_refused(kind, text, values, code):
    with pytest.raises(QinglianError) as caught:
        value(kind, text, **values)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("run_kW", ("run", "kW")),
        ("Run (kW)", ("Run", "kW")),
        ("运行功率（千瓦）", ("运行功率", "千瓦")),
        ("unit price CNY per kWh", ("unit price", "CNY per kWh")),
        ("run", ("run", "")),
        ("run_banana", ("", "")),
        ("min_per_unit", ("", "min_per_unit")),
        ("nothing", ("", "")),
    ],
)
def test_headings_split_into_name_and_unit(text, unit):
    known = {"run", "运行功率", heading("unit price"), ""}
    assert split_heading(text, lambda name: heading(name) in known) == unit


@pytest.mark.parametrize(
    ("text", "dimension", "scale"),
    [
        ("kW", "power", 1000),
        ("兆瓦", "power", 1_000_000),
        ("min/件", "time/count(item)", 60),
        ("元/度", "money/energy", Decimal(1) / 3_600_000),
        ("kgCO2e_per_kWh", "mass/energy", Decimal(1) / 3_600_000),
    ],
)
def test_units_of_headings(text, dimension, scale):
    found = parse_header_unit(text)
    assert found.dimension == dimension
    assert float(found.scale) == pytest.approx(float(scale))


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@settings(deadline=None)
@given(st.sets(st.integers(0, 6), min_size=1), st.sampled_from([",", " ", "; ", "、", "/"]))
def test_days_listed_in_any_order(days, joint):
    assert read_days(joint.join(DAYS[day] for day in days)) == days
    assert read_days(joint.join(str(day + 1) for day in days)) == days
    assert read_days(joint.join("周" + "一二三四五六日"[day] for day in days)) == days


@settings(deadline=None)
@given(st.integers(0, 6), st.integers(0, 6), st.sampled_from(["-", " - ", " to ", "–"]))
def test_ranges_of_days_may_pass_sunday(first, last, joint):
    expected = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    assert read_days(DAYS[first] + joint + DAYS[last]) == expected


def test_two_columns_of_one_heading_are_told_by_their_units():
    sheet = Sheet(
        name="s",
        en="s",
        zh="表",
        about_en="",
        about_zh="",
        columns={
            "power": column("quantity", name="power", en="start up", zh="启动", unit="kW"),
            "time": column("quantity", name="time", en="startup", zh="启动", unit="min"),
        },
    )
    layout, problems = lay_out(sheet, ("startup_h", "start_up (W)"), Where())
    assert not problems
    assert {name: places[0].index for name, places in layout.items()} == {"time": 0, "power": 1}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "noun"},
        {"kind": "quantity"},
        {"kind": "name", "unit": "kW"},
        {"kind": "choice"},
        {"kind": "name", "required": True, "default": "x"},
    ],
)
def test_a_schema_that_contradicts_itself(fault):
    with pytest.raises(ValueError, match="column c"):
        column(**fault)


def test_a_schema_says_each_name_once(tmp_path):
    text = '[a]\nen="a"\nzh="甲"\nabout_en=""\nabout_zh=""\n[b]\nen="A"\nzh="乙"\nabout_en=""\nabout_zh=""\n'
    (tmp_path / "schema.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="two sheets"):
        load_schema(tmp_path / "schema.toml")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: f"{path.parent.name}/{path.stem}")
class TestEverySchema:
    def test_is_complete_in_both_languages(self, path):
        for sheet in load_schema(path).sheets.values():
            assert all((sheet.en, sheet.zh, sheet.about_en, sheet.about_zh)), sheet.name
            for item in sheet.columns.values():
                assert all((item.en, item.zh, item.about_en, item.about_zh)), (sheet.name, item.name)
                assert any("一" <= sign <= "鿿" for sign in item.zh + item.about_zh), (sheet.name, item.name)

    def test_reads_its_own_examples_and_defaults(self, path):
        frame = Frame("Asia/Shanghai", datetime(2026, 11, 29, 16, tzinfo=UTC))
        for sheet in load_schema(path).sheets.values():
            for item in sheet.columns.values():
                unit = parse_header_unit("min") if item.example.isdigit() and item.kind == "moment" else None
                read = cell_reader(item, unit, frame)
                if item.example:
                    assert read(item.example) is not None
                if not item.required:
                    assert (read("") is None) == (not item.default)

    def test_finds_every_heading_it_would_write(self, path):
        for sheet in load_schema(path).sheets.values():
            for lang in ("en", "zh"):
                header = [item.heading(lang) for item in sheet.columns.values()]
                layout, problems = lay_out(sheet, header, Where())
                assert problems == []
                assert list(layout) == list(sheet.columns)

    def test_has_its_page(self, path):
        page = schema_markdown(load_schema(path))
        for sheet in load_schema(path).sheets.values():
            assert f"## {sheet.name} · {sheet.zh}" in page

    @pytest.mark.parametrize("lang", ["en", "zh"])
    @pytest.mark.parametrize("name", ["folder", "book.xlsx"])
    def test_writes_templates_that_it_reads(self, path, tmp_path, lang, name):
        schema = load_schema(path)
        write_template(schema, tmp_path / name, lang)
        tables = open_tables(tmp_path / name, schema)
        assert (tables.problems, tables.notices) == ([], [])
        assert list(tables.found) == sorted(tables.found, key=list(tables.found).index)
        frame = Frame("Asia/Shanghai", datetime(2026, 11, 29, 16, tzinfo=UTC))
        found = {}
        for key, table in tables.found.items():
            found[key], problems = read_rows(schema.sheets[key], table, frame)
            assert [str(problem) for problem in problems] == []
        assert set(found) == set(schema.sheets)
        assert check_references(schema, found) == []


def test_a_template_is_never_written_over_a_file(tmp_path):
    schema = load_schema(SCHEMAS[0])
    write_template(schema, tmp_path / "t", "en", example=False)
    with pytest.raises(QinglianError) as caught:
        write_template(schema, tmp_path / "t", "en")
    assert caught.value.code == "ingest.template_exists"


def test_the_same_rows_give_the_same_workbook():
    rows = [["名称", "n"], ["=1+1", 12], ["x", 10**17], ["", None], ["y", Decimal("0.10")]]
    assert workbook_bytes({"a": rows}) == workbook_bytes({"a": rows})


def test_workbooks_hold_text_as_text(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    rows = [["h"], ["=1+1"], ["007"], [10**17], [Decimal("0.1")], [5]]
    (tmp_path / "w.xlsx").write_bytes(workbook_bytes({"表": rows}))
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["表"]
    assert [(cell.data_type, cell.value) for (cell,) in sheet.iter_rows(min_row=2)] == [
        ("s", "=1+1"),
        ("s", "007"),
        ("s", "100000000000000000"),
        ("n", 0.1),
        ("n", 5),
    ]


def test_rows_know_their_places(tmp_path):
    (tmp_path / "s.csv").write_text("c\n1\n\nx\n", encoding="utf-8")
    sheet = Sheet(name="s", en="s", zh="表", about_en="", about_zh="", columns={"c": column("whole")})
    schema = Schema({"s": sheet})
    _, problems = read_rows(sheet, open_tables(tmp_path, schema).found["s"], Frame())
    (problem,) = problems
    assert (problem.where.row, problem.where.column) == (4, "c")
    with (tmp_path / "s.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["c"], ["1"], ["2"]])
    rows, problems = read_rows(sheet, open_tables(tmp_path, schema).found["s"], Frame())
    assert not problems
    assert [row["c"] for row in rows] == [1, 2]
    assert rows.where(1, "c").row == 3

"""Facts from files: what is read, what is refused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.ingest.profile import Profile, TimeLayout, load_profile
from qinglian.ingest.reader import FacilityInfo
from qinglian.ledger.facts import business_key
from tests.ingest.conftest import ACTIVITIES, HEADER, ROW, amount, changed, everything, opened

FactFileMaker = Callable[..., Path]


def test_a_native_row(fact_file: FactFileMaker) -> None:
    (row,) = everything(opened(fact_file(ROW))).rows
    assert row._asdict() == {
        "facility": "HEF",
        "activity": "electricity.purchased",
        "technology": "",
        "source": "M1",
        "reference": "",
        "scenario": "actual",
        "dimension": "",
        "product": "",
        "lot": "",
        "counterparty": "",
        "mantissa": 125,
        "decimals": 1,
        "unit": "MWh",
        "start_utc": datetime(2022, 3, 31, 16, tzinfo=UTC),
        "end_utc": datetime(2022, 4, 30, 16, tzinfo=UTC),
        "start_local": date(2022, 4, 1),
        "end_local": date(2022, 5, 1),
        "zone": "Asia/Shanghai",
        "quantity_basis": "invoiced",
        "quality": None,
        "currency": "",
        "price_year": None,
        "boundary": "",
        "realises": "",
        "note": "",
        "sheet": None,
        "row": 2,
    }
    row.fact().check()


def test_chinese_headings_in_gb18030_with_semicolons(fact_file: FactFileMaker) -> None:
    header = (
        "设施",
        "活动类型",
        "开始日期",
        "结束日期",
        "用量",
        "单位",
        "电表编号",
        "数量依据",
        "维度",
        "备注",
    )
    cells = (
        "HEF",
        "外购电力",
        "2022年4月1日",
        "2022/4/30",
        "１，２３４.50",
        "万千瓦时",
        "公辅",
        "计量",
        "绿色生产",
        "空调",
    )
    (row,) = everything(opened(fact_file(cells, header=header, encoding="gb18030", delimiter=";"))).rows
    assert (row.activity, row.unit, row.source, row.quantity_basis, row.dimension, row.note) == (
        "electricity.purchased",
        "万kWh",
        "公辅",
        "metered",
        "production",
        "空调",
    )
    assert (row.mantissa, row.decimals) == (12345, 1)


def test_an_excel_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "四月"
    book.active.append(["设施", "活动", "开始", "结束", "数量(MWh)", "备注"])
    book.active.append(["HEF", "electricity.purchased", date(2022, 4, 1), date(2022, 4, 30), 0.1 + 0.2, None])
    book.save(tmp_path / "a.xlsx")
    (row,) = everything(opened(tmp_path / "a.xlsx")).rows
    assert (amount(row), row.unit, row.sheet, row.row) == (Fraction(3, 10), "MWh", "四月", 2)
    assert (row.start_local, row.end_local) == (date(2022, 4, 1), date(2022, 5, 1))


@pytest.mark.parametrize(
    ("cells", "code", "column", "said"),
    [
        ({"unit": "kWhh"}, "core.unit_unknown", "unit", "kWh"),
        ({"unit": "ton"}, "core.unit_ambiguous", "unit", "short_ton"),
        ({"unit": "kg"}, "ingest.unit_implausible", "unit", "energy"),
        ({"facility": "HEFF"}, "ingest.facility_unknown", "facility", "HEF"),
        ({"facility": ""}, "ingest.cell_missing", "facility", "empty"),
        ({"activity": "electricity.bought"}, "ingest.activity_unknown", "activity", "electricity.purchased"),
        ({"quantity": "-1"}, "ingest.quantity_negative", "quantity", "reverse"),
        ({"quantity": "−12.5"}, "ingest.quantity_negative", "quantity", "-12.5"),
        ({"quantity": "12,5"}, "core.number_unreadable", "quantity", "12,5"),
        ({"quantity": "1e40"}, "core.number_too_long", "quantity", "18 digits"),
        ({"quantity": "n/a"}, "core.number_unreadable", "quantity", "n/a"),
        ({"quantity": " "}, "ingest.cell_missing", "quantity", "empty"),
        ({"start": "2022-02-30"}, "ingest.date_impossible", "start", "2022-02-30"),
        ({"start": "April"}, "ingest.date_unreadable", "start", "April"),
        ({"end": "30/4/2022"}, "ingest.date_order", "end", "day-first"),
        ({"end": "2022-03-31"}, "ingest.period_reversed", "end", "2022-03-31 16:00"),
        ({"start": "2026-03-01", "end": "2026-03-31"}, "ingest.date_future", "start", "forecast:ID"),
        ({"quantity": "=1+1"}, "ingest.cell_formula", "quantity", "paste as values"),
    ],
)
def test_bad_rows_are_refused_with_row_column_and_fix(
    fact_file: FactFileMaker, cells: dict[str, str], code: str, column: str, said: str
) -> None:
    path = fact_file(ROW, changed(**cells), changed(source="M2"))
    found = everything(opened(path))
    assert [row.row for row in found.rows] == [2, 4]
    (refused,) = found.refused
    (problem,) = refused.problems
    assert (problem.code, refused.row, refused.cells) == (code, 3, changed(**cells))
    assert problem.where is not None
    assert (problem.where.file, problem.where.row, problem.where.column) == (str(path), 3, column)
    assert said in str(problem)
    for lang in ("zh", "en"):
        use_language(lang)
        assert problem.message()
        assert problem.fix()


def test_all_that_is_wrong_with_a_row_is_said_at_once(fact_file: FactFileMaker) -> None:
    found = everything(opened(fact_file(changed(unit="x", quantity="y", end="z", facility="q"))))
    (refused,) = found.refused
    assert {problem.where.column for problem in refused.problems if problem.where} == {
        "unit",
        "quantity",
        "end",
        "facility",
    } - {"end"}  # a date has no meaning without the facility's zone
    found = everything(opened(fact_file(changed(unit="x", quantity="y", end="z"))))
    assert len(found.problems) == 3


def test_plans_may_lie_ahead(fact_file: FactFileMaker) -> None:
    header = (*HEADER, "scenario", "realises")
    ahead = changed(start="2026-03-01", end="2026-03-31")
    rows = [(*ahead, "plan:2026", ""), (*ahead, "wish", ""), (*ROW, "", "plan:2022")]
    found = everything(opened(fact_file(*rows, header=header)))
    assert [(row.scenario, row.realises) for row in found.rows] == [
        ("plan:2026", ""),
        ("actual", "plan:2022"),
    ]
    assert found.problems[0].code == "ingest.scenario_unknown"


def test_money_carries_its_currency_and_basis(fact_file: FactFileMaker) -> None:
    header = (*HEADER, "currency", "price_year", "quality")
    spend = changed(activity="spend.334111", unit="万元")
    rows = [
        (*spend, "", "2021", "3"),
        (*changed(activity="spend.334111", unit="USD", source="b"), "usd", "", ""),
        (*changed(activity="spend.334111", unit="USD", source="c"), "CNY", "", ""),
        (*changed(source="d"), "XXX", "", ""),
        (*changed(source="e"), "", "1776", ""),
        (*changed(source="f"), "", "", "6"),
        (*changed(source="g"), "", "", "1.5"),
    ]
    found = everything(opened(fact_file(*rows, header=header)))
    assert [(row.currency, row.price_year, row.quality, row.quantity_basis) for row in found.rows] == [
        ("CNY", 2021, 3, "spend"),
        ("USD", None, None, "spend"),
    ]
    assert [problem.code for problem in found.problems] == [
        "ingest.currency_mismatch",
        "ingest.currency_unknown",
        "ingest.whole_outside",
        "ingest.whole_outside",
        "ingest.whole_outside",
    ]


def test_the_second_record_of_one_key_is_refused_and_names_the_first(fact_file: FactFileMaker) -> None:
    other_unit = changed(quantity="12500", unit="kWh", end="2022-05-01 00:00")
    found = everything(opened(fact_file(ROW, changed(source="M2"), other_unit, ROW), chunk_rows=2))
    assert [row.row for row in found.rows] == [2, 3]
    assert [(row.row, row.problems[0].params["first"]) for row in found.refused] == [(4, 2), (5, 2)]
    assert "row 2" in str(found.problems[0])


def test_the_key_is_the_ledgers(fact_file: FactFileMaker) -> None:
    names = ("technology", "reference", "scenario", "product", "lot", "counterparty")
    header = (*HEADER, *names)
    cells = (*ROW, "", "", "actual", "", "", "")
    variants = [cells]
    for at in range(len(HEADER), len(header)):
        value = "plan:x" if header[at] == "scenario" else "x"
        variants.append((*cells[:at], value, *cells[at + 1 :]))
    found = everything(opened(fact_file(*variants, header=header)))
    assert len(found.rows) == len(variants) == len({business_key(row.fact()) for row in found.rows})


def test_headers(fact_file: FactFileMaker) -> None:
    with pytest.raises(QinglianError) as caught:
        opened(fact_file(("HEF", "1"), header=("facility", "amount")))
    assert [problem.params["column"] for problem in caught.value.problems] == [
        "activity",
        "start",
        "end",
        "unit",
    ]
    with pytest.raises(QinglianError, match="both 'quantity' and '用量' mean quantity"):
        opened(fact_file((*ROW, "1"), header=(*HEADER, "用量")))
    file = opened(fact_file((*ROW, "1", "2"), header=(*HEADER, "qualty", "temperature")))
    assert [(notice.params["heading"], notice.params["near"]) for notice in file.notices] == [
        ("qualty", ["quality"]),
        ("temperature", []),
    ]


def test_a_profile_of_ones_own(fact_file: FactFileMaker) -> None:
    profile = Profile(
        name="gas-meter",
        decimal_comma=True,
        columns={"quantity": "Verbrauch", "facility": "Werk"},
        constants={"activity": "fuel.stationary.natural_gas", "unit": "kWh(gross)", "source": "G1"},
        values={"facility": {"Werk Berlin": "BER"}},
        ignore=("Nr",),
        time=TimeLayout(
            column="Zeit", meaning="start", interval_minutes=60, dates="day-first", repeated_hour="first"
        ),
    )
    header = ("Nr", "Zeit", "Werk", "Verbrauch")
    path = fact_file(
        ("1", "30.10.2022 02:00", "Werk Berlin", "1.234,5"),
        ("2", "27.03.2022 02:30", "Werk Berlin", "7"),
        ("3", "31.10.2022 02:00", "Werk Köln", "1.23"),
        header=header,
        delimiter=";",
    )
    file = opened(path, profile)
    assert not file.notices
    found = everything(file)
    (row,) = found.rows
    assert (amount(row), row.facility, row.unit) == (Fraction(12345, 10), "BER", "kWh(gross)")
    assert row.start_utc == datetime(2022, 10, 30, 0, tzinfo=UTC)
    assert [(problem.code, problem.where.column) for problem in found.problems if problem.where] == [
        ("ingest.time_skipped", "Zeit"),
        ("ingest.facility_unknown", "Werk"),
        ("core.number_unreadable", "Verbrauch"),
    ]


def test_a_profile_that_does_not_match_names_heading_and_key(fact_file: FactFileMaker) -> None:
    with pytest.raises(QinglianError) as caught:
        opened(fact_file(ROW), "steel")
    assert [problem.params["key"] for problem in caught.value.problems] == ["columns.quantity", "time.column"]


def test_constants_fill_empty_cells_and_are_checked(fact_file: FactFileMaker) -> None:
    native = load_profile("native")
    path = fact_file(ROW, changed(facility="", source=" "))
    profile = native.with_constants({"facility": "SZX", "source": "main"})
    assert [(row.facility, row.source) for row in everything(opened(path, profile)).rows] == [
        ("HEF", "M1"),
        ("SZX", "main"),
    ]
    with pytest.raises(QinglianError) as caught:
        opened(path, native.with_constants({"facility": "nowhere"}))
    assert caught.value.where is not None
    assert caught.value.where.column == "constants.facility"


def test_activities_may_be_a_test_or_a_container(fact_file: FactFileMaker) -> None:
    path = fact_file(ROW)
    assert everything(opened(path, activities=lambda name: name in ACTIVITIES)).rows
    assert everything(opened(path, activities={"heat.purchased"})).refused


def test_a_facility_is_somewhere() -> None:
    with pytest.raises(QinglianError, match="admin:CN-AH"):
        FacilityInfo("Asia/Shanghai", "Anhuii")
    with pytest.raises(QinglianError):
        FacilityInfo("Asia/Beijing", "CN")


def test_facilities_in_several_zones(fact_file: FactFileMaker) -> None:
    found = everything(opened(fact_file(ROW, changed(facility="BER"), changed(facility="nowhere"))))
    assert [row.start_utc.hour for row in found.rows] == [16, 22]
    assert len(found.refused) == 1

"""Excel and OpenDocument sheets, written by a library or byte by byte, read by their shown values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from qinglian.core.errors import QinglianError
from qinglian.ingest.tables import Refused, Table, read_table
from tests.ingest.workbook_bytes import ERROR, write_ods, write_xls, write_xlsb


def rows(table: Table) -> tuple[list[list[str]], list[Refused]]:
    chunks = list(table.chunks)
    return [list(row) for chunk in chunks for row in chunk.rows], [
        row for chunk in chunks for row in chunk.refused
    ]


def book(path: Path, *content: list[object]) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in content:
        workbook.active.append(row)
    workbook.save(path)
    return path


def test_numbers_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    numbers = [0.1 + 0.2, 1234567.891, 5, 2.5e-7, 1e15, 123456789012345.678, -0.5]
    path = book(tmp_path / "a.xlsx", list("abcdefg"), numbers)
    found, _ = rows(read_table(path))
    assert found == [["0.3", "1234567.891", "5", "0.00000025", "1000000000000000", "123456789012346", "-0.5"]]


def test_dates_and_times(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["day", "moment", "time", "length", "flag", "text"],
        [date(2024, 1, 2), datetime(2024, 1, 2, 3, 15), time(3, 4), timedelta(hours=30), True, " x "],  # noqa: DTZ001
        [date(2024, 1, 3), datetime(2024, 1, 3), time(5, 6), timedelta(hours=1), False, "y"],  # noqa: DTZ001
    )
    found, _ = rows(read_table(path))
    assert found == [
        ["2024-01-02", "2024-01-02 03:15:00", "03:04:00", "30:00:00", "TRUE", " x "],
        ["2024-01-03", "2024-01-03 00:00:00", "05:06:00", "01:00:00", "FALSE", "y"],
    ]


def test_formulas_without_value_and_errors_refuse_their_row(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["a", "b"], [1, 2], [3, "=A2+1"], [None, None], [5, 6], [7, 8])
    workbook = openpyxl.load_workbook(path)
    assert workbook.active is not None
    workbook.active["A5"] = "#REF!"
    workbook.active["A5"].data_type = "e"
    workbook.save(path)
    found, refused = rows(read_table(path))
    assert found == [["1", "2"], ["7", "8"]]
    assert [(row.row, row.problems[0].code) for row in refused] == [
        (3, "ingest.formula_without_value"),
        (5, "ingest.cell_error"),
    ]
    where = refused[0].problems[0].where
    assert where is not None
    assert (where.sheet, where.row, where.column) == ("Sheet", 3, "b")


def test_a_formula_with_its_saved_value_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["a", "b"], [1, "=A2+1"])
    _patch(path, "xl/worksheets/sheet1.xml", b"<v />", b"<v>2</v>")
    assert rows(read_table(path)) == ([["1", "2"]], [])


def _patch(path: Path, part: str, old: bytes, new: bytes) -> None:
    from zipfile import ZipFile

    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_table_lower_down_and_further_right(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for place, value in {"B3": "a", "C3": "b", "B5": 1, "C5": "=1/0", "B6": 3, "C6": 4}.items():
        sheet[place] = value
    workbook.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert (table.header, table.header_row) == (("a", "b"), 3)
    found, refused = rows(table)
    assert found == [["3", "4"]]
    assert refused[0].problems[0].where is not None
    assert (refused[0].row, refused[0].problems[0].where.column) == (5, "b")


def test_two_filled_sheets_are_not_guessed_between(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for name in ("一月", "二月", "hidden"):
        sheet = workbook.create_sheet(name)
        sheet.append(["a"])
        sheet.append([name])
    workbook["hidden"].sheet_state = "hidden"
    workbook.save(tmp_path / "a.xlsx")
    with pytest.raises(QinglianError) as caught:
        read_table(tmp_path / "a.xlsx")
    assert caught.value.code == "ingest.sheet_unclear"
    assert caught.value.problem.params["sheets"] == ["一月", "二月"]
    assert rows(read_table(tmp_path / "a.xlsx", sheet="二月"))[0] == [["二月"]]
    with pytest.raises(QinglianError, match="一月"):
        read_table(tmp_path / "a.xlsx", sheet="三月")


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(QinglianError) as caught:
        read_table(book(tmp_path / "a.xlsx"))
    assert caught.value.code == "ingest.file_empty"


@pytest.mark.parametrize("write", [write_ods, write_xlsb, write_xls])
def test_other_workbook_formats(tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write(tmp_path / "misnamed.dat", [["设施", "quantity"], ["HEF", 1234.5], ["SZX", 0.1 + 0.2]])
    table = read_table(path)
    assert (table.sheet, table.header) == ("S", ("设施", "quantity"))
    assert rows(table) == ([["HEF", "1234.5"], ["SZX", "0.3"]], [])


@pytest.mark.parametrize("write", [write_ods, write_xlsb])
def test_errors_in_other_workbook_formats(tmp_path: Path, write: Callable[..., Path]) -> None:
    found, refused = rows(read_table(write(tmp_path / "a.bin", [["a", "b"], [1.0, ERROR], [3.0, 4.0]])))
    assert found == [["3", "4"]]
    assert [(row.row, row.problems[0].code) for row in refused] == [(2, "ingest.cell_error")]


def test_an_opendocument_formula_without_value(tmp_path: Path) -> None:
    _, refused = rows(read_table(write_ods(tmp_path / "a.ods", [["a", "b"], [1.0, None], [3.0, 4.0]])))
    assert [(row.row, row.problems[0].code) for row in refused] == [(2, "ingest.formula_without_value")]

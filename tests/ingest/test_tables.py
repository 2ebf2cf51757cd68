"""Text tables: encodings, delimiters, and every way a file can be broken."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ingest.tables import Chunk, column_letters, read_table

CHINESE = "设施,备注\nHEF,合肥工厂的外购电力\nSZX,深圳\n"


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one(path: Path, **options: object) -> Chunk:
    table = read_table(path, **options)  # type: ignore[arg-type]
    chunks = list(table.chunks)
    return Chunk(
        [number for chunk in chunks for number in chunk.numbers],
        [list(row) for chunk in chunks for row in chunk.rows],
        [row for chunk in chunks for row in chunk.refused],
    )


def refusal(path: Path, **options: object) -> QinglianError:
    with pytest.raises(QinglianError) as caught:
        one(path, **options)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("gb18030", "\ufeff".encode("gb18030")),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, mark: bytes) -> None:
    path = write(tmp_path / "a.csv", mark + CHINESE.encode(encoding))
    table = read_table(path)
    assert table.header == ("设施", "备注")
    assert list(next(table.chunks).rows[0]) == ["HEF", "合肥工厂的外购电力"]


def test_utf16_without_a_mark_is_told_by_its_zero_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "facility,note\nHEF,a long plain note\n".encode("utf-16-le"))
    assert one(path).rows == [["HEF", "a long plain note"]]


def test_a_foreign_byte_far_down_is_found_before_any_row_is_given(tmp_path: Path) -> None:
    body = b"facility,note\n" + b"HEF,plain\n" * 300_000
    path = write(tmp_path / "a.csv", body + b"HEF,\xff\xfe\n")
    error = refusal(path)
    assert error.code == "ingest.encoding_wrong"
    assert error.where is not None
    assert error.where.row == 300_002
    assert error.problem.params["offset"] == len(body) + 4
    assert str(len(body) + 4) in str(error)
    assert "gb18030" in str(error)


def test_a_late_chinese_note_settles_the_encoding_of_the_whole_file(tmp_path: Path) -> None:
    body = "facility,note\n" + "HEF,plain\n" * 150_000 + "HEF,合肥工厂的外购电力\n"
    path = write(tmp_path / "a.csv", body.encode("gb18030"))
    assert one(path).rows[-1] == ["HEF", "合肥工厂的外购电力"]


def test_the_stated_encoding_is_kept_to(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", CHINESE.encode("gb18030"))
    error = refusal(path, encoding="utf-8")
    assert error.code == "ingest.encoding_wrong"
    assert error.problem.params["offset"] == 0
    assert one(path, encoding="gb18030").rows[1] == ["SZX", "深圳"]
    for name in ("klingon", "base64", "rot13"):
        assert refusal(path, encoding=name).code == "ingest.encoding_unknown"


def test_latin_1_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "facility,note\nHEF,Müller Köln Größe Übergabe\n".encode("latin-1"))
    assert refusal(path).code in {"ingest.encoding_unclear", "ingest.encoding_wrong"}
    assert one(path, encoding="latin-1").rows == [["HEF", "Müller Köln Größe Übergabe"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    quoted = '"a,b;c\td|e"'
    path = write(tmp_path / "a.csv", f"x{delimiter}y{delimiter}z\n1{delimiter}{quoted}{delimiter}3\n")
    assert one(path).rows == [["1", "a,b;c\td|e", "3"]]


def test_a_stated_delimiter_must_be_one_character(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\n1,2\n")
    assert refusal(path, delimiter='"').code == "ingest.delimiter_invalid"
    assert refusal(path, delimiter=",,").code == "ingest.delimiter_invalid"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ingest.file_empty"),
        (b"\n\n , \n", "ingest.file_empty"),
        (b"a,b\n\n , \n", "ingest.no_rows"),
        (b"\n \n", "ingest.file_empty"),
        (b"a,b\n", "ingest.no_rows"),
        (b"a,b\n,\n", "ingest.no_rows"),
        (b"a,b,a\n1,2,3\n", "ingest.header_duplicated"),
        (b'a,b\n1,"2\n3,4\n', "ingest.quotes_unreadable"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "ingest.file_kind"),
        (b"%PDF-1.7 ...", "ingest.file_kind"),
        (b"PK\x03\x04 not a workbook", "ingest.workbook_unreadable"),
        (b"PAR1 not a parquet file", "ingest.parquet_unreadable"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path: Path, content: bytes, code: str) -> None:
    path = write(tmp_path / "a.csv", content)
    error = refusal(path)
    assert error.code == code
    assert error.where is not None
    assert error.where.file == str(path)
    assert error.problem.fix("en")
    assert error.problem.fix("zh")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none.csv") in str(refusal(tmp_path / "none.csv"))
    assert refusal(tmp_path).code == "ingest.file_unreadable"


def test_the_row_with_the_open_quote_is_named(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "a.csv", 'a,b\n1,2\n3,"4\n' + "5,6\n" * 1000))
    assert error.where is not None
    assert error.where.row == 3


def test_ragged_rows_are_refused_and_the_others_stand(tmp_path: Path) -> None:
    found = one(write(tmp_path / "a.csv", "a,b,c\n1,2,3\n1,2\n1,2,3,\n1,2,3,4\n\n7,8,9\n"))
    assert found.numbers == [2, 4, 7]
    assert found.rows == [["1", "2", "3"], ["1", "2", "3"], ["7", "8", "9"]]
    assert [(row.row, row.problems[0].code) for row in found.refused] == [
        (3, "ingest.row_ragged"),
        (5, "ingest.row_ragged"),
    ]


def test_rows_count_as_in_a_spreadsheet_where_a_cell_holds_line_breaks(tmp_path: Path) -> None:
    found = one(write(tmp_path / "a.csv", 'a,b\n1,"x\ny\nz"\n2,y\n'))
    assert found.numbers == [2, 3]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("=A1+1", "ingest.cell_formula"),
        ("#REF!", "ingest.cell_error"),
        ("#div/0!", "ingest.cell_error"),
        ("1\x002", "ingest.cell_nul"),
    ],
)
def test_cells_that_are_no_values_refuse_their_row(tmp_path: Path, cell: str, code: str) -> None:
    found = one(write(tmp_path / "a.csv", f"a,b\n1,2\n3,{cell}\n5,#6 pump = old\n"))
    assert found.numbers == [2, 4]
    (refused,) = found.refused
    (problem,) = refused.problems
    assert (refused.row, refused.cells, problem.code) == (3, ("3", cell), code)
    assert problem.where is not None
    assert (problem.where.row, problem.where.column) == (3, "b")


def test_rows_above_the_header_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Report 2022,,\nprinted,today,\n\na,b,c\n1,2,3\n")
    table = read_table(path, skip_rows=2)
    assert (table.header, table.header_row) == (("a", "b", "c"), 4)
    assert [list(chunk.numbers) for chunk in table.chunks] == [[5]]


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_without_a_heading_are_named_by_letters(index: int, letters: str) -> None:
    assert column_letters(index) == letters

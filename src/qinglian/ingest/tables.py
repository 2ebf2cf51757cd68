"""Any table file as rows of text: CSV in its encodings, Excel and OpenDocument sheets, Parquet.

Cells stay text until a column says what they mean, so that no number passes through a float. Row numbers
count from 1 as a spreadsheet shows them, the header included; Parquet files have no header row, there the
first record is row 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.raw_rows import ERROR_CELL, FORMULA_CELL, RawRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CHUNK_ROWS = 10_000
"""Larger chunks read no faster: their rows fall out of the processor's cache."""

_SHEET_ERRORS = frozenset(
    ("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was refused: its cells as they were read, and everything that is wrong with them."""

    row: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive rows, each as wide as the header; rows without any content are left out."""

    numbers: Sequence[int]
    rows: Sequence[Sequence[str]]
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A header and, in chunks, the rows below it. `chunks` can be walked once."""

    file: str
    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    chunks: Iterator[Chunk]


def read_table(
    path: Path | str,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    skip_rows: int = 0,
    chunk_rows: int = CHUNK_ROWS,
) -> Table:
    """Open a table file; its kind is told by its first bytes, never by its name.

    Parameters
    ----------
    sheet
        Sheet of a workbook; by default the only one that holds anything.
    encoding, delimiter
        Of a text file; found out by default (UTF-8, UTF-16, GB18030; comma, semicolon, tab, bar).
    skip_rows
        Rows above the header.

    Raises
    ------
    QinglianError
        ``ingest.file_unreadable``, ``file_empty``, ``file_kind``, ``no_rows``, ``header_duplicated``,
        ``encoding_wrong``, ``encoding_unknown``, ``delimiter_invalid``, ``quotes_unreadable``, ``sheet_*``,
        ``workbook_*``. Faults of the text are raised while the chunks are walked at the latest.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        reason = error.strerror or str(error)
        raise QinglianError("ingest.file_unreadable", Where(file=str(path)), reason=reason) from None
    if not head:
        raise QinglianError("ingest.file_empty", Where(file=str(path)))
    return _tabled(path, skip_rows, *_opened(path, head, sheet, encoding, delimiter, chunk_rows))


def _opened(
    path: Path, head: bytes, sheet: str | None, encoding: str | None, delimiter: str | None, chunk_rows: int
) -> tuple[str | None, Iterator[RawRows]]:
    if head.startswith(b"PAR1"):
        from qinglian.ingest.parquet_files import parquet_rows

        return None, parquet_rows(path, chunk_rows)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from qinglian.ingest.workbooks import sheet_rows

        return sheet_rows(path, sheet, chunk_rows)
    if (
        head.lstrip(b"\xef\xbb\xbf \t\r\n")[:9]
        .lower()
        .startswith((b"<html", b"<table", b"<?xml", b"<!doctype"))
    ):
        raise QinglianError("ingest.file_kind", Where(file=str(path)), kind="HTML/XML")
    if head.startswith((b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise QinglianError("ingest.file_kind", Where(file=str(path)), kind=path.suffix or "?")
    from qinglian.ingest.text_files import text_rows

    return None, text_rows(path, encoding, delimiter, chunk_rows)


def _tabled(path: Path, skip_rows: int, sheet: str | None, raw: Iterator[RawRows]) -> Table:
    """Take the header off the first rows and hand out the rest in shape."""
    for part in raw:
        for index, row in enumerate(part.rows):
            number = part.first + index
            if 0 < number <= skip_rows or not any(cell.strip() for cell in row):
                continue
            where = Where(file=str(path), sheet=sheet, row=number or None)
            header = _header(row, where)
            rest = RawRows(number + 1, part.rows[index + 1 :], part.faults, part.doubtful)
            chunks = _shaped(rest, raw, header, where)
            return Table(str(path), sheet, header, number, _not_empty(chunks, where))
    raise QinglianError("ingest.file_empty", Where(file=str(path), sheet=sheet))


def _header(row: Sequence[str], where: Where) -> tuple[str, ...]:
    """Return the header without empty columns at its end.

    Raises
    ------
    QinglianError
        ``ingest.header_duplicated``.
    """
    names = [cell.strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        column = twice[0]
        raise QinglianError(
            "ingest.header_duplicated", Where(where.file, where.sheet, where.row, column), columns=twice
        )
    return tuple(names)


def _not_empty(chunks: Iterator[Chunk], where: Where) -> Iterator[Chunk]:
    empty = True
    for chunk in chunks:
        empty = empty and not (chunk.rows or chunk.refused)
        if chunk.rows or chunk.refused:
            yield chunk
    if empty:
        raise QinglianError("ingest.no_rows", where)


def _shaped(
    first: RawRows, rest: Iterable[RawRows], header: tuple[str, ...], where: Where
) -> Iterator[Chunk]:
    yield _chunk(first, header, where)
    for raw in rest:
        yield _chunk(raw, header, where)


def _chunk(raw: RawRows, header: tuple[str, ...], where: Where) -> Chunk:
    """Give rows the header's width; the common case costs two passes in C."""
    rows, width = raw.rows, len(header)
    if not raw.doubtful and not raw.faults and set(map(len, rows)) <= {width} and _begin_filled(rows):
        return Chunk(range(raw.first, raw.first + len(rows)), rows)
    numbers: list[int] = []
    kept: list[Sequence[str]] = []
    refused: list[Refused] = []
    for number, row in enumerate(rows, raw.first):
        faults = raw.faults.get(number)
        if not "".join(row).strip() and not faults:
            continue
        problems = list(_row_problems(number, row, header, where, faults or {}, doubtful=raw.doubtful))
        if problems:
            refused.append(Refused(number, tuple(row), tuple(problems)))
        else:
            numbers.append(number)
            kept.append(row if len(row) == width else row[:width])
    return Chunk(numbers, kept, refused)


def _begin_filled(rows: Sequence[Sequence[str]]) -> bool:
    """Whether every first cell says something: then no row is blank, and none needs a closer look."""
    return all(map(str.strip, map(itemgetter(0), rows)))


def _row_problems(
    number: int,
    row: Sequence[str],
    header: tuple[str, ...],
    where: Where,
    faults: Mapping[int, str],
    *,
    doubtful: bool,
) -> Iterator[Problem]:
    def at(index: int) -> Where:
        column = header[index] if index < len(header) and header[index] else column_letters(index)
        return Where(where.file, where.sheet, number, column)

    if len(row) < len(header) or any(row[len(header) :]):
        here = Where(where.file, where.sheet, number)
        yield Problem("ingest.row_ragged", here, {"found": len(row), "expected": len(header)})
    for index, code in faults.items():
        yield Problem(f"ingest.{code}", at(index), {"text": row[index] if index < len(row) else ""})
    if doubtful:
        for index, code in _cell_faults(row):
            if index not in faults:
                yield Problem(f"ingest.{code}", at(index), {"text": row[index][:40]})


def _cell_faults(row: Sequence[str]) -> Iterator[tuple[int, str]]:
    joined = _SEPARATOR + _SEPARATOR.join(row)
    if f"{_SEPARATOR}=" not in joined and f"{_SEPARATOR}#" not in joined and "\0" not in joined:
        return
    for index, cell in enumerate(row):
        if "\0" in cell:
            yield index, "cell_nul"
        elif cell.startswith("="):
            yield index, FORMULA_CELL
        elif cell.startswith("#") and cell.strip().upper() in _SHEET_ERRORS:
            yield index, ERROR_CELL


def column_letters(index: int) -> str:
    """Name column 0, 1, … as a spreadsheet does: A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

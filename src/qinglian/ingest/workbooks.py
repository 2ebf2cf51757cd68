"""Sheets of Excel and OpenDocument workbooks, their numbers as the program shows them.

Excel keeps 15 significant digits and stores them as binary fractions: 0.1 + 0.2 is shown, and read here,
as 0.3. Formulas are read by the value the program saved with them. A date column in which any cell carries a
time of day is a column of times: its midnights are written as times too.

In .xls files an error value cannot be told from an empty cell; it is then found as a missing value.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.raw_rows import RawRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHOWN_DIGITS = ".15g"


def sheet_rows(path: Path, sheet: str | None, chunk_rows: int) -> tuple[str, Iterator[RawRows]]:
    """Return the name of the sheet that is read, and its rows from row 1 on.

    Raises
    ------
    QinglianError
        ``ingest.workbook_locked``, ``workbook_unreadable``, ``sheet_missing``, ``sheet_unclear``,
        ``file_empty``.
    """
    from python_calamine import CalamineError, PasswordError, load_workbook

    try:
        workbook = load_workbook(str(path))
        name = _chosen(path, workbook, sheet)
        table = workbook.get_sheet_by_name(name)
    except PasswordError:
        raise QinglianError("ingest.workbook_locked", Where(file=str(path))) from None
    except (CalamineError, OSError) as error:
        raise QinglianError("ingest.workbook_unreadable", Where(file=str(path)), reason=str(error)) from None
    return name, _rows(path, name, table, chunk_rows)


def _chosen(path: Path, workbook: Any, sheet: str | None) -> str:
    """Return the sheet asked for, or the only visible one that holds anything; never guess between two."""
    from python_calamine import SheetVisibleEnum

    names: list[str] = list(workbook.sheet_names)
    if sheet is not None:
        if sheet not in names:
            raise QinglianError("ingest.sheet_missing", Where(file=str(path), sheet=sheet), sheets=names)
        return sheet
    visible: list[str] = [
        meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible
    ]
    filled = [name for name in visible if workbook.get_sheet_by_name(name).start is not None]
    if not filled:
        raise QinglianError("ingest.file_empty", Where(file=str(path)))
    if len(filled) > 1:
        raise QinglianError("ingest.sheet_unclear", Where(file=str(path)), sheets=filled)
    return filled[0]


def _rows(path: Path, name: str, sheet: Any, chunk_rows: int) -> Iterator[RawRows]:
    from qinglian.ingest.workbook_faults import sheet_faults

    offset = sheet.start[1] if sheet.start else 0
    faults = {
        row: {column - offset: code for column, code in found.items()}
        for row, found in sheet_faults(path, name).items()
    }
    timed = _timed_columns(sheet)
    rows = iter(sheet.iter_rows())
    first = 1
    while part := [_texts(row, timed) for row in islice(rows, chunk_rows)]:
        here = {row: found for row, found in faults.items() if first <= row < first + len(part)}
        yield RawRows(first, part, here)
        first += len(part)


def _timed_columns(sheet: Any) -> frozenset[int]:
    timed: set[int] = set()
    for row in sheet.iter_rows():
        for index, cell in enumerate(row):
            if type(cell) is datetime:
                timed.add(index)
    return frozenset(timed)


def _texts(row: list[object], timed: frozenset[int]) -> list[str]:
    return [
        cell if type(cell) is str else cell_text(cell, timed=index in timed) for index, cell in enumerate(row)
    ]


def cell_text(cell: object, *, timed: bool = False) -> str:
    """Write a cell as Excel shows it: 15 significant digits, dates in ISO form, times to the second."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, datetime):
        return f"{cell + timedelta(microseconds=500_000):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00:00" if timed else cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(cell)


def number_text(number: float) -> str:
    """Write a spreadsheet number with its 15 significant digits, without exponent."""
    shown = format(number, _SHOWN_DIGITS)
    return format(Decimal(shown), "f") if "e" in shown else shown

"""Rows as an .xlsx workbook: a header that stays in view, wide enough columns, the same bytes each time."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

Cell = str | int | Decimal | bool | None

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's own date has no zone
_EXACT_DIGITS = 15
_WIDEST = 60
_MEASURED_ROWS = 200


def workbook_bytes(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return a workbook of the given sheets, each a header and its rows.

    Text stays text, also where it looks like a formula or a number. Numbers of more than 15 digits are text
    too, as a spreadsheet would round them.
    """
    import xlsxwriter  # only when a workbook is asked for

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    bold = book.add_format({"bold": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for index, width in enumerate(_widths(rows)):
            sheet.set_column(index, index, width)
        for number, row in enumerate(rows):
            for index, cell in enumerate(row):
                _write(sheet, number, index, cell, None if number else bold)
    book.close()
    return stream.getvalue()


def _write(sheet: Any, number: int, index: int, cell: Cell, style: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str | bool) or len(Decimal(cell).as_tuple().digits) > _EXACT_DIGITS:
        sheet.write_string(number, index, str(cell), style)
    else:
        sheet.write_number(number, index, cell, style)


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    widths = [0] * max((len(row) for row in rows), default=0)
    for row in rows[:_MEASURED_ROWS]:
        for index, cell in enumerate(row):
            widths[index] = max(widths[index], _shown_width(cell))
    return [min(width + 2, _WIDEST) for width in widths]


def _shown_width(cell: Cell) -> int:
    text = "" if cell is None else str(cell)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

"""Cells of a table as text, and how many terminal columns a text takes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from qinglian.present.numbers import ABSENT, share, shown

if TYPE_CHECKING:
    from qinglian.present.figures import Align, Cell, Column, Table

_DOUBLE = frozenset({"W", "F"})
_ZERO = frozenset({"Mn", "Me", "Cf"})


def written(column: Column, cell: Cell) -> str:
    """Write one cell as its column says; an absent one as a dash, never as zero."""
    if cell is None:
        return ABSENT
    if isinstance(cell, str):
        return cell
    if column.kind == "share":
        return share(cell, column.digits)
    return shown(cell, column.digits) if column.kind == "quantity" else str(cell)


def grid(table: Table) -> list[list[str]]:
    """Write all cells of a table, headings first."""
    headings = [column.heading for column in table.columns]
    rows = [
        [written(column, cell) for column, cell in zip(table.columns, row, strict=True)] for row in table.rows
    ]
    return [headings, *rows]


def width(text: str) -> int:
    """Count terminal columns: a Chinese character or full-width sign takes two, a combining mark none."""
    return sum(_width(sign) for sign in text)


def _width(sign: str) -> int:
    if unicodedata.category(sign) in _ZERO:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in _DOUBLE else 1


def padded(text: str, columns: int, align: Align) -> str:
    """Fill a text with spaces to so many terminal columns."""
    space = " " * max(0, columns - width(text))
    return space + text if align == "right" else text + space

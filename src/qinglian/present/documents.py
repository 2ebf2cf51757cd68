"""Tables as files others read: CSV, Markdown and HTML."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.present.cells import grid

if TYPE_CHECKING:
    from qinglian.present.figures import Cell, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: Table) -> str:
    """Write a table as CSV (RFC 4180) with exact numbers: decimals in full, ``n/d`` where they never end.

    A text that a spreadsheet would run as a formula gets a leading apostrophe; an absent value is an empty
    cell. Title and notes are left out.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(column.heading) for column in table.columns])
    writer.writerows([_exact(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _exact(cell: Cell) -> str:
    if cell is None:
        return ""
    return _safe(cell) if isinstance(cell, str) else plain(Fraction(cell))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_markdown(table: Table) -> str:
    """Write a table in GitHub's Markdown, its title above and its notes below."""
    headings, *rows = ([_in_markdown(cell) for cell in row] for row in grid(table))
    rule = ["---:" if column.align == "right" else "---" for column in table.columns]
    lines = [f"| {' | '.join(row)} |" for row in (headings, rule, *rows)]
    title = [f"**{_in_markdown(table.title)}**", ""] if table.title else []
    notes = [line for note in table.notes for line in ("", _in_markdown(note))]
    return "\n".join([*title, *lines, *notes]) + "\n"


def _in_markdown(text: str) -> str:
    """Escape what Markdown or the HTML in it would take for its own."""
    for sign in "\\`*_[]|":
        text = text.replace(sign, f"\\{sign}")
    return escape(text, quote=False).replace("\n", "<br>")


def to_html(table: Table) -> str:
    """Write a table as an accessible HTML fragment: caption, scoped headings, notes in the foot."""
    headings, *rows = grid(table)
    sides = [f' class="{column.align}"' for column in table.columns]
    head = "".join(
        f'<th scope="col"{side}>{escape(cell)}</th>' for side, cell in zip(sides, headings, strict=True)
    )
    body = "".join(f"<tr>{_html_cells(sides, row)}</tr>" for row in rows)
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    span = f'<td colspan="{len(table.columns)}">'
    foot = "".join(f"<tr>{span}{escape(note)}</td></tr>" for note in table.notes)
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"


def _html_cells(sides: list[str], row: list[str]) -> str:
    return "".join(f"<td{side}>{escape(cell)}</td>" for side, cell in zip(sides, row, strict=True))

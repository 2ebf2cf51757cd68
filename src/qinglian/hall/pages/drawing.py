"""Figures as HTML of a page: a drawing that needs no script, a chart where there is one, and a table."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from qinglian.core.text import text
from qinglian.present.chart_options import chart_options
from qinglian.present.documents import to_html
from qinglian.present.figures import Table, Tree, as_table
from qinglian.present.svg import to_svg
from qinglian.present.svg_parts import DARK

if TYPE_CHECKING:
    from qinglian.present.figures import Chart, Figure

MOST_ROWS = 400
SAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""A closing tag in somebody's label must not end the block of data it stands in."""


def drawn(figure: Figure | str) -> str:
    """Return a figure as a fragment of HTML; every text in it is escaped."""
    if isinstance(figure, str):
        return f"<p>{escape(figure)}</p>"
    if isinstance(figure, Table):
        return scrolled(figure)
    if isinstance(figure, Tree):
        return branches(figure, opened=2)
    return _chart(figure)


def scrolled(table: Table) -> str:
    """Return a table that scrolls sideways by itself and can be reached by keyboard."""
    label = escape(table.title or text("hall.table"), quote=True)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">{to_html(table)}</div>'


def branches(tree: Tree, opened: int) -> str:
    """Return a tree as nested disclosures, opened to a depth."""
    label = escape(tree.label)
    if not tree.children:
        return f"<p>{label}</p>"
    inner = "".join(branches(child, opened - 1) for child in tree.children)
    state = " open" if opened > 0 else ""
    return f'<details class="tree"{state}><summary>{label}</summary>{inner}</details>'


def _chart(figure: Chart) -> str:
    title = escape(f"{figure.title} ({unit})" if (unit := getattr(figure, "unit", "")) else figure.title)
    drawing = to_svg(figure).strip().replace(DARK, "")
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in figure.notes)
    return (
        f'<figure class="chart"><figcaption>{title}</figcaption>'
        f'<div class="scroll drawing" role="region" tabindex="0" aria-label="{title}">{drawing}</div>'
        f"{_options(figure)}{notes}{_numbers(figure)}</figure>"
    )


def _options(figure: Chart) -> str:
    options = chart_options(figure)
    if options is None:
        return ""
    data = json.dumps(options, ensure_ascii=False, allow_nan=False).translate(SAFE)
    return f'<div class="canvas" hidden></div><script type="application/json" class="options">{data}</script>'


def _numbers(figure: Chart) -> str:
    table = as_table(figure)
    more = ""
    if len(table.rows) > MOST_ROWS:
        more = f"<p>{escape(text('hall.rows_cut', shown=MOST_ROWS, total=len(table.rows)))}</p>"
        table = Table(table.title, table.columns, table.rows[:MOST_ROWS], table.notes)
    said = escape(text("present.numbers"))
    return f"<details><summary>{said}</summary>{more}{scrolled(table)}</details>"


def as_data(value: Any) -> str:
    """Return data as JSON that is safe inside a page."""
    return json.dumps(value, ensure_ascii=False).translate(SAFE)

"""Figures and sentences as one HTML page: self-contained, readable on light and dark, printable."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from qinglian.core.text import language, text
from qinglian.present.documents import to_html
from qinglian.present.figures import Table, Tree, as_table
from qinglian.present.plain import plain_text
from qinglian.present.svg import to_svg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.present.figures import Chart, Figure

STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;margin:2rem auto;
max-width:1640px;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0}
caption{text-align:left;font-weight:600;padding:.3rem 0;white-space:nowrap}
th,td{padding:.15rem .7rem .15rem 0;text-align:left;border-bottom:1px solid #ddd;vertical-align:top}
thead th,tbody td{word-break:keep-all}
.right{text-align:right;font-variant-numeric:tabular-nums}td.right{white-space:nowrap}
tfoot td{color:#666;border:0}
details{margin:.3rem 0 1rem}summary{cursor:pointer;color:#666}
svg{display:block;margin:.5rem 0}
@media print,(min-width:1000px){svg{max-width:100%;height:auto}}
@media (prefers-color-scheme:dark){body{color:#e4e4e4;background:#161616}th,td{border-color:#444}
tfoot td,summary{color:#aaa}}
"""

MOST_ROWS = 400
"""Rows of a chart's table that are written below it; a longer one is left to the files."""


def page(title: str, parts: Iterable[Figure | str]) -> str:
    """Write a page in the language in force; a string is a paragraph, or after a hash sign a heading."""
    body = "\n".join(_part(part) for part in parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _part(part: Figure | str) -> str:
    if isinstance(part, str):
        return f"<h2>{escape(part[2:])}</h2>" if part.startswith("# ") else f"<p>{escape(part)}</p>"
    if isinstance(part, Table):
        return f'<div class="scroll">{to_html(part)}</div>'
    if isinstance(part, Tree):
        return f"<pre>{escape(plain_text(part))}</pre>"
    return f'<div class="scroll">{to_svg(part).strip()}</div>{_numbers(part)}'


def _numbers(figure: Chart) -> str:
    table = as_table(figure)
    if len(table.rows) > MOST_ROWS:
        return ""
    said = escape(text("present.numbers"))
    return f'<details><summary>{said}</summary><div class="scroll">{to_html(table)}</div></details>'

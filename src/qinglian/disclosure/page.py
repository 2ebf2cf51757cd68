"""A report as one HTML page: a pure function of the frozen statement, its text and the language.

Self-contained and without script: the same bytes stand on a web page, go into the archive and are printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any

from qinglian.core.text import language, text
from qinglian.disclosure.chart import scope_bars
from qinglian.disclosure.coverage import coverage_table
from qinglian.disclosure.notes import label, notes
from qinglian.disclosure.rounding import rounded, shown
from qinglian.present.documents import to_html
from qinglian.present.svg import to_svg

STYLE = """
@page{size:A4 landscape;margin:14mm 12mm;
@bottom-right{content:counter(page) " / " counter(pages);font:8pt "Noto Sans SC",sans-serif}}
body{font:14px/1.5 "Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
margin:2rem auto;max-width:1200px;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.2rem;margin-top:2rem}
h3{font-size:1rem;margin:1.2rem 0 .2rem}
table{border-collapse:collapse;margin:.5rem 0;width:100%}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{padding:.2rem .6rem .2rem 0;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}
.n,.right{text-align:right;white-space:nowrap}.u{color:#8a4b00}.small{font-size:.85em;color:#555}
svg{display:block;max-width:100%;margin:.5rem 0}dt{font-weight:600}dd{margin:0 0 .3rem;overflow-wrap:anywhere}
@media print{body{font-size:8.5pt;margin:0;max-width:none;padding:0}
tr,h3{break-inside:avoid}h2,h3{break-after:avoid}}
"""

GROUPS = ("ghg", "energy", "waste", "materials", "packaging", "freight")


def html_report(data: dict[str, Any], narrative: list[dict[str, Any]]) -> str:
    """Write the report in the language in force."""
    title = text("disclosure.title", organisation=data["organisation"], period=data["period"]["label"])
    parts = [
        f"<h1>{escape(title)}</h1>",
        _about(data),
        *(_paragraph(entry) for entry in narrative),
        f"<h2>{escape(text('disclosure.figures'))}</h2>",
        _chart(data),
        *(_group(data, name) for name in GROUPS),
        f"<h2>{escape(text('disclosure.framework_index'))}</h2>",
        f"<p>{escape(text('disclosure.framework_remark', as_of=data['as_of']))}</p>",
        to_html(coverage_table(data)),
        *(_framework(data, one) for one in data["frameworks"]),
        f"<h2>{escape(text('disclosure.methodology'))}</h2>",
        *(_note(heading, sentences) for heading, sentences in notes(data)),
    ]
    lang = "zh-Hans" if language() == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>\n"
    )


def _about(data: dict[str, Any]) -> str:
    period, version = data["period"], data["version"]
    last = _last_day(period["end"])
    rows = (
        (text("disclosure.about_period"), f"{period['label']}: {period['start']} – {last}"),
        (text("disclosure.about_as_of"), data["as_of"]),
        (text("disclosure.about_version"), f"{version['id']} · {version['label']}"),
        (text("disclosure.about_head"), version["head"]),
        (text("disclosure.about_export"), version["export_sha256"]),
    )
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in rows) + "</dl>"


def _last_day(end: str) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(end) - timedelta(days=1)).isoformat()


def _paragraph(entry: dict[str, Any]) -> str:
    note = entry.get(f"note_{language()}")
    said = f"<p>{escape(entry[language()])}</p>"
    return said + (f'<p class="small">{escape(note)}</p>' if note else "")


def _chart(data: dict[str, Any]) -> str:
    """Scopes as bars; the table below says the same."""
    bars = scope_bars(data)
    if not bars.bars:
        return ""
    # Printing must find no other font than the one it embeds.
    return to_svg(bars).strip().replace('font-family="sans-serif"', 'font-family="Noto Sans SC, sans-serif"')


def _group(data: dict[str, Any], name: str) -> str:
    entries = [one for one in data["points"] if one["point"]["code"].split(".")[0] == name]
    compared = [about["label"] for about in data["comparatives"]]
    headings = [
        text("disclosure.column_point"),
        text("disclosure.column_unit"),
        data["period"]["label"],
        *compared,
        text("disclosure.column_parts"),
        text("disclosure.column_estimated"),
        text("disclosure.column_fallback"),
        text("disclosure.column_status"),
    ]
    numbers = set(range(2, len(headings) - 1))
    rows = [_row(entry) for entry in entries]
    return _table(text(f"disclosure.group_{name}"), headings, rows, numbers)


def _row(entry: dict[str, Any]) -> list[str]:
    point, parts = entry["point"], entry["rounded_parts"]
    return [
        label(point),
        _unit(point),
        _figure(entry["rounded"]),
        *(_figure(one["rounded"]) for one in entry["comparatives"]),
        _figure(parts) if parts is not None and parts != entry["rounded"] else "",
        _share(entry["estimated"]),
        _share(entry["fallback"]),
        text(f"disclosure.status_{entry['status']}"),
    ]


def _unit(point: dict[str, Any]) -> str:
    return str(point["unit"]).replace(" ", "\N{NO-BREAK SPACE}")


def _figure(value: str | None) -> str:
    return "–" if value is None else shown(Decimal(value))


def _share(value: str | None) -> str:
    return "–" if value is None else f"{shown(rounded(Fraction(value) * 100, 1))} %"


def _framework(data: dict[str, Any], one: dict[str, Any]) -> str:
    bound = [
        (entry, binding)
        for entry in data["points"]
        for binding in entry["bindings"]
        if (binding["framework"], binding["version"]) == (one["id"], one["version"])
    ]
    rows = [
        [
            binding["code"],
            label(entry["point"]),
            _figure(entry["rounded"]),
            _unit(entry["point"]),
            text(f"disclosure.relation_{binding['relation']}"),
            text(f"disclosure.class_{binding['class']}"),
            binding[f"note_{language()}"],
        ]
        for entry, binding in bound
    ]
    headings = [
        text(f"disclosure.column_{name}")
        for name in ("code", "point", "figure", "unit", "relation", "source", "remark")
    ]
    standing = text(f"disclosure.standing_{one['standing']}")
    title = f"{one[f'title_{language()}']} · {one['version']} · {standing}"
    unconfirmed = {index for index, (_, binding) in enumerate(bound) if not binding["confirmed"]}
    return _table(title, headings, rows, {2}, unconfirmed)


def _table(
    title: str,
    headings: list[str],
    rows: list[list[str]],
    numbers: Iterable[int],
    marked: Iterable[int] = (),
) -> str:
    right, noted = set(numbers), set(marked)
    sides = [' class="n"' if index in right else "" for index in range(len(headings))]
    head = "".join(
        f'<th scope="col"{side}>{escape(cell)}</th>' for side, cell in zip(sides, headings, strict=True)
    )
    body = ""
    for index, row in enumerate(rows):
        cells = "".join(f"<td{side}>{escape(cell)}</td>" for side, cell in zip(sides, row, strict=True))
        body += f'<tr class="u">{cells}</tr>' if index in noted else f"<tr>{cells}</tr>"
    caption = f"<caption>{escape(title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _note(heading: str, sentences: list[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<h3>{escape(heading)}</h3><ul>{items}</ul>" if items else ""

"""The frozen figures as a workbook in both languages, with the exact value beside each rounded one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

from qinglian.core.decimals import plain
from qinglian.core.text import LANGUAGES, language, text, use_language
from qinglian.disclosure.notes import notes
from qinglian.ingest.workbook_writing import Cell, workbook_bytes


def workbook(data: dict[str, Any]) -> bytes:
    """Return the workbook; equal statements give equal bytes."""
    sheets: dict[str, list[list[Cell]]] = {
        "figures": [_headings("figures", data), *map(_figures, data["points"])],
        "frameworks": [_headings("frameworks", data), *_bindings(data)],
        "notes": [["", "zh", "en"], *_notes(data)],
    }
    return workbook_bytes(sheets)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Use a language for a while."""
    before = language()
    use_language(name)
    try:
        yield
    finally:
        use_language(before)


def _both(key: str) -> str:
    said = []
    for name in LANGUAGES:
        with speaking(name):
            said.append(text(f"disclosure.column_{key}"))
    return " / ".join(said)


def _headings(sheet: str, data: dict[str, Any]) -> list[Cell]:
    if sheet == "frameworks":
        names = ("framework", "version", "code", "point", "relation", "source", "citation")
        return [_both(name) for name in names]
    compared = [str(about["label"]) for about in data["comparatives"]]
    return [
        "code",
        f"{_both('point')} (zh)",
        f"{_both('point')} (en)",
        _both("unit"),
        str(data["period"]["label"]),
        _both("exact"),
        *compared,
        *(_both(name) for name in ("parts", "estimated", "fallback", "status", "records", "answered")),
    ]


def _figures(entry: dict[str, Any]) -> list[Cell]:
    point = entry["point"]
    return [
        point["code"],
        point["label_zh"],
        point["label_en"],
        point["unit"],
        _number(entry["rounded"]),
        None if entry["exact"] is None else plain(Fraction(entry["exact"])),
        *(_number(one["rounded"]) for one in entry["comparatives"]),
        _number(entry["rounded_parts"]),
        *(
            None if entry[name] is None else plain(Fraction(entry[name]))
            for name in ("estimated", "fallback")
        ),
        entry["status"],
        entry["records"],
        entry["resolved"],
    ]


def _number(written: str | None) -> Cell:
    return None if written is None else Decimal(written)


def _bindings(data: dict[str, Any]) -> Iterator[list[Cell]]:
    for entry in data["points"]:
        for one in entry["bindings"]:
            names = ("framework", "version", "code")
            yield [
                *(one[name] for name in names),
                entry["point"]["code"],
                one["relation"],
                one["class"] if one["confirmed"] else f"UNCONFIRMED 未确认: {one['class']}",
                one["citation"],
            ]


def _notes(data: dict[str, Any]) -> Iterator[list[Cell]]:
    said = {}
    for name in LANGUAGES:
        with speaking(name):
            said[name] = notes(data)
    for (heading_zh, zh), (heading_en, en) in zip(said["zh"], said["en"], strict=True):
        for sentence_zh, sentence_en in zip(zh, en, strict=True):
            yield [f"{heading_zh} / {heading_en}", sentence_zh, sentence_en]

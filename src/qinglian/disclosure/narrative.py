"""Free text of a report: a number in it is a data point, or the report is not published.

A paragraph is written in both languages. ``{ghg.scope1}`` stands for the rounded figure with its unit,
``{period}`` and ``{organisation}`` for what the statement says of itself. Any other number is refused, in
digits of any script, in words or in Chinese numerals before a unit. Words that claim more than an inventory
shows (neutral, avoided, trees) need a note that says what stands behind them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.text import LANGUAGES
from qinglian.disclosure.points import data_point
from qinglian.disclosure.rounding import shown
from qinglian.disclosure.statement import Statement

PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
ABOUT = ("period", "organisation")

# Names that hold a digit and state no quantity.
_NAMES = re.compile(
    r"\bscopes? [123](?:(?:, [12])? (?:and|or) [123])?\b|范围[123一二三](?:[、和及与][123一二三])*"
    r"|\b(?:ISO|IEC|GB/T|GRI|IFRS|ESRS|AA|ISAE|ISSA)[ -]?[A-Z]{0,2}\d+(?:-\d+)*(?::\d{4})?\b"
    r"|\b(?:CO2e?|CH4|N2O|SF6|NF3)\b|\bnet[- ]zero\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?"
    r"|dozens?|half|halved|halving|thirds?(?= of)|quarters?(?= of)|twice|thrice"
    r"|doubl(?:ed|ing|e)|tripl(?:ed|ing|e)|per ?cent|zero)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"[百千万]?分之|[零〇一二三四五六七八九十百千万亿两几半数]+(?:多|余)?"
    r"(?:吨|公斤|千克|度|倍|成(?!为|立|果|本|员|功|品|不变)|个百分点|万|亿|棵|株|兆瓦|千瓦|家|元)"
    r"|翻番|翻倍|翻了|减半|一半|过半|%|％|‰"
)
_CLAIMS = re.compile(
    r"\bnet[- ]zero\b|\b(?:carbon|climate|co2)[- ]neutral(?:ity)?\b|\bavoided\b|\boffset(?:s|ting)?\b"
    r"|\btrees?\b"
    r"|碳中和|气候中和|净零|零碳|避免排放|减排贡献|抵销|抵消|植树|树木|棵树",
    re.IGNORECASE,
)


def read_narrative(path: Path) -> list[dict[str, str]]:
    """Read the paragraphs of a TOML file; raises ``disclosure.text_unreadable``."""
    where = Where(file=str(path))
    try:
        paragraphs = tomllib.loads(path.read_text(encoding="utf-8"))["paragraph"]
        return [{str(name): str(value) for name, value in one.items()} for one in paragraphs]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, AttributeError, TypeError) as error:
        raise QinglianError("disclosure.text_unreadable", where, reason=str(error)) from error


def bound(paragraphs: list[dict[str, str]], statement: Statement) -> list[dict[str, Any]]:
    """Bind every number of the paragraphs to the statement, or refuse them all with every reason.

    Raises
    ------
    QinglianError
        ``disclosure.number_unbound``, ``disclosure.point_unknown``, ``disclosure.point_without_figure``,
        ``disclosure.claim_without_note``, ``disclosure.text_language_missing``.
    """
    problems = [
        problem
        for position, paragraph in enumerate(paragraphs, start=1)
        for problem in _problems(position, paragraph, statement)
    ]
    if problems:
        raise QinglianError.many(problems)
    return [
        {
            "source": paragraph,
            "points": sorted(set(_codes(paragraph))),
            **{name: fill(source, statement) for name, source in paragraph.items()},
        }
        for paragraph in paragraphs
    ]


def fill(source: str, statement: Statement) -> str:
    """Write the figures into a text."""
    return PLACEHOLDER.sub(lambda match: _figure(match.group(1), statement), source)


def unbound_numbers(source: str) -> list[str]:
    """Return what in a text states a number without binding it."""
    bare = _NAMES.sub(" ", PLACEHOLDER.sub(" ", source))
    found = [match.group() for pattern in (_ENGLISH, _CHINESE) for match in pattern.finditer(bare)]
    return found + list(_digits(bare))


def _digits(bare: str) -> Iterator[str]:
    """Runs of characters with a numeric value, in any script; Chinese numerals are words in most words."""
    run = ""
    for letter, following in pairwise(f"{bare}  "):
        if _digit(letter) or (run and letter in ",.，．" and _digit(following)):
            run += letter
        elif run:
            yield run
            run = ""


def _digit(letter: str) -> bool:
    return unicodedata.category(letter) in {"Nd", "Nl", "No"}


def _problems(position: int, paragraph: dict[str, str], statement: Statement) -> Iterator[Problem]:
    for language in LANGUAGES:
        if not paragraph.get(language, "").strip():
            params: dict[str, object] = {"paragraph": position, "language": language}
            yield Problem("disclosure.text_language_missing", None, params)
    for name, source in paragraph.items():
        about: dict[str, object] = {"paragraph": position, "language": name}
        for found in unbound_numbers(source):
            yield Problem("disclosure.number_unbound", None, {**about, "found": found})
        for code in PLACEHOLDER.findall(source):
            yield from _figure_problems(code, statement, about)
    if not (paragraph.get("note_en") and paragraph.get("note_zh")):
        for language in LANGUAGES:
            for match in _CLAIMS.finditer(paragraph.get(language, "")):
                params = {"paragraph": position, "word": match.group()}
                yield Problem("disclosure.claim_without_note", None, params)


def _figure_problems(code: str, statement: Statement, about: dict[str, object]) -> Iterator[Problem]:
    if code in ABOUT:
        return
    try:
        data_point(code)
    except QinglianError as error:
        yield from error.problems
        return
    if statement.point(code)["rounded"] is None:
        yield Problem("disclosure.point_without_figure", None, {**about, "code": code})


def _codes(paragraph: dict[str, str]) -> Iterator[str]:
    for source in paragraph.values():
        yield from (code for code in PLACEHOLDER.findall(source) if code not in ABOUT)


def _figure(code: str, statement: Statement) -> str:
    if code == "period":
        return str(statement.data["period"]["label"])
    if code == "organisation":
        return str(statement.data["organisation"])
    entry = statement.point(code)
    return f"{shown(Decimal(entry['rounded']))} {entry['point']['unit']}"

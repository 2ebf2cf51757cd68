"""The one table of what a fact file may say: column, labels, aliases, kind, meaning (``columns.toml``)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

KINDS = (
    "activity",
    "choice",
    "code",
    "currency",
    "decimal",
    "facility",
    "moment",
    "note",
    "scenario",
    "unit",
    "whole",
)
_JOINTS = re.compile(r"[\s_\-./*:：]+")
_BRACKETED = re.compile(r"(?P<name>.*?)\s*[(\[（【](?P<unit>[^()\[\]（）【】]+(?:\([^()]*\))?)[)\]）】]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a fact file.

    Parameters
    ----------
    name
        Name of the field in a fact.
    en, zh
        The heading in a template.
    aliases
        Other headings that mean it, compared by `heading`.
    choices
        For kind ``choice``: each value with the words that mean it.
    low, high
        For kind ``whole``: the bounds, both included.
    """

    name: str
    en: str
    zh: str
    kind: str
    about_en: str
    about_zh: str
    example: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    low: int = 0
    high: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.name}: kind {self.kind!r} is none of {KINDS}")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"column {self.name}: choices belong to kind choice")

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that means this column."""
        return tuple(dict.fromkeys((self.name, self.en, self.zh, *self.aliases)))


@cache
def columns() -> Mapping[str, Column]:
    """Return every column by its name, in the order of the template."""
    content = (Path(__file__).parent / "columns.toml").read_text(encoding="utf-8")
    return {name: _column(name, row) for name, row in tomllib.loads(content).items()}


def _column(name: str, row: Mapping[str, object]) -> Column:
    fields = dict(row)
    fields["aliases"] = tuple(fields["aliases"])  # type: ignore[arg-type]
    choices = fields.get("choices", {})
    fields["choices"] = {value: tuple(words) for value, words in choices.items()}  # type: ignore[attr-defined]
    return Column(name=name, **fields)  # type: ignore[arg-type]


@cache
def known_headings() -> Mapping[str, str]:
    """Return column names by every heading in its compared spelling.

    Raises
    ------
    ValueError
        If one heading means two columns.
    """
    found: dict[str, str] = {}
    for column in columns().values():
        for text in column.headings:
            if found.setdefault(heading(text), column.name) != column.name:
                raise ValueError(
                    f"columns.toml: {text!r} heads both {found[heading(text)]} and {column.name}"
                )
    return found


def heading(text: str) -> str:
    """Return the compared spelling of a heading: no case, width, spaces, dots, hyphens or underscores."""
    return _JOINTS.sub("", unicodedata.normalize("NFKC", text).casefold())


def heading_with_unit(text: str) -> tuple[str, str]:
    """Split ``用电量(kWh)`` or ``Quantity [MWh]`` into heading and unit, or unit empty."""
    match = _BRACKETED.fullmatch(text.strip())
    return (match["name"], match["unit"].strip()) if match else (text, "")

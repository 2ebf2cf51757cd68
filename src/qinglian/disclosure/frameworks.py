"""Frameworks as dated data: a file per version says which code it gives a data point, and who says so.

A code is *confirmed* only where somebody read it in the standard's own text, in its official taxonomy or in
the issuer's notice; ``second`` means that independent second sources agree; ``recalled`` that nobody looked.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from qinglian.core.errors import QinglianError
from qinglian.core.suggestions import nearest
from qinglian.core.text import language
from qinglian.disclosure.points import data_points

SAME, BROADER, NARROWER = RELATIONS = ("same", "broader", "narrower")
CONFIRMED = {"text", "taxonomy", "issue"}
CLASSES = {*CONFIRMED, "second", "recalled"}


@dataclass(frozen=True, slots=True)
class Binding:
    """The code a framework gives a data point.

    ``relation`` is that of our figure to the code: ``broader`` where the figure holds more than the code asks
    for, ``narrower`` where it is a part, or one way, of what the code asks for.
    """

    point: str
    code: str
    relation: str
    source: str
    source_class: str
    citation: str
    note_en: str = ""
    note_zh: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether the code was read at its origin."""
        return self.source_class in CONFIRMED

    @property
    def note(self) -> str:
        """Remark in the language in force."""
        return self.note_zh if language() == "zh" else self.note_en


@dataclass(frozen=True, slots=True)
class Framework:
    """One version of a framework, and the days on which it is the one in use."""

    id: str
    version: str
    title_en: str
    title_zh: str
    publisher: str
    valid_from: date
    valid_to: date | None
    early_from: date | None
    citation: str
    bindings: tuple[Binding, ...]

    @property
    def title(self) -> str:
        """Title in the language in force."""
        return self.title_zh if language() == "zh" else self.title_en

    def standing(self, as_of: date) -> str:
        """``in_use``, ``early`` (may be used before its time), ``later`` or ``ended`` on a day."""
        if self.valid_to is not None and as_of >= self.valid_to:
            return "ended"
        if as_of >= self.valid_from:
            return "in_use"
        return "early" if self.early_from is not None and as_of >= self.early_from else "later"


@cache
def frameworks() -> tuple[Framework, ...]:
    """Every shipped version, by id and date."""
    folder = files("qinglian.disclosure") / "frameworks"
    documents = [
        (file.name, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    found = [_framework(name, document) for name, document in sorted(documents, key=lambda pair: pair[0])]
    return tuple(sorted(found, key=lambda framework: (framework.id, framework.valid_from)))


def in_use(as_of: date) -> tuple[Framework, ...]:
    """Return the versions in use on a day, and those that may be used early."""
    return tuple(one for one in frameworks() if one.standing(as_of) in {"in_use", "early"})


def framework(identifier: str, as_of: date) -> Framework:
    """Return the version of a framework in use on a day; else the one that may be used early.

    Raises
    ------
    QinglianError
        ``disclosure.framework_unknown``, ``disclosure.framework_not_in_use``.
    """
    named = [one for one in frameworks() if one.id == identifier]
    if not named:
        known = sorted({one.id for one in frameworks()})
        near = list(nearest(identifier, known)) or known
        raise QinglianError("disclosure.framework_unknown", framework=identifier, near=near)
    for standing in ("in_use", "early"):
        for one in named:
            if one.standing(as_of) == standing:
                return one
    spans = [f"{one.version}: {one.valid_from}..{one.valid_to or ''}" for one in named]
    raise QinglianError(
        "disclosure.framework_not_in_use", framework=identifier, as_of=as_of, versions="; ".join(spans)
    )


def _framework(file: str, document: dict[str, Any]) -> Framework:
    sources = document["sources"]
    bindings = tuple(_binding(file, entry, sources) for entry in document["binding"])
    names = ("id", "version", "title_en", "title_zh", "publisher", "valid_from")
    return Framework(
        **{name: document[name] for name in names},
        valid_to=document.get("valid_to"),
        early_from=document.get("early_from"),
        citation=sources[document["source"]]["citation"],
        bindings=bindings,
    )


def _binding(file: str, entry: dict[str, str], sources: dict[str, Any]) -> Binding:
    """Read a binding; a file that binds nothing we know ships with the code, so it is a programming error."""
    if entry["point"] not in data_points():
        raise ValueError(f"{file}: no data point {entry['point']!r}")
    if entry["relation"] not in RELATIONS:
        raise ValueError(f"{file}: relation {entry['relation']!r}")
    source = sources[entry["source"]]
    if source["class"] not in CLASSES:
        raise ValueError(f"{file}: class {source['class']!r}")
    return Binding(**entry, source_class=source["class"], citation=source["citation"])

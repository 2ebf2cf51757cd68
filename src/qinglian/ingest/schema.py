"""What the tables of a room may say: one TOML file drives reading, checks, templates and reference pages.

A schema names sheets, each a CSV file of a folder or a sheet of one workbook; a sheet names its columns with
labels in both languages, kind, unit, bounds, default and meaning. A room states its own ``schema.toml``;
nothing here knows any room.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from qinglian.ingest.columns import heading
from qinglian.ingest.header_units import HeaderUnit, parse_header_unit

KINDS = (
    "choice",
    "clock",
    "currency",
    "day",
    "days",
    "decimal",
    "flag",
    "list",
    "local",
    "moment",
    "name",
    "quantity",
    "text",
    "whole",
    "zone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """One column of a sheet.

    Parameters
    ----------
    name
        Key of its values.
    kind
        One of `KINDS`. ``moment`` is a local date and time, or a number of time units since the start where
        the heading states a unit; ``local`` a date and time before any start is known; ``clock`` a time of
        day.
    unit
        For ``quantity``: the unit of its values, as ``kW`` or ``min/item``; headings may state another one of
        the same dimension. `inverse` also allows the ratio turned round, `rounded` makes it a whole number.
    default
        Text that an empty cell, or an absent column, stands for; without one such a cell is None.
    low, high
        Bounds of numbers, both included.
    edge
        For ``moment``: whether a plain date is its first moment (``start``) or its last (``end``).
    count_unit
        For ``moment``: the unit of a bare number of at most six digits, where such numbers are read.
    refers
        ``sheet.column`` whose names these must be, where that sheet is given.
    head_en, head_zh
        Heading of the template where it is not label and unit.
    """

    name: str
    en: str
    zh: str
    kind: str
    about_en: str
    about_zh: str
    example: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    default: str = ""
    unit: str = ""
    inverse: bool = False
    rounded: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edge: str = "start"
    count_unit: str = ""
    refers: str = ""
    head_en: str = ""
    head_zh: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.name}: kind {self.kind!r} is none of {KINDS}")
        if (self.kind == "quantity") != bool(self.unit):
            raise ValueError(f"column {self.name}: a quantity has a unit, nothing else has")
        if self.required and self.default:
            raise ValueError(f"column {self.name}: what is required has no default")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"column {self.name}: choices belong to kind choice")

    @property
    def measure(self) -> HeaderUnit:
        """The unit of its values."""
        return parse_header_unit(self.unit)

    @property
    def dimension(self) -> str:
        """Dimension that a unit in its heading has; empty where none may stand there."""
        return self.measure.dimension if self.unit else "time" if self.kind == "moment" else ""

    def heading(self, lang: str) -> str:
        """Return the heading in a template."""
        chosen, label = (self.head_zh, self.zh) if lang == "zh" else (self.head_en, self.en)
        return chosen or (f"{label}_{self.unit.replace('/', '_per_')}" if self.unit else label)

    def about(self, lang: str) -> str:
        """Say what it means."""
        return self.about_zh if lang == "zh" else self.about_en


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table: a file of the folder, or a sheet of the workbook.

    Parameters
    ----------
    required
        Whether it must be there with at least one row; others may be absent or empty.
    single
        Whether it has one row only; such a sheet may be a ``.toml`` file of headings and values.
    implied
        Whether its rows need not be stated: where the sheet is absent, other sheets may name them freely.
    unique
        Columns whose values together stand in one row only.
    """

    name: str
    en: str
    zh: str
    about_en: str
    about_zh: str
    columns: Mapping[str, SheetColumn]
    aliases: tuple[str, ...] = ()
    required: bool = False
    single: bool = False
    implied: bool = False
    unique: tuple[str, ...] = ()

    def label(self, lang: str) -> str:
        """Return its name in a template."""
        return self.zh if lang == "zh" else self.en

    def about(self, lang: str) -> str:
        """Say what its rows are."""
        return self.about_zh if lang == "zh" else self.about_en

    @cached_property
    def headings(self) -> Mapping[str, tuple[SheetColumn, ...]]:
        """Columns by every heading without unit, in its compared spelling; several differ in dimension."""
        found: dict[str, tuple[SheetColumn, ...]] = {}
        for column in self.columns.values():
            for text in dict.fromkeys(map(heading, (column.name, column.en, column.zh, *column.aliases))):
                others = found.get(text, ())
                if any(column.dimension in ("", other.dimension) for other in others):
                    raise ValueError(f"sheet {self.name}: {text!r} heads two columns")
                found[text] = (*others, column)
        return found


@dataclass(frozen=True)
class Schema:
    """The sheets of a room, by name, in the order of the template."""

    sheets: Mapping[str, Sheet]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Sheet names by every name a file or sheet may have, in its compared spelling."""
        found: dict[str, str] = {}
        for sheet in self.sheets.values():
            for text in (sheet.name, sheet.en, sheet.zh, *sheet.aliases):
                if found.setdefault(heading(text), sheet.name) != sheet.name:
                    raise ValueError(f"two sheets are called {text!r}")
        return found


@cache
def load_schema(path: Path) -> Schema:
    """Read a schema from its TOML file.

    Raises
    ------
    ValueError
        If it contradicts itself: two columns of one heading, a default that its own kind does not read.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    schema = Schema({name: _sheet(name, table) for name, table in document.items()})
    _ = schema.names, [sheet.headings for sheet in schema.sheets.values()]
    return schema


_SHEET_KEYS = {item.name for item in fields(Sheet)}


def _sheet(name: str, table: Mapping[str, Any]) -> Sheet:
    own = {
        key: value for key, value in table.items() if key in _SHEET_KEYS and not isinstance(value, Mapping)
    }
    for key in ("aliases", "unique"):
        own[key] = tuple(own.get(key, ()))
    columns = {key: _column(key, value) for key, value in table.items() if isinstance(value, Mapping)}
    if stray := {key for key in table if key not in own and key not in columns}:
        raise ValueError(f"sheet {name}: no such keys {sorted(stray)}")
    return Sheet(name=name, columns=columns, **own)


def _column(name: str, row: Mapping[str, Any]) -> SheetColumn:
    values = dict(row)
    values["aliases"] = tuple(values.get("aliases", ()))
    values["choices"] = {value: tuple(words) for value, words in values.get("choices", {}).items()}
    for bound in ("low", "high"):
        if bound in values:
            values[bound] = Decimal(str(values[bound]))
    return SheetColumn(name=name, **values)

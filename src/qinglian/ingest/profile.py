"""Mapping profiles: how one kind of file says what a fact needs, as TOML.

A profile names the header of each column, constants for what the file leaves out, the meaning of its
timestamps and the spelling of its numbers. ``native`` reads the template's own headings, Chinese or English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from qinglian.core.errors import QinglianError, Where
from qinglian.core.period import zone_info
from qinglian.core.suggestions import nearest
from qinglian.ingest.columns import columns

DATE_ORDERS = ("year-first", "day-first", "month-first")
TIMESTAMP_MEANINGS = ("start", "end")
MIDNIGHTS = ("start-of-day", "end-of-day")
REPEATED_HOURS = ("refuse", "first", "second")
MINUTES_PER_DAY = 1440

_HOME = Path(__file__).parent / "profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLayout:
    """Where the table stands in its file; empty means: found out."""

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    skip_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLayout:
    """How the file says when.

    Parameters
    ----------
    column, meaning, interval_minutes
        One timestamp per row that is the ``start`` or the ``end`` of an interval of that length; without a
        column the file has its own start and end.
    dates
        Order of day, month and year where the year does not come first.
    midnight
        ``end-of-day``: a timestamp ``D 00:00`` closes day D, as where each day runs from 00:15 to 00:00.
    zone
        Zone in which the file is written; the facility's own by default.
    repeated_hour
        What the hour means that comes twice when the clocks go back, unless the cell carries an offset.
    """

    column: str = ""
    meaning: str = "start"
    interval_minutes: int = 0
    dates: str = "year-first"
    midnight: str = "start-of-day"
    zone: str = ""
    repeated_hour: str = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way of reading a file.

    Parameters
    ----------
    columns
        Fact column to the heading that carries it.
    constants
        Fact column to the text used where there is no such column or its cell is empty.
    values
        Fact column to a mapping from the file's words to the vocabulary.
    ignore
        Headings that are known and not wanted; ``*`` for all others.
    known_headings
        Whether the template's own headings are recognised too.
    """

    name: str
    title_en: str = ""
    title_zh: str = ""
    known_headings: bool = False
    decimal_comma: bool = False
    ignore: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    table: TableLayout = TableLayout()
    time: TimeLayout = TimeLayout()

    def with_constants(self, constants: Mapping[str, str]) -> Profile:
        """Return the profile with more constants, such as the facility a file belongs to.

        Raises
        ------
        QinglianError
            ``ingest.profile_column`` for a name that is no fact column.
        """
        check = _Check(Where())
        for name in constants:
            check.column("constants", name)
        return replace(self, constants={**self.constants, **constants})


def profile_names() -> tuple[str, ...]:
    """Return the names of the built-in profiles."""
    return tuple(sorted(path.stem for path in _HOME.glob("*.toml")))


def load_profile(name_or_path: str | Path) -> Profile:
    """Return a built-in profile by name, or one from a TOML file.

    Raises
    ------
    QinglianError
        ``ingest.profile_unknown``, ``profile_unreadable``, ``profile_key``, ``profile_type``,
        ``profile_column``, ``profile_value``, ``profile_time``, ``core.zone_unknown``; each names the key.
    """
    text = str(name_or_path)
    if text in profile_names():
        return _built_in(text)
    path = Path(name_or_path)
    if not path.is_file():
        raise QinglianError("ingest.profile_unknown", profile=text, known=profile_names())
    return _load(path)


@cache
def _built_in(name: str) -> Profile:
    return _load(_HOME / f"{name}.toml")


def _load(path: Path) -> Profile:
    where = Where(file=str(path))
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QinglianError("ingest.profile_unreadable", where, reason=str(error)) from None
    document.setdefault("name", path.stem)
    return _Check(where).profile(document)


class _Check:
    """Turns a TOML document into a `Profile`, naming the key that does not fit."""

    def __init__(self, where: Where) -> None:
        self.where = where

    def profile(self, document: dict[str, Any]) -> Profile:
        self.known("", document, [item.name for item in fields(Profile)])
        for key, kind in (
            ("name", str),
            ("title_en", str),
            ("title_zh", str),
            ("known_headings", bool),
            ("decimal_comma", bool),
            ("ignore", list),
        ):
            self.typed(key, document.get(key, kind()), kind)
        texts = {part: self.texts(part, document.get(part, {})) for part in ("columns", "constants")}
        for part, table in texts.items():
            for name in table:
                self.column(part, name)
        return Profile(
            name=document["name"],
            title_en=document.get("title_en", ""),
            title_zh=document.get("title_zh", ""),
            known_headings=document.get("known_headings", False),
            decimal_comma=document.get("decimal_comma", False),
            ignore=tuple(str(item) for item in document.get("ignore", [])),
            columns=texts["columns"],
            constants=texts["constants"],
            values=self.values(document.get("values", {})),
            table=self.table(document.get("table", {})),
            time=self.time(document.get("time", {}), texts["columns"]),
        )

    def values(self, document: object) -> dict[str, dict[str, str]]:
        tables = self.typed("values", document, dict)
        for name in tables:
            self.column("values", name)
        return {name: self.texts(f"values.{name}", table) for name, table in tables.items()}

    def table(self, document: object) -> TableLayout:
        table = self.section("table", document, TableLayout)
        if table.get("skip_rows", 0) < 0:
            raise self.bad("table.skip_rows", table["skip_rows"], ["0, 1, 2 …"])
        return TableLayout(**table)

    def time(self, document: object, headings: Mapping[str, str]) -> TimeLayout:
        table = self.section("time", document, TimeLayout)
        layout = TimeLayout(**table)
        for key, known in (
            ("dates", DATE_ORDERS),
            ("meaning", TIMESTAMP_MEANINGS),
            ("midnight", MIDNIGHTS),
            ("repeated_hour", REPEATED_HOURS),
        ):
            if getattr(layout, key) not in known:
                raise self.bad(f"time.{key}", getattr(layout, key), known)
        if layout.zone:
            zone_info(layout.zone, Where(file=self.where.file, column="time.zone"))
        if bool(layout.column) != (0 < layout.interval_minutes <= 366 * MINUTES_PER_DAY) or (
            layout.column and {"start", "end"} & set(headings)
        ):
            raise QinglianError("ingest.profile_time", self.at("time"))
        return layout

    def section(
        self, name: str, document: object, kind: type[TableLayout] | type[TimeLayout]
    ) -> dict[str, Any]:
        table: dict[str, Any] = self.typed(name, document, dict)
        defaults = {item.name: item.default for item in fields(kind)}
        self.known(f"{name}.", table, list(defaults))
        for key, value in table.items():
            self.typed(f"{name}.{key}", value, type(defaults[key]))
        return table

    def texts(self, name: str, document: object) -> dict[str, str]:
        table = self.typed(name, document, dict)
        for key, value in table.items():
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise QinglianError(
                    "ingest.profile_type", self.at(f"{name}.{key}"), key=f"{name}.{key}", expected="text"
                )
        return {key: str(value).strip() for key, value in table.items()}

    def typed(self, key: str, value: Any, kind: type) -> Any:
        if type(value) is not kind:
            names = {str: "text", bool: "true/false", int: "a whole number", list: "a list", dict: "a table"}
            raise QinglianError("ingest.profile_type", self.at(key), key=key, expected=names[kind])
        return value

    def known(self, prefix: str, table: Mapping[str, object], names: list[str]) -> None:
        for key in table:
            if key not in names:
                near = nearest(key, names) or names
                raise QinglianError("ingest.profile_key", self.at(prefix + key), key=prefix + key, near=near)

    def column(self, part: str, name: str) -> None:
        if name not in columns():
            near = nearest(name, columns()) or tuple(columns())
            raise QinglianError("ingest.profile_column", self.at(f"{part}.{name}"), name=name, near=near)

    def bad(self, key: str, value: object, known: object) -> QinglianError:
        return QinglianError("ingest.profile_value", self.at(key), key=key, value=value, known=known)

    def at(self, key: str) -> Where:
        return Where(file=self.where.file, column=key)

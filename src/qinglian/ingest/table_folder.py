"""The tables of a schema in a folder of files, or in the sheets of one workbook."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.suggestions import nearest
from qinglian.ingest.columns import heading
from qinglian.ingest.tables import Chunk, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.ingest.schema import Schema, Sheet

SUFFIXES = frozenset((".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet", ".toml"))
WORKBOOKS = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"))
ABOUT_SHEETS = frozenset(("about", "说明"))
"""Sheets of a template that explain it."""


@dataclass(frozen=True)
class Tables:
    """Tables by sheet name, what could not be opened, and notices of files that nothing asked for."""

    found: Mapping[str, Table]
    problems: list[Problem]
    notices: list[Problem]


def open_tables(path: Path, schema: Schema, *, beside: Collection[str] = ()) -> Tables:
    """Find the tables of a schema; a missing required one is a problem, a strange file a notice.

    Parameters
    ----------
    beside
        Names of files that may lie beside the tables without being read.

    Raises
    ------
    QinglianError
        ``ingest.schema_path`` if there is neither folder nor workbook, or what makes a workbook unreadable.
    """
    if path.is_dir():
        named: list[tuple[str, Path, str | None]] = [
            (item.stem, item, None) for item in sorted(path.iterdir()) if _readable(item)
        ]
    elif path.suffix.lower() in WORKBOOKS and path.is_file():
        named = [(name, path, name) for name in _sheet_names(path)]
    else:
        raise QinglianError("ingest.schema_path", Where(file=str(path)))
    found: dict[str, Table] = {}
    places: dict[str, str] = {}
    problems: list[Problem] = []
    notices: list[Problem] = []
    for name, file, sheet_name in named:
        where = Where(file=str(file), sheet=sheet_name)
        sheet = schema.sheets.get(schema.names.get(heading(name), ""))
        if sheet is None or (file.suffix.lower() == ".toml" and not sheet.single):
            notices += [] if name in beside else _strange(name, schema, where)
        elif sheet.name in places:
            params = {"name": sheet.en, "other": places[sheet.name]}
            problems.append(Problem("ingest.schema_sheet_twice", where, params))
        else:
            places[sheet.name] = sheet_name or file.name
            _open(sheet, file, sheet_name, found, problems)
    return Tables(found, problems + _missing(schema, path, places), notices)


def _readable(item: Path) -> bool:
    return item.is_file() and item.suffix.lower() in SUFFIXES and not item.name.startswith((".", "~"))


def _sheet_names(path: Path) -> list[str]:
    from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

    try:
        book = load_workbook(str(path))
    except PasswordError:
        raise QinglianError("ingest.workbook_locked", Where(file=str(path))) from None
    except (CalamineError, OSError) as error:
        raise QinglianError("ingest.workbook_unreadable", Where(file=str(path)), reason=str(error)) from None
    return [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]


def _open(
    sheet: Sheet, file: Path, name: str | None, found: dict[str, Table], problems: list[Problem]
) -> None:
    try:
        found[sheet.name] = (
            toml_table(file) if file.suffix.lower() == ".toml" else read_table(file, sheet=name)
        )
    except QinglianError as error:
        if error.code != "ingest.file_empty" or sheet.required:
            problems.extend(error.problems)


def toml_table(path: Path) -> Table:
    """Open a TOML file of headings and values as a table of one row.

    Raises
    ------
    QinglianError
        ``ingest.schema_toml``, or ``ingest.file_unreadable``.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise QinglianError("ingest.file_unreadable", Where(file=str(path)), reason=reason) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QinglianError("ingest.schema_toml", Where(file=str(path)), reason=str(error)) from None
    values = tuple(str(value) for value in content.values())
    chunks: Iterator[Chunk] = iter([Chunk([0], [values])])
    return Table(str(path), None, tuple(content), 0, chunks)


def _strange(name: str, schema: Schema, where: Where) -> list[Problem]:
    if heading(name) in ABOUT_SHEETS:
        return []
    close = nearest(heading(name), schema.names, count=1)
    near = [schema.sheets[schema.names[word]].en for word in close]
    return [Problem("ingest.schema_sheet_unread", where, {"name": name, "near": near})]


def _missing(schema: Schema, path: Path, places: Mapping[str, str]) -> list[Problem]:
    problems = []
    for sheet in schema.sheets.values():
        if sheet.required and sheet.name not in places:
            params = {"name": sheet.en, "zh": sheet.zh, "seen": sorted(places.values())}
            problems.append(Problem("ingest.schema_sheet_missing", Where(file=str(path)), params))
    return problems

"""Empty tables of a schema to fill in, in Chinese or English: CSV files in a folder, or one workbook."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.text import entry
from qinglian.ingest.atomic_files import write_atomically
from qinglian.ingest.workbook_writing import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from qinglian.ingest.schema import Schema, Sheet, SheetColumn
    from qinglian.ingest.workbook_writing import Cell

_ABOUT_HEADINGS = ("table", "column", "required", "example", "default", "about")


def write_template(
    schema: Schema, path: Path, lang: str, *, only: Collection[str] = (), example: bool = True
) -> list[Path]:
    """Write a template; return its files. A path ending in .xlsx is a workbook, another one a folder.

    Parameters
    ----------
    only
        Sheets to offer beside the required ones; all by default.
    example
        Whether each sheet has a row of examples.

    Raises
    ------
    QinglianError
        ``ingest.file_unwritable``; ``ingest.template_exists`` where a file would be written over.
    """
    path = Path(path)
    chosen = [sheet for sheet in schema.sheets.values() if sheet.required or not only or sheet.name in only]
    tables = {sheet.label(lang): template_rows(sheet, lang, example=example) for sheet in chosen}
    if path.suffix.lower() == ".xlsx":
        _require_free([path])
        about = {"说明" if lang == "zh" else "about": about_rows(schema, lang)}
        write_atomically(path, workbook_bytes(about | tables))
        return [path]
    files = {path / f"{name}.csv": rows for name, rows in tables.items()}
    _require_free(files)
    path.mkdir(parents=True, exist_ok=True)
    for file, rows in files.items():
        write_atomically(file, _csv(rows))
    return list(files)


def template_rows(sheet: Sheet, lang: str, *, example: bool) -> list[Sequence[Cell]]:
    """Return the header of a sheet, and a row of examples if asked for."""
    header = [column.heading(lang) for column in sheet.columns.values()]
    return [header, [column.example for column in sheet.columns.values()]] if example else [header]


def about_rows(schema: Schema, lang: str) -> list[Sequence[Cell]]:
    """Return the explanation of every sheet and column as a table."""
    rows: list[Sequence[Cell]] = [[entry(f"ingest.schema_about_{name}")[lang] for name in _ABOUT_HEADINGS]]
    for sheet in schema.sheets.values():
        rows.append([sheet.label(lang), "", _need(lang, required=sheet.required), "", "", sheet.about(lang)])
        rows += [_about(sheet, column, lang) for column in sheet.columns.values()]
    return rows


def _about(sheet: Sheet, column: SheetColumn, lang: str) -> Sequence[Cell]:
    need = _need(lang, required=column.required)
    return [
        sheet.label(lang),
        column.heading(lang),
        need,
        column.example,
        column.default,
        column.about(lang),
    ]


def _need(lang: str, *, required: bool) -> str:
    return entry("ingest.schema_about_yes" if required else "ingest.schema_about_no")[lang]


def _require_free(files: Collection[Path]) -> None:
    from qinglian.core.errors import Problem, QinglianError, Where

    taken = [Problem("ingest.template_exists", Where(file=str(file))) for file in files if file.exists()]
    if taken:
        raise QinglianError.many(taken)


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode("utf-8-sig")

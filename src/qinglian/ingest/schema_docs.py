"""The reference page of a schema, written from its table so that it cannot differ from the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.ingest.schema import Schema, Sheet, SheetColumn


def schema_markdown(schema: Schema, level: int = 2) -> str:
    """Return a section for each sheet, English first, with Chinese headings beside."""
    return "\n\n".join(_section(sheet, "#" * level) for sheet in schema.sheets.values())


def _section(sheet: Sheet, marks: str) -> str:
    need = "required" if sheet.required else "optional"
    rows = "\n".join(_row(column) for column in sheet.columns.values())
    return (
        f"{marks} {sheet.name} · {sheet.zh} ({need})\n\n{sheet.about_en} {sheet.about_zh}\n\n"
        f"| heading | 列名 | needed | default | example | meaning |\n|---|---|---|---|---|---|\n{rows}"
    )


def _row(column: SheetColumn) -> str:
    cells = (
        f"`{column.heading('en')}`",
        f"`{column.heading('zh')}`",
        "yes" if column.required else "",
        column.default,
        column.example,
        f"{column.about_en} {column.about_zh}",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

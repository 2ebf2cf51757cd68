"""The evidence of a room's folder: one archive of its tables, so that a record points to table and row."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TABLES = (".csv", ".toml", ".xlsx", ".tsv", ".txt")
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def archived(path: Path, scratch: Path) -> Path:
    """Return a workbook as it is, and a folder as one archive of its tables: same tables, same bytes."""
    if path.is_file():
        return path
    target = scratch / f"{path.resolve().name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path.iterdir(), key=lambda file: file.name):
            if file.is_file() and file.suffix.lower() in TABLES:
                archive.writestr(zipfile.ZipInfo(file.name, _FIRST_DAY), file.read_bytes())
    return target

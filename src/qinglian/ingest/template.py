"""An empty fact file to fill in: CSV that Excel opens, headed in Chinese or English.

Its headings come from the table of columns. It is CSV, not .xlsx: nothing here writes workbooks.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from qinglian.ingest.columns import columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def template(lang: str, *, only: Iterable[str] = (), example: bool = False) -> str:
    """Return the header, and an example row if asked for, as CSV text.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.
    only
        Columns to offer beside the required ones; all by default.
    """
    wanted = set(only)
    chosen = [
        column for column in columns().values() if column.required or not wanted or column.name in wanted
    ]
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([column.zh if lang == "zh" else column.en for column in chosen])
    if example:
        writer.writerow([column.example for column in chosen])
    return stream.getvalue()


def write_template(path: Path, lang: str, *, only: Iterable[str] = (), example: bool = False) -> None:
    """Write a template with a byte order mark, by which Excel knows that it is UTF-8; never over a file.

    Raises
    ------
    FileExistsError
        If there is a file already.
    """
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        stream.write(template(lang, only=only, example=example))

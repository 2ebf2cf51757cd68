"""Post one of the demonstration's own files through the same reader every company's file takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.posting import import_file as import_any_file

if TYPE_CHECKING:
    from pathlib import Path

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book


def import_file(book: Book, actor: Actor, path: Path) -> int:
    """Keep a file as evidence and post all its rows, or none; return how many were posted.

    Raises
    ------
    QinglianError
        ``demo.import_incomplete`` if a row was left out; what reading and posting raise.
    """
    imported = import_any_file(book, actor, path)
    left_out = imported.refused + len(imported.already) + len(imported.conflicts)
    if left_out:
        raise QinglianError("demo.import_incomplete", Where(file=str(path)), count=left_out)
    return imported.posted

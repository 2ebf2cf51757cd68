"""What several verbs of the room say: what became of a posting, and a problem as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.exits import Exit

if TYPE_CHECKING:
    from qinglian.core.errors import Problem
    from qinglian.ledger.posting import Posting
    from qinglian.present.console import Console


def said_of_posting(console: Console, posting: Posting) -> Exit:
    """Say what became of a posting."""
    if posting.same_file_as is not None:
        console.note(text("logistics.same_file", batch=posting.same_file_as))
    data = {
        "batch": posting.batch,
        "posted": posting.posted,
        "already": len(posting.already),
        "conflicts": len(posting.conflicts),
        "same_file_as": posting.same_file_as,
    }
    counts = {name: data[name] for name in ("posted", "already", "conflicts")}
    console.emit(data, text("logistics.posted", **counts))
    return Exit.CONFLICT if posting.conflicts else Exit.OK


def problem_data(problem: Problem) -> dict[str, object]:
    """Return a problem as data."""
    where = problem.where
    return {
        "code": problem.code,
        "message": problem.message(),
        "file": None if where is None else where.file,
        "row": None if where is None else where.row,
        "column": None if where is None else where.column,
    }

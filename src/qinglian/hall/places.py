"""Where a problem is, as a person outside the server may read it: the file's name without folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qinglian.core.errors import Problem


def outside(problem: Problem) -> Problem:
    """Return the problem with the bare name of its file."""
    where = problem.where
    if where is None or where.file is None:
        return problem
    return replace(problem, where=replace(where, file=Path(where.file).name))


def told(problem: Problem) -> dict[str, Any]:
    """Return a problem as data, in the language in force."""
    shown = outside(problem)
    where = str(shown.where) if shown.where else ""
    return {"code": shown.code, "message": shown.message(), "where": where, "fix": shown.fix()}

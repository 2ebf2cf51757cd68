"""What a command is handed: where the book is, in which form to answer, and the ways out."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.text import language, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from qinglian.core.errors import Problem
    from qinglian.present.figures import Figure
    from qinglian.present.progress import Progress


@dataclass(slots=True)
class Console:
    """The answers of one run of the command line.

    Attributes
    ----------
    book
        The folder of the book.
    as_json
        Whether to answer in canonical JSON, for programs, instead of tables, for people.
    """

    book: Path = Path("book")
    as_json: bool = False

    def emit(self, data: object, *figures: Figure | str) -> None:
        """Print an answer to standard output: one line of canonical JSON, or the figures for a person.

        Parameters
        ----------
        data
            What a program gets: anything `qinglian.core.canonical.canonical_json` takes.
        figures
            What a person gets, top to bottom: figures, and plain sentences between them.
        """
        if self.as_json:
            sys.stdout.write(_json_line(data))
            return
        for figure in figures:
            self._show(figure)

    def _show(self, figure: Figure | str) -> None:
        if isinstance(figure, str):
            sys.stdout.write(figure + "\n")
        elif sys.stdout.isatty():
            from qinglian.present.terminal import show

            show(figure)
        else:
            from qinglian.present.plain import plain_text

            sys.stdout.write(plain_text(figure) + "\n")

    def note(self, sentence: str) -> None:
        """Tell a person something beside the answer, on standard error; a program is not told."""
        if not self.as_json:
            sys.stderr.write(sentence + "\n")

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Print problems to standard error: what, where and the fix, or one JSON document with the same."""
        found = list(problems)
        if self.as_json:
            document = {"problems": [_document(problem) for problem in found]}
            sys.stderr.write(_json_line(document))
            return
        for problem in found:
            sys.stderr.write(_paragraph(problem) + "\n")

    def progress(self, label: str, total: int | None = None) -> AbstractContextManager[Progress]:
        """Show how far a long step is; see `qinglian.present.progress.progress`."""
        from qinglian.present.progress import Silent, progress

        return nullcontext(Silent()) if self.as_json else progress(label, total)


def _json_line(data: object) -> str:
    from qinglian.core.canonical import canonical_json  # decimal and hashlib are slow to load for a help page

    return canonical_json(data).decode("utf-8") + "\n"


def _paragraph(problem: Problem) -> str:
    """Say one problem in up to three lines."""
    lines = [text("present.problem", message=problem.message())]
    if problem.where:
        lines.append(text("present.problem_where", where=problem.where))
    if problem.fix():
        lines.append(text("present.problem_fix", fix=problem.fix()))
    return "\n".join(lines)


def _document(problem: Problem) -> dict[str, object]:
    where = problem.where
    place = {name: getattr(where, name) for name in ("file", "sheet", "row", "column")} if where else None
    return {
        "code": problem.code,
        "message": problem.message(),
        "fix": problem.fix(),
        "language": language(),
        "where": place,
        "params": {name: str(value) for name, value in problem.params.items()},
    }

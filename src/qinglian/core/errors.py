"""The one error users see: a code with a zh/en sentence, the place in their data, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from qinglian.core.text import entry, fill, language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the user's data; rows count from 1 as a spreadsheet shows them."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __bool__(self) -> bool:
        return any(part is not None for part in (self.file, self.sheet, self.row, self.column))

    def __str__(self) -> str:
        parts = (("file", self.file), ("sheet", self.sheet), ("row", self.row), ("column", self.column))
        known = [text(f"core.where_{name}", value=value) for name, value in parts if value is not None]
        return text("core.where_joint").join(known)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: a text key, where, and the values its sentence names."""

    code: str
    where: Where | None = None
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", dict(self.params))

    def message(self, lang: str | None = None) -> str:
        """Say what is wrong, without the place."""
        return _sentence(self.code, self.params, lang)

    def fix(self, lang: str | None = None) -> str:
        """Say what the user can do; empty if the text states no fix."""
        return _sentence(self.code, self.params, lang, "fix_")

    def __str__(self) -> str:
        place = f"{self.where}{text('core.where_end')}" if self.where else ""
        message, fix = self.message(), self.fix()
        if not fix:
            return place + message
        return place + message.rstrip(" .。") + text("core.sentence_end") + fix


class QinglianError(Exception):
    """Input or state that a user can put right; ``str()`` is place, message and fix, a line per problem."""

    problems: tuple[Problem, ...]

    def __init__(self, code: str, /, where: Where | None = None, **params: object) -> None:
        super().__init__(code)
        self.problems = (Problem(code, where, params),)

    @classmethod
    def many(cls, problems: Iterable[Problem]) -> Self:
        """Build one error of several problems.

        Raises
        ------
        ValueError
            If `problems` is empty.
        """
        found = tuple(problems)
        if not found:
            raise ValueError("an error needs at least one problem")
        error = cls(found[0].code)
        error.problems = found
        return error

    @property
    def problem(self) -> Problem:
        """The first problem."""
        return self.problems[0]

    @property
    def code(self) -> str:
        """The text key of the first problem."""
        return self.problem.code

    @property
    def where(self) -> Where | None:
        """The place of the first problem."""
        return self.problem.where

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def _sentence(key: str, params: Mapping[str, object], lang: str | None, kind: str = "") -> str:
    return fill(entry(key).get(f"{kind}{lang or language()}", ""), params)

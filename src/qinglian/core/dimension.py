"""What a room of the house says about itself, so that the command line and the hall can find it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from qinglian.core.errors import QinglianError

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TARGET = re.compile(r"[a-z_][\w.]*:[a-z_]\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of the green supply chain, announced in the entry-point group ``qinglian.dimensions``.

    Parameters
    ----------
    name
        The word on the command line and in paths: lower case, digits and hyphens.
    title_en, title_zh
        The title people see.
    commands
        Where the room's click group is, as ``module:attribute``; imported only when it is called.
    report
        Where the room's figures are, as ``module:attribute``: a callable ``figures(book, span)`` that reads a
        book and returns figures of `qinglian.present.figures`. Empty where the room shows none.

    Raises
    ------
    QinglianError
        ``core.dimension_invalid`` where a field is empty or not of its form.
    """

    name: str
    title_en: str
    title_zh: str
    commands: str
    report: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise QinglianError("core.dimension_invalid", field="name", value=self.name)
        for field, value in (("commands", self.commands), ("report", self.report or self.commands)):
            if not _TARGET.fullmatch(value):
                raise QinglianError("core.dimension_invalid", field=field, value=value)
        for field, value in (("title_en", self.title_en), ("title_zh", self.title_zh)):
            if not value.strip():
                raise QinglianError("core.dimension_invalid", field=field, value=value)

    def figures(self, book: Any, span: Any) -> tuple[Any, ...]:
        """Return what the room shows of a book for a period; its report is imported now, not before.

        Parameters
        ----------
        book, span
            A `qinglian.ledger.book.Book` and a `qinglian.core.period.Span`: what stands above this module
            is not named in its types.
        """
        if not self.report:
            return ()
        module, _, attribute = self.report.partition(":")
        return tuple(getattr(import_module(module), attribute)(book, span))

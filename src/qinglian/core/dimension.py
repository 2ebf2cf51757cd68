"""What a room of the house says about itself, so that the command line and the hall can find it."""

from __future__ import annotations

import re
from dataclasses import dataclass

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

    Raises
    ------
    QinglianError
        ``core.dimension_invalid`` where a field is empty or not of its form.
    """

    name: str
    title_en: str
    title_zh: str
    commands: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise QinglianError("core.dimension_invalid", field="name", value=self.name)
        if not _TARGET.fullmatch(self.commands):
            raise QinglianError("core.dimension_invalid", field="commands", value=self.commands)
        for field, value in (("title_en", self.title_en), ("title_zh", self.title_zh)):
            if not value.strip():
                raise QinglianError("core.dimension_invalid", field=field, value=value)

"""Which entry points the installed distributions announce, read without `importlib.metadata`.

That module brings in email, zipfile and socket and takes a fifth of the time of a help page. The file it
would read is a few lines of ``name = module:attribute`` (PyPA entry points specification).
Zipped distributions are not looked into.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True, order=True)
class EntryPoint:
    """One announced object: its name and where it is, as ``module:attribute``."""

    name: str
    target: str

    def load(self) -> object:
        """Import the object.

        Raises
        ------
        ImportError, AttributeError
            If the module or the attribute is not there; and whatever the module raises when imported.
        """
        module, _, attribute = self.target.partition(":")
        found: object = import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
        return found


def entry_points(group: str, path: Iterable[str] | None = None) -> tuple[EntryPoint, ...]:
    """Return the entry points of one group, sorted by name.

    Parameters
    ----------
    group
        Such as ``qinglian.dimensions``.
    path
        The folders to look in; ``sys.path`` by default. A distribution found twice counts where it is first.
    """
    found: set[EntryPoint] = set()
    seen: set[str] = set()
    for folder in map(Path, sys.path if path is None else path):
        for file in (
            *folder.glob("*.dist-info/entry_points.txt"),
            *folder.glob("*.egg-info/entry_points.txt"),
        ):
            distribution = file.parent.name.partition("-")[0].lower()
            if distribution not in seen:
                seen.add(distribution)
                found.update(_of_group(file.read_text(encoding="utf-8"), group))
    return tuple(sorted(found))


def _of_group(text: str, group: str) -> Iterator[EntryPoint]:
    current = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            current = line.strip("[] ")
        elif current == group and "=" in line and line[0] not in "#;":
            name, _, target = line.partition("=")
            yield EntryPoint(name.strip(), target.partition("[")[0].replace(" ", ""))

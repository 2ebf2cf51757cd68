"""Names that an error proposes for one that is not known; a search of names is slow, so there are few."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from qinglian.core.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEARCHES = 25
SHOWN = 8


class Proposals:
    """Proposes names of a table; where thousands of rows are wrong, later ones get its first names."""

    def __init__(self, known: Iterable[str]) -> None:
        self._names = known
        self._found: dict[str, Sequence[str]] = {}

    @cached_property
    def known(self) -> list[str]:
        """The names there are, sorted."""
        return sorted(name for name in set(self._names) if name)

    def near(self, word: str) -> Sequence[str]:
        """Return names that resemble a word, else the first there are; none where there is none."""
        if word not in self._found:
            close = nearest(word, self.known) if len(self._found) < SEARCHES else ()
            self._found[word] = tuple(close) or tuple(self.known[:SHOWN])
        return self._found[word]

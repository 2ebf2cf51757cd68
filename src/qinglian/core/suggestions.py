"""What an error proposes in place of a word it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def nearest(word: str, known: Iterable[str], count: int = 5, cutoff: float = 0.6) -> Sequence[str]:
    """Return up to `count` of the `known` words that resemble `word`, best first; none if nothing does."""
    from difflib import get_close_matches  # only needed when something went wrong

    return get_close_matches(word, known, n=count, cutoff=cutoff)

"""What the reader knows of activities: which dimensions fit them, and which are measured without a break."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from qinglian.core.suggestions import nearest


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "activities.toml").read_text(encoding="utf-8"))


@cache
def measures(activity: str) -> tuple[str, ...]:
    """Return the dimensions a quantity of this activity may have; empty where any may be right."""
    table: Mapping[str, list[str]] = _document()["measures"]
    words = activity.split(".")
    for length in range(len(words), 0, -1):
        if found := table.get(".".join(words[:length])):
            return tuple(found)
    return ()


def fits(activity: str, dimension: str) -> bool:
    """Whether a quantity of this dimension makes sense for the activity; ``money(CNY)`` counts as money."""
    allowed = measures(activity)
    return not allowed or dimension.partition("(")[0] in allowed


@cache
def continuous(activity: str) -> bool:
    """Whether a meter of this activity runs without a break."""
    return activity.partition(".")[0] in _document()["continuous"]["names"]


def proposals(activity: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return activities that resemble a misspelt one; the most usual ones if none does."""
    examples: list[str] = _document()["examples"]["names"]
    return tuple(nearest(activity.casefold(), dict.fromkeys((*known, *examples)))) or tuple(examples[:4])


def examples() -> tuple[str, ...]:
    """Return the most usual activities, for a person to choose from."""
    return tuple(_document()["examples"]["names"])

"""Doubts about changeover tables: hours for minutes, missing pairs, detours that are shorter than the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from qinglian.core.errors import Problem, Where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qinglian.production.model import Instance

_WEEK = 10_080
_CHECKED_FAMILIES = 400


def setup_doubts(instance: Instance, places: Mapping[tuple[str, str], Where]) -> Iterator[Problem]:
    """Yield warnings about the setups of each group."""
    where = places.get(("tables", "setups"))
    groups: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for item in instance.setups:
        if item.before and item.before != item.after:
            groups[item.group][item.before, item.after] = float(item.minutes)
    for group, pairs in sorted(groups.items()):
        longest = max(pairs.values())
        params = {"group": group or "-", "longest": f"{longest:g}"}
        if 0 < longest < 2 and len(pairs) >= 6:
            yield Problem("production.doubt_setup_in_hours", where, params)
        if longest > _WEEK:
            yield Problem("production.doubt_setup_long", where, params)
        names = sorted({name for pair in pairs for name in pair})
        missing = len(names) * (len(names) - 1) - len(pairs)
        if missing:
            yield Problem("production.doubt_setup_pairs", where, {**params, "count": missing})
        elif len(names) <= _CHECKED_FAMILIES:
            yield from _detours(group, names, pairs, where)


def _detours(
    group: str, names: list[str], pairs: Mapping[tuple[str, str], float], where: Where | None
) -> Iterator[Problem]:
    """Name a pair for which a third family in between is quicker; plans stay right, the table is doubtful."""
    index = {name: number for number, name in enumerate(names)}
    table: NDArray[np.float64] = np.zeros((len(names), len(names)))
    for (before, after), minutes in pairs.items():
        table[index[before], index[after]] = minutes
    best = np.full_like(table, np.inf)
    middle = np.zeros(table.shape, dtype=np.int64)
    for third in range(len(names)):
        through = table[:, third, None] + table[None, third, :]
        through[third, :] = through[:, third] = np.inf
        better = through < best
        best[better], middle[better] = through[better], third
    np.fill_diagonal(best, np.inf)
    broken = table > best * 1.2 + 1
    if broken.any():
        row, column = divmod(int(np.argmax(table - best)), len(names))
        params = {
            "group": group or "-",
            "count": int(broken.sum()),
            "before": names[row],
            "after": names[column],
            "through": names[int(middle[row, column])],
            "direct": f"{table[row, column]:g}",
            "detour": f"{best[row, column]:g}",
        }
        yield Problem("production.doubt_setup_detour", where, params)

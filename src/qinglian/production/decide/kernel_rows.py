"""One row of entries: what its end costs, what a changed end does to what follows, and how it is renewed."""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

from typing import Any

import numpy as np

from qinglian.production.decide.kernel_cache import merged

LATE = 1e5
INFINITE = 1e300


@merged
def overdue(weight: float, end: int, due: int, hard: int) -> float:
    """Cost of an end."""
    cost = 0.0
    if end > due:
        cost = weight * (end - due)
        if end > hard:
            cost += LATE * (end - hard)
    elif end > hard:
        cost = LATE * (end - hard)
    return cost


@merged
def exceed(end_price: float, aim: int, end: int, old: Any) -> float:
    """Change of the makespan's part of the cost where a line's last end moves from `old` to `end`."""
    return end_price * (max(0, end - aim) - max(0, old - aim)) + 0.01 * (end - old)


@merged
def follow(
    entries: Any, base: int, at: int, last: int, end: int, budget: float, end_price: float, aim: int
) -> float:
    """Change of cost from `at` to the end of a row where the operation at `at` now ends at `end`.

    Infinite as soon as it is known to be more than `budget`.
    """
    change = 0.0
    index, stop = base + at, base + last
    while True:
        e = entries[index]
        old: Any = np.int64(e.end)
        if end == old:
            return change
        due: Any = np.int64(e.due)
        hard: Any = np.int64(e.hard)
        change += e.weight * (max(end, due) - max(old, due))
        if max(end, old) > hard:
            change += LATE * (max(0, end - hard) - max(0, old - hard))
        if change > budget and end > old:
            return INFINITE
        index += 1
        if index > stop:
            break
        e = entries[index]
        end = max(end + e.setup, np.int64(e.release)) + e.run
    if end_price > 0.0:
        change += exceed(end_price, aim, end, old)
    return change


@merged
def settle_row(
    entries: Any,
    setup: Any,
    families: int,
    soon: int,
    line_of: Any,
    index_of: Any,
    line: int,
    base: int,
    at: int,
    last: int,
) -> None:
    """Renew setups, ends and places of a row from `at` on, and the slopes of its cost."""
    cells = line * families * families
    for index in range(base + at, base + last + 1):
        e, before = entries[index], entries[index - 1]
        e.setup = setup[cells + before.family * families + e.family]
        e.end = max(before.end + e.setup, e.release) + e.run
        line_of[e.op] = line
        index_of[e.op] = index - base
    slopes(entries, soon, base, last)


@merged
def slopes(entries: Any, soon: int, base: int, last: int) -> None:
    """Renew what a small delay of each operation costs, and one after `soon` minutes more."""
    late = after = 0.0
    begin = np.int64(2**30)
    for index in range(base + last, base, -1):
        e = entries[index]
        if e.end < begin:
            late = after = 0.0
        if e.end >= e.due:
            late += e.weight
        if e.end >= e.hard:
            late += LATE
        if e.end + soon >= e.due:
            after += e.weight
        if e.end + soon >= e.hard:
            after += LATE
        e.late = late
        e.soon = after
        begin = np.int64(e.end) - e.run - e.setup


@merged
def move_rest(entries: Any, first: int, last: int, by: int) -> None:
    """Move what stands from `first` to `last` by some places."""
    if by < 0:
        for index in range(first, last + 1):
            entries[index + by] = entries[index]
    elif by > 0:
        for index in range(last, first - 1, -1):
            entries[index + by] = entries[index]


@merged
def index_at(entries: Any, base: int, last: int, time: int) -> int:
    """Return the index of what a row makes at a minute; one past its last if it makes nothing any more."""
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) >> 1
        if entries[base + middle].end >= time:
            high = middle
        else:
            low = middle + 1
    return low

"""Sets of minutes as ordered, disjoint, non-touching half-open intervals."""

from __future__ import annotations

from collections.abc import Iterable

Interval = tuple[int, int]


def united(intervals: Iterable[Interval], low: int, high: int) -> list[Interval]:
    """Return the union of intervals, in any order, within ``[low, high)``."""
    merged: list[Interval] = []
    for start, end in sorted((max(start, low), min(end, high)) for start, end in intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return the minutes of `intervals` that are in none of `taken`; both are ordered and disjoint."""
    holes = list(taken)
    left: list[Interval] = []
    first = 0
    for start, end in intervals:
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        at = start
        for hole_start, hole_end in holes[first:]:
            if hole_start >= end:
                break
            if hole_start > at:
                left.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return left

"""Descents on a line that stands alone: neighbouring blocks, or two operations, change places while it pays.

All pairs of neighbouring blocks are looked at of which one is short, so that any operation and any short
block can go anywhere. What a shift costs everything that follows is tabled before, so that most exchanges are
judged without walking (as O. Ergun and J. Orlin do for lines without setups: Operations Research Letters 34,
2006, 41-45).
"""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment, operator"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from qinglian.production.decide.kernel_cache import inner, merged
from qinglian.production.decide.kernel_exchange import turn_round
from qinglian.production.decide.kernel_moves import draw
from qinglian.production.decide.kernel_rows import INFINITE, LATE, overdue

SHORT = 13
"""Operations in the shorter one of two blocks at most: 8 and 20 did no better (wtsds, 15 to 20 s)."""
REACH = 120
"""Operations in the longer one at most, which bounds a descent of a long line."""
FLAT = -(2**40)
NOTHING, BLOCKS, PAIR = range(3)
STOP = np.dtype(
    [(name, np.int32) for name in ("op", "family", "run", "release", "due", "hard", "end", "gap", "floor")]
    + [("weight", np.float64), ("before", np.float64)],
    align=True,
)


class Row(NamedTuple):
    """A line and its operations; times are working time, `setup` is by class before × class after."""

    job: Any
    setup: Any
    families: int
    setup_price: float
    span: int


class Sheet(NamedTuple):
    """A plan of the line as stops, from index 1; index 0 is what the line was before.

    `before` of a stop sums costs up to it. An end that comes ``d`` later at the stop before makes its own
    ``max(d - gap, floor)`` later, and costs ``ahead[index, d + span]`` from it on in all.
    """

    stops: Any
    ahead: Any
    steps: Any


@merged
def setup_between(row: Row, family: int, then: int) -> int:
    """Setup minutes between two classes."""
    return np.int64(row.setup[family * row.families + then])


@inner
def lay(row: Row, sheet: Sheet, at: int) -> float:
    """Renew stops from an index on; return the cost of the plan."""
    size = len(row.job)
    for index in range(at, size + 1):
        e, last = sheet.stops[index], sheet.stops[index - 1]
        setup = setup_between(row, np.int64(last.family), np.int64(e.family))
        ready = last.end + setup
        begin = max(ready, np.int64(e.release))
        e.end = begin + e.run
        e.gap = begin - ready
        e.floor = 0 if begin > ready else e.release - begin
        cost = overdue(e.weight, begin + e.run, np.int64(e.due), np.int64(e.hard))
        e.before = last.before + cost + row.setup_price * setup
    return sheet.stops[size].before


@inner
def table(row: Row, sheet: Sheet) -> None:
    """Renew what a shift costs from each index on."""
    size, span, ahead = len(row.job), row.span, sheet.ahead
    for index in range(size, 0, -1):
        e = sheet.stops[index]
        end, gap, floor, hard = np.int64(e.end), np.int64(e.gap), np.int64(e.floor), np.int64(e.hard)
        setup = setup_between(row, np.int64(sheet.stops[index - 1].family), np.int64(e.family))
        fixed, weight = row.setup_price * setup, e.weight
        flat = min(max(floor + gap + span, 0), 2 * span + 1)
        if flat > 0:
            cost = fixed + overdue(weight, end + floor, np.int64(e.due), hard)
            ahead[index, :flat] = cost + ahead[index + 1, max(floor + span, 0)]
        first = end - span - gap + flat
        after, here = ahead[index + 1, flat - gap :], ahead[index, flat:]
        late = float(first - e.due)
        for column in range(len(here)):
            here[column] = fixed + weight * max(late + sheet.steps[column], 0.0) + after[column]
        if first + 2 * span > hard:
            for column in range(len(here)):
                here[column] += LATE * max(first + column - hard, 0)


@merged
def begun(row: Row, e: Any, end: int, family: int) -> tuple[int, float]:
    """End and cost of an operation after another predecessor."""
    setup = setup_between(row, family, np.int64(e.family))
    end = max(end + setup, np.int64(e.release)) + np.int64(e.run)
    cost = e.weight * np.float64(max(end - np.int64(e.due), 0)) + row.setup_price * setup
    if end > e.hard:
        cost += LATE * (end - np.int64(e.hard))
    return end, cost


@merged
def walk(
    row: Row, sheet: Sheet, first: int, last: int, end: int, family: int, cost: float, most: float
) -> tuple[float, int]:
    """Add what operations cost after another predecessor, until it is `most`; return it and the last end."""
    for index in range(first, last + 1):
        e = sheet.stops[index]
        end, more = begun(row, e, end, family)
        cost += more
        family = np.int64(e.family)
        if cost >= most:
            return INFINITE, end
    return cost, end


@merged
def rest(row: Row, sheet: Sheet, at: int, end: int, family: int, cost: float, most: float) -> float:
    """Add what everything from `at` on costs after another predecessor, or become infinite from `most` on."""
    size = len(row.job)
    if at > size:
        return cost
    e = sheet.stops[at]
    end, more = begun(row, e, end, family)
    cost += more
    shift = end - e.end
    if -row.span <= shift <= row.span:
        return cost + sheet.ahead[at + 1, shift + row.span]
    cost, end = walk(row, sheet, at + 1, size, end, np.int64(e.family), cost, most)
    return cost


@merged
def within(
    row: Row, sheet: Sheet, first: int, last: int, shift: int, gap: int, floor: int, cost: float, most: float
) -> tuple[float, int]:
    """Add what operations cost whose predecessor ends `shift` later; return it and the last end.

    `gap` and `floor` are those of the operations together.
    """
    if shift > row.span:
        behind = max(row.span - gap, floor)
        least = sheet.ahead[first, 2 * row.span] - sheet.ahead[last + 1, behind + row.span]
        behind = max(row.span // 2 - gap, floor)
        half = sheet.ahead[first, row.span // 2 + row.span] - sheet.ahead[last + 1, behind + row.span]
        least += (least - half) * np.float64(shift - row.span) / np.float64(row.span - row.span // 2)
        if cost + least >= most:
            return INFINITE, 0
    behind = max(shift - gap, floor)
    if -row.span <= shift <= row.span and -row.span <= behind:
        cost += sheet.ahead[first, shift + row.span] - sheet.ahead[last + 1, behind + row.span]
        return cost, sheet.stops[last].end + behind
    e = sheet.stops[first - 1]
    return walk(row, sheet, first, last, e.end + shift, np.int64(e.family), cost, most)


@inner
def best_exchange(row: Row, sheet: Sheet, at: int) -> tuple[float, int, int, int, int]:
    """Find the best exchange whose first block, or first operation, stands at an index.

    Returns the cost of the plan afterwards, the kind, where the second block begins and ends, and how many
    exchanges were looked at.
    """
    least = sheet.stops[len(row.job)].before - 1e-6
    found, begin, stop, looks = best_blocks(row, sheet, at, least)
    value, last, more = best_pair(row, sheet, at, found)
    if last > 0:
        return value, PAIR, last, last, looks + more
    return found, BLOCKS if stop > 0 else NOTHING, begin, stop, looks + more


@merged
def best_blocks(row: Row, sheet: Sheet, at: int, found: float) -> tuple[float, int, int, int]:
    """Find the best exchange of the block at an index with the next one that costs less than `found`.

    Returns the cost afterwards, where the second block begins and ends (0 for none), and how many were looked
    at.
    """
    stops, size = sheet.stops, len(row.job)
    begin, stop, looks = 0, 0, 0
    head, first = stops[at - 1], stops[at]
    gap, floor = 0, FLAT
    for middle in range(at + 1, min(size, at + REACH) + 1):
        inmost = stops[middle - 1]
        if middle > at + 1:
            gap += inmost.gap
            floor = max(floor - inmost.gap, np.int64(inmost.floor))
        top = min(size, middle + (REACH if middle - at <= SHORT else SHORT) - 1)
        cost, end, family = head.before, np.int64(head.end), np.int64(head.family)
        for last in range(middle, top + 1):
            e = stops[last]
            end, more = begun(row, e, end, family)
            family = np.int64(e.family)
            cost += more
            looks += 1
            if cost >= found:
                break
            now, more = begun(row, first, end, family)
            value = cost + more
            if value < found and middle > at + 1:
                value, now = within(row, sheet, at + 1, middle - 1, now - first.end, gap, floor, value, found)
            if value >= found:
                continue
            value = rest(row, sheet, last + 1, now, np.int64(inmost.family), value, found)
            if value < found:
                found, begin, stop = value, middle, last
    return found, begin, stop, looks


@merged
def best_pair(row: Row, sheet: Sheet, at: int, found: float) -> tuple[float, int, int]:
    """Find the best exchange of the operation at an index with one further on that costs less than `found`.

    Returns the cost afterwards, where the other one stands (0 for none), and how many were looked at.
    """
    stops, size = sheet.stops, len(row.job)
    head, first = stops[at - 1], stops[at]
    gap, floor, stop, looks = 0, FLAT, 0, 0
    for last in range(at + 2, min(size, at + REACH) + 1):
        looks += 1
        inmost, e = stops[last - 1], stops[last]
        if last > at + 2:
            gap += inmost.gap
            floor = max(floor - inmost.gap, np.int64(inmost.floor))
        end, more = begun(row, e, np.int64(head.end), np.int64(head.family))
        now, value = begun(row, stops[at + 1], end, np.int64(e.family))
        value += head.before + more
        if value < found and last > at + 2:
            value, now = within(
                row, sheet, at + 2, last - 1, now - stops[at + 1].end, gap, floor, value, found
            )
        if value < found:
            now, more = begun(row, first, now, np.int64(inmost.family))
            value = rest(row, sheet, last + 1, now, np.int64(first.family), value + more, found)
        if value < found:
            found, stop = value, last
    return found, stop, looks


@inner
def descend(row: Row, sheet: Sheet, room: Any, noise: Any) -> tuple[float, int]:
    """Make the best exchange of each index in turn until no index has one; return the cost and the looks.

    Huge costs are rounded, so that two plans might each seem better than the other: only what is less than
    all before counts as progress.
    """
    size = len(row.job)
    value = least = lay(row, sheet, 1)
    table(row, sheet)
    at, quiet, looks = 1 + draw(noise, size), 0, 0
    while quiet < size - 1:
        at = at + 1 if at < size - 1 else 1
        _, kind, begin, stop, seen = best_exchange(row, sheet, at)
        looks += seen
        quiet += 1
        if kind == NOTHING:
            continue
        if kind == BLOCKS:
            turn_round(sheet.stops, room, at, begin - at, 0, stop + 1 - begin)
        else:
            room[0] = sheet.stops[at]
            sheet.stops[at] = sheet.stops[stop]
            sheet.stops[stop] = room[0]
        value = lay(row, sheet, at)
        table(row, sheet)
        if value < least:
            least, quiet = value, 0
    return value, looks

"""Small moves, judged without touching a row: pieces of two lines, or of one, change places.

What a piece costs on another line, and what it costs where it stands, is summed; what follows it is bounded
first and walked only where the bound leaves a chance. `Tables.pressure` is a price of line time beside.
"""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

import math
from typing import Any

import numpy as np

from qinglian.production.decide.kernel import Hand, State, Tables
from qinglian.production.decide.kernel_cache import merged
from qinglian.production.decide.kernel_moves import NEVER, Scratch, draw, share
from qinglian.production.decide.kernel_rows import (
    INFINITE,
    exceed,
    follow,
    index_at,
    move_rest,
    overdue,
    settle_row,
)

NO_PLACE = 0


@merged
def chain(
    tables: Tables, entries: Any, line: int, end: int, family: int, first: int, count: int
) -> tuple[float, int, int]:
    """Cost of a piece on `line` after `end`, its end and last family; infinite if the line cannot make it.

    `first` is where the piece stands among all entries, on whatever line.
    """
    cost = 0.0
    clock, rate = tables.clock[line], tables.setup_price[line] + tables.pressure
    base = line * tables.families * tables.families
    for index in range(first, first + count):
        e = entries[index]
        cell = e.op * tables.lines + line
        run = np.int64(tables.minutes[cell])
        if run < 0:
            return INFINITE, 0, 0
        j = tables.job[e.op * tables.clocks + clock]
        setup = np.int64(tables.setup[base + family * tables.families + e.family])
        end = max(end + setup, np.int64(j.release)) + run
        cost += overdue(j.weight, end, np.int64(j.due), np.int64(j.hard))
        cost += rate * setup + tables.pressure * run
        if tables.priced:
            cost += tables.price[cell]
        family = np.int64(e.family)
    return cost, end, family


@merged
def standing(tables: Tables, entries: Any, line: int, first: int, count: int) -> float:
    """Cost of a piece as it stands on its line."""
    cost = 0.0
    rate = tables.setup_price[line] + tables.pressure
    for index in range(first, first + count):
        e = entries[index]
        cost += overdue(e.weight, np.int64(e.end), np.int64(e.due), np.int64(e.hard))
        cost += rate * e.setup + tables.pressure * e.run
        if tables.priced:
            cost += tables.price[e.op * tables.lines + line]
    return cost


@merged
def lead(tables: Tables, state: State, line: int, at: int, end: int, family: int) -> tuple[float, int, float]:
    """Look at the operation at `at` after another predecessor.

    Returns the change of its setup's cost, its new end, and a lower bound of what else changes from it on:
    the cost of a delay is convex, so that its slope now bounds gains as well as losses. Behind the last
    operation the bound is the exact change.
    """
    base, last = line * tables.stride, state.length[line]
    if at > last:
        old = np.int64(state.entries[base + last].end)
        return 0.0, end, exceed(tables.end_price, state.aim[0], end, old) if tables.end_price > 0.0 else 0.0
    e = state.entries[base + at]
    setup = np.int64(tables.setup[(line * tables.families + family) * tables.families + e.family])
    end = max(end + setup, np.int64(e.release)) + e.run
    delay = end - e.end
    bound = e.late * delay
    if delay > tables.soon:
        bound += (e.soon - e.late) * (delay - tables.soon)
    if tables.end_price > 0.0:
        bound = -INFINITE
    return (tables.setup_price[line] + tables.pressure) * (setup - e.setup), end, bound


@merged
def beyond(tables: Tables, state: State, line: int, at: int, end: int, bound: float, budget: float) -> float:
    """Change of cost from `at` on where the operation there ends at `end`; `bound` if there is none."""
    base, last = line * tables.stride, state.length[line]
    if at > last:
        return bound
    return follow(state.entries, base, at, last, end, budget, tables.end_price, state.aim[0])


@merged
def piece(tables: Tables, state: State, noise: Any, line: int, at: int, most: int, single: float) -> int:
    """Length of a piece: one with probability `single`, else a few, or the rest of a campaign."""
    entries, base, last = state.entries, line * tables.stride, state.length[line]
    wanted = 1
    if share(noise) >= single:
        if draw(noise, 2) == 0:
            wanted = min(last - at + 1, 1 + draw(noise, most))
        else:
            family = entries[base + at].family
            while at + wanted <= last and entries[base + at + wanted].family == family:
                wanted += 1
    if tables.pinned:
        for offset in range(wanted):
            if tables.job[entries[base + at + offset].op * tables.clocks].stuck != 0:
                return offset
    return wanted


@merged
def partner(
    tables: Tables, state: State, hand: Hand, noise: Any, op: int, line: int, at: int, beside: float
) -> tuple[int, int]:
    """Where the piece that begins with `op` might go: a line, and an index there or `NO_PLACE`.

    It is beside an operation of the same family, or at about the same time on any line.
    """
    kind = tables.job[op * tables.clocks].family
    if share(noise) < beside:
        first = hand.mates_from[kind]
        mate = hand.mates[first + draw(noise, hand.mates_from[kind + 1] - first)]
        other = state.line_of[mate]
        to = state.index_of[mate] + draw(noise, 2)
    else:
        first = hand.able_from[kind]
        other = line
        for _ in range(4):
            other = hand.able[first + draw(noise, hand.able_from[kind + 1] - first)]
            if other != line and hand.mine[other] != 0:
                break
        e = state.entries[line * tables.stride + at]
        soonest, time = np.int64(e.release) + e.run, np.int64(e.end)
        if e.due > soonest and e.due < NEVER and draw(noise, 2) != 0:
            time = soonest + draw(noise, e.due - soonest + 1)
        to = index_at(state.entries, other * tables.stride, state.length[other], time) + draw(noise, 3) - 1
    if other == line or hand.mine[other] == 0 or tables.minutes[op * tables.lines + other] < 0:
        return line, NO_PLACE
    return other, max(1, min(to, state.length[other] + 1))


@merged
def exchange(
    tables: Tables,
    state: State,
    hand: Hand,
    scratch: Scratch,
    op: int,
    at: int,
    limit: float,
    most: int,
    single: float,
    one_way: float,
    beside: float,
) -> float:
    """Propose that the line of `op` and another exchange pieces; return the change, infinite if not made."""
    noise, entries = scratch.noise, state.entries
    line = state.line_of[op]
    other, to = partner(tables, state, hand, noise, op, line, at, beside)
    if to == NO_PLACE:
        return INFINITE
    base, base_to = line * tables.stride, other * tables.stride
    count = piece(tables, state, noise, line, at, most, single)
    back = 0
    if to <= state.length[other] and share(noise) >= one_way:
        back = piece(tables, state, noise, other, to, most, single)
    if count == 0:
        return INFINITE
    e = entries[base_to + to - 1]
    cost, end_to, family_to = chain(
        tables, entries, other, np.int64(e.end), np.int64(e.family), base + at, count
    )
    if cost >= INFINITE:
        return INFINITE
    e = entries[base + at - 1]
    more, end, family = chain(tables, entries, line, np.int64(e.end), np.int64(e.family), base_to + to, back)
    if more >= INFINITE:
        return INFINITE
    cost += more - standing(tables, entries, line, base + at, count)
    cost -= standing(tables, entries, other, base_to + to, back)
    more, end, bound = lead(tables, state, line, at + count, end, family)
    more_to, end_to, bound_to = lead(tables, state, other, to + back, end_to, family_to)
    cost += more + more_to
    if cost + bound + bound_to >= limit:
        return INFINITE
    cost += beyond(tables, state, other, to + back, end_to, bound_to, limit - cost - bound)
    if cost + bound >= limit:
        return INFINITE
    cost += beyond(tables, state, line, at + count, end, bound, limit - cost)
    if cost >= limit:
        return INFINITE
    swap(tables, state, scratch.room, line, at, count, other, to, back)
    scratch.touched[0], scratch.touched[1] = line, other
    return cost


@merged
def swap(
    tables: Tables, state: State, room: Any, line: int, at: int, count: int, other: int, to: int, back: int
) -> None:
    """Let `count` operations of a line and `back` of another change places."""
    entries, length = state.entries, state.length
    base, base_to = line * tables.stride, other * tables.stride
    for offset in range(count):
        room[offset] = entries[base + at + offset]
    for offset in range(back):
        room[count + offset] = entries[base_to + to + offset]
    move_rest(entries, base + at + count, base + length[line], back - count)
    move_rest(entries, base_to + to + back, base_to + length[other], count - back)
    length[line] += back - count
    length[other] += count - back
    arrive(tables, state, room, count, back, line, at)
    arrive(tables, state, room, 0, count, other, to)


@merged
def arrive(tables: Tables, state: State, room: Any, first: int, count: int, line: int, at: int) -> None:
    """Lay a piece down on a line, with its runs and times as they are there, and renew the line."""
    base = line * tables.stride
    for offset in range(count):
        state.entries[base + at + offset] = room[first + offset]
        e = state.entries[base + at + offset]
        j = tables.job[e.op * tables.clocks + tables.clock[line]]
        e.run = tables.minutes[e.op * tables.lines + line]
        e.release = j.release
        e.due = j.due
        e.hard = j.hard
    renew(tables, state, line, at)


@merged
def renew(tables: Tables, state: State, line: int, at: int) -> None:
    """Renew a line from an index on."""
    settle_row(
        state.entries,
        tables.setup,
        tables.families,
        tables.soon,
        state.line_of,
        state.index_of,
        line,
        line * tables.stride,
        at,
        state.length[line],
    )


@merged
def shift(
    tables: Tables,
    state: State,
    scratch: Scratch,
    op: int,
    at: int,
    limit: float,
    most: int,
    single: float,
) -> float:
    """Propose that two pieces of the line of `op` change places; return the change, infinite if not made.

    Between the two pieces there may be others, which stay between them.
    """
    noise, entries = scratch.noise, state.entries
    line = state.line_of[op]
    base = line * tables.stride
    at, count, between, back = pieces(tables, state, noise, line, at, most, single)
    whole = count + between + back
    if back == 0 or (tables.pinned and any_stuck(tables, entries, base + at, whole)):
        return INFINITE
    e = entries[base + at - 1]
    cost, end, family = chain(
        tables, entries, line, np.int64(e.end), np.int64(e.family), base + at + count + between, back
    )
    cost -= standing(tables, entries, line, base + at, whole)
    if between:
        more, end, family = chain(tables, entries, line, end, family, base + at + count, between)
        cost += more
    more, end, family = chain(tables, entries, line, end, family, base + at, count)
    cost += more
    more, end, bound = lead(tables, state, line, at + whole, end, family)
    cost += more
    if cost + bound >= limit:
        return INFINITE
    cost += beyond(tables, state, line, at + whole, end, bound, limit - cost)
    if cost >= limit:
        return INFINITE
    turn_round(entries, scratch.room, base + at, count, between, back)
    renew(tables, state, line, at)
    scratch.touched[0] = line
    return cost


@merged
def pieces(
    tables: Tables, state: State, noise: Any, line: int, at: int, most: int, single: float
) -> tuple[int, int, int, int]:
    """Where two pieces of a line that may change places begin, and how long first, middle and second are.

    Two pieces are exchanged, or a piece leaps over its neighbours, forwards or backwards; most leaps are
    short. The second piece is empty where the first has no room.
    """
    count = piece(tables, state, noise, line, at, most, single)
    left = state.length[line] + 1 - at - count
    reach = 1 + int(-math.log(share(noise)) * most)
    way = draw(noise, 6)
    if way == 5:
        reach = min(reach, at - 1)
        return at - reach, reach, 0, count if reach > 0 else 0
    if count == 0 or left < 1:
        return at, count, 0, 0
    if way < 2:
        between = min(reach, left - 1)
        return at, count, between, piece(tables, state, noise, line, at + count + between, most, single)
    if way == 2:
        return at, count, 0, piece(tables, state, noise, line, at + count, most, single)
    return at, count, 0, min(reach, left)


@merged
def any_stuck(tables: Tables, entries: Any, first: int, count: int) -> bool:
    """Whether any operation of a piece may not leave its place."""
    for index in range(first, first + count):
        if tables.job[entries[index].op * tables.clocks].stuck != 0:
            return True
    return False


@merged
def turn_round(entries: Any, room: Any, first: int, count: int, between: int, back: int) -> None:
    """Let the first and the last part of a stretch of entries change places."""
    for offset in range(count + between + back):
        room[offset] = entries[first + offset]
    for offset in range(back):
        entries[first + offset] = room[count + between + offset]
    for offset in range(between):
        entries[first + back + offset] = room[count + offset]
    for offset in range(count):
        entries[first + back + between + offset] = room[offset]

"""Small moves, judged without touching a row: pieces of two lines, or of one, change places."""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

import math
from typing import Any

import numpy as np

from qinglian.production.decide.kernel import (
    INFINITE,
    LATE,
    State,
    Tables,
    cut,
    ending,
    lateness,
    paste,
    tail,
)
from qinglian.production.decide.kernel_cache import inner
from qinglian.production.decide.kernel_moves import Scratch, at_time, draw, position, share, wanted


@inner
def chain(
    tables: Tables, state: State, line: int, end: int, family: int, other: int, first: int, count: int
) -> tuple[float, int, int]:
    """Cost of a piece of `other` on `line` after `end`, its end and last family; infinite if it cannot."""
    entries = state.entries
    kk = tables.families
    cost = 0.0
    rate = tables.setup_price[line]
    base = other * tables.stride + first
    clock = tables.clock[line]
    for index in range(base, base + count):
        e = entries[index]
        cell = e.op * tables.lines + line
        run = tables.minutes[cell]
        if run < 0:
            return INFINITE, 0, 0
        j = tables.job[e.op * tables.clocks + clock]
        setup = tables.setup[(line * kk + family) * kk + e.family]
        end = max(end + setup, j.release) + run
        if end > j.due:
            cost += j.weight * (end - j.due)
        if end > j.hard:
            cost += LATE * (end - j.hard)
        cost += rate * setup
        if tables.priced:
            cost += tables.price[cell]
        family = np.int64(e.family)
    return cost, end, family


@inner
def standing(tables: Tables, state: State, line: int, first: int, count: int) -> float:
    """Cost of a piece as it stands."""
    cost = 0.0
    base = line * tables.stride + first
    for index in range(base, base + count):
        e = state.entries[index]
        cost += e.weight * max(0, e.end - e.due) + LATE * max(0, e.end - e.hard)
        cost += tables.setup_price[line] * e.setup
        if tables.priced:
            cost += tables.price[e.op * tables.lines + line]
    return cost


@inner
def lead(tables: Tables, state: State, line: int, at: int, end: int, family: int) -> tuple[float, int, float]:
    """Look at the operation at `at` after another predecessor.

    Returns the change of its setup's cost, its new end, and a lower bound of what else changes from it on:
    the cost of a delay is convex, so that its slope now bounds gains as well as losses.
    """
    entries = state.entries
    base = line * tables.stride
    if at > state.length[line]:
        old = np.int64(entries[base + at - 1].end)
        return 0.0, end, ending(tables, state, end, old) if tables.end_price > 0.0 else 0.0
    e = entries[base + at]
    kk = tables.families
    setup = tables.setup[(line * kk + family) * kk + e.family]
    end = max(end + setup, e.release) + e.run
    delay = end - e.end
    bound = e.late * delay
    if delay > tables.soon:
        bound += (e.soon - e.late) * (delay - tables.soon)
    if tables.end_price > 0.0:
        bound = -INFINITE
    return tables.setup_price[line] * (setup - e.setup), end, bound


@inner
def follow(tables: Tables, state: State, line: int, at: int, end: int, bound: float, budget: float) -> float:
    """Change of cost from `at` on where the operation there now ends at `end`."""
    if at > state.length[line]:
        return bound
    e = state.entries[line * tables.stride + at]
    if end == e.end:
        return 0.0
    change = lateness(e, end, np.int64(e.end))
    return change + tail(tables, state, line, at + 1, end, budget - change)


@inner
def piece(tables: Tables, state: State, noise: Any, line: int, at: int, most: int, single: float) -> int:
    """Length of a piece: one with probability `single`, else a few, or the rest of a campaign."""
    base = line * tables.stride + at
    count = 1
    if share(noise) < single:
        wanted = 1
    elif draw(noise, 2) == 0:
        wanted = 1 + draw(noise, most)
    else:
        wanted = state.length[line]
        family = state.entries[base].family
        while at + count <= state.length[line] and state.entries[base + count].family == family:
            count += 1
        wanted, count = count, 1
    while count < wanted and at + count <= state.length[line]:
        count += 1
    for offset in range(count):
        if tables.job[state.entries[base + offset].op * tables.clocks].stuck != 0:
            return offset
    return count


@inner
def exchange(
    tables: Tables,
    state: State,
    scratch: Scratch,
    members: Any,
    alike: Any,
    seed: int,
    limit: float,
    most: int,
    single: float,
    one_way: float,
    beside: float,
) -> float:
    """Propose that the seed's line and another exchange pieces; return the change if it was made, else 0.

    The other place is beside an operation of the seed's family, or at about the seed's time on any line.
    """
    noise = scratch.noise
    line = state.line_of[seed]
    at = position(tables, state, line, seed)
    if share(noise) < beside:
        start, same, mine = alike
        kind = tables.job[seed * tables.clocks].family
        op = same[start[kind] + draw(noise, start[kind + 1] - start[kind])]
        other = state.line_of[op]
        if other == line or mine[other] == 0:
            return 0.0
        to = position(tables, state, other, op)
        to += draw(noise, 3) - 1 if draw(noise, 2) == 0 else draw(noise, 2)
    else:
        other = members[draw(noise, len(members))]
        for _ in range(4):
            if other != line and tables.minutes[seed * tables.lines + other] >= 0:
                break
            other = members[draw(noise, len(members))]
        if other == line:
            return 0.0
        to = at_time(tables, state, other, wanted(tables, state, noise, line, at)) + draw(noise, 3) - 1
    to = max(1, min(to, state.length[other] + 1))
    count = piece(tables, state, noise, line, at, most, single)
    back = 0
    if to <= state.length[other] and share(noise) >= one_way:
        back = piece(tables, state, noise, other, to, most, single)
    if count == 0:
        return 0.0
    before = state.entries[line * tables.stride + at - 1]
    cost, end, family = chain(
        tables, state, line, np.int64(before.end), np.int64(before.family), other, to, back
    )
    if cost >= INFINITE:
        return 0.0
    before = state.entries[other * tables.stride + to - 1]
    more, end_to, family_to = chain(
        tables, state, other, np.int64(before.end), np.int64(before.family), line, at, count
    )
    if more >= INFINITE:
        return 0.0
    cost += more - standing(tables, state, line, at, count) - standing(tables, state, other, to, back)
    if at + count > state.length[line] and tables.end_price > 0.0:
        old = np.int64(state.entries[line * tables.stride + state.length[line]].end)
        setup, bound = 0.0, ending(tables, state, end, old)
    else:
        setup, end, bound = lead(tables, state, line, at + count, end, family)
    if to + back > state.length[other] and tables.end_price > 0.0:
        old = np.int64(state.entries[other * tables.stride + state.length[other]].end)
        setup_to, bound_to = 0.0, ending(tables, state, end_to, old)
    else:
        setup_to, end_to, bound_to = lead(tables, state, other, to + back, end_to, family_to)
    cost += setup + setup_to
    if cost + bound + bound_to >= limit:
        return 0.0
    cost += follow(tables, state, line, at + count, end, bound, limit - cost - bound_to)
    if cost + bound_to >= limit:
        return 0.0
    cost += follow(tables, state, other, to + back, end_to, bound_to, limit - cost)
    if cost >= limit:
        return 0.0
    removed = scratch.removed
    nothing = np.int64(0)
    for offset in range(count):
        removed[offset] = state.entries[line * tables.stride + at + offset].op
    for offset in range(back):
        removed[count + offset] = state.entries[other * tables.stride + to + offset].op
    done = cut(tables, state, line, at, count)
    if back:
        done += cut(tables, state, other, to, back)
        done += paste(tables, state, line, at, removed, count, back)
    done += paste(tables, state, other, to, removed, nothing, count)
    scratch.touched[0] = line
    scratch.touched[1] = other
    scratch.count[0] = 2
    return done


@inner
def shift(
    tables: Tables, state: State, scratch: Scratch, seed: int, limit: float, most: int, single: float
) -> float:
    """Propose that two pieces of the seed's line change places; return the change if it was made, else 0.

    Between the two pieces there may be others, which stay between them.
    """
    noise = scratch.noise
    line = state.line_of[seed]
    at = position(tables, state, line, seed)
    last = state.length[line]
    count = piece(tables, state, noise, line, at, most, single)
    left = last + 1 - at - count
    if count == 0 or left < 1:
        return 0.0
    between = 0
    reach = 1 + int(-math.log(share(noise)) * most)
    if draw(noise, 2) == 0:
        between = min(reach, left - 1)
        back = piece(tables, state, noise, line, at + count + between, most, single)
    elif draw(noise, 3) == 0:
        back = piece(tables, state, noise, line, at + count, most, single)
    else:
        back = min(reach, left)
    if back == 0:
        return 0.0
    base = line * tables.stride
    middle, far = at + count, at + count + between
    for index in range(base + middle, base + far + back):
        if tables.job[state.entries[index].op * tables.clocks].stuck != 0:
            return 0.0
    before = state.entries[base + at - 1]
    cost, end, family = chain(
        tables, state, line, np.int64(before.end), np.int64(before.family), line, far, back
    )
    cost -= standing(tables, state, line, at, far + back - at)
    if between:
        more, end, family = chain(tables, state, line, end, family, line, middle, between)
        cost += more
    more, end, family = chain(tables, state, line, end, family, line, at, count)
    cost += more
    if far + back > last and tables.end_price > 0.0:
        setup, bound = 0.0, ending(tables, state, end, np.int64(state.entries[base + last].end))
    else:
        setup, end, bound = lead(tables, state, line, far + back, end, family)
    cost += setup
    if cost + bound >= limit:
        return 0.0
    cost += follow(tables, state, line, far + back, end, bound, limit - cost)
    if cost >= limit:
        return 0.0
    removed = scratch.removed
    nothing = np.int64(0)
    for offset in range(back):
        removed[offset] = state.entries[base + far + offset].op
    for offset in range(between):
        removed[back + offset] = state.entries[base + middle + offset].op
    for offset in range(count):
        removed[back + between + offset] = state.entries[base + at + offset].op
    done = cut(tables, state, line, at, count + between + back)
    done += paste(tables, state, line, at, removed, nothing, count + between + back)
    scratch.touched[0] = line
    scratch.count[0] = 1
    return done

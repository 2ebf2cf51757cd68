"""Small moves, judged without touching a row: two lines exchange pieces, or two pieces of a line change places."""

from __future__ import annotations

import math
from typing import Any

from qinglian.production.decide.kernel import INFINITE, LATE, State, Tables, cut, ending, paste, tail
from qinglian.production.decide.kernel_cache import compiled
from qinglian.production.decide.kernel_moves import Scratch, at_time, draw, position


@compiled
def chain(
    tables: Tables, state: State, line: int, end: int, family: int, other: int, first: int, count: int
) -> tuple[float, int, int]:
    """Cost of making a piece of `other` on `line` after `end`, its end and last family; infinite if it cannot."""
    entries = state.entries
    kk = tables.families
    cost = 0.0
    rate = tables.setup_price[line]
    base = other * tables.stride + first
    for index in range(base, base + count):
        e = entries[index]
        cell = e.op * tables.lines + line
        run = tables.minutes[cell]
        if run < 0:
            return INFINITE, 0, 0
        setup = tables.setup[(line * kk + family) * kk + e.family]
        end = max(end + setup, tables.release[cell]) + run
        cost += e.weight * max(0, end - tables.due[cell]) + LATE * max(0, end - tables.hard[cell])
        cost += rate * setup + tables.price[cell]
        family = e.family
    return cost, end, family


@compiled
def standing(tables: Tables, state: State, line: int, first: int, count: int) -> float:
    """Cost of a piece as it stands."""
    cost = 0.0
    base = line * tables.stride + first
    for index in range(base, base + count):
        e = state.entries[index]
        cost += e.weight * max(0, e.end - e.due) + LATE * max(0, e.end - e.hard)
        cost += tables.setup_price[line] * e.setup + tables.price[e.op * tables.lines + line]
    return cost


@compiled
def follow(
    tables: Tables, state: State, line: int, at: int, end: int, family: int, last_end: int, budget: float
) -> float:
    """Change of cost of what stands from `at` on after another predecessor, its setup included."""
    entries = state.entries
    base = line * tables.stride
    last = state.length[line]
    if at > last:
        return ending(tables, state, end, last_end) if tables.end_price > 0.0 else 0.0
    e = entries[base + at]
    kk = tables.families
    setup = tables.setup[(line * kk + family) * kk + e.family]
    change = tables.setup_price[line] * (setup - e.setup)
    end = max(end + setup, e.release) + e.run
    old = e.end
    if end == old:
        return change
    if end > old:
        delay = end - old
        bound = change + e.late * delay
        if delay > tables.soon:
            bound += (e.soon - e.late) * (delay - tables.soon)
        if bound > budget:
            return INFINITE
    change += e.weight * (max(0, end - e.due) - max(0, old - e.due))
    change += LATE * (max(0, end - e.hard) - max(0, old - e.hard))
    return change + tail(tables, state, line, at + 1, end, budget - change)


@compiled
def replaced(
    tables: Tables,
    state: State,
    line: int,
    at: int,
    drop: int,
    other: int,
    first: int,
    count: int,
    budget: float,
) -> float:
    """Change of cost of a line where a piece of another line takes the place of a piece of its own."""
    base = line * tables.stride
    before = state.entries[base + at - 1]
    cost, end, family = chain(tables, state, line, before.end, before.family, other, first, count)
    if cost >= INFINITE:
        return cost
    cost -= standing(tables, state, line, at, drop)
    if cost > budget + 1e7:
        return INFINITE
    last_end = state.entries[base + state.length[line]].end
    return cost + follow(tables, state, line, at + drop, end, family, last_end, budget - cost)


@compiled
def piece(tables: Tables, state: State, noise: Any, line: int, at: int, most: int) -> int:
    """Length of a piece from `at` on: one, a few, or what is left of the campaign."""
    way = draw(noise, 8)
    base = line * tables.stride + at
    count = 1
    if way < 4:
        wanted = 1
    elif way < 6:
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
        if tables.job[state.entries[base + offset].op].stuck != 0:
            return offset
    return count


@compiled
def exchange(
    tables: Tables, state: State, scratch: Scratch, members: Any, alike: Any, most: int, seed: int, limit: float
) -> float:
    """Propose that the seed's line and another exchange pieces; return the change if it was made, else 0.

    The other place is beside an operation of the seed's family, or at about the seed's time on any line.
    """
    noise = scratch.noise
    line = state.line_of[seed]
    at = position(tables, state, line, seed)
    if draw(noise, 2) == 0:
        start, same, mine = alike
        kind = tables.job[seed].family
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
        to = at_time(tables, state, other, state.entries[line * tables.stride + at].end) + draw(noise, 5) - 2
    to = max(1, min(to, state.length[other] + 1))
    count = piece(tables, state, noise, line, at, most)
    back = 0
    if to <= state.length[other] and draw(noise, 4) != 0:
        back = piece(tables, state, noise, other, to, most)
    if count == 0:
        return 0.0
    change = replaced(tables, state, line, at, count, other, to, back, INFINITE)
    if change >= INFINITE:
        return 0.0
    rest = replaced(tables, state, other, to, back, line, at, count, limit - change)
    change += rest
    if change >= limit:
        return 0.0
    removed = scratch.removed
    for offset in range(count):
        removed[offset] = state.entries[line * tables.stride + at + offset].op
    for offset in range(back):
        removed[count + offset] = state.entries[other * tables.stride + to + offset].op
    done = cut(tables, state, line, at, count)
    if back:
        done += cut(tables, state, other, to, back)
        done += paste(tables, state, line, at, removed, count, back)
    done += paste(tables, state, other, to, removed, 0, count)
    scratch.touched[0] = line
    scratch.touched[1] = other
    scratch.count[0] = 2
    return done


@compiled
def shift(tables: Tables, state: State, scratch: Scratch, most: int, seed: int, limit: float) -> float:
    """Propose that two neighbouring pieces of the seed's line change places; return the change if made, else 0."""
    noise = scratch.noise
    line = state.line_of[seed]
    at = position(tables, state, line, seed)
    last = state.length[line]
    count = piece(tables, state, noise, line, at, most)
    if count == 0 or at + count > last:
        return 0.0
    reach = 1 + int(-math.log((draw(noise, 1 << 20) + 1) / (1 << 20)) * most)
    back = min(reach, last + 1 - at - count)
    if draw(noise, 3) == 0:
        back = piece(tables, state, noise, line, at + count, most)
    base = line * tables.stride
    for index in range(base + at + count, base + at + count + back):
        if tables.job[state.entries[index].op].stuck != 0:
            return 0.0
    if back == 0:
        return 0.0
    before = state.entries[base + at - 1]
    cost, end, family = chain(tables, state, line, before.end, before.family, line, at + count, back)
    more, end, family = chain(tables, state, line, end, family, line, at, count)
    cost += more - standing(tables, state, line, at, count + back)
    last_end = state.entries[base + last].end
    cost += follow(tables, state, line, at + count + back, end, family, last_end, limit - cost)
    if cost >= limit:
        return 0.0
    removed = scratch.removed
    for offset in range(count):
        removed[offset] = state.entries[base + at + offset].op
    done = cut(tables, state, line, at, count)
    done += paste(tables, state, line, at + back, removed, 0, count)
    scratch.touched[0] = line
    scratch.count[0] = 1
    return done

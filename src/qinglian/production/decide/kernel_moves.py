"""Ruin: which operations leave their lines together, and in which units and order they come back."""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from qinglian.production.decide.kernel import Hand, State, Tables, cut
from qinglian.production.decide.kernel_cache import compiled, inner, merged
from qinglian.production.decide.kernel_rows import index_at

STRINGS, CAMPAIGNS, ALIKE = range(3)
NEVER = 2**30


class Scratch(NamedTuple):
    """Room of one worker: backups of touched lines, what was removed and in which units it returns."""

    entries: Any
    length: Any
    stamp: Any
    touched: Any
    removed: Any
    origin: Any
    unit_start: Any
    unit_count: Any
    key: Any
    order: Any
    count: Any
    noise: Any
    room: Any


N_TOUCHED, N_REMOVED, N_UNITS, N_STEP = range(4)


@merged
def stir(noise: Any) -> Any:
    """Return the next 64 random bits (Marsaglia 2003, xorshift)."""
    bits = noise[1]
    bits ^= bits << np.uint64(13)
    bits ^= bits >> np.uint64(7)
    bits ^= bits << np.uint64(17)
    noise[1] = bits
    return bits


@merged
def draw(noise: Any, below: int) -> Any:
    """Return a random integer below `below`, which is less than 2**31."""
    return np.int64(((stir(noise) >> np.uint64(32)) * np.uint64(below)) >> np.uint64(32))


@merged
def share(noise: Any) -> float:
    """Return a random number in (0, 1)."""
    return (np.float64(stir(noise) >> np.uint64(11)) + 0.5) * 2.0**-53


@inner
def keep(tables: Tables, state: State, scratch: Scratch, line: int) -> None:
    """Back a line up before its first change in this step."""
    count = scratch.count
    if scratch.stamp[line] == count[N_STEP]:
        return
    scratch.stamp[line] = count[N_STEP]
    scratch.touched[count[N_TOUCHED]] = line
    count[N_TOUCHED] += 1
    copy_line(tables, state.entries, state.length, scratch.entries, scratch.length, line)


@compiled
def copy_line(tables: Tables, entries: Any, length: Any, to: Any, to_length: Any, line: int) -> None:
    """Copy a row from one plan to another."""
    base = line * tables.stride
    last = length[line]
    for index in range(base, base + last + 1):
        to[index] = entries[index]
    to_length[line] = last


@inner
def position(tables: Tables, state: State, line: int, op: int) -> int:
    """Return the index of an operation on its line, looked for from where it was last seen."""
    base = line * tables.stride
    last = state.length[line]
    up = min(max(state.index_of[op], 1), last)
    down = up - 1
    while True:
        if up <= last:
            if state.entries[base + up].op == op:
                state.index_of[op] = up
                return up
            up += 1
        if down > 0:
            if state.entries[base + down].op == op:
                state.index_of[op] = down
                return down
            down -= 1


@inner
def stuck(tables: Tables, state: State, line: int, at: int) -> bool:
    """Whether the operation at an index may not leave its place."""
    op = state.entries[line * tables.stride + at].op
    return tables.job[op * tables.clocks].stuck != 0


@inner
def take(
    tables: Tables, state: State, scratch: Scratch, line: int, first: int, last: int, whole: bool
) -> float:
    """Cut what stands from `first` to `last` on a line; `whole` keeps what is alike in one unit."""
    keep(tables, state, scratch, line)
    count = scratch.count
    removed = count[N_REMOVED]
    before = -1
    for at in range(first, last + 1):
        e = state.entries[line * tables.stride + at]
        scratch.removed[removed] = e.op
        scratch.origin[removed] = line
        if whole and e.family == before:
            scratch.unit_count[count[N_UNITS] - 1] += 1
        else:
            scratch.unit_start[count[N_UNITS]] = removed
            scratch.unit_count[count[N_UNITS]] = 1
            count[N_UNITS] += 1
        before = e.family
        removed += 1
    count[N_REMOVED] = removed
    return cut(tables, state, line, first, last - first + 1)


@inner
def string(
    tables: Tables, state: State, scratch: Scratch, line: int, at: int, most: int, whole: bool
) -> float:
    """Cut a string of random length around an index."""
    length = 1 + draw(scratch.noise, most)
    first = at - draw(scratch.noise, length)
    last = min(first + length - 1, state.length[line])
    first = max(1, first)
    low = high = at
    while low > first and not stuck(tables, state, line, low - 1):
        low -= 1
    while high < last and not stuck(tables, state, line, high + 1):
        high += 1
    return take(tables, state, scratch, line, low, high, whole)


@inner
def campaign(
    tables: Tables, state: State, scratch: Scratch, line: int, at: int, most: int, whole: bool
) -> float:
    """Cut the campaign that an index belongs to, or at times only what comes before or after it."""
    low = high = at
    mine = state.entries[line * tables.stride + at].family
    part = draw(scratch.noise, 4)
    if part != 0:
        while low > 1 and at - low < most and state.entries[line * tables.stride + low - 1].family == mine:
            if stuck(tables, state, line, low - 1):
                break
            low -= 1
    if part != 1:
        last = state.length[line]
        while (
            high < last
            and high - at < most
            and (state.entries[line * tables.stride + high + 1].family == mine)
        ):
            if stuck(tables, state, line, high + 1):
                break
            high += 1
    return take(tables, state, scratch, line, low, high, whole)


@inner
def wanted(tables: Tables, state: State, noise: Any, line: int, at: int) -> int:
    """Return a minute at which an operation might end: where it ends now, or on time."""
    e = state.entries[line * tables.stride + at]
    first = e.release + e.run
    if draw(noise, 2) == 0 or e.due <= first:
        return np.int64(e.end)
    return first + draw(noise, np.int64(e.due - first + 1)) if e.due < NEVER else np.int64(e.end)


@inner
def ruin(
    tables: Tables,
    state: State,
    scratch: Scratch,
    hand: Hand,
    kind: int,
    lines: int,
    most: int,
    whole: bool,
    seed: int,
) -> float:
    """Remove related operations, around `seed`, from up to `lines` lines; return the change of cost."""
    noise, members = scratch.noise, hand.members
    line = state.line_of[seed]
    at = position(tables, state, line, seed)
    end = wanted(tables, state, noise, line, at)
    if kind == ALIKE:
        return ruin_alike(tables, state, scratch, hand, most, seed)
    if kind == CAMPAIGNS:
        change = campaign(tables, state, scratch, line, at, most, whole)
    else:
        change = string(tables, state, scratch, line, at, most, whole)
    for _ in range(1, lines):
        other = members[draw(noise, len(members))]
        for _ in range(3):
            if tables.minutes[seed * tables.lines + other] >= 0:
                break
            other = members[draw(noise, len(members))]
        if scratch.stamp[other] == scratch.count[N_STEP]:
            continue
        at = min(
            index_at(state.entries, other * tables.stride, state.length[other], end), state.length[other]
        )
        if at == 0 or stuck(tables, state, other, at):
            continue
        if kind == CAMPAIGNS:
            change += campaign(tables, state, scratch, other, at, most, whole)
        else:
            change += string(tables, state, scratch, other, at, most, whole)
    return change


@inner
def ruin_alike(tables: Tables, state: State, scratch: Scratch, hand: Hand, most: int, seed: int) -> float:
    """Remove some operations of the seed's class, wherever this worker has them."""
    start, members, mine = hand.mates_from, hand.mates, hand.mine
    kind = tables.job[seed * tables.clocks].family
    first, count = start[kind], start[kind + 1] - start[kind]
    wanted = 1 + draw(scratch.noise, most)
    apart = most < 0
    line = state.line_of[seed]
    at = position(tables, state, line, seed)
    change = take(tables, state, scratch, line, at, at, apart)
    offset = draw(scratch.noise, count)
    for index in range(count):
        if scratch.count[N_REMOVED] >= wanted:
            break
        op = members[first + (offset + index) % count]
        line = state.line_of[op]
        if op == seed or line < 0 or mine[line] == 0 or tables.job[op * tables.clocks].stuck != 0:
            continue
        at = position(tables, state, line, op)
        change += take(tables, state, scratch, line, at, at, apart)
    return change


@inner
def arrange(tables: Tables, scratch: Scratch) -> None:
    """Choose the order in which units come back: at random, by due date, by weight, or as they were."""
    units = scratch.count[N_UNITS]
    way = draw(scratch.noise, 4)
    for unit in range(units):
        op = scratch.removed[scratch.unit_start[unit]]
        if way == 0:
            key = float(draw(scratch.noise, 1 << 30))
        elif way == 1:
            key = float(tables.job[op * tables.clocks].due)
        elif way == 2:
            key = -tables.job[op * tables.clocks].weight - 1e-3 * scratch.unit_count[unit]
        else:
            key = float(-scratch.unit_count[unit])
        slot = unit
        while slot > 0 and scratch.key[slot - 1] > key:
            scratch.key[slot] = scratch.key[slot - 1]
            scratch.order[slot] = scratch.order[slot - 1]
            slot -= 1
        scratch.key[slot] = key
        scratch.order[slot] = unit

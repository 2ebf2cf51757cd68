"""The compiled heart: lines as rows of packed entries, and what a cut or a paste changes.

A row holds, from index 1, the operations of a line in order; index 0 stands for what the line was before.
Time in a row is working time of the line's calendar. Costs are evaluated by the tail: what follows a change
is walked until its ends are the old ones again, or the change is known to cost more than it may. The cost of
a delay is convex, and its slopes now (`late`) and after `tables.soon` minutes bound it from below.
"""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from qinglian.production.decide.kernel_cache import compiled, inner
from qinglian.production.decide.kernel_rows import INFINITE, LATE, exceed, slopes

ENTRY = np.dtype(
    [(name, np.int32) for name in ("op", "family", "setup", "release", "run", "due", "end", "hard")]
    + [(name, np.float32) for name in ("weight", "late", "soon", "value")],
    align=True,
)
JOB = np.dtype(
    [(name, np.int32) for name in ("family", "stuck", "release", "due", "hard")]
    + [("weight", np.float32), ("spare", np.float64)],
    align=True,
)
GUMBELS = 4096


class Tables(NamedTuple):
    """What does not change while workers run; flat arrays.

    `job` is by operation × clock, with times in working time of that clock; `minutes` and `price` by
    operation × line, `setup` by line × family × family. `pinned` says whether anything may not move;
    `pressure` is a price of a minute of any line that exchanges and shifts see beside all costs.
    """

    job: Any
    clock: Any
    clocks: int
    minutes: Any
    price: Any
    priced: bool
    setup: Any
    setup_price: Any
    lines: int
    families: int
    stride: int
    soon: int
    end_price: float
    pinned: bool
    pressure: float


class State(NamedTuple):
    """One plan: packed rows and their lengths, where each operation is, the makespan aimed at.

    `line_of` is exact, `index_of` only near: it is where an operation was put in, before others moved it.
    """

    entries: Any
    length: Any
    line_of: Any
    index_of: Any
    aim: Any


class Hand(NamedTuple):
    """What a worker may touch in a round: lines, operations on them that may move, and where to look.

    `mates` lists the operations of each class from ``mates_from[class]`` on, `able` the lines that can make
    some of them; ``mine[line]`` says whether a line is in the hand.
    """

    members: Any
    ops: Any
    mine: Any
    mates: Any
    mates_from: Any
    able: Any
    able_from: Any


@inner
def lateness(e: Any, end: int, old: int) -> float:
    """Change of an entry's cost where its end moves from `old` to `end`."""
    due = e.due
    now, then = max(end, due), max(old, due)
    change = 0.0
    if now != then:
        change = e.weight * (now - then)
    if max(now, then) > e.hard:
        change += LATE * (max(0, end - e.hard) - max(0, old - e.hard))
    return change


@inner
def tail(tables: Tables, state: State, line: int, at: int, end: int, budget: float) -> float:
    """Change of cost of what stands from `at` on, if its predecessor ended at `end`."""
    entries = state.entries
    base = line * tables.stride
    last = state.length[line]
    change = 0.0
    for index in range(base + at, base + last + 1):
        e = entries[index]
        end = max(end + e.setup, e.release) + e.run
        old = np.int64(e.end)
        if end == old:
            return change
        change += lateness(e, end, old)
        if change > budget:
            return INFINITE
    if tables.end_price > 0.0:
        change += ending(tables, state, end, np.int64(entries[base + last].end))
    return change


@inner
def ending(tables: Tables, state: State, end: int, old: int) -> float:
    """Change of the makespan's part of the cost where a line's last end moves from `old` to `end`."""
    return exceed(tables.end_price, state.aim[0], end, old)


@inner
def settle(tables: Tables, state: State, line: int, at: int, last_end: int) -> float:
    """Renew the setup before `at`, all ends from there on and the slopes; return the change of cost.

    `last_end` is when the line ended before, for the makespan.
    """
    entries = state.entries
    base = line * tables.stride
    last = state.length[line]
    end = entries[base + at - 1].end
    change = 0.0
    if at <= last:
        e = entries[base + at]
        kk = tables.families
        setup = tables.setup[(line * kk + entries[base + at - 1].family) * kk + e.family]
        change = tables.setup_price[line] * (setup - e.setup)
        e.setup = setup
    for index in range(base + at, base + last + 1):
        e = entries[index]
        end = max(end + e.setup, e.release) + e.run
        old = np.int64(e.end)
        if end == old:
            break
        change += lateness(e, end, old)
        e.end = end
    if tables.end_price > 0.0:
        change += ending(tables, state, np.int64(entries[base + last].end), last_end)
    slopes(entries, tables.soon, base, last)
    return change


@inner
def cut(tables: Tables, state: State, line: int, at: int, count: int) -> float:
    """Take operations out of a line; return the change of cost."""
    entries = state.entries
    base = line * tables.stride
    last = state.length[line]
    last_end = np.int64(entries[base + last].end)
    change = 0.0
    for index in range(base + at, base + at + count):
        e = entries[index]
        change -= e.weight * max(0, e.end - e.due) + LATE * max(0, e.end - e.hard)
        change -= tables.setup_price[line] * e.setup
        if tables.priced:
            change -= tables.price[e.op * tables.lines + line]
    for index in range(base + at, base + last + 1 - count):
        entries[index] = entries[index + count]
    state.length[line] = last - count
    return change + settle(tables, state, line, at, last_end)


@compiled
def paste(tables: Tables, state: State, line: int, at: int, unit: Any, first: int, count: int) -> float:
    """Put operations ``unit[first : first + count]`` into a line before `at`; return the change of cost."""
    entries = state.entries
    base = line * tables.stride
    last = state.length[line]
    last_end = np.int64(entries[base + last].end)
    for index in range(base + last, base + at - 1, -1):
        entries[index + count] = entries[index]
    state.length[line] = last + count
    kk = tables.families
    change = 0.0
    for offset in range(count):
        op = unit[first + offset]
        index = base + at + offset
        e, j, before = entries[index], tables.job[op * tables.clocks + tables.clock[line]], entries[index - 1]
        e.op = op
        e.family = j.family
        e.setup = tables.setup[(line * kk + before.family) * kk + j.family]
        e.release = j.release
        e.run = tables.minutes[op * tables.lines + line]
        e.due = j.due
        e.hard = j.hard
        e.weight = j.weight
        e.end = max(before.end + e.setup, e.release) + e.run
        state.line_of[op] = line
        state.index_of[op] = at + offset
        change += e.weight * max(0, e.end - e.due) + LATE * max(0, e.end - e.hard)
        change += tables.setup_price[line] * e.setup
        if tables.priced:
            change += tables.price[op * tables.lines + line]
    return change + settle(tables, state, line, at + count, last_end)


@inner
def best_place(
    tables: Tables,
    state: State,
    members: Any,
    number: int,
    rotation: int,
    avoid: int,
    unit: Any,
    first: int,
    count: int,
    budget: float,
    heat: float,
    noise: Any,
    gumbel: Any,
) -> tuple[float, int, int, int]:
    """Find where on all lines operations of one class cost least, if less than `budget`.

    Returns the cost, line and index (0 if none), and how many places were looked at. One in 128 is overlooked
    at random, and most of those within a campaign of another family: that keeps greedy insertion from always
    building the same plan, and from looking where it seldom pays.
    """
    entries = state.entries
    op = unit[first]
    clocks = tables.clocks
    mine, weight = tables.job[op * clocks].family, tables.job[op * clocks].weight
    kk = tables.families
    soon = tables.soon
    exact = heat > 0.0
    blink = np.uint64(0) if exact else np.uint64(1)
    inside = np.uint64(128) if exact else np.uint64(8)
    spread = heat * gumbel[len(gumbel) - 1]
    best, chosen, target, looks = budget, 0, 0, 0
    random = noise[0]
    for _ in range(number):
        rotation += 1
        if rotation >= number:
            rotation = 0
        line = members[rotation]
        run = tables.minutes[op * tables.lines + line]
        if run < 0 or line == avoid:
            continue
        price = tables.price[op * tables.lines + line]
        for offset in range(1, count):
            other = unit[first + offset]
            if tables.minutes[other * tables.lines + line] < 0:
                price = INFINITE
            else:
                price += tables.price[other * tables.lines + line]
        if price - spread >= best:
            continue
        clock = tables.clock[line]
        job = tables.job[op * clocks + clock]
        release, due, limit = job.release, job.due, job.hard
        base = line * tables.stride
        last = state.length[line]
        into = line * kk * kk + mine
        out = (line * kk + mine) * kk
        rate = tables.setup_price[line]
        low, high = 1, last + 1
        while low < high:
            middle = (low + high) >> 1
            if entries[base + middle].end > release:
                high = middle
            else:
                low = middle + 1
        if tables.end_price > 0.0 and kk <= 2:
            low = last + 1
        for at in range(low, last + 2):
            previous = entries[base + at - 1]
            before = np.int64(previous.end)
            if price + weight * max(0, before + run - due) - spread >= best:
                break
            random = random * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            looks += 1
            chance = random >> np.uint64(57)
            if chance < blink:
                continue
            after = 0
            if at <= last:
                follower = entries[base + at]
                if previous.family == follower.family and previous.family != mine and chance > inside:
                    continue
                after = tables.setup[out + follower.family]
            setup = tables.setup[into + previous.family * kk]
            end = max(before + setup, release) + run
            cost = price + rate * setup + weight * max(0, end - due) + LATE * max(0, end - limit)
            cost -= heat * gumbel[(random >> np.uint64(40)) & np.uint64(GUMBELS - 1)]
            if at <= last:
                cost += rate * (after - follower.setup)
            if cost >= best:
                continue
            for offset in range(1, count):
                other = unit[first + offset]
                j = tables.job[other * clocks + clock]
                end = max(end, j.release) + tables.minutes[other * tables.lines + line]
                cost += j.weight * max(0, end - j.due) + LATE * max(0, end - j.hard)
            if at > last:
                if tables.end_price > 0.0:
                    cost += ending(tables, state, end, before)
            else:
                end = max(end + after, follower.release) + follower.run
                old = np.int64(follower.end)
                if end != old:
                    delay = end - old
                    bound = follower.late * delay
                    if delay > soon:
                        bound += (follower.soon - follower.late) * (delay - soon)
                    if cost + bound >= best:
                        continue
                    cost += lateness(follower, end, old)
                    if cost < best:
                        cost += tail(tables, state, line, at + 1, end, best - cost)
            if cost < best:
                best, chosen, target = cost, at, line
    noise[0] = random
    return best, target, chosen, looks

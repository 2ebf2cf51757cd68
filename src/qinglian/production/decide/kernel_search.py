"""Annealing on the lines of one worker: exchanges and shifts, or ruin and recreate, at one temperature."""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

import math
from typing import Any

import numpy as np

from qinglian.production.decide.kernel import Hand, State, Tables, best_place, paste
from qinglian.production.decide.kernel_cache import borrowed, compiled, inner, merged
from qinglian.production.decide.kernel_exchange import exchange, shift
from qinglian.production.decide.kernel_moves import (
    N_REMOVED,
    N_STEP,
    N_TOUCHED,
    N_UNITS,
    Scratch,
    arrange,
    copy_line,
    draw,
    keep,
    ruin,
    share,
)
from qinglian.production.decide.kernel_rows import INFINITE


@inner
def recreate(
    tables: Tables,
    state: State,
    scratch: Scratch,
    members: Any,
    change: float,
    most: float,
    heat: float,
    gumbel: Any,
    narrow: bool,
    leave: bool,
) -> Any:
    """Put every unit back where it costs least; give up when the step costs `most` or more.

    Returns the change of cost of the whole step (infinite when given up) and how many places were looked at.
    """
    looks = 0
    for index in range(scratch.count[N_UNITS]):
        unit = scratch.order[index]
        number = scratch.count[N_TOUCHED] if narrow else len(members)
        first, count = scratch.unit_start[unit], scratch.unit_count[unit]
        _, target, chosen, seen = best_place(
            tables,
            state,
            scratch.touched if narrow else members,
            number,
            draw(scratch.noise, number),
            scratch.origin[first] if leave else -1,
            scratch.removed,
            first,
            count,
            most - change if heat == 0.0 else INFINITE,
            heat,
            scratch.noise,
            gumbel,
        )
        looks += seen
        if chosen == 0:
            return INFINITE, looks
        keep(tables, state, scratch, target)
        change += paste(tables, state, target, chosen, scratch.removed, first, count)
    return change, looks


@inner
def undo(tables: Tables, state: State, scratch: Scratch) -> None:
    """Bring back every touched line."""
    for index in range(scratch.count[N_TOUCHED]):
        line = scratch.touched[index]
        copy_line(tables, scratch.entries, scratch.length, state.entries, state.length, line)
    for index in range(scratch.count[N_REMOVED]):
        state.line_of[scratch.removed[index]] = scratch.origin[index]


@merged
def lent(tables: Tables, state: State, scratch: Scratch, hand: Hand) -> tuple[Tables, State, Scratch, Hand]:
    """Return the same with borrowed arrays: counting references took three quarters of the time."""
    return (
        Tables(
            borrowed(tables.job), borrowed(tables.clock), tables.clocks, borrowed(tables.minutes),
            borrowed(tables.price), tables.priced, borrowed(tables.setup), borrowed(tables.setup_price),
            tables.lines, tables.families, tables.stride, tables.soon, tables.end_price, tables.pinned,
            tables.pressure,
        ),
        State(
            borrowed(state.entries), borrowed(state.length), borrowed(state.line_of),
            borrowed(state.index_of), borrowed(state.aim),
        ),
        Scratch(
            borrowed(scratch.entries), borrowed(scratch.length), borrowed(scratch.stamp),
            borrowed(scratch.touched), borrowed(scratch.removed), borrowed(scratch.origin),
            borrowed(scratch.unit_start), borrowed(scratch.unit_count), borrowed(scratch.key),
            borrowed(scratch.order), borrowed(scratch.count), borrowed(scratch.noise), borrowed(scratch.room),
        ),
        Hand(
            borrowed(hand.members), borrowed(hand.ops), borrowed(hand.mine), borrowed(hand.mates),
            borrowed(hand.mates_from), borrowed(hand.able), borrowed(hand.able_from),
        ),
    )  # fmt: skip


@compiled
def trade(
    tables: Tables,
    state: State,
    best: State,
    scratch: Scratch,
    hand: Hand,
    dirty: Any,
    moves: Any,
    temperature: float,
    steps: int,
) -> Any:
    """Propose so many exchanges and shifts at one temperature; `best` keeps the best plan of these lines.

    Returns the change of cost of the plan as it stands, and of the best plan.
    """
    tables, state, scratch, hand = lent(tables, state, scratch, hand)
    noise, ops = scratch.noise, hand.ops
    now, lowest = 0.0, 0.0
    find(tables, state, hand.members)
    for _ in range(steps):
        op = ops[draw(noise, len(ops))]
        at = np.int64(state.index_of[op])
        limit = -temperature * math.log(share(noise))
        between = share(noise) < moves[0, 0]
        row = moves[0 if between else 1]
        if between:
            change = exchange(
                tables, state, hand, scratch, op, at, limit, int(row[1]), row[2], row[3], row[4]
            )
        else:
            change = shift(tables, state, scratch, op, at, limit, int(row[1]), row[2])
        if change >= INFINITE:
            continue
        now += change
        for index in range(2 if between else 1):
            dirty[scratch.touched[index]] = 1
        if now < lowest - 1e-6:  # as in `rebuild`: one function for both costs some 3 % of the speed
            lowest = now
            remember(tables, state, best, hand.members, dirty)
    return now, lowest


@inner
def find(tables: Tables, state: State, members: Any) -> None:
    """Note where each operation is: ruins know it only roughly."""
    for line in members:
        for at in range(1, state.length[line] + 1):
            state.index_of[state.entries[line * tables.stride + at].op] = at


@inner
def remember(tables: Tables, state: State, best: State, members: Any, dirty: Any) -> None:
    """Copy the changed lines to the best plan."""
    for line in members:
        if dirty[line]:
            dirty[line] = 0
            copy_line(tables, state.entries, state.length, best.entries, best.length, line)


@compiled
def rebuild(
    tables: Tables,
    state: State,
    best: State,
    scratch: Scratch,
    hand: Hand,
    dirty: Any,
    moves: Any,
    gumbel: Any,
    temperature: float,
    steps: int,
) -> Any:
    """Ruin and recreate so many times at one temperature; `best` keeps the best plan of these lines.

    Returns the change of cost of the plan as it stands, of the best plan, and how many places were looked at.
    """
    tables, state, scratch, hand = lent(tables, state, scratch, hand)
    count, noise = scratch.count, scratch.noise
    now, lowest, looks = 0.0, 0.0, 0
    for _ in range(steps):
        count[N_STEP] += 1
        count[N_TOUCHED] = count[N_REMOVED] = count[N_UNITS] = 0
        op = hand.ops[draw(noise, len(hand.ops))]
        pick = share(noise)
        row = 0
        while row < len(moves) - 1 and pick >= moves[row, 4]:
            pick -= moves[row, 4]
            row += 1
        change, seen = ruined(tables, state, scratch, hand, moves, row, op, temperature, gumbel)
        looks += seen
        if change >= INFINITE:
            continue
        now += change
        for index in range(count[N_TOUCHED]):
            dirty[scratch.touched[index]] = 1
        if now < lowest - 1e-6:
            lowest = now
            remember(tables, state, best, hand.members, dirty)
    return now, lowest, looks


@inner
def ruined(
    tables: Tables,
    state: State,
    scratch: Scratch,
    hand: Hand,
    moves: Any,
    row: int,
    op: int,
    temperature: float,
    gumbel: Any,
) -> Any:
    """Ruin and recreate once; return the change (infinite: undone) and how many places were looked at."""
    count, noise, members = scratch.count, scratch.noise, hand.members
    limit = -temperature * math.log(share(noise))
    heat = temperature * moves[row, 5]
    whole = share(noise) < moves[row, 3]
    lines = 1 + draw(noise, int(moves[row, 1]))
    change = ruin(tables, state, scratch, hand, int(moves[row, 0]), lines, int(moves[row, 2]), whole, op)
    arrange(tables, scratch)
    leave = share(noise) < moves[row, 6]
    narrow = count[N_TOUCHED] > 1 and share(noise) < moves[row, 7]
    if count[N_UNITS] == 1 and not leave:
        heat = temperature
        limit = INFINITE
    change, seen = recreate(tables, state, scratch, members, change, limit, heat, gumbel, narrow, leave)
    if change >= limit:
        undo(tables, state, scratch)
        return INFINITE, seen
    return change, seen

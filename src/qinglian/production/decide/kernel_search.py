"""Ruin and recreate under a falling temperature, on the lines of one worker."""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

import math
from typing import Any

import numpy as np

from qinglian.production.decide.kernel import State, Tables, best_place, paste
from qinglian.production.decide.kernel_cache import compiled, inner
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

EXCHANGE, SHIFT = 10, 11


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
            most - change if heat == 0.0 else 1e300,
            heat,
            scratch.noise,
            gumbel,
        )
        looks += seen
        if chosen == 0:
            return 1e300, looks
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


@inner
def choose(tables: Tables, state: State, noise: Any, members: Any, rivals: int) -> int:
    """Draw some operations and return the one whose delay costs most, or -1 where none may move."""
    best, slope = np.int64(-1), -1.0
    for _ in range(rivals):
        line = members[draw(noise, len(members))]
        last = state.length[line]
        if last == 0:
            continue
        at = 1 + draw(noise, last)
        e = state.entries[line * tables.stride + at]
        if e.late > slope and tables.job[e.op * tables.clocks].stuck == 0:
            best, slope = np.int64(e.op), np.float64(e.late)
            state.index_of[e.op] = at
    return best


@compiled
def anneal(
    tables: Tables,
    state: State,
    best: State,
    scratch: Scratch,
    members: Any,
    alike: Any,
    dirty: Any,
    moves: Any,
    gains: Any,
    gumbel: Any,
    temperature: float,
    steps: int,
) -> Any:
    """Take so many steps at one temperature; `best` keeps the best plan of these lines.

    Returns the change of cost of the plan as it stands, of the best plan, and how many places were looked at.
    """
    now, lowest, looks = 0.0, 0.0, 0
    count = scratch.count
    total = 0.0
    for index in range(len(moves)):
        total += moves[index, 4]
    for _ in range(steps):
        count[N_STEP] += 1
        count[N_TOUCHED] = count[N_REMOVED] = count[N_UNITS] = 0
        pick = share(scratch.noise) * total
        row = 0
        while row < len(moves) - 1 and pick >= moves[row, 4]:
            pick -= moves[row, 4]
            row += 1
        seed = choose(tables, state, scratch.noise, members, int(moves[row, 8]))
        if seed < 0:
            continue
        limit = -temperature * math.log(share(scratch.noise))
        heat = temperature * moves[row, 5]
        whole = share(scratch.noise) < moves[row, 3]
        kind = int(moves[row, 0])
        gains[row, 2] += 1
        if kind >= EXCHANGE:
            most = int(moves[row, 2])
            if kind == EXCHANGE:
                change = exchange(
                    tables,
                    state,
                    scratch,
                    members,
                    alike,
                    seed,
                    limit,
                    most,
                    moves[row, 3],
                    moves[row, 6],
                    moves[row, 7],
                )
            else:
                change = shift(tables, state, scratch, seed, limit, most, moves[row, 3])
            looks += 1
            gains[row, 0] += 5
            if count[N_TOUCHED] == 0:
                continue
        else:
            lines = 1 + draw(scratch.noise, int(moves[row, 1]))
            change = ruin(
                tables, state, scratch, members, alike, kind, lines, int(moves[row, 2]), whole, seed
            )
            arrange(tables, scratch)
            leave = share(scratch.noise) < moves[row, 6]
            narrow = count[N_TOUCHED] > 1 and share(scratch.noise) < moves[row, 7]
            if count[N_UNITS] == 1 and not leave:
                heat = temperature
                limit = 1e300
            change, seen = recreate(
                tables, state, scratch, members, change, limit, heat, gumbel, narrow, leave
            )
            looks += seen
            gains[row, 0] += seen + 20
            if change >= limit:
                undo(tables, state, scratch)
                continue
        gains[row, 3] += 1
        if change < 0.0:
            gains[row, 1] -= change
        now += change
        for index in range(count[N_TOUCHED]):
            dirty[scratch.touched[index]] = 1
        if now < lowest - 1e-6:
            lowest = now
            for line in members:
                if dirty[line]:
                    dirty[line] = 0
                    copy_line(tables, state.entries, state.length, best.entries, best.length, line)
    return now, lowest, looks

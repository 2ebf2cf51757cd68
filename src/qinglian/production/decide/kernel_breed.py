"""A population of plans of a line that stands alone: children of two plans descend and displace the worst.

What survives of one population after another meets in a population of champions, and all begins anew.
"""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

from typing import Any, NamedTuple

from qinglian.production.decide.kernel_cache import borrowed, compiled, inner, merged
from qinglian.production.decide.kernel_descent import Row, Sheet, descend
from qinglian.production.decide.kernel_moves import draw

PATIENCE = 6
"""Children without success, per plan of the population, after which it has nothing more to give."""
N_FILLED, N_STALE, N_CHAMPIONS, N_FINAL, N_BEGUN = range(5)
COUNTS = 5


class Brood(NamedTuple):
    """Plans and their costs, champions, the best plan found, counts, and room to work in.

    Before the first child `best` is the plan to begin with.
    """

    plans: Any
    value: Any
    champions: Any
    best: Any
    best_value: Any
    count: Any
    room: Any
    taken: Any
    child: Any
    noise: Any


@merged
def lent(row: Row, sheet: Sheet, brood: Brood) -> tuple[Row, Sheet, Brood]:
    """Return the same with borrowed arrays, so that nobody counts references to them."""
    return (
        Row(borrowed(row.job), borrowed(row.setup), row.families, row.setup_price, row.span),
        Sheet(borrowed(sheet.stops), borrowed(sheet.ahead), borrowed(sheet.steps)),
        Brood(
            borrowed(brood.plans), borrowed(brood.value), borrowed(brood.champions),
            borrowed(brood.best), borrowed(brood.best_value), borrowed(brood.count), borrowed(brood.room),
            borrowed(brood.taken), borrowed(brood.child), borrowed(brood.noise),
        ),
    )  # fmt: skip


@compiled
def breed(row: Row, sheet: Sheet, brood: Brood, looks: int) -> int:
    """Raise children until so many exchanges were looked at; return how many were."""
    row, sheet, brood = lent(row, sheet, brood)
    seen, count = 0, brood.count
    while seen < looks:
        grown = count[N_FILLED] == len(brood.plans)
        if grown:
            cross(row, sheet, brood)
        elif count[N_CHAMPIONS] == len(brood.plans):
            recall(row, sheet, brood)
        elif count[N_BEGUN] == 0:
            count[N_BEGUN] = 1
            read(row, sheet, brood.best)
        else:
            shuffle(row, sheet, brood)
        value, more = descend(row, sheet, brood.room, brood.noise)
        seen += more + len(row.job)
        if value < brood.best_value[0]:
            brood.best_value[0] = value
            write(sheet, brood.best)
        if grown:
            admit(sheet, brood, value)
        else:
            store(sheet, brood.plans, brood.value, count[N_FILLED], value)
            count[N_FILLED] += 1
        if count[N_STALE] > PATIENCE * len(brood.plans):
            retire(brood)
    return seen


@inner
def store(sheet: Sheet, plans: Any, values: Any, place: int, value: float) -> None:
    """Keep the plan of the sheet."""
    write(sheet, plans[place])
    values[place] = value


@inner
def write(sheet: Sheet, plan: Any) -> None:
    """Write the order of the sheet down."""
    for index in range(len(plan)):
        plan[index] = sheet.stops[index + 1].op


@inner
def read(row: Row, sheet: Sheet, plan: Any) -> None:
    """Lay a plan down."""
    for index in range(len(plan)):
        sheet.stops[index + 1] = row.job[plan[index]]


@inner
def shuffle(row: Row, sheet: Sheet, brood: Brood) -> None:
    """Lay down a plan at random."""
    child = brood.child
    for index in range(len(child)):
        child[index] = index
    for index in range(len(child) - 1, 0, -1):
        other = draw(brood.noise, index + 1)
        child[index], child[other] = child[other], child[index]
    read(row, sheet, child)


@inner
def recall(row: Row, sheet: Sheet, brood: Brood) -> None:
    """Lay down the next champion."""
    read(row, sheet, brood.champions[brood.count[N_FILLED]])
    brood.count[N_FINAL] = 1


@inner
def parents(brood: Brood) -> tuple[int, int]:
    """Choose two plans; the first, which hands down its stretch, is the better one of two drawn."""
    noise, number = brood.noise, len(brood.plans)
    one = draw(noise, number)
    rival = draw(noise, number)
    if brood.value[rival] < brood.value[one]:
        one = rival
    other = draw(noise, number - 1)
    if other >= one:
        other += 1
    return one, other


@inner
def cross(row: Row, sheet: Sheet, brood: Brood) -> None:
    """Lay down a child: a stretch as one parent has it, the rest in the order of the other.

    The stretch stays at its place (order crossover: L. Davis, Applying adaptive algorithms to epistatic
    domains, IJCAI 1985, 162-164) or behind the operation that stands before it in its parent.
    """
    size, noise, taken, child = len(brood.best), brood.noise, brood.taken, brood.child
    one, other = parents(brood)
    length = min(size, 2 + draw(noise, max(1, size - 4)))
    first = draw(noise, size - length + 1)
    taken[:] = 0
    for index in range(first, first + length):
        taken[brood.plans[one, index]] = 1
    behind = -1
    if first > 0 and draw(noise, 2) == 0:
        behind = brood.plans[one, first - 1]
    at = 0
    for index in range(size):
        if behind < 0 and at == first:
            at = hand_down(brood, one, first, length, at)
        op = brood.plans[other, index]
        if taken[op] == 0:
            child[at] = op
            at += 1
            if op == behind:
                at = hand_down(brood, one, first, length, at)
    if at == first and behind < 0:
        hand_down(brood, one, first, length, at)
    read(row, sheet, child)


@inner
def hand_down(brood: Brood, one: int, first: int, length: int, at: int) -> int:
    """Copy a parent's stretch into the child; return the place behind it."""
    for offset in range(length):
        brood.child[at + offset] = brood.plans[one, first + offset]
    return at + length


@inner
def admit(sheet: Sheet, brood: Brood, value: float) -> None:
    """Let a child displace the worst plan, unless one of its cost is there."""
    worst = 0
    brood.count[N_STALE] += 1
    for place in range(len(brood.plans)):
        if abs(brood.value[place] - value) < 1e-6:
            return
        if brood.value[place] > brood.value[worst]:
            worst = place
    if value < brood.value[worst]:
        store(sheet, brood.plans, brood.value, worst, value)
        brood.count[N_STALE] = 0


@inner
def retire(brood: Brood) -> None:
    """End a population: its best plan becomes a champion, or after one of champions the first of new ones."""
    count = brood.count
    best = 0
    for place in range(len(brood.plans)):
        if brood.value[place] < brood.value[best]:
            best = place
    if count[N_FINAL] != 0:
        count[N_CHAMPIONS] = count[N_FINAL] = 0
    brood.champions[count[N_CHAMPIONS], :] = brood.plans[best]
    count[N_CHAMPIONS] += 1
    count[N_FILLED] = count[N_STALE] = 0

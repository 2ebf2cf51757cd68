"""A population of plans of a line that stands alone: children of two plans descend and displace the worst.

The best plans of one population after another are an elite, which becomes a population in its turn; then all
begins anew.
"""

# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"
from __future__ import annotations

from typing import Any, NamedTuple

from qinglian.production.decide.kernel_cache import borrowed, compiled, inner, merged
from qinglian.production.decide.kernel_descent import Row, Sheet, descend
from qinglian.production.decide.kernel_moves import draw

PATIENCE = 6
"""Children without success, per plan of the population, after which it has nothing more to give."""
N_FILLED, N_STALE, N_ELITE, N_OF_ELITE, N_BEGUN = range(5)
COUNTS = 5


class Population(NamedTuple):
    """Plans and their costs, an elite, the best plan found, counts, and room to work in.

    Before the first child `best` is the plan to begin with.
    """

    plans: Any
    value: Any
    elite: Any
    best: Any
    best_value: Any
    count: Any
    room: Any
    taken: Any
    child: Any
    noise: Any


@merged
def lent(row: Row, sheet: Sheet, population: Population) -> tuple[Row, Sheet, Population]:
    """Return the same with borrowed arrays, so that nobody counts references to them."""
    return (
        Row(borrowed(row.job), borrowed(row.setup), row.families, row.setup_price, row.span),
        Sheet(borrowed(sheet.stops), borrowed(sheet.ahead), borrowed(sheet.steps)),
        Population(
            borrowed(population.plans), borrowed(population.value), borrowed(population.elite),
            borrowed(population.best), borrowed(population.best_value), borrowed(population.count),
            borrowed(population.room), borrowed(population.taken), borrowed(population.child),
            borrowed(population.noise),
        ),
    )  # fmt: skip


@compiled
def evolve(row: Row, sheet: Sheet, population: Population, looks: int) -> int:
    """Let children descend until so many exchanges were looked at; return how many were."""
    row, sheet, population = lent(row, sheet, population)
    seen, count = 0, population.count
    while seen < looks:
        grown = count[N_FILLED] == len(population.plans)
        if grown:
            crossover(row, sheet, population)
        elif count[N_ELITE] == len(population.plans):
            take_elite(row, sheet, population)
        elif count[N_BEGUN] == 0:
            count[N_BEGUN] = 1
            read(row, sheet, population.best)
        else:
            randomize(row, sheet, population)
        value, more = descend(row, sheet, population.room, population.noise)
        seen += more + len(row.job)
        if value < population.best_value[0]:
            population.best_value[0] = value
            write(sheet, population.best)
        if grown:
            replace_worst(sheet, population, value)
        else:
            store(sheet, population.plans, population.value, count[N_FILLED], value)
            count[N_FILLED] += 1
        if count[N_STALE] > PATIENCE * len(population.plans):
            conclude(population)
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
def randomize(row: Row, sheet: Sheet, population: Population) -> None:
    """Lay down a plan at random."""
    child = population.child
    for index in range(len(child)):
        child[index] = index
    for index in range(len(child) - 1, 0, -1):
        other = draw(population.noise, index + 1)
        child[index], child[other] = child[other], child[index]
    read(row, sheet, child)


@inner
def take_elite(row: Row, sheet: Sheet, population: Population) -> None:
    """Lay down the next elite plan."""
    read(row, sheet, population.elite[population.count[N_FILLED]])
    population.count[N_OF_ELITE] = 1


@inner
def parents(population: Population) -> tuple[int, int]:
    """Choose two plans; the first, which hands down its stretch, is the better one of two drawn."""
    noise, number = population.noise, len(population.plans)
    one = draw(noise, number)
    rival = draw(noise, number)
    if population.value[rival] < population.value[one]:
        one = rival
    other = draw(noise, number - 1)
    if other >= one:
        other += 1
    return one, other


@inner
def crossover(row: Row, sheet: Sheet, population: Population) -> None:
    """Lay down a child: a stretch as one parent has it, the rest in the order of the other.

    The stretch stays at its place (order crossover: L. Davis, Applying adaptive algorithms to epistatic
    domains, IJCAI 1985, 162-164) or behind the operation that stands before it in its parent.
    """
    size, noise, taken, child = len(population.best), population.noise, population.taken, population.child
    one, other = parents(population)
    length = min(size, 2 + draw(noise, max(1, size - 4)))
    first = draw(noise, size - length + 1)
    taken[:] = 0
    for index in range(first, first + length):
        taken[population.plans[one, index]] = 1
    behind = -1
    if first > 0 and draw(noise, 2) == 0:
        behind = population.plans[one, first - 1]
    at = 0
    for index in range(size):
        if behind < 0 and at == first:
            at = inherit(population, one, first, length, at)
        op = population.plans[other, index]
        if taken[op] == 0:
            child[at] = op
            at += 1
            if op == behind:
                at = inherit(population, one, first, length, at)
    if at == first and behind < 0:
        inherit(population, one, first, length, at)
    read(row, sheet, child)


@inner
def inherit(population: Population, one: int, first: int, length: int, at: int) -> int:
    """Copy a parent's stretch into the child; return the place behind it."""
    for offset in range(length):
        population.child[at + offset] = population.plans[one, first + offset]
    return at + length


@inner
def replace_worst(sheet: Sheet, population: Population, value: float) -> None:
    """Let a child displace the worst plan, unless one of its cost is there."""
    worst = 0
    population.count[N_STALE] += 1
    for place in range(len(population.plans)):
        if abs(population.value[place] - value) < 1e-6:
            return
        if population.value[place] > population.value[worst]:
            worst = place
    if value < population.value[worst]:
        store(sheet, population.plans, population.value, worst, value)
        population.count[N_STALE] = 0


@inner
def conclude(population: Population) -> None:
    """End a population: its best plan joins the elite, or after a population of the elite begins another."""
    count = population.count
    best = 0
    for place in range(len(population.plans)):
        if population.value[place] < population.value[best]:
            best = place
    if count[N_OF_ELITE] != 0:
        count[N_ELITE] = count[N_OF_ELITE] = 0
    population.elite[count[N_ELITE], :] = population.plans[best]
    count[N_ELITE] += 1
    count[N_FILLED] = count[N_STALE] = 0

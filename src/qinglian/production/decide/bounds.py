"""What no plan can be better than: energy, lateness, setups, the objective as a whole, the last end.

Every bound is reckoned in whole numbers from prices of line time (Lagrangian duality), so it holds whatever a
solver's floats say, and anyone can check it from the prices it comes with.

No useful bound of weighted tardiness is known at the size of a plant: a lot's earliest end by itself is all
there is, and it says little where lines are full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qinglian.production.decide.assignment_lp import Room, Solution, Table, solve
from qinglian.production.decide.open_time import OpenTime
from qinglian.production.decide.prices import run_watts
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.rates import Rates
from qinglian.production.objective import CORE

if TYPE_CHECKING:
    from qinglian.production.model import Instance, Lot
    from qinglian.production.objective import Objective

FINE = 2**20
"""Prices are rounded to this part of their unit before anything is reckoned from them."""
LEVELS = 12


@dataclass(frozen=True)
class Bound:
    """A proven lower bound with its parts; `prices` by line are the certificate of its linear programme."""

    value: Fraction
    parts: dict[str, Fraction] = field(default_factory=dict)
    prices: dict[str, Fraction] = field(default_factory=dict)


def best_bound(instance: Instance, objective: Objective = CORE) -> Bound:
    """Bound an objective from below: lateness of each lot alone, a setup into each family, run energy.

    Runs at the cheapest hours of the cheapest lines that have time then. With levels it bounds the sum of all
    terms, not each level. Changes to a released plan and the peak count as nothing.
    """
    problem = Problem.of(instance, objective)
    parts = {
        "tardiness": Fraction(objective.tardiness) * tardiness_bound(problem),
        "setup": Fraction(objective.setup) * setup_bound(problem),
    }
    prices: dict[str, Fraction] = {}
    if objective.energy or objective.carbon:
        energy = cost_bound(problem)
        parts["energy"], prices = energy.value, energy.prices
    return Bound(sum(parts.values(), Fraction(0)), parts, prices)


def tardiness_bound(problem: Problem) -> int:
    """Weighted tardiness where every lot has the plant for itself."""
    total = sum(lot.weight * max(0, end - lot.due) for lot, end in _earliest_ends(problem))
    lots = problem.instance.lots
    return total + sum(lot.weight * max(0, lot.release - lot.due) for lot in lots if not lot.units)


def _earliest_ends(problem: Problem) -> list[tuple[Lot, int]]:
    """Return each lot that takes time with its end, had it the plant for itself."""
    found, ready = [], 0
    for operation in range(problem.size):
        ready = int(problem.release[operation]) if problem.stage[operation] == 0 else ready
        ready = _earliest(problem, operation, ready)
        if problem.following[operation] < 0:
            found.append((problem.instance.lots[problem.lot[operation]], ready))
    return found


def _earliest(problem: Problem, operation: int, ready: int) -> int:
    """Return the earliest end of an operation on any line."""
    column = problem.minutes[:, operation]
    start = max(ready, int(problem.fixed[operation]))
    ends = []
    for line in np.flatnonzero(column >= 0):
        clock = problem.clocks[problem.clock_of[line]]
        ends.append(clock.earliest(max(start, int(problem.available[line])), int(column[line]))[1])
    return min(ends, default=start)


def setup_bound(problem: Problem) -> int:
    """Minutes of one setup into each class of families, the shortest on any line that makes it."""
    total = 0
    for stage in set(problem.stage.tolist()):
        here = problem.stage == stage
        able = (problem.minutes >= 0) & here
        for after in set(problem.class_of[here].tolist()):
            mine = able & (problem.class_of == after)
            lines = np.flatnonzero(mine.any(axis=1))
            total += min((_least_setup(problem, int(line), after) for line in lines), default=0)
    return total


def _least_setup(problem: Problem, line: int, after: int) -> int:
    first = int(problem.start_class[line])
    before = set(problem.class_of[problem.minutes[line] >= 0].tolist()) | {first}
    if first == after:
        return 0
    return min(int(problem.setup[line, other, after]) for other in before - {after})


def energy_bound(instance: Instance, until: int | None = None) -> Bound | None:
    """Bound the run energy in watt-minutes of any plan that ends by a minute, the horizon's by default.

    Each lot on a line that can make it, open minutes of lines as capacity. None where not all work fits.
    """
    problem = Problem.of(instance)
    able = problem.minutes >= 0
    energy = np.where(able, run_energy(problem), 0)
    capacity = open_room(problem, instance.horizon.minutes if until is None else until)
    found = solve(able, problem.minutes.astype(np.int64), energy.astype(np.float64), capacity.tolist())
    if found is None and not _fits(problem, able, capacity):
        return None
    prices = _rounded(found, problem.lines)
    value = Fraction(_lagrangian(able, FINE * energy, problem.minutes, prices) - _dot(prices, capacity), FINE)
    return Bound(value, {"run": value}, _named(instance, prices, Fraction(1, FINE)))


def cost_bound(problem: Problem) -> Bound:
    """Bound the cost of energy and carbon, in the objective's unit: runs, and halls at rest.

    A watt-minute has one price on each line; the line sells those of its open hours that are cheaper. Where
    own generation would pay for ending after the horizon, the lateness of ending then is counted against it.
    Nor does any hour cost less than all of its own generation brings when sold: nothing, where feeding in is
    not paid. Only what is paid for feeding in, and prices below zero, make the bound negative.
    """
    instance = problem.instance
    rates = Rates.of(instance, problem.objective, instance.horizon.limit)
    able = problem.minutes >= 0
    energy = np.where(able, run_energy(problem), 0)
    hours, sold = _hours(rates), _for_sale(problem, able)
    prices = _energy_prices(problem, able, energy, hours, sold)
    value = _lagrangian(able, np.zeros_like(energy), energy, prices)
    cheaper = np.minimum(hours.astype(object) - np.array(prices, dtype=object)[:, None], 0) * sold
    beside = [_beside(instance, rates, hour, int(price)) for hour, price in enumerate(hours)]
    whole = [below + more for below, more in zip(cheaper.sum(axis=0).tolist(), beside, strict=True)]
    by_prices = value + _least_by_end(problem, rates, whole)
    nothing_used = [_nothing_used(instance, rates, hour, int(price)) for hour, price in enumerate(hours)]
    by_sale = _least_by_end(problem, rates, nothing_used)
    if by_sale > by_prices:
        return Bound(by_sale * rates.unit, {}, _named(instance, [0] * problem.lines, rates.unit))
    return Bound(by_prices * rates.unit, {}, _named(instance, prices, rates.unit))


def _energy_prices(
    problem: Problem, able: NDArray[np.bool_], energy: Table, hours: Table, sold: Table
) -> list[int]:
    """Price a watt-minute on each line: the hours of the horizon are for sale, or all if these are few."""
    able, energy = _alike(problem, able, energy)
    for last in (-(-problem.instance.horizon.minutes // 60), len(hours)):
        rooms = [room for line in range(len(able)) for room in _levels(line, hours[:last], sold[line, :last])]
        found = solve(able, energy, np.zeros(energy.shape), [0.0] * len(able), rooms)
        if found is not None:
            return [round(value) for value in found.prices]
    return [0] * len(able)


def _alike(problem: Problem, able: NDArray[np.bool_], energy: Table) -> tuple[NDArray[np.bool_], Table]:
    """Add up operations of one family that the same lines can make.

    The programme gets small, and its prices hardly differ; that they bound is reckoned from all operations.
    """
    keys = np.vstack([_families(problem), able])
    kinds, which = np.unique(keys, axis=1, return_inverse=True)
    added = np.zeros((len(able), kinds.shape[1]), np.int64)
    np.add.at(added.T, which.reshape(-1), energy.T)
    return kinds[1:] > 0, added


def _least_by_end(problem: Problem, rates: Rates, whole: list[int]) -> Fraction:
    """Return the least, over the hours a plan may end in, of what the hours up to then and ending then cost.

    The account of energy ends with the horizon, or with the last run where that is later.
    """
    horizon = problem.instance.horizon.minutes
    total = Fraction(sum(whole[: horizon // 60]))
    ends = [total] if horizon % 60 == 0 else []
    late = _lateness_of_ending(problem, len(whole))
    price = Fraction(problem.objective.tardiness) / rates.unit
    for hour in range(horizon // 60, len(whole)):
        ends.append(total + min(0, whole[hour]) + (price * late[hour] if 60 * hour >= horizon else 0))
        total += whole[hour]
    return min(ends, default=total)


def _lateness_of_ending(problem: Problem, hours: int) -> list[int]:
    """Weighted minutes late, beside `tardiness_bound`, of a plan that ends in an hour or later, at least."""
    lots = _earliest_ends(problem)
    if not lots:
        return [0] * hours
    weight = np.array([lot.weight for lot, _ in lots], dtype=np.int64)
    due = np.array([lot.due for lot, _ in lots], dtype=np.int64)
    own = np.maximum(np.array([end for _, end in lots], dtype=np.int64) - due, 0)
    return [max(0, int((weight * (np.maximum(60 * hour - due, 0) - own)).min())) for hour in range(hours)]


def makespan_bound(problem: Problem) -> int:
    """Bound the last end: lines share the work as if it were fluid; each operation takes its own time."""
    able = problem.minutes >= 0
    free = problem.available.astype(np.int64)
    rooms = [Room(tuple(range(problem.lines)), 1.0)]
    found = solve(able, problem.minutes.astype(np.int64), np.zeros(able.shape), (-free).tolist(), rooms)
    own = max((_earliest(problem, op, int(problem.release[op])) for op in range(problem.size)), default=0)
    prices = _rounded(found, problem.lines)
    if found is None or not sum(prices):
        return own
    shared = _lagrangian(able, np.zeros(able.shape, np.int64), problem.minutes, prices) + _dot(prices, free)
    return max(own, -(-shared // sum(prices)))


def run_energy(problem: Problem) -> Table:
    """Watt-minutes of each operation on each line; nonsense where the line cannot make it."""
    watts = run_watts(problem.instance, _families(problem)).astype(np.int64)
    return watts * problem.minutes


def _families(problem: Problem) -> NDArray[np.int32]:
    index = {family.id: place for place, family in enumerate(problem.instance.families)}
    return np.array([index[problem.instance.lots[lot].family] for lot in problem.lot], dtype=np.int32)


def open_room(problem: Problem, until: int) -> Table:
    """Open minutes of each line from when it is free until a minute."""
    return np.array(
        [
            max(0, clock.worked(until) - clock.worked(int(free))) if until > free else 0
            for clock, free in (
                (problem.clocks[c], f) for c, f in zip(problem.clock_of, problem.available, strict=True)
            )
        ],
        dtype=np.int64,
    )


def _fits(problem: Problem, able: NDArray[np.bool_], capacity: Table) -> bool:
    """Whether work may fit: the quickest runs of all operations into the capacity of all lines."""
    quickest = np.where(able, problem.minutes, np.iinfo(np.int32).max).min(axis=0)
    return int(quickest.sum()) <= int(capacity.sum())


def _rounded(found: Solution | None, lines: int) -> list[int]:
    if found is None:
        return [0] * lines
    return [max(0, round(float(price) * FINE)) for price in found.prices]


def _lagrangian(
    able: NDArray[np.bool_], cost: Table, need: NDArray[np.int32] | Table, prices: list[int]
) -> int:
    """Sum, over operations, the least of cost and priced need on any line; in integers of any size."""
    total = 0
    wide = need.astype(object) * np.array(prices, dtype=object)[:, None] + cost.astype(object)
    for operation in range(able.shape[1]):
        total += min(wide[able[:, operation], operation], default=0)
    return int(total)


def _dot(prices: list[int], amounts: Table) -> int:
    return sum(price * int(amount) for price, amount in zip(prices, amounts, strict=True))


def _named(instance: Instance, prices: list[int], unit: Fraction) -> dict[str, Fraction]:
    return {line.id: price * unit for line, price in zip(instance.lines, prices, strict=True)}


def _hours(rates: Rates) -> Table:
    hours: Table = np.floor(rates.buy[::60]).astype(np.int64)
    return hours


def _for_sale(problem: Problem, able: NDArray[np.bool_]) -> Table:
    """Watt-minutes that runs of each line can use in each hour at most."""
    instance = problem.instance
    watts = np.where(able, run_watts(instance, _families(problem)), 0).max(axis=1, initial=0).astype(np.int64)
    rows = []
    for line, most in zip(instance.lines, watts, strict=True):
        calendar = instance.calendar_of.get(line.calendar)
        opened = OpenTime.of(calendar, instance.horizon.limit, instance.horizon.limit).opened
        rows.append(np.add.reduceat(opened.astype(np.int64), np.arange(0, len(opened), 60)) * int(most))
    return np.array(rows)


def _levels(line: int, hours: Table, sold: Table) -> list[Room]:
    """Hours of one line in a few levels of like price, each at its cheapest."""
    order = np.argsort(hours, kind="stable")
    return [
        Room((line,), float(hours[part].min()), float(sold[part].sum()))
        for part in np.array_split(order, min(LEVELS, len(order)))
        if sold[part].sum()
    ]


def _beside(instance: Instance, rates: Rates, hour: int, price: int) -> int:
    """Bound what an hour costs beside runs: halls at rest, all own generation used, paid consumption."""
    generation = instance.generation.watts
    own = 60 * generation[hour] if hour < len(generation) else 0
    saved = -own * max(price, ceil(rates.sell))
    if price < 0:
        return saved + 60 * price * _beside_watts(instance)
    return saved + 60 * price * sum(min(hall.base_w, hall.setback_w) for hall in instance.halls)


def _beside_watts(instance: Instance) -> int:
    """What lines and halls may draw at most beside the run power of a family."""
    powers = [line.power for line in instance.lines]
    watts = sum(max(p.run, p.idle, p.setup, p.start_up, p.off) for p in powers)
    return watts + sum(max(hall.base_w, hall.setback_w) for hall in instance.halls)


def _nothing_used(instance: Instance, rates: Rates, hour: int, price: int) -> int:
    """Bound what an hour costs by all own generation sold, and all that can draw drawing at a paid price."""
    generation = instance.generation.watts
    own = 60 * generation[hour] if hour < len(generation) else 0
    sold = -own * max(0, ceil(rates.sell))
    most = _beside_watts(instance) + sum(_most_run(instance).values())
    return sold + (60 * price * most if price < 0 else 0)


def _most_run(instance: Instance) -> dict[str, int]:
    """Highest run power of a family on each line."""
    most: dict[str, int] = {}
    for item in instance.eligibility:
        most[item.line] = max(most.get(item.line, 0), item.run_w or 0)
    return most

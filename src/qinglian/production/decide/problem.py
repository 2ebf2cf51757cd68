"""An instance and an objective as arrays: what construction, search and decoding work on.

An operation is one stage of a lot; operations are numbered by lot, then stage. Prices are floats per minute
in the unit of the objective: they steer the search only, and what is reported comes from `verify`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qinglian.production.decide.clocks import Clock
from qinglian.production.decide.minutes import run_minutes, setup_classes
from qinglian.production.decide.prices import Prices
from qinglian.production.objective import CORE

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Sequences = list[Ints]
NEVER = 2**30
LATE = 1e5
"""Price of a minute past a deadline or a fixed start: as good as forbidden, and still a slope to climb."""
MOST_ALONE = 100
"""Most operations of a line alone that descents suit: they beat annealing at 60, not any more at 100."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Arrays by operation (n), line (m) and setup class (k).

    Parameters
    ----------
    lot, stage, previous, following
        The lot's index and the place of the stage within it; the neighbouring operations of the lot or -1.
    release, due, deadline, weight
        Minutes and the price of a minute late; `weight` is 0 and `due` is `NEVER` before the last stage.
    minutes
        Working minutes by (line, operation), -1 where the line cannot make it or a pin forbids it.
    setup, start_class
        Minutes by (line, class before, class after), and the class each line starts with.
    available
        The first minute of a setup or a run on a line, after its start-up where it is not ready.
    fixed
        Start of operations pinned to a minute, -1 for the others; those stay where `pinned` says.
    run_price, setup_price
        Flat price of a run (operation on line) and of a setup minute: energy, carbon and deviation in it.
    released_line, released_start
        Where the released plan has an operation, -1 without one.
    """

    instance: Instance
    objective: Objective
    makespan: bool
    lot: Ints
    stage: Ints
    previous: Ints
    following: Ints
    release: Ints
    due: Ints
    deadline: Ints
    weight: Floats
    class_of: Ints
    minutes: Ints
    setup: Ints
    start_class: Ints
    available: Ints
    pinned: Ints
    fixed: Ints
    clocks: tuple[Clock, ...]
    clock_of: Ints
    run_price: Floats
    setup_price: Floats
    released_line: Ints
    released_start: Ints
    prices: Prices

    @property
    def size(self) -> int:
        """How many operations are to be placed."""
        return len(self.lot)

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self.available)

    @property
    def coupled(self) -> bool:
        """Whether lines depend on each other: crews, or more than one stage."""
        return bool(self.instance.crews) or bool((self.previous >= 0).any())

    @property
    def alone(self) -> bool:
        """Whether this is one line, of few operations that may all move: descents suit it."""
        free = not self.coupled and not self.makespan and not bool((self.fixed >= 0).any())
        return self.lines == 1 and self.size <= MOST_ALONE and free

    @property
    def plain(self) -> bool:
        """Whether the kernel's cost is the cost: no calendars, crews, stages, or energy by the hour."""
        return not self.coupled and all(clock.always for clock in self.clocks)

    @classmethod
    def of(
        cls,
        instance: Instance,
        objective: Objective = CORE,
        *,
        released: Plan | None = None,
        makespan: bool = False,
    ) -> Problem:
        """Make the arrays; `released` is the plan that `objective.deviation` prices moves away from.

        With `makespan` the last end over all lines is minimised instead of the objective's terms.
        """
        operations = _operations(instance)
        prices = Prices.of(instance, objective)
        class_of_family, setup = setup_classes(instance)
        clock_names = sorted({line.calendar for line in instance.lines})
        clocks = tuple(
            Clock.of(instance.calendar_of[name] if name else None, instance.horizon.limit)
            for name in clock_names
        )
        lots = instance.lots
        families = {family.id: index for index, family in enumerate(instance.families)}
        family = np.array([families[lots[i].family] for i in operations.lot], dtype=np.int32)
        line_class = [
            class_of_family[families[line.family]] if line.family else -1 for line in instance.lines
        ]
        pinned, fixed = _pins(instance, operations)
        minutes = _minutes(instance, operations, pinned)
        released_line, released_start = _released(instance, operations, released)
        run_price = prices.runs(instance, family, minutes)
        moved = (np.arange(len(instance.lines))[:, None] != released_line) & (released_line >= 0)
        last = operations.following < 0
        return cls(
            instance=instance,
            objective=objective,
            makespan=makespan,
            lot=operations.lot,
            stage=operations.stage,
            previous=operations.previous,
            following=operations.following,
            release=np.array([lots[i].release for i in operations.lot], dtype=np.int32),
            due=np.where(last, np.array([lots[i].due for i in operations.lot], dtype=np.int32), NEVER),
            deadline=_deadlines(instance, operations, minutes, pinned, fixed),
            weight=np.where(last, np.array([lots[i].weight for i in operations.lot], dtype=np.float64), 0.0)
            * (0.0 if makespan else float(objective.tardiness)),
            class_of=class_of_family[family].astype(np.int32),
            minutes=minutes,
            setup=setup,
            start_class=np.array(line_class, dtype=np.int32) % setup.shape[1],
            available=np.array(
                [x.available + (0 if x.ready else x.start_up_minutes) for x in instance.lines], np.int32
            ),
            pinned=pinned,
            fixed=fixed,
            clocks=clocks,
            clock_of=np.array([clock_names.index(line.calendar) for line in instance.lines], dtype=np.int32),
            run_price=np.ascontiguousarray(run_price + moved * float(objective.deviation)),
            setup_price=prices.setups(instance, makespan=makespan),
            released_line=released_line,
            released_start=released_start,
            prices=prices,
        )


@dataclass(frozen=True, eq=False)
class _Operations:
    lot: Ints
    stage: Ints
    previous: Ints
    following: Ints
    names: list[tuple[str, str]]


def _operations(instance: Instance) -> _Operations:
    lot: list[int] = []
    stage: list[int] = []
    names: list[tuple[str, str]] = []
    for index, item in enumerate(instance.lots):
        if item.units:
            for place, name in enumerate(instance.operations(item)):
                lot.append(index)
                stage.append(place)
                names.append((item.id, name))
    lots, stages = np.array(lot, dtype=np.int32), np.array(stage, dtype=np.int32)
    order = np.arange(len(lot), dtype=np.int32)
    again = np.zeros(len(lot) + 1, dtype=bool)
    again[: len(lot)] = stages > 0
    return _Operations(
        lots,
        stages,
        np.where(again[:-1], order - 1, -1).astype(np.int32),
        np.where(again[1:], order + 1, -1).astype(np.int32),
        names,
    )


def _pins(instance: Instance, operations: _Operations) -> tuple[Ints, Ints]:
    index = {name: place for place, name in enumerate(operations.names)}
    lines = {line.id: place for place, line in enumerate(instance.lines)}
    pinned = np.full(len(index), -1, dtype=np.int32)
    fixed = np.full(len(index), -1, dtype=np.int32)
    for pin in instance.pins:
        place = index.get((pin.lot, pin.stage))
        if place is not None:
            pinned[place] = lines[pin.line]
            fixed[place] = -1 if pin.start is None else pin.start
    return pinned, fixed


def _minutes(instance: Instance, operations: _Operations, pinned: Ints) -> Ints:
    minutes = run_minutes(instance)[:, operations.lot]
    stages = {name: place for place, name in enumerate(sorted({name for _, name in operations.names}))}
    own = np.array([stages.get(line.stage, -1) for line in instance.lines], dtype=np.int32)
    wanted = np.array([stages[name] for _, name in operations.names], dtype=np.int32)
    able = own[:, None] == wanted[None, :]
    elsewhere = (pinned >= 0) & (np.arange(len(instance.lines))[:, None] != pinned)
    fitting = minutes <= _longest(instance)[:, None]
    return np.ascontiguousarray(np.where(able & ~elsewhere & fitting, minutes, -1).astype(np.int32))


def _longest(instance: Instance) -> Ints:
    """Minutes of the longest run each line has room for: work that cannot pause must fit into one window."""
    longest = np.full(len(instance.lines), NEVER, dtype=np.int32)
    for place, line in enumerate(instance.lines):
        calendar = instance.calendar_of.get(line.calendar)
        if calendar is not None and not calendar.resumable:
            rooms = [w.end - max(w.start, line.available) for w in calendar.open]
            longest[place] = max(rooms, default=0)
    return longest


def _deadlines(instance: Instance, operations: _Operations, minutes: Ints, pinned: Ints, fixed: Ints) -> Ints:
    """Hard ends: of the lot's last stage, and of what is pinned to a minute."""
    given = [instance.lots[i].deadline for i in operations.lot]
    deadline = np.array([NEVER if value is None else value for value in given], dtype=np.int32)
    deadline[operations.following >= 0] = NEVER
    for place in np.flatnonzero(fixed >= 0):
        calendar = instance.lines[pinned[place]].calendar
        clock = Clock.of(instance.calendar_of[calendar] if calendar else None, instance.horizon.limit)
        deadline[place] = clock.earliest(int(fixed[place]), int(minutes[pinned[place], place]))[1]
    return deadline


def _released(instance: Instance, operations: _Operations, plan: Plan | None) -> tuple[Ints, Ints]:
    lines = {line.id: place for place, line in enumerate(instance.lines)}
    line = np.full(len(operations.lot), -1, dtype=np.int32)
    start = np.full(len(operations.lot), -1, dtype=np.int32)
    found = {} if plan is None else plan.task_of
    for place, name in enumerate(operations.names):
        task = found.get(name)
        if task is not None and task.line in lines:
            line[place], start[place] = lines[task.line], task.start
    return line, start


def sequences_of(problem: Problem, plan: Plan) -> Sequences:
    """Read the order of operations on each line from a plan; what it lacks or has elsewhere is left out."""
    index: dict[tuple[str, str], int] = {}
    lots = problem.instance.lots
    for place in range(problem.size):
        lot = lots[problem.lot[place]]
        index[lot.id, problem.instance.operations(lot)[problem.stage[place]]] = place
    rows: dict[str, list[int]] = defaultdict(list)
    for line, tasks in plan.by_line.items():
        rows[line] = [index[t.lot, t.stage] for t in tasks if (t.lot, t.stage) in index]
    return [
        np.array([op for op in rows[line.id] if problem.minutes[place, op] >= 0], dtype=np.int32)
        for place, line in enumerate(problem.instance.lines)
    ]

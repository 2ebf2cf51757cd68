"""The part of a released plan that may still change at a minute: everything that has not begun by then.

What has begun is kept as it is: it leaves the problem, and its line goes on from its end and its family.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from qinglian.production.decide.problem import Ints, Problem, Sequences
    from qinglian.production.plan import Plan, Task

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class FreePart:
    """Operations that are free, the order they had, and the tasks that stay.

    Parameters
    ----------
    names
        (lot, stage) of each operation of `problem`.
    missing
        Operations that stand in no row: new ones, and those that must leave their place.
    """

    problem: Problem
    rows: Sequences
    kept: tuple[Task, ...]
    names: tuple[Key, ...]
    missing: tuple[int, ...]


def begin(task: Task) -> int:
    """Return the first minute that a task takes of its line."""
    return task.setup_start if task.setup_end > task.setup_start else task.start


def free_part(problem: Problem, plan: Plan, minute: int, loosened: Collection[Key] = ()) -> FreePart:
    """Cut a plan at a minute; tasks in `loosened` are free whenever they began, and lose their place."""
    names = operation_names(problem)
    index = {name: place for place, name in enumerate(names)}
    kept = tuple(
        task
        for task in plan.tasks
        if begin(task) < minute and (task.lot, task.stage) in index and (task.lot, task.stage) not in loosened
    )
    gone = {index[task.lot, task.stage]: task.end for task in kept}
    free = np.array([op for op in range(problem.size) if op not in gone], dtype=np.int32)
    cut = _cut(problem, free, gone, *_lines(problem, kept, index, minute))
    begun = set(kept)
    rest = tuple(task for task in plan.tasks if task not in begun and (task.lot, task.stage) not in loosened)
    rows = sequences_of_free(cut, [names[op] for op in free], rest)
    placed = {int(op) for row in rows for op in row}
    missing = tuple(op for op in range(cut.size) if op not in placed)
    return FreePart(cut, rows, kept, tuple(names[op] for op in free), missing)


def operation_names(problem: Problem) -> list[Key]:
    """Return (lot, stage) of each operation."""
    lots, instance = problem.instance.lots, problem.instance
    return [
        (lots[lot].id, instance.operations(lots[lot])[stage])
        for lot, stage in zip(problem.lot.tolist(), problem.stage.tolist(), strict=True)
    ]


def sequences_of_free(problem: Problem, names: list[Key], tasks: tuple[Task, ...]) -> Sequences:
    """Return the order on each line of the tasks that are free and possible there."""
    index = {name: place for place, name in enumerate(names)}
    lines = {line.id: place for place, line in enumerate(problem.instance.lines)}
    rows: list[list[int]] = [[] for _ in lines]
    for task in sorted(tasks, key=lambda t: (t.start, t.end, t.lot)):
        place, line = index.get((task.lot, task.stage)), lines.get(task.line)
        if place is not None and line is not None and problem.minutes[line, place] >= 0:
            rows[line].append(place)
    return [np.array(row, dtype=np.int32) for row in rows]


def _lines(problem: Problem, kept: tuple[Task, ...], index: dict[Key, int], minute: int) -> tuple[Ints, Ints]:
    """Return from when each line is free and which class it then has."""
    lines = problem.instance.lines
    place = {line.id: number for number, line in enumerate(lines)}
    available = np.array(
        [
            max(int(first), minute + (0 if line.ready else line.start_up_minutes) if minute else 0)
            for first, line in zip(problem.available, lines, strict=True)
        ],
        dtype=np.int32,
    )
    classes = problem.start_class.copy()
    for task in sorted(kept, key=lambda t: t.end):
        line = place[task.line]
        available[line] = max(task.end, minute)
        classes[line] = problem.class_of[index[task.lot, task.stage]]
    return available, classes


def _cut(problem: Problem, free: Ints, gone: dict[int, int], available: Ints, classes: Ints) -> Problem:
    renumbered = np.full(problem.size + 1, -1, dtype=np.int32)
    renumbered[free] = np.arange(len(free), dtype=np.int32)
    before = problem.previous[free]
    ended = np.array([gone.get(int(op), 0) for op in before], dtype=np.int32)
    per_operation = ("lot", "stage", "due", "deadline", "weight", "class_of", "pinned", "fixed")
    taken = {name: getattr(problem, name)[free] for name in per_operation}
    return replace(
        problem,
        **taken,
        previous=renumbered[before].astype(np.int32),
        following=renumbered[problem.following[free]].astype(np.int32),
        release=np.maximum(problem.release[free], ended).astype(np.int32),
        minutes=np.ascontiguousarray(problem.minutes[:, free]),
        run_price=np.ascontiguousarray(problem.run_price[:, free]),
        released_line=problem.released_line[free],
        released_start=problem.released_start[free],
        available=available,
        start_class=classes,
    )

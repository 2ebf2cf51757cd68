"""Places of operations on lines, and which of them may follow which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from qinglian.production.decide.problem import Problem

Variable = Any
DEPOT = -1


@dataclass
class Place:
    """An operation on one line: whether it is there, and its start in open minutes of the line."""

    operation: int
    line: int
    minutes: int
    present: Variable
    at: Variable
    setup_at: Variable = None
    into: list[tuple[int, Variable, int]] = field(default_factory=list)
    """Arcs into it: the operation before (or `DEPOT`), the literal, minutes of setup."""


def pairs(
    problem: Problem,
    line: int,
    places: list[Place],
    followers: int | None,
    known: set[tuple[int, int, int]],
) -> list[tuple[Place, Place]]:
    """Return who may follow whom on a line: all but the foolish, or a few and those that are known."""
    if followers is None or len(places) <= followers:
        return [(a, b) for a in places for b in places if a is not b and not _foolish(problem, a, b)]
    operations = np.array([place.operation for place in places])
    due, family = problem.due[operations].astype(np.int64), problem.class_of[operations]
    found = []
    for number, place in enumerate(places):
        apart = np.abs(due - due[number]) / 30 + 5 * problem.setup[line, family[number], family]
        apart = apart + 0.02 * np.maximum(0, problem.release[operations] - due[number])
        apart[number] = np.inf
        near = set(np.argpartition(apart, followers)[:followers].tolist())
        found += [(place, places[other]) for other in near if other != number]
    nodes = {place.operation: place for place in places}
    kept = {(a.operation, b.operation) for a, b in found}
    extra = [(a, b) for own, a, b in known if own == line and (a, b) not in kept]
    return found + [(nodes[a], nodes[b]) for a, b in extra if a in nodes and b in nodes]


def _foolish(problem: Problem, before: Place, after: Place) -> bool:
    """Whether swapping two equal runs never hurts: the later is ready and due first, and dearer."""
    a, b = before.operation, after.operation
    if problem.coupled or before.minutes != after.minutes or problem.class_of[a] != problem.class_of[b]:
        return False
    if max(problem.fixed[a], problem.fixed[b]) >= 0 or problem.deadline[a] != problem.deadline[b]:
        return False
    better = (
        problem.release[b] <= problem.release[a]
        and problem.due[b] <= problem.due[a]
        and problem.weight[b] >= problem.weight[a]
    )
    same = (problem.release[a], problem.due[a], problem.weight[a]) == (
        problem.release[b],
        problem.due[b],
        problem.weight[b],
    )
    return bool(better) and (not same or b < a)

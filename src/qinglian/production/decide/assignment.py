"""A first plan that saves energy: each operation on the line where the linear programme has most of it.

The programme knows run energy and line hours only; the order on each line then comes from the dispatching
rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.decide.assignment_lp import solve
from qinglian.production.decide.bounds import open_room, run_energy
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.objective import CORE

if TYPE_CHECKING:
    from qinglian.production.decide.problem import Ints
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

ROOM = 0.93
"""Share of the lines' open minutes that runs may fill; the rest is for setups and waiting."""


def assignment_start(
    instance: Instance, objective: Objective = CORE, *, room: float = ROOM
) -> dict[tuple[str, str], str] | None:
    """Return the line of each (lot, stage) by the rounded programme; None where it has no solution."""
    problem = Problem.of(instance, objective)
    lines = assigned(problem, room)
    if lines is None:
        return None
    found = {}
    for operation, line in enumerate(lines.tolist()):
        lot = instance.lots[problem.lot[operation]]
        stage = instance.operations(lot)[problem.stage[operation]]
        found[lot.id, stage] = instance.lines[line].id
    return found


def assigned(problem: Problem, room: float = ROOM) -> Ints | None:
    """Return the line of each operation, as an index."""
    able = problem.minutes >= 0
    energy = np.where(able, run_energy(problem), 0).astype(np.float64)
    capacity = open_room(problem, problem.instance.horizon.minutes) * room
    found = solve(able, problem.minutes.astype(np.int64), energy, capacity.tolist())
    if found is None:
        return None
    lines: Ints = np.where(able, found.shares, -1.0).argmax(axis=0).astype(np.int32)
    return lines


def start_plan(instance: Instance, objective: Objective = CORE, *, room: float = ROOM) -> Plan | None:
    """Return a plan to begin a search with: lines by the programme, order by the dispatching rules."""
    problem = Problem.of(instance, objective)
    lines = assigned(problem, room)
    if lines is None:
        return None
    own = np.arange(problem.lines)[:, None] == lines[None, :]
    kept = replace(problem, minutes=np.ascontiguousarray(np.where(own, problem.minutes, -1)))
    return decode(problem, construct(kept), origin="assignment by run energy")

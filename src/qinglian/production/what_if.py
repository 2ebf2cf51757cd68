"""One lot moved: the plan priced again at once, with what it gains, what it costs and what breaks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from qinglian.core.errors import QinglianError
from qinglian.production.decide.decode import decode
from qinglian.production.decide.free_part import operation_names, sequences_of_free
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.timing import retime_rest
from qinglian.production.objective import CORE
from qinglian.production.verify import Verification, verify
from qinglian.production.wishes import is_blind

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

END = ""
"""Where a lot goes that goes before none: behind all others of its line."""


@dataclass(frozen=True)
class WhatIf:
    """A plan before and after a move; `later` and `sooner` are changes of minutes late by lot."""

    before: Verification
    after: Verification
    price: Fraction
    later: dict[str, tuple[int, int]]
    sooner: dict[str, tuple[int, int]]


def what_if(
    instance: Instance,
    plan: Plan,
    lot: str,
    *,
    line: str,
    before: str = END,
    stage: str | None = None,
    objective: Objective = CORE,
) -> WhatIf:
    """Move a lot to a line, before another lot or to the end, and verify what comes of it.

    All lots keep their order otherwise, and start as early as they then can, or when it is cheapest where
    energy has a price; lines that the move does not touch keep their minutes.

    Raises
    ------
    QinglianError
        ``production.what_if_unable`` where the line cannot make the lot, ``production.explain_unknown`` for a
        lot that the plan does not hold, ``production.what_if_neighbour`` where `before` is not on the line.
    """
    problem = Problem.of(instance, objective)
    names = operation_names(problem)
    rows = [row.tolist() for row in sequences_of_free(problem, names, plan.tasks)]
    op = _operation(names, plan, lot, stage)
    lines = {item.id: number for number, item in enumerate(instance.lines)}
    target = lines.get(line)
    if target is None or problem.minutes[target, op] < 0:
        able = [
            item.id
            for item, minutes in zip(instance.lines, problem.minutes[:, op], strict=True)
            if minutes >= 0
        ]
        raise QinglianError("production.what_if_unable", lot=lot, line=line, able=able)
    home = next((number for number, row in enumerate(rows) if op in row), target)
    rows = [[other for other in row if other != op] for row in rows]
    rows[target].insert(_position(rows[target], names, before, line), op)
    made = decode(problem, [np.array(row, dtype=np.int32) for row in rows])
    if not problem.coupled:
        made = _only(plan, made, {instance.lines[home].id, line})
    if not is_blind(objective):
        made = retime_rest(instance, made, plan, objective)
    return judged(instance, plan, made, objective)


def judged(instance: Instance, plan: Plan, made: Plan, objective: Objective = CORE) -> WhatIf:
    """Verify two plans of one instance and say which lots change their lateness."""
    return judged_after(instance, plan, instance, made, objective)


def judged_after(
    instance: Instance, plan: Plan, after: Instance, made: Plan, objective: Objective = CORE
) -> WhatIf:
    """Verify a plan, and the one made of it after an event changed the instance."""
    old, new = verify(instance, plan), verify(after, made)
    price = new.evaluate(objective, plan).total - old.evaluate(objective, plan).total
    late = {
        lot: (old.kpis.late.get(lot, 0), new.kpis.late.get(lot, 0))
        for lot in sorted(old.kpis.late.keys() | new.kpis.late.keys())
    }
    return WhatIf(
        old,
        new,
        price,
        {lot: pair for lot, pair in late.items() if pair[1] > pair[0]},
        {lot: pair for lot, pair in late.items() if pair[1] < pair[0]},
    )


def _operation(names: list[tuple[str, str]], plan: Plan, lot: str, stage: str | None) -> int:
    for place in reversed(range(len(names))):
        if names[place][0] == lot and stage in (None, names[place][1]) and names[place] in plan.task_of:
            return place
    raise QinglianError("production.explain_unknown", lot=lot)


def _position(row: list[int], names: list[tuple[str, str]], before: str, line: str) -> int:
    if not before:
        return len(row)
    for position, op in enumerate(row):
        if names[op][0] == before:
            return position
    raise QinglianError("production.what_if_neighbour", lot=before, line=line)


def _only(plan: Plan, made: Plan, changed: set[str]) -> Plan:
    """Take the lines that a move changed from the new plan, all others from the old one."""
    tasks = [task for task in plan.tasks if task.line not in changed]
    tasks += [task for task in made.tasks if task.line in changed]
    spans = tuple(span for span in plan.spans if span.line not in changed)
    return type(plan)(tuple(tasks), spans, origin=f"{plan.origin}; one lot moved", facts=plan.facts)

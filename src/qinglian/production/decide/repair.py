"""Put a released plan right after an event, moving as little as it takes.

What has begun stays to the minute. Lots that the event touches are taken out and put back where they cost
least; then lots that became late may move too, each for the stated price of a change and no more of them than
a stated share. No compiled code: the answer comes within two seconds of a cold process.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from qinglian.core.errors import QinglianError
from qinglian.production.decide.board import Board
from qinglian.production.decide.decode import decode
from qinglian.production.decide.free_part import FreePart, Key, begin, free_part
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.timing import retime_rest
from qinglian.production.events import Cancelled, Event, LateKit, LineDown, apply
from qinglian.production.objective import CORE
from qinglian.production.plan import Plan, Task
from qinglian.production.wishes import is_blind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.lots import Lotting
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective

CHANGE_PRICE = Decimal(60)
"""What moving a lot of the released plan costs unless stated: as much as an hour late at weight 1."""

MOST_MOVED = Decimal("0.10")
RETIMING = 0.0006
"""Seconds of the improvement kept for timing anew, per lot, where energy has a price; half of it at most."""
ROUNDS = 3


@dataclass(frozen=True)
class Repaired:
    """A plan after an event.

    Parameters
    ----------
    touched
        Lots that had to leave their place, and new ones.
    moved
        Other lots that changed line; those that stayed keep their order among each other.
    shifted
        Other lots that start at another minute on their line.
    kept
        Tasks that had begun and are as they were.
    """

    instance: Instance
    plan: Plan
    touched: tuple[str, ...]
    moved: tuple[str, ...]
    shifted: tuple[str, ...]
    kept: tuple[Task, ...]
    seconds: float


def repair(
    instance: Instance,
    plan: Plan,
    event: Event,
    *,
    minute: int,
    objective: Objective = CORE,
    most_moved: Decimal = MOST_MOVED,
    rule: Lotting | None = None,
    seconds: float = 1.2,
) -> Repaired:
    """Repair a plan after an event that is known at `minute`.

    Parameters
    ----------
    objective
        Its `deviation` prices each lot that changes line; `CHANGE_PRICE` where it is 0.
    most_moved
        Share of the other free lots that may change line.
    seconds
        When to stop improving; the answer to a small event comes sooner, and is then the same every time.
        Where energy has a price, part of it is for timing the changed lines anew, from `minute` on.

    Raises
    ------
    QinglianError
        ``production.event_running`` where a cancelled or late lot has begun; what `apply` raises.
    """
    begun = time.monotonic()
    _refuse_running(instance, plan, event, minute)
    after = apply(instance, event, rule)
    if not objective.deviation:
        objective = replace(objective, deviation=CHANGE_PRICE)
    problem = Problem.of(after, objective, released=plan)
    part = free_part(problem, plan, minute, _loosened(after, plan, event, minute))
    board = Board(part.problem, part.rows)
    reinsert(board, part.missing)
    others = part.problem.size - len(part.missing)
    until = begun + seconds
    kept = 0.0 if is_blind(objective) else min(seconds / 2, RETIMING * len(after.lots))
    _improve(board, part.missing, _ends(part, plan), int(others * most_moved), until - kept)
    made = rebuilt(part, board, plan, after)
    if not is_blind(objective):
        left = max(0.1, until - time.monotonic())
        made = retime_rest(after, made, plan, objective, since=minute, seconds=left)
    return _outcome(after, plan, made, part, time.monotonic() - begun)


def reinsert(board: Board, missing: Iterable[int]) -> None:
    """Put operations on the board where they cost least, the most urgent first, earlier stages before later.

    Raises
    ------
    QinglianError
        ``production.event_no_line`` where nothing can make one.
    """
    problem = board.problem

    def urgency(op: int) -> tuple[int, float, int]:
        shortest = min((board.run(line, op) for line in board.able(op)), default=0)
        slack = int(problem.due[op]) - int(problem.release[op]) - shortest
        return int(problem.stage[op]), slack - 200.0 * float(problem.weight[op]), op

    for op in sorted(missing, key=urgency):
        slot = board.best(op)
        if slot is None:
            lot = problem.instance.lots[problem.lot[op]]
            raise QinglianError("production.event_no_line", lot=lot.id, family=lot.family)
        board.insert(op, slot.line, slot.position)


def rebuilt(part: FreePart, board: Board, plan: Plan, instance: Instance) -> Plan:
    """Return the plan of a board: kept tasks as they were, lines without a change as they were.

    A line whose order did not change keeps its minutes where they are still possible; with crews or several
    stages all free tasks are placed anew.
    """
    rows = [np.array(row, dtype=np.int32) for row in board.rows]
    names = part.names
    kept = set(part.kept)
    old = {
        line.id: [task for task in plan.by_line.get(line.id, ()) if task not in kept]
        for line in instance.lines
    }
    place = {line.id: number for number, line in enumerate(instance.lines)}
    booked = [(place[task.line], task.setup_start, task.setup_end) for task in part.kept]
    placed = decode(part.problem, rows, booked=booked)
    if part.problem.coupled:
        same: set[str] = set()
    else:
        same = {
            line.id
            for line, row in zip(instance.lines, rows, strict=True)
            if [(task.lot, task.stage) for task in old[line.id]] == [names[op] for op in row]
            and all(_possible(task, placed.task_of[task.lot, task.stage]) for task in old[line.id])
        }
    tasks = [task for task in placed.tasks if task.line not in same]
    tasks += [task for line in sorted(same) for task in old[line]]
    changed = {line.id for line in instance.lines} - same
    spans = tuple(span for span in plan.spans if span.line not in changed)
    facts = {name: value for name, value in plan.facts.items() if name != "edited"}
    return Plan(
        (*part.kept, *tasks), spans, origin=f"{plan.origin}; repaired" if plan.origin else "", facts=facts
    )


def _possible(old: Task, earliest: Task) -> bool:
    """Whether old minutes are as long as needed and no earlier than the earliest."""
    return (
        old.start >= earliest.start
        and old.end - old.start == earliest.end - earliest.start
        and old.setup_end - old.setup_start == earliest.setup_end - earliest.setup_start
    )


def _refuse_running(instance: Instance, plan: Plan, event: Event, minute: int) -> None:
    if not isinstance(event, LateKit | Cancelled):
        return
    orders = {order.id for order in instance.orders if event.name in (order.id, order.kit)}
    lots = {lot.id for lot in instance.lots if lot.id == event.name or orders.intersection(lot.orders)}
    for task in sorted(plan.tasks, key=lambda t: t.start):
        if task.lot in lots and task.start < minute:
            raise QinglianError("production.event_running", lot=task.lot, line=task.line)


def _loosened(after: Instance, plan: Plan, event: Event, minute: int) -> set[Key]:
    """Tasks that the event does not let stand, with the later stages of their lots that have not begun."""
    hit: set[Key] = set()
    for task in plan.tasks:
        if isinstance(event, LineDown):
            until = after.horizon.limit if event.end is None else event.end
            if task.line == event.line and event.start < task.end and begin(task) < until:
                hit.add((task.lot, task.stage))
        elif task.lot in after.lot_of and task.start < after.lot_of[task.lot].release:
            hit.add((task.lot, task.stage))
    lots = {lot for lot, _ in hit}
    later = {(t.lot, t.stage) for t in plan.tasks if t.lot in lots and begin(t) >= minute}
    return hit | later


def _ends(part: FreePart, plan: Plan) -> dict[int, int]:
    """Ends in the released plan of operations that are free."""
    old = plan.task_of
    return {op: old[name].end for op, name in enumerate(part.names) if name in old}


def _improve(board: Board, touched: tuple[int, ...], ends: dict[int, int], most: int, until: float) -> None:
    """Move touched lots again, and those that the event made late, as long as the cost falls."""
    away: set[int] = set()
    home = {op: line for line, row in enumerate(board.rows) for op in row}
    own = set(touched)
    for _ in range(ROUNDS):
        better = False
        late = {op: minutes for op, minutes in board.lateness().items() if board.end_of[op] > ends.get(op, 0)}
        queue = [*touched, *sorted(late.keys() - own, key=lambda op: -late[op] * board.problem.weight[op])]
        for op in queue:
            if time.monotonic() > until:
                return
            if op not in own and op not in away and len(away) >= most:
                continue
            moved = _again(board, op, None if op in own else home[op])
            better |= moved
            if moved and op not in own:
                away.add(op)
        if not better:
            return


def _again(board: Board, op: int, home: int | None) -> bool:
    """Move one operation to its cheapest place, never back to its home; say whether the cost fell."""
    before = board.cost
    line, position = board.remove(op)
    bare = board.cost
    slot = board.best(op, [able for able in board.able(op) if able != home])
    if slot is None or bare + slot.price >= before - 1e-6:
        board.insert(op, line, position)
        return False
    board.insert(op, slot.line, slot.position)
    if board.cost < before - 1e-6:
        return True
    board.remove(op)
    board.insert(op, line, position)
    return False


def _outcome(after: Instance, plan: Plan, made: Plan, part: FreePart, seconds: float) -> Repaired:
    touched = {part.names[op][0] for op in part.missing}
    old, new = plan.task_of, made.task_of
    others = [key for key in old.keys() & new.keys() if key[0] not in touched]
    moved = {key[0] for key in others if old[key].line != new[key].line}
    shifted = {key[0] for key in others if old[key].start != new[key].start} - moved
    return Repaired(
        instance=after,
        plan=made,
        touched=tuple(sorted(touched)),
        moved=tuple(sorted(moved)),
        shifted=tuple(sorted(shifted)),
        kept=part.kept,
        seconds=seconds,
    )

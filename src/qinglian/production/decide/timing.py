"""When each run, setup, pause, switching off and starting up is cheapest, for the order of tasks a plan has.

Each line by itself is solved exactly (`line_times`), under hourly prices, carbon, weighted tardiness,
deadlines, calendars, start-up and minimum time off. Between lines stand still: the ends and starts of a
lot's neighbouring stages, the crews that other lines use, own generation and halls (`site`). Lines are taken
in turn until none gets cheaper; with none of these couplings one turn gives the optimum of the whole plan.
Then the peak that a demand charge is on is lowered across lines (`peaks`).

Nothing is put off past the later of the horizon and the plan's own last end: the account of energy ends
there.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from qinglian.production.decide.beginnings import beginning
from qinglian.production.decide.peaks import lower_peak, over
from qinglian.production.decide.time_board import Board, Rest

if TYPE_CHECKING:
    from collections.abc import Collection

    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan

TURNS = 4


def retime(
    instance: Instance,
    plan: Plan,
    objective: Objective,
    *,
    released: Plan | None = None,
    turns: int = TURNS,
    seconds: float | None = None,
) -> Plan:
    """Return the plan at the cheapest minutes for its orders of tasks; never a dearer one.

    Parameters
    ----------
    released
        The plan that ``objective.deviation_minute`` counts moves from.
    turns
        How often lines are gone through where they depend on each other.
    seconds
        End soon after this time; what is cheaper by then is kept.

    Notes
    -----
    Without a price of energy, carbon or peak the plan is returned as it is. With levels that put lateness
    before energy no lot ends later than it did, or than it is due.
    """
    until = None if seconds is None else perf_counter() + seconds
    board = Board(instance, plan, objective, released)
    if not board.rates.energetic:
        return plan
    for turn in range(turns):
        better = [not over(until) and board.improve(line) for line in instance.lines]
        if not any(better) or (turn == 0 and not board.coupled):
            break
    lower_peak(board, until)
    return _not_dearer(instance, plan, objective, released, board.result(plan))


def retime_rest(
    instance: Instance,
    plan: Plan,
    released: Plan,
    objective: Objective,
    *,
    since: int = 0,
    fixed: Collection[tuple[str, str]] = (),
    seconds: float | None = None,
) -> Plan:
    """Return a changed plan at the cheapest minutes from `since` on, where it differs from the released one.

    What had begun stays, with the states its line had; so do lines without a change and the tasks `fixed`.
    Nothing ends later than it does in `plan`, or than it is due.

    Notes
    -----
    Without a price of energy, carbon or peak, and where the outcome would break a rule that `plan` keeps, the
    plan is returned as it is.
    """
    from qinglian.production.verify import verify

    until = None if seconds is None else perf_counter() + seconds
    changed = [line for line in instance.lines if _differs(line.id, plan, released)]
    spans = {line.id: tuple(span for span in released.spans if span.line == line.id) for line in changed}
    begun = {
        line.id: beginning(
            line, plan.by_line.get(line.id, ()), released.by_line.get(line.id, ()), spans[line.id], since
        )
        for line in changed
    }
    board = Board(instance, plan, objective, released, rest=Rest(since, begun, fixed))
    if not board.rates.energetic or not changed:
        return plan
    for turn in range(TURNS):
        better = [not over(until) and board.improve(line) for line in changed]
        if not any(better) or (turn == 0 and not board.coupled):
            break
    lower_peak(board, until)
    found = board.result(plan)
    return found if verify(instance, found).valid or not verify(instance, plan).valid else plan


def _differs(line: str, plan: Plan, released: Plan) -> bool:
    """Whether a line has other tasks or states than it was released with."""
    if plan.by_line.get(line, ()) != released.by_line.get(line, ()):
        return True
    return [span for span in plan.spans if span.line == line] != [s for s in released.spans if s.line == line]


def _not_dearer(
    instance: Instance, plan: Plan, objective: Objective, released: Plan | None, found: Plan
) -> Plan:
    """Compare whole accounts where an earlier last end shortens them; selling less may be dearer."""
    boards = [Board(instance, item, objective, released) for item in (plan, found)]
    if boards[0].rates.minutes == boards[1].rates.minutes:
        return found
    before, after = (board.cost() * board.rates.unit for board in boards)
    return plan if after > before else found

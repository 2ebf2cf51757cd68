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

from qinglian.production.decide.peaks import lower_peak, over
from qinglian.production.decide.time_board import Board

if TYPE_CHECKING:
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


def _not_dearer(
    instance: Instance, plan: Plan, objective: Objective, released: Plan | None, found: Plan
) -> Plan:
    """Compare whole accounts where an earlier last end shortens them; selling less may be dearer."""
    boards = [Board(instance, item, objective, released) for item in (plan, found)]
    if boards[0].rates.minutes == boards[1].rates.minutes:
        return found
    before, after = (board.cost() * board.rates.unit for board in boards)
    return plan if after > before else found

"""When could more units of a family be done, and what would that displace? Nothing changes until accepted."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from qinglian.core.errors import QinglianError
from qinglian.production.decide.board import Board
from qinglian.production.decide.free_part import free_part
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.repair import rebuilt
from qinglian.production.decide.timing import retime_rest
from qinglian.production.events import Rush, apply
from qinglian.production.objective import CORE
from qinglian.production.wishes import is_blind

if TYPE_CHECKING:
    from collections.abc import Collection

    from qinglian.production.decide.board import Slot
    from qinglian.production.decide.free_part import FreePart
    from qinglian.production.lots import Lotting
    from qinglian.production.model import Instance, Order
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan, Task

Policy = Literal["gentle", "asked", "fastest"]
POLICIES: tuple[Policy, ...] = ("gentle", "asked", "fastest")


@dataclass(frozen=True, slots=True)
class Displaced:
    """A lot that would be later than it is planned now: minutes late before and after."""

    lot: str
    line: str
    before: int
    after: int


@dataclass(frozen=True)
class Offer:
    """One way to make the units.

    Parameters
    ----------
    policy
        ``gentle``: as early as no other lot becomes late, or later than it already is. ``asked``: by the date
        asked for, where that costs the others least. ``fastest``: as early as can be.
    price
        What it adds to the objective, lateness of the new lots included.
    shifted
        How many other lots start at another minute.
    """

    policy: Policy
    tasks: tuple[Task, ...]
    end: int
    in_time: bool
    price: float
    displaced: tuple[Displaced, ...]
    shifted: int
    plan: Plan


@dataclass(frozen=True)
class Promise:
    """The offers, earliest first, and the instance with the new order in it."""

    instance: Instance
    rush: Rush
    offers: tuple[Offer, ...]
    seconds: float

    def offer(self, policy: str) -> Offer:
        """Return the offer of a policy.

        Raises
        ------
        QinglianError
            ``production.promise_no_offer`` where there is none, as when the date cannot be met.
        """
        for offer in self.offers:
            if offer.policy == policy:
                return offer
        raise QinglianError("production.promise_no_offer", policy=policy)


def promise(
    instance: Instance,
    plan: Plan,
    order: Order,
    *,
    minute: int = 0,
    parts: int = 1,
    objective: Objective = CORE,
    rule: Lotting | None = None,
) -> Promise:
    """Look for places for an order in a plan as it stands at `minute`; `parts` lots may run side by side.

    Raises
    ------
    QinglianError
        ``production.event_no_line`` where no line makes the family.
    """
    begun = time.monotonic()
    rush = Rush(_split(order, parts))
    after = apply(instance, rush, rule)
    new = {lot.id for lot in after.lots} - {lot.id for lot in instance.lots}
    if not any((line.id, order.family) in after.eligible for line in after.lines):
        raise QinglianError("production.event_no_line", lot=order.id, family=order.family)
    problem = Problem.of(after, replace(objective, levels=()), released=plan)
    part = free_part(problem, plan, minute)
    offers = [
        offer
        for policy in POLICIES
        if (offer := _kept(part, instance, after, plan, policy, new, objective, minute)) is not None
    ]
    known: dict[tuple[Task, ...], Offer] = {}
    for offer in offers:
        known.setdefault(offer.tasks, offer)
    ordered = sorted(known.values(), key=lambda offer: (offer.end, offer.policy))
    return Promise(after, rush, tuple(ordered), time.monotonic() - begun)


def _kept(
    part: FreePart,
    instance: Instance,
    after: Instance,
    plan: Plan,
    policy: Policy,
    new: set[str],
    objective: Objective,
    minute: int,
) -> Offer | None:
    """Return the offer of a policy that is what its name says, None where there is none.

    Where energy has a price, what makes room is timed anew; the new lots stay where the policy puts them.

    Crews and later stages show what they displace only in the whole plan. Where these make a gentle offer
    harm somebody, it is tried behind all other lots.
    """
    tries = (False, True) if part.problem.coupled and policy == "gentle" else (False,)
    for last in tries:
        board = Board(part.problem, part.rows)
        before = board.cost
        queue = sorted(part.missing, key=lambda op: (part.problem.stage[op], op))
        if not all(_place(board, op, policy, queue, last=last) for op in queue):
            return None
        made = rebuilt(part, board, plan, after)
        if not is_blind(objective):
            own = {key for key in made.task_of if key[0] in new}
            made = retime_rest(after, made, plan, objective, since=minute, fixed=own)
        price = board.cost - before
        if part.problem.coupled or not is_blind(objective):
            price = _whole_price(instance, plan, after, made, objective)
        offer = _offer(after, plan, made, policy, new, price)
        if not (policy == "gentle" and offer.displaced) and (policy != "asked" or offer.in_time):
            return offer
    return None


def _whole_price(instance: Instance, plan: Plan, after: Instance, made: Plan, objective: Objective) -> float:
    """What the objective is more in the whole plan."""
    from qinglian.production.verify import verify

    value = verify(after, made).evaluate(objective, plan).total
    return float(value - verify(instance, plan).evaluate(objective, plan).total)


def _split(order: Order, parts: int) -> tuple[Order, ...]:
    """Divide an order into so many of about equal units; no lot joins them again, as each has its kit."""
    if parts <= 1:
        return (order,)
    share, rest = divmod(order.units, parts)
    return tuple(
        replace(order, id=f"{order.id}/{n + 1}", units=share + (n < rest), kit=f"{order.kit}{n + 1}")
        for n in range(parts)
    )


def _place(board: Board, op: int, policy: Policy, own: Collection[int], *, last: bool = False) -> bool:
    """Put an operation where the policy wants it, behind others of its order; False without such a place.

    With `last` only behind all others of a line.
    """
    due = int(board.problem.due[op])
    slots = [
        slot
        for line in board.able(op)
        for position in _positions(board.rows[line], own, last=last)
        if (slot := board.slot(op, line, position)) is not None
    ]
    if policy == "asked":
        slots = sorted((slot for slot in slots if slot.end <= due), key=lambda slot: (slot.price, slot.end))
    else:
        slots.sort(key=lambda slot: (slot.end, slot.price))
    for slot in slots:
        if policy != "gentle" or _harmless(board, op, slot):
            board.insert(op, slot.line, slot.position)
            return True
    return False


def _positions(row: list[int], own: Collection[int], *, last: bool) -> range:
    behind = max((place + 1 for place, op in enumerate(row) if op in own), default=0)
    return range(len(row) if last else behind, len(row) + 1)


def _harmless(board: Board, op: int, slot: Slot) -> bool:
    """Whether no other operation becomes late, or later than it is."""
    before = board.lateness()
    board.insert(op, slot.line, slot.position)
    after = board.lateness()
    board.remove(op)
    return all(late <= before.get(other, 0) for other, late in after.items() if other != op)


def _offer(after: Instance, plan: Plan, made: Plan, policy: Policy, new: set[str], price: float) -> Offer:
    tasks = tuple(sorted((t for t in made.tasks if t.lot in new), key=lambda t: (t.end, t.lot)))
    end = max(task.end for task in tasks)
    due = min(after.lot_of[lot].due for lot in new)
    before, later = _late(after, plan), _late(after, made)
    displaced = sorted(
        (
            Displaced(lot, line, before.get(lot, (line, 0))[1], minutes)
            for lot, (line, minutes) in later.items()
            if lot not in new and minutes > before.get(lot, (line, 0))[1]
        ),
        key=lambda item: (item.before - item.after, item.lot),
    )
    old = plan.task_of
    shifted = sum(1 for key, task in made.task_of.items() if key in old and old[key].start != task.start)
    return Offer(policy, tasks, end, end <= due, price, tuple(displaced), shifted, made)


def _late(instance: Instance, plan: Plan) -> dict[str, tuple[str, int]]:
    """Line and minutes late of each lot's last task, late ones only."""
    found = {}
    for task in plan.tasks:
        lot = instance.lot_of.get(task.lot)
        if lot is not None and task.stage == instance.operations(lot)[-1] and task.end > lot.due:
            found[lot.id] = (task.line, task.end - lot.due)
    return found

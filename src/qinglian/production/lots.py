"""Many small orders → production lots, reversibly.

Orders are made together when they share family, kit, due window, release window and deadline, up to a size. A
lot is ready when its last order is, due when its first order is, and its weight is the sum of their weights:
a minute late is a minute late for all of them. So the weighted tardiness of a lot is never less than that of
its orders, and equal where they are due at the same minute. No order is split.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from qinglian.production.model import Lot, Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qinglian.production.model import Instance
    from qinglian.production.plan import Plan

_Key: TypeAlias = tuple[str, str, int, int, int]


@dataclass(frozen=True, slots=True)
class Lotting:
    """What may share a lot: due and release within the same window (minutes), up to `max_units`.

    An order larger than `max_units` is a lot of its own.
    """

    due_window: int = 1440
    release_window: int = 240
    max_units: int = 400

    def __post_init__(self) -> None:
        if min(self.due_window, self.release_window, self.max_units) < 1:
            raise ValueError("windows and lot sizes are at least 1")


@dataclass(frozen=True, slots=True)
class Served:
    """An order of a plan: its lot, when that ends (None where the plan lacks it) and how late it is."""

    order: Order
    lot: str
    end: int | None

    @property
    def late(self) -> int | None:
        """Minutes late, 0 on time."""
        return None if self.end is None else max(0, self.end - self.order.due)


def group(orders: Iterable[Order], rule: Lotting | None = None) -> tuple[Lot, ...]:
    """Group orders into lots; the same whatever their order, sorted by due minute.

    A lot is named after the first of its orders (by due, release, id).
    """
    rule = rule or Lotting()
    groups: dict[_Key, list[Order]] = defaultdict(list)
    for order in orders:
        groups[_key(order, rule)].append(order)
    lots = [_lot(part) for members in groups.values() for part in _parts(members, rule.max_units)]
    return tuple(sorted(lots, key=lambda lot: (lot.due, lot.release, lot.id)))


def _key(order: Order, rule: Lotting) -> _Key:
    deadline = -1 if order.deadline is None else order.deadline
    return (
        order.family,
        order.kit,
        order.due // rule.due_window,
        order.release // rule.release_window,
        deadline,
    )


def _parts(members: list[Order], most: int) -> Iterator[list[Order]]:
    """Cut orders of one group into parts of about equal size, none above `most` but single orders."""
    total = sum(order.units for order in members)
    aim = -(-total // max(1, -(-total // most)))
    part: list[Order] = []
    units = 0
    for order in sorted(members, key=lambda item: (item.due, item.release, item.id)):
        if part and order.units and (units + order.units > most or units >= aim):
            yield part
            part, units = [], 0
        part.append(order)
        units += order.units
    if part:
        yield part


def _lot(orders: list[Order]) -> Lot:
    first = orders[0]
    asked = [order for order in orders if order.units] or orders
    return Lot(
        id=f"LOT-{first.id}",
        family=first.family,
        units=sum(order.units for order in orders),
        release=max(order.release for order in asked),
        due=min(order.due for order in asked),
        weight=sum(order.weight for order in asked),
        deadline=first.deadline,
        orders=tuple(order.id for order in orders),
    )


def loose(instance: Instance) -> tuple[Order, ...]:
    """Return the orders that no lot holds yet."""
    held = {order for lot in instance.lots for order in lot.orders}
    return tuple(order for order in instance.orders if order.id not in held)


def with_lots(instance: Instance, rule: Lotting | None = None) -> Instance:
    """Return the instance with its loose orders grouped into lots; stated lots stay as they are."""
    found = loose(instance)
    return replace(instance, lots=(*instance.lots, *group(found, rule))) if found else instance


def without_order(instance: Instance, name: str) -> Instance:
    """Take an order out of its lot; a lot that keeps no order goes too."""
    orders = {order.id: order for order in instance.orders}
    lots: list[Lot] = []
    for lot in instance.lots:
        if name not in lot.orders:
            lots.append(lot)
            continue
        kept = [orders[item] for item in lot.orders if item != name]
        if kept:
            lots.append(replace(_lot(kept), id=lot.id))
    left = {lot.id for lot in lots}
    return replace(
        instance,
        lots=tuple(lots),
        orders=tuple(order for order in instance.orders if order.id != name),
        pins=tuple(pin for pin in instance.pins if pin.lot in left),
    )


def served(instance: Instance, plan: Plan) -> tuple[Served, ...]:
    """Follow every order through its lot to the minute it is finished."""
    lot_of = {order: lot for lot in instance.lots for order in lot.orders}
    ends: dict[str, int] = {}
    for task in plan.tasks:
        ends[task.lot] = max(ends.get(task.lot, 0), task.end)
    rows = []
    for order in instance.orders:
        lot = lot_of.get(order.id)
        end = None
        if order.units == 0:
            end = order.release
        elif lot is not None:
            end = ends.get(lot.id)
        rows.append(Served(order, "" if lot is None else lot.id, end))
    return tuple(rows)

"""What happens after a plan was released: each event changes the instance, and a list of them is replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from qinglian.core.errors import QinglianError
from qinglian.production.lots import Lotting, group, without_order
from qinglian.production.model import Calendar, Instance, Line, Lot, Order, Window


@dataclass(frozen=True, slots=True)
class LineDown:
    """A line cannot work from `start` to `end`; to the end of all tables where `end` is None.

    What runs on it at `start` begins again, there or elsewhere: lots are not split.
    """

    line: str
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Rush:
    """New orders, grouped into lots of their own."""

    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class LateKit:
    """Material is ready later, at `release`: of a lot, or of all orders of a kit."""

    name: str
    release: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A lot is not wanted any more, or an order of a lot."""

    name: str


Event: TypeAlias = LineDown | Rush | LateKit | Cancelled
_KINDS: dict[str, type[LineDown | LateKit | Cancelled]] = {
    "line_down": LineDown,
    "late_kit": LateKit,
    "cancelled": Cancelled,
}


def apply(instance: Instance, event: Event, rule: Lotting | None = None) -> Instance:
    """Return the instance after an event.

    Raises
    ------
    QinglianError
        ``production.event_unknown`` for a line, lot, order, family or kit that is not there.
    """
    match event:
        case LineDown():
            return _down(instance, event)
        case Rush():
            return _rushed(instance, event, rule)
        case LateKit():
            return _late(instance, event)
        case Cancelled():
            return _cancelled(instance, event.name)


def apply_all(instance: Instance, events: Iterable[Event], rule: Lotting | None = None) -> Instance:
    """Replay events in their order."""
    for event in events:
        instance = apply(instance, event, rule)
    return instance


def _require(kind: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        from qinglian.ingest.proposals import Proposals

        near = Proposals(names).near(name)
        raise QinglianError("production.event_unknown", kind=kind, name=name, near=near)


def _down(instance: Instance, event: LineDown) -> Instance:
    _require("line", event.line, instance.line_of)
    line = instance.line_of[event.line]
    end = instance.horizon.limit if event.end is None else min(event.end, instance.horizon.limit)
    if end <= event.start:
        raise QinglianError("production.event_backwards", line=event.line)
    old = instance.calendar_of.get(line.calendar)
    windows = old.open if old else (Window(0, instance.horizon.limit),)
    taken = set(instance.calendar_of)
    name = next(
        name
        for number in range(len(taken) + 1)
        if (name := f"{event.line} down {event.start}" + ("" if not number else f" ({number})")) not in taken
    )
    closed = Calendar(name, tuple(_cut(windows, event.start, end)), resumable=bool(old and old.resumable))
    lines = tuple(_on(item, name) if item.id == event.line else item for item in instance.lines)
    return replace(instance, lines=lines, calendars=(*instance.calendars, closed))


def _on(line: Line, calendar: str) -> Line:
    return replace(line, calendar=calendar)


def _cut(windows: Sequence[Window], start: int, end: int) -> Iterable[Window]:
    for window in windows:
        if window.start < min(window.end, start):
            yield Window(window.start, min(window.end, start))
        if max(window.start, end) < window.end:
            yield Window(max(window.start, end), window.end)


def _rushed(instance: Instance, event: Rush, rule: Lotting | None) -> Instance:
    for order in event.orders:
        _require("family", order.family, instance.family_of)
    lots = group(event.orders, rule)
    return replace(instance, orders=(*instance.orders, *event.orders), lots=(*instance.lots, *lots))


def _late(instance: Instance, event: LateKit) -> Instance:
    of_kit = {order.id for order in instance.orders if order.kit and order.kit == event.name}
    known = [*instance.lot_of, *{order.kit for order in instance.orders if order.kit}]
    _require("lot or kit", event.name, known)

    def lot(item: Lot) -> Lot:
        hit = item.id == event.name or bool(of_kit.intersection(item.orders))
        return replace(item, release=max(item.release, event.release)) if hit else item

    orders = tuple(
        replace(order, release=max(order.release, event.release)) if order.id in of_kit else order
        for order in instance.orders
    )
    return replace(instance, lots=tuple(map(lot, instance.lots)), orders=orders)


def _cancelled(instance: Instance, name: str) -> Instance:
    _require("lot or order", name, [*instance.lot_of, *(order.id for order in instance.orders)])
    if name not in instance.lot_of:
        return without_order(instance, name)
    gone = set(instance.lot_of[name].orders)
    return replace(
        instance,
        lots=tuple(lot for lot in instance.lots if lot.id != name),
        orders=tuple(order for order in instance.orders if order.id not in gone),
        pins=tuple(pin for pin in instance.pins if pin.lot != name),
    )


def to_json(event: Event) -> dict[str, Any]:
    """Return an event as data."""
    if isinstance(event, Rush):
        return {"event": "rush", "orders": [asdict(order) for order in event.orders]}
    kind = next(name for name, known in _KINDS.items() if isinstance(event, known))
    return {"event": kind, **asdict(event)}


def from_json(data: Mapping[str, Any]) -> Event:
    """Return the event that `to_json` wrote."""
    fields = {name: value for name, value in data.items() if name != "event"}
    if data["event"] == "rush":
        return Rush(tuple(Order(**order) for order in fields["orders"]))
    found: Event = _KINDS[data["event"]](**fields)
    return found

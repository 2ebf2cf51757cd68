"""Figures of the logistics room, as data: lanes, legs, categories, tiers, and the operational view apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.text import text
from qinglian.logistics.chain import by_shipment, primary_share, total
from qinglian.logistics.methods import adjustments, road_factors
from qinglian.logistics.model import TIERS, Emission
from qinglian.present.figures import Column, Table
from qinglian.present.lanes import Lane, LaneChart
from qinglian.present.lanes import Leg as Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qinglian.logistics.booking import Ruled
    from qinglian.logistics.chain import Leg
    from qinglian.logistics.operations import Run

UNKNOWN = "?"
Route = tuple[object, ...]
"""Ends, mode, distance and category of a leg."""
MOST_LANES = 20
"""Lanes drawn; the tables hold all."""


def lanes(chain: Sequence[Leg]) -> LaneChart:
    """Return chains as lanes, equal ones as one, the heaviest first.

    Where an element begins elsewhere than the one before it ended, a new lane begins.
    """
    parts = [tuple(part) for legs in by_shipment(chain).values() for part in _connected(legs)]
    sums: dict[tuple[Route, ...], list[tuple[Drawn, ...]]] = defaultdict(list)
    for part in parts:
        sums[tuple((leg.start, leg.end, leg.mode, leg.distance, leg.hint) for leg in part)].append(part)
    drawn = sorted((_lane(alike) for alike in sums.values()), key=_weight)
    more = len(drawn) - MOST_LANES
    notes = (text("logistics.more_lanes", count=more),) if more > 0 else ()
    return LaneChart(text("logistics.lanes_title"), tuple(drawn[:MOST_LANES]), notes=notes)


def _lane(alike: list[tuple[Drawn, ...]]) -> Lane:
    """Add up lanes that are alike in everything but the goods."""
    legs = tuple(
        replace(legs[0], amount=sum((Fraction(leg.amount or 0) for leg in legs), Fraction(0)))
        for legs in zip(*alike, strict=True)
    )
    return Lane(text("logistics.lane", start=legs[0].start, end=legs[-1].end, count=len(alike)), legs)


def _weight(lane: Lane) -> tuple[Fraction, str]:
    return -sum((Fraction(leg.amount or 0) for leg in lane.legs), Fraction(0)), lane.label


def _connected(legs: Iterable[Leg]) -> list[list[Drawn]]:
    parts: list[list[Drawn]] = []
    at = ""
    for leg in legs:
        element, category = leg.element, leg.intensity.category
        start = element.origin or at or UNKNOWN
        at = element.destination or (start if category.is_hub else UNKNOWN)
        drawn = Drawn(
            start,
            at,
            text(f"logistics.mode_{category.mode}"),
            None if element.distance is None else element.distance.km,
            leg.emission.wtw,
            category.id,
        )
        if parts and parts[-1][-1].end == start:
            parts[-1].append(drawn)
        else:
            parts.append([drawn])
    return parts


def legs_table(chain: Iterable[Ruled]) -> Table:
    """Return every element: distance with kind and method, activity, emissions, tier, category, rule."""
    columns = (
        *_columns("element", "category"),
        Column(text("logistics.column_distance"), "km", "quantity"),
        *_columns("kind", "method"),
        Column(text("logistics.column_activity"), "", "quantity"),
        *_columns("unit"),
        *_halves(),
        *_columns("tier", "ghg", "rule"),
    )
    found = list(chain)
    rows = tuple(_row(one) for one in found)
    used = {one.leg.method for one in found if one.leg.method}
    return Table(text("logistics.legs_title"), columns, rows, _constants(used, found))


def _row(one: Ruled) -> tuple[str | Fraction | None, ...]:
    leg, emission = one.leg, one.leg.emission
    category, far = leg.intensity.category, leg.element.distance
    methods = [] if far is None else [far.method, *far.passages]
    if leg.method:
        methods.append(f"× {plain(leg.adjusted)} ({leg.method})")
    return (
        leg.element.name,
        category.id,
        None if far is None else far.km,
        "" if far is None else far.kind,
        ", ".join(methods),
        leg.activity,
        category.unit,
        emission.ttw,
        emission.wtt,
        emission.wtw,
        category.tier,
        one.ruling.category or UNKNOWN,
        text(f"logistics.rule_{one.ruling.rule}"),
    )


def _constants(used: set[str], found: Iterable[Ruled]) -> tuple[str, ...]:
    """Name every constant of method a table rests on, with citation and class of source."""
    methods = " ".join(one.leg.element.distance.method for one in found if one.leg.element.distance)
    known = [one for one in adjustments().values() if one.name in used]
    known += [one for one in road_factors().values() if f"({one.name})" in methods]
    return tuple(
        text(
            "logistics.constant_note",
            name=one.name,
            value=plain(one.value),
            citation=one.citation,
            source_class=text(f"logistics.class_{one.source_class}"),
        )
        for one in known
    )


def totals_table(chain: Iterable[Ruled]) -> Table:
    """Return kilograms by category of the GHG Protocol and tier; the share of primary data below."""
    found = list(chain)
    sums: dict[tuple[str, str], Emission] = defaultdict(Emission)
    for one in found:
        sums[one.ruling.category or UNKNOWN, one.leg.tier] += one.leg.emission
    columns = (*_columns("ghg", "tier"), *_halves())
    rows = [
        (category, tier, emission.ttw, emission.wtt, emission.wtw)
        for (category, tier), emission in sorted(sums.items(), key=lambda item: _rank(item[0]))
    ]
    legs = [one.leg for one in found]
    whole = total(legs)
    rows.append((text("logistics.total"), "", whole.ttw, whole.wtt, whole.wtw))
    share = primary_share(legs)
    note = (
        text("logistics.no_share")
        if share is None
        else text("logistics.primary_share", share=f"{float(100 * share):.1f}")
    )
    return Table(
        text("logistics.totals_title"), columns, tuple(rows), (note, text("logistics.allocated_note"))
    )


def _rank(key: tuple[str, str]) -> tuple[str, int]:
    return key[0], TIERS.index(key[1])


def operations_table(found: Iterable[Run]) -> Table:
    """Return vehicle trips with load share and emission of the whole vehicle."""
    columns = (
        *_columns("trip", "vehicle"),
        Column(text("logistics.column_distance"), "km", "quantity"),
        Column(text("logistics.column_load"), "t", "quantity"),
        Column(text("logistics.column_load_share"), kind="share"),
        *_halves(),
    )
    runs = list(found)
    rows = [
        (
            run.trip.id,
            run.trip.vehicle,
            run.trip.km,
            run.trip.load_t,
            run.trip.load_share,
            run.emission.ttw,
            run.emission.wtt,
            run.emission.wtw,
        )
        for run in runs
    ]
    whole = sum((run.emission for run in runs), Emission())
    km = sum((run.trip.km for run in runs), Fraction(0))
    end = (text("logistics.total"), "", km, None, None, whole.ttw, whole.wtt, whole.wtw)
    return Table(
        text("logistics.operations_title"), columns, (*rows, end), (text("logistics.operational_note"),)
    )


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(text(f"logistics.column_{name}")) for name in names)


def _halves() -> tuple[Column, ...]:
    return tuple(Column(name, "kg", "quantity") for name in ("TTW", "WTT", "WTW"))

"""A received footprint as chains of the room: each element keeps its sender's own intensity."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.logistics.model import Category, Distance, Element, Emission, Shipment
from qinglian.logistics.readers import LogisticsFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from qinglian.logistics.ileap import Footprint, Received, Tce


def as_chains(
    received: Received, *, facility: str, start: date, end: date, direction: str, paid_by: str, tier: str
) -> LogisticsFolder:
    """Return what was received as shipments and chains.

    Parameters
    ----------
    start, end
        Dates of the shipments, half-open: the exchange format gives them only where the sender likes.

    Raises
    ------
    QinglianError
        With every flag of the file: what is flagged is not booked. ``logistics.ileap_no_activity`` where an
        element has emissions and no activity to carry them.
    """
    if received.flags:
        raise QinglianError.many(received.flags)
    shipments = {
        one.shipment: Shipment(
            id=one.shipment,
            facility=facility,
            start=start,
            end=end,
            mass_kg=one.mass_kg,
            direction=direction,
            paid_by=paid_by,
            where=one.where,
        )
        for one in received.footprints
    }
    pairs = list(_pairs(received.footprints, tier))
    return LogisticsFolder(
        shipments,
        tuple(element for element, _ in pairs),
        {category.id: category for _, category in pairs},
        {},
    )


def _pairs(footprints: Iterable[Footprint], tier: str) -> list[tuple[Element, Category]]:
    found: list[tuple[Element, Category]] = []
    problems: list[Problem] = []
    for footprint in footprints:
        for position, tce in enumerate(footprint.tces, start=1):
            amount = tce.mass_kg / 1000 if tce.hoc else tce.mass_kg * tce.km / 1000
            if not amount:
                problems.append(Problem("logistics.ileap_no_activity", tce.where, {"name": tce.id}))
                continue
            found.append((_element(footprint, tce, position), _category(footprint, tce, amount, tier)))
    if problems:
        raise QinglianError.many(problems)
    return found


def _name(footprint: Footprint, tce: Tce) -> str:
    return f"{footprint.shipment}/{tce.id}"


def _element(footprint: Footprint, tce: Tce, position: int) -> Element:
    return Element(
        shipment=footprint.shipment,
        id=tce.id,
        position=position,
        category=_name(footprint, tce),
        mass_kg=tce.mass_kg,
        distance=None if tce.hoc else Distance(km=tce.km, kind=tce.kind, method="as the sender states"),
        where=tce.where,
    )


def _category(footprint: Footprint, tce: Tce, amount: Fraction, tier: str) -> Category:
    per_unit = Emission(tce.emission.ttw / amount, tce.emission.wtt / amount)
    return Category(
        id=_name(footprint, tce),
        mode="hub" if tce.hoc else "ileap",
        tier=tier,
        unit="t" if tce.hoc else "tkm",
        distance_kind=tce.kind,
        stated=per_unit,
        source=f"iLEAP shipment footprint {footprint.shipment}, {tce.category}",
        where=tce.where,
    )

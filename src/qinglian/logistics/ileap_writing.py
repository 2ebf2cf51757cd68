"""A chain of ours as an iLEAP ShipmentFootprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError
from qinglian.logistics.verify import decimal

if TYPE_CHECKING:
    from fractions import Fraction

    from qinglian.logistics.chain import Leg


def shipment_footprint(chain: tuple[Leg, ...], mass_kg: Fraction) -> dict[str, Any]:
    """Return a chain of one shipment as an iLEAP ShipmentFootprint, numbers as strings to six decimals."""
    tces = []
    for place, leg in enumerate(chain):
        element, hub = leg.element, leg.intensity.category.is_hub
        far = element.distance
        tces.append(
            {
                "tceId": element.id,
                "prevTceIds": [chain[place - 1].element.id] if place else [],
                "hocId" if hub else "tocId": leg.intensity.category.id,
                "shipmentId": element.shipment,
                "mass": decimal(element.mass_kg),
                "distance": {"actual": "0"} if far is None else _stated(leg),
                "transportActivity": "0" if hub else decimal(leg.activity),
                "co2eWTW": decimal(leg.emission.wtw),
                "co2eTTW": decimal(leg.emission.ttw),
            }
        )
    return {"mass": decimal(mass_kg), "shipmentId": chain[0].element.shipment, "tces": tces}


def _stated(leg: Leg) -> dict[str, str]:
    """Return the distance that the activity rests on: adjusted to the kind of the intensity."""
    far = leg.element.distance
    if leg.intensity.category.unit != "tkm" or far is None:
        raise QinglianError("logistics.ileap_teu", leg.element.where, name=leg.element.name)
    return {leg.intensity.category.distance_kind: decimal(far.km * leg.adjusted)}

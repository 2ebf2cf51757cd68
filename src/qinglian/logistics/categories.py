"""Which category of the GHG Protocol a chain element belongs to, by a rule that is shown beside it.

Own fleet: scope 1 by its fuel, and category 3. Transport the company buys, and all that is inbound:
category 4 (GHG Protocol, Scope 3 Standard, table 5.4). Outbound transport that somebody else buys:
category 9. The Incoterm of a sale proposes who buys; where it hands the goods over along the way it proposes
nothing, and each element must say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinglian.logistics.model import Carrier, Element, Shipment

BUYER_PAYS_ALL = ("EXW",)
SELLER_PAYS_ALL = ("CPT", "CIP", "DAP", "DPU", "DDP")
"""Incoterms under which one side buys the transport from the seller's door to the named place."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A category (``1+3``, ``4``, ``9``, empty where undecided), the rule behind it, whether confirmed."""

    category: str
    rule: str
    confirmed: bool = True


def ruling(element: Element, shipment: Shipment, carrier: Carrier | None) -> Ruling:
    """Rule on an element."""
    if carrier is not None and carrier.own:
        return Ruling("1+3", "own_fleet")
    paid = element.paid_by or shipment.paid_by
    if shipment.direction == "in":
        return Ruling("4", "bought" if paid == "us" else "inbound")
    if shipment.direction == "internal":
        return Ruling("4", "between_sites")
    if paid:
        return Ruling("4", "bought") if paid == "us" else Ruling("9", "not_bought")
    if shipment.incoterm in SELLER_PAYS_ALL:
        return Ruling("4", "incoterm", confirmed=False)
    if shipment.incoterm in BUYER_PAYS_ALL:
        return Ruling("9", "incoterm", confirmed=False)
    return Ruling("", "undecided", confirmed=False)


def carrier_of(element: Element, own: str, carriers: Mapping[str, Carrier]) -> Carrier | None:
    """Return who carries an element: its own carrier, or its category's."""
    return carriers.get(element.carrier or own)

"""Chains → records: ``freight.*`` (category 4), ``freight_out.*`` (9), fuel of an own fleet (1 and 3).

A record is one element's activity and says where its distance comes from; well-to-tank and tank-to-wheel are
asked of the same pack by the ledger's rules. An own fleet is booked by the energy it used, empty trips
included, and its elements are not booked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import Problem, QinglianError
from qinglian.core.period import local_midnight_utc
from qinglian.ledger.facts import Fact
from qinglian.logistics.categories import Ruling, carrier_of, ruling
from qinglian.logistics.chain import Leg, legs
from qinglian.logistics.intensity import Factors, intensities
from qinglian.logistics.rates_pack import QUALITY, activity, technology

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.core.errors import Where
    from qinglian.logistics.model import Category, EnergyUse
    from qinglian.logistics.readers import LogisticsFolder

DIMENSION = "logistics"
DECIMALS = 6
"""An adjusted distance need not end (× 1/1.05): an activity is posted to the gram-kilometre, half to even."""
OWN = "1+3"
FUELS = {
    "diesel": "diesel",
    "hvo": "hvo",
    "petrol": "gasoline",
    "cng": "natural_gas",
    "lng": "lng",
    "lpg": "lpg",
    "hfo": "residual_fuel_oil",
    "mgo": "marine_gas_oil",
    "aviation_fuel": "jet_kerosene",
    "hydrogen": "hydrogen",
    "methanol": "methanol",
}


@dataclass(frozen=True, slots=True)
class Ruled:
    """A leg and the category it is ruled into."""

    leg: Leg
    ruling: Ruling


def ruled(folder: LogisticsFolder, factors: Factors) -> tuple[Ruled, ...]:
    """Evaluate and rule on every element.

    Raises
    ------
    QinglianError
        ``logistics.no_shipments`` where there is none; what evaluating raises.
    """
    if not folder.elements:
        raise QinglianError("logistics.no_shipments")
    chain = legs(folder.elements, intensities(folder.categories.values(), factors))
    return tuple(Ruled(leg, _ruling(folder, leg)) for leg in chain)


def _ruling(folder: LogisticsFolder, leg: Leg) -> Ruling:
    element = leg.element
    carrier = carrier_of(element, leg.intensity.category.carrier, folder.carriers)
    return ruling(element, folder.shipments[element.shipment], carrier)


def facts(
    folder: LogisticsFolder, chain: Iterable[Ruled], zones: Mapping[str, str], *, accept: bool = False
) -> list[Fact]:
    """Return the records of a folder, or every problem.

    Parameters
    ----------
    accept
        Whether a category proposed by an Incoterm counts as confirmed.

    Raises
    ------
    QinglianError
        ``logistics.payer_missing``, ``logistics.payer_proposed``, ``logistics.own_without_energy``,
        ``logistics.fuel_facility``.
    """
    found: list[Fact] = []
    problems: list[Problem] = []
    own = _own_categories(folder)
    for one in chain:
        element = one.leg.element
        if one.ruling.category == OWN:
            own.setdefault(one.leg.intensity.category.id, one.leg.intensity.category)
        elif not one.ruling.category:
            problems.append(Problem("logistics.payer_missing", element.where, {"name": element.name}))
        elif not (one.ruling.confirmed or accept):
            named = {"name": element.name, "category": one.ruling.category}
            named["incoterm"] = folder.shipments[element.shipment].incoterm
            problems.append(Problem("logistics.payer_proposed", element.where, named))
        else:
            found.append(_element_fact(folder, one, zones))
    for category in own.values():
        try:
            found += _fuel_facts(category, zones)
        except QinglianError as error:
            problems += error.problems
    if problems:
        raise QinglianError.many(problems)
    return found


def _element_fact(folder: LogisticsFolder, one: Ruled, zones: Mapping[str, str]) -> Fact:
    leg, element = one.leg, one.leg.element
    shipment, category = folder.shipments[element.shipment], leg.intensity.category
    prefix = "freight" if one.ruling.category == "4" else "freight_out"
    return _fact(
        _Booked(
            shipment.facility,
            f"{prefix}.{activity(category)}",
            technology(category),
            leg.activity,
            category.unit,
            shipment.start,
            shipment.end,
        ),
        zones,
        element.where,
        reference=element.name,
        product=shipment.product,
        counterparty=element.carrier or category.carrier,
        quality=QUALITY[category.tier],
        boundary=f"category {one.ruling.category}: {one.ruling.rule}",
        note=said_of(leg),
    )


def said_of(leg: Leg) -> str:
    """Say where an activity comes from: mass, distance with kind and method, adjustment, passages."""
    element, category = leg.element, leg.intensity.category
    if element.distance is None:
        return f"{plain(element.mass_kg)} kg through {category.id}"
    far = element.distance
    parts = [
        f"{plain(element.mass_kg)} kg × {plain(far.km)} km {far.kind} ({far.method})"
        if category.unit == "tkm"
        else f"{plain(element.teu or Fraction(0))} TEU × {plain(far.km)} km {far.kind} ({far.method})"
    ]
    if leg.method:
        parts.append(f"to {category.distance_kind} × {plain(leg.adjusted)} ({leg.method})")
    if far.passages:
        parts.append(f"passages {', '.join(far.passages)}")
    return "; ".join([*parts, f"tier {category.tier}"])


def _own_categories(folder: LogisticsFolder) -> dict[str, Category]:
    """Categories that the own fleet runs: their fuel is booked whether an element names them or not."""
    return {
        name: category
        for name, category in folder.categories.items()
        if category.carrier in folder.carriers and folder.carriers[category.carrier].own
    }


def _fuel_facts(category: Category, zones: Mapping[str, str]) -> list[Fact]:
    if not category.energy or category.start is None or category.end is None:
        raise QinglianError("logistics.own_without_energy", category.where, name=category.id)
    problems = [
        Problem("logistics.fuel_facility", use.where, {"name": category.id, "facility": use.facility or "-"})
        for use in category.energy
        if use.facility not in zones
    ]
    if problems:
        raise QinglianError.many(problems)
    return [_fuel_fact(category, use, category.start, category.end, zones) for use in category.energy]


def _fuel_fact(category: Category, use: EnergyUse, start: date, end: date, zones: Mapping[str, str]) -> Fact:
    electric = use.carrier == "electric"
    kind = "electricity.purchased" if electric else f"fuel.mobile.{FUELS[use.carrier]}"
    return _fact(
        _Booked(use.facility, kind, "", use.quantity, use.unit, start, end),
        zones,
        use.where,
        reference=f"{category.id}/{use.carrier}/{use.feedstock}",
        boundary=f"category {OWN}: own_fleet",
        note=f"own fleet {category.id}, empty trips included",
    )


@dataclass(frozen=True, slots=True)
class _Booked:
    """What a record books where and when."""

    facility: str
    activity: str
    technology: str
    quantity: Fraction
    unit: str
    start: date
    end: date


def _fact(booked: _Booked, zones: Mapping[str, str], where: Where | None, **more: object) -> Fact:
    amount = parse_decimal(plain(_ending(booked.quantity)), where)
    zone = zones[booked.facility]
    return Fact(
        facility=booked.facility,
        activity=booked.activity,
        technology=booked.technology,
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=booked.unit,
        start_utc=local_midnight_utc(booked.start, zone),
        end_utc=local_midnight_utc(booked.end, zone),
        start_local=booked.start,
        end_local=booked.end,
        dimension=DIMENSION,
        zone=zone,
        sheet=None if where is None else where.sheet or (Path(where.file).name if where.file else None),
        row=None if where is None else where.row,
        **more,  # type: ignore[arg-type]
    )


def _ending(quantity: Fraction) -> Fraction:
    return quantity if "/" not in plain(quantity) else Fraction(round(quantity, DECIMALS))

"""A row of each table of a logistics folder → what it says, or the problem with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from qinglian.core.errors import QinglianError, Where
from qinglian.core.units import parse_unit
from qinglian.logistics.distances import Place, air, road, sea
from qinglian.logistics.model import (
    Carrier,
    Category,
    Claim,
    Distance,
    Element,
    Emission,
    EnergyUse,
    Shipment,
    Trip,
    VehicleUse,
)

ONE_DAY = timedelta(days=1)
"""A plain last day is inside."""
Row = Mapping[str, Any]


def place(row: Row, where: Where) -> Place:
    """Return a place."""
    degrees = [None if row[name] is None else float(row[name]) for name in ("latitude", "longitude")]
    return Place(
        id=row["place"],
        latitude=degrees[0],
        longitude=degrees[1],
        airport=(row["airport"] or "").upper(),
        where=where,
    )


def carrier(row: Row, _: Where) -> Carrier:
    """Return a carrier."""
    return Carrier(id=row["carrier"], title=row["title"] or "", own=row["own"])


def energy_use(row: Row, where: Where) -> EnergyUse:
    """Return what a category used of an energy carrier."""
    return EnergyUse(
        operation=row["operation"],
        carrier=row["energy_carrier"],
        feedstock=row["feedstock"],
        quantity=Fraction(row["quantity"]),
        unit=_unit(row["unit"], where),
        per_unit=Emission(Fraction(row["ttw"]), Fraction(row["wtt"])),
        facility=row["facility"] or "",
        source=row["source"] or "",
        where=where,
    )


def _unit(text: str, where: Where) -> str:
    try:
        return parse_unit(text).symbol
    except QinglianError as error:
        raise QinglianError(error.code, replace(where, column="unit"), **error.problem.params) from error


def toc(row: Row, where: Where, energy: Mapping[str, list[EnergyUse]]) -> Category:
    """Return a transport operation category with its energy."""
    per_teu = row["ttw_teu"] is not None or row["wtt_teu"] is not None
    suffix = "_teu" if per_teu else ""
    return Category(
        id=row["toc"],
        mode=row["mode"],
        tier=row["tier"],
        unit="TEUkm" if per_teu else "tkm",
        distance_kind=row["distance_kind"],
        carrier=row["carrier"] or "",
        temperature=row["temperature"],
        factor=row["factor"] or "",
        technology=row["technology"] or "",
        stated=_stated(row, where, row["toc"], f"ttw{suffix}", f"wtt{suffix}"),
        vehicle=_vehicle(row, where),
        activity=_fraction(row["activity"]),
        energy=tuple(energy.get(row["toc"], ())),
        **_period(row),
        source=row["source"] or "",
        where=where,
    )


def hoc(row: Row, where: Where, energy: Mapping[str, list[EnergyUse]]) -> Category:
    """Return a hub operation category with its energy."""
    return Category(
        id=row["hoc"],
        mode="hub",
        tier=row["tier"],
        unit="t",
        hub_type=row["hub_type"],
        temperature=row["temperature"],
        stated=_stated(row, where, row["hoc"], "ttw", "wtt"),
        activity=_fraction(row["throughput"]),
        energy=tuple(energy.get(row["hoc"], ())),
        **_period(row),
        source=row["source"] or "",
        where=where,
    )


def _stated(row: Row, where: Where, name: str, ttw: str, wtt: str) -> Emission | None:
    """Both halves or none: half a well-to-wheel figure is no figure."""
    if row[ttw] is None and row[wtt] is None:
        return None
    if row[ttw] is None or row[wtt] is None:
        raise QinglianError("logistics.half_stated", where, name=name)
    return Emission(Fraction(row[ttw]), Fraction(row[wtt]))


def _vehicle(row: Row, where: Where) -> VehicleUse | None:
    if row["vehicle"] is None:
        return None
    missing = [name for name in ("payload", "load_factor", "empty_factor") if row[name] is None]
    if missing:
        raise QinglianError("logistics.vehicle_half", where, name=row["toc"], missing=", ".join(missing))
    return VehicleUse(
        vehicle=row["vehicle"],
        payload_t=Fraction(row["payload"]),
        load_factor=Fraction(row["load_factor"]),
        empty_factor=Fraction(row["empty_factor"]),
        where=where,
    )


def _period(row: Row) -> dict[str, Any]:
    return {"start": row["start"], "end": None if row["end"] is None else row["end"] + ONE_DAY}


def shipment(row: Row, where: Where) -> Shipment:
    """Return a shipment."""
    return Shipment(
        id=row["shipment"],
        facility=row["facility"],
        start=row["start"],
        end=row["end"] + ONE_DAY,
        mass_kg=Fraction(row["mass"]),
        direction=row["direction"],
        paid_by=row["paid_by"] or "",
        incoterm=row["incoterm"] or "",
        product=row["product"] or "",
        where=where,
    )


def element(
    row: Row,
    where: Where,
    categories: Mapping[str, Category],
    shipments: Mapping[str, Shipment],
    places: Mapping[str, Place],
) -> Element:
    """Return a chain element; a distance that is not stated is worked out between its places."""
    if (row["toc"] is None) == (row["hoc"] is None):
        raise QinglianError("logistics.toc_or_hoc", where, name=f"{row['shipment']}/{row['element']}")
    category = categories[row["toc"] or row["hoc"]]
    mass = row["mass"]
    claim = Claim(
        activity=_fraction(row["claimed_activity"]),
        wtw=_fraction(row["claimed_wtw"]),
        ttw=_fraction(row["claimed_ttw"]),
    )
    return Element(
        shipment=row["shipment"],
        id=row["element"],
        position=row["position"],
        category=category.id,
        mass_kg=shipments[row["shipment"]].mass_kg if mass is None else Fraction(mass),
        distance=None if category.is_hub else _distance(row, where, category.mode, places),
        teu=_fraction(row["teu"]),
        carrier=row["carrier"] or "",
        origin=row["origin"] or "",
        destination=row["destination"] or "",
        paid_by=row["paid_by"] or "",
        claim=claim,
        where=where,
    )


def _distance(row: Row, where: Where, mode: str, places: Mapping[str, Place]) -> Distance:
    name = f"{row['shipment']}/{row['element']}"
    if row["distance"] is not None:
        if row["distance_kind"] is None:
            raise QinglianError("logistics.kind_missing", replace(where, column="distance_kind"), name=name)
        return Distance(km=Fraction(row["distance"]), kind=row["distance_kind"])
    ends = [places.get(row[end] or "") for end in ("origin", "destination")]
    if ends[0] is None or ends[1] is None:
        raise QinglianError("logistics.distance_missing", replace(where, column="distance"), name=name)
    try:
        return _worked_out(row, mode, ends[0], ends[1])
    except QinglianError as error:
        raise QinglianError(error.code, where, **error.problem.params) from error


def _worked_out(row: Row, mode: str, start: Place, end: Place) -> Distance:
    if mode == "sea":
        return sea(start, end, row["closed"] or ())
    if mode == "air":
        return air(start, end)
    if mode == "road":
        return road(start, end, row["road_factor"] or "")
    raise QinglianError("logistics.no_way_to_measure", mode=mode)


def trip(row: Row, where: Where) -> Trip:
    """Return a vehicle's trip."""
    return Trip(
        id=row["trip"],
        vehicle=row["vehicle"],
        km=Fraction(row["distance"]),
        load_t=Fraction(row["load"]),
        payload_t=Fraction(row["payload"]),
        where=where,
    )


def _fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)

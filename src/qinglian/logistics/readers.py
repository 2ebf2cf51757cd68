"""Files of logistics → shipments, chains, categories, trips; all, or every problem."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.units import parse_unit
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_reading import TableSet, read_tables
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Thing = TypeVar("_Thing")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LogisticsFolder:
    """What a folder says, and notices of files that nothing asked for."""

    shipments: Mapping[str, Shipment]
    elements: tuple[Element, ...]
    categories: Mapping[str, Category]
    carriers: Mapping[str, Carrier]
    trips: tuple[Trip, ...] = ()
    notices: tuple[Problem, ...] = ()


@cache
def schema() -> Schema:
    """Return the tables and columns of a logistics folder."""
    return load_schema(Path(__file__).with_name("schema.toml"))


def read(path: Path) -> LogisticsFolder:
    """Read a folder of tables or one workbook.

    Raises
    ------
    QinglianError
        With every problem: ``ingest.*`` of the tables, ``logistics.*`` of their rows.
    """
    found = _Found(read_tables(path, schema()))
    places = {one.id: one for one in found.each("places", _place)}
    carriers = {one.id: one for one in found.each("carriers", _carrier)}
    energy: dict[str, list[EnergyUse]] = defaultdict(list)
    for use in found.each("energy", _energy):
        energy[use.operation].append(use)
    categories = [
        *found.each("tocs", lambda row, where: _toc(row, where, energy)),
        *found.each("hocs", lambda row, where: _hoc(row, where, energy)),
    ]
    _check_operations(found, energy, categories)
    shipments = {one.id: one for one in found.each("shipments", _shipment)}
    trips = found.each("trips", _trip)
    found.refuse()
    known = {one.id: one for one in categories}
    elements = found.each("elements", lambda row, where: _element(row, where, known, shipments, places))
    found.refuse()
    _check_chains(found, shipments, elements)
    found.refuse()
    return LogisticsFolder(shipments, elements, known, carriers, trips, found.tables.notices)


class _Found:
    """Builds things from rows and collects what is wrong with any of them."""

    def __init__(self, tables: TableSet) -> None:
        self.tables = tables
        self.problems: list[Problem] = []

    def each(self, sheet: str, build: Callable[[Mapping[str, Any], Where], _Thing]) -> tuple[_Thing, ...]:
        built = []
        rows = self.tables.rows.get(sheet)
        for index, row in enumerate(rows or ()):
            where = rows.where(index) if rows is not None else Where()
            try:
                built.append(build(row, where))
            except QinglianError as error:
                self.problems.extend(error.problems)
        return tuple(built)

    def add(self, code: str, where: Where | None, **params: object) -> None:
        self.problems.append(Problem(code, where, params))

    def refuse(self) -> None:
        if self.problems:
            raise QinglianError.many(self.problems)


def _check_operations(
    found: _Found, energy: Mapping[str, list[EnergyUse]], categories: list[Category]
) -> None:
    sheets = (("tocs", "toc"), ("hocs", "hoc"))
    stated = {row[name] for sheet, name in sheets for row in found.tables.of(sheet)}
    for operation, uses in energy.items():
        if operation not in stated:
            found.add("logistics.operation_unknown", uses[0].where, name=operation)
    seen: set[str] = set()
    for one in categories:
        if one.id in seen:
            found.add("logistics.category_twice", one.where, name=one.id)
        seen.add(one.id)


def _check_chains(found: _Found, shipments: Mapping[str, Shipment], elements: tuple[Element, ...]) -> None:
    positions: dict[tuple[str, int], Element] = {}
    for element in elements:
        other = positions.setdefault((element.shipment, element.position), element)
        if other is not element:
            found.add("logistics.position_twice", element.where, name=element.name, other=other.id)
    served = {element.shipment for element in elements}
    for shipment in shipments.values():
        if shipment.id not in served:
            found.add("logistics.chain_missing", shipment.where, name=shipment.id)


def _place(row: Mapping[str, Any], where: Where) -> Place:
    degrees = [None if row[name] is None else float(row[name]) for name in ("latitude", "longitude")]
    return Place(
        id=row["place"],
        latitude=degrees[0],
        longitude=degrees[1],
        airport=(row["airport"] or "").upper(),
        where=where,
    )


def _carrier(row: Mapping[str, Any], _: Where) -> Carrier:
    return Carrier(id=row["carrier"], title=row["title"] or "", own=row["own"])


def _energy(row: Mapping[str, Any], where: Where) -> EnergyUse:
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


def _toc(row: Mapping[str, Any], where: Where, energy: Mapping[str, list[EnergyUse]]) -> Category:
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


def _hoc(row: Mapping[str, Any], where: Where, energy: Mapping[str, list[EnergyUse]]) -> Category:
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


def _stated(row: Mapping[str, Any], where: Where, name: str, ttw: str, wtt: str) -> Emission | None:
    """Both halves or none: half a well-to-wheel figure is no figure."""
    if row[ttw] is None and row[wtt] is None:
        return None
    if row[ttw] is None or row[wtt] is None:
        raise QinglianError("logistics.half_stated", where, name=name)
    return Emission(Fraction(row[ttw]), Fraction(row[wtt]))


def _vehicle(row: Mapping[str, Any], where: Where) -> VehicleUse | None:
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


def _period(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"start": row["start"], "end": None if row["end"] is None else row["end"] + ONE_DAY}


def _shipment(row: Mapping[str, Any], where: Where) -> Shipment:
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


def _element(
    row: Mapping[str, Any],
    where: Where,
    categories: Mapping[str, Category],
    shipments: Mapping[str, Shipment],
    places: Mapping[str, Place],
) -> Element:
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


def _distance(row: Mapping[str, Any], where: Where, mode: str, places: Mapping[str, Place]) -> Distance:
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


def _worked_out(row: Mapping[str, Any], mode: str, start: Place, end: Place) -> Distance:
    if mode == "sea":
        return sea(start, end, row["closed"] or ())
    if mode == "air":
        return air(start, end)
    if mode == "road":
        return road(start, end, row["road_factor"] or "")
    raise QinglianError("logistics.no_way_to_measure", mode=mode)


def _trip(row: Mapping[str, Any], where: Where) -> Trip:
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

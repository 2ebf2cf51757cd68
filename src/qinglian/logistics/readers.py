"""Files of logistics → shipments, chains, categories, trips; all, or every problem."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_reading import TableSet, read_tables
from qinglian.logistics import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qinglian.logistics.model import Carrier, Category, Element, EnergyUse, Shipment, Trip

_Thing = TypeVar("_Thing")


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
    places = {one.id: one for one in found.each("places", rows.place)}
    carriers = {one.id: one for one in found.each("carriers", rows.carrier)}
    energy: dict[str, list[EnergyUse]] = defaultdict(list)
    for use in found.each("energy", rows.energy_use):
        energy[use.operation].append(use)
    categories = [
        *found.each("tocs", lambda row, where: rows.toc(row, where, energy)),
        *found.each("hocs", lambda row, where: rows.hoc(row, where, energy)),
    ]
    _check_operations(found, energy, categories)
    shipments = {one.id: one for one in found.each("shipments", rows.shipment)}
    trips = found.each("trips", rows.trip)
    found.refuse()
    known = {one.id: one for one in categories}
    elements = found.each("elements", lambda row, where: rows.element(row, where, known, shipments, places))
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
        given = self.tables.rows.get(sheet)
        for index, row in enumerate(given or ()):
            where = given.where(index) if given is not None else Where()
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

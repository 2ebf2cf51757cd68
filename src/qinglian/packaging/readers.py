"""Files of packaging → specifications, uses, baselines, packed orders, load plans; all, or every problem."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_reading import TableSet, read_tables
from qinglian.packaging.catalogue import Catalogue
from qinglian.packaging.load_plan import Box, LoadPlan, Placement, Space
from qinglian.packaging.model import Baseline, Component, Material, PackedOrder, Specification, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qinglian.packaging.model import Key

_Thing = TypeVar("_Thing")
CUBIC_MM = 10**6
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PackagingFolder:
    """What a folder says, and notices of files that nothing asked for."""

    catalogue: Catalogue
    uses: tuple[Use, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    orders: tuple[PackedOrder, ...] = ()
    notices: tuple[Problem, ...] = ()


@cache
def schema() -> Schema:
    """Return the tables and columns of a packaging folder."""
    return load_schema(Path(__file__).with_name("schema.toml"))


@cache
def load_plan_schema() -> Schema:
    """Return the tables and columns of a load plan's folder."""
    return load_schema(Path(__file__).with_name("load_schema.toml"))


def read(path: Path) -> PackagingFolder:
    """Read a folder of tables or one workbook.

    Raises
    ------
    QinglianError
        With every problem: ``ingest.*`` of the tables, ``packaging.*`` of their rows.
    """
    found = _Found(read_tables(path, schema()))
    materials = found.each("materials", _material)
    parts: dict[Key, list[Component]] = defaultdict(list)
    for key, component in found.each("components", _component):
        parts[key].append(component)
    specifications = tuple(
        replace(one, components=tuple(parts.pop(one.key, ())))
        for one in found.each("specifications", _specification)
    )
    for (name, version), components in parts.items():
        found.add("packaging.specification_unknown", components[0].where, name=name, version=version)
    uses, baselines = found.each("uses", _use), found.each("baselines", _baseline)
    orders = found.each("orders", _order)
    found.refuse()
    catalogue = Catalogue({one.id: one for one in materials}, {one.key: one for one in specifications})
    for use in uses:
        found.known(catalogue, use.key, use.where)
    for baseline in baselines:
        found.known(catalogue, baseline.pinned, baseline.where)
    found.refuse()
    return PackagingFolder(catalogue, uses, baselines, orders, found.tables.notices)


def read_load_plans(path: Path) -> tuple[LoadPlan, ...]:
    """Read the load plans of a folder or a workbook, in the order of the loads.

    Raises
    ------
    QinglianError
        With every problem: ``ingest.*`` of the tables, ``packaging.*`` of their rows.
    """
    found = _Found(read_tables(path, load_plan_schema()))
    spaces = found.each("loads", _space)
    boxes = {box.id: box for box in found.each("boxes", _box)}
    found.refuse()
    placements = found.each("placements", lambda row, where: _placement(row, where, boxes))
    found.refuse()
    return tuple(
        LoadPlan(space, tuple(placed for placed in placements if placed.load == space.id)) for space in spaces
    )


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

    def known(self, catalogue: Catalogue, key: Key, where: Where | None) -> None:
        if key not in catalogue.specifications:
            self.add("packaging.specification_unknown", where, name=key[0], version=key[1])

    def refuse(self) -> None:
        if self.problems:
            raise QinglianError.many(self.problems)


def _material(row: Mapping[str, Any], where: Where) -> Material:
    return Material(id=row["material"], family=row["family"], factor=row["factor"] or "", where=where)


def _component(row: Mapping[str, Any], where: Where) -> tuple[Key, Component]:
    return (row["specification"], row["version"]), Component(
        name=row["component"],
        material=row["material"],
        mass_g=Fraction(row["mass"]),
        pieces=row["pieces"],
        post_consumer=Fraction(row["post_consumer"]),
        post_industrial=Fraction(row["post_industrial"]),
        recyclable=row["recyclable"],
        where=where,
    )


def _specification(row: Mapping[str, Any], where: Where) -> Specification:
    lengths = [row[name] for name in ("length", "width", "height")]
    inner = _size(row, where) if None not in lengths else None
    if inner is None and any(length is not None for length in lengths):
        raise QinglianError("packaging.size_half", where, name=row["specification"])
    contains = (row["contains"] or "", row["contains_version"] or "")
    if bool(contains[0]) != bool(contains[1]):
        raise QinglianError("packaging.contains_half", where, name=row["specification"])
    return Specification(
        id=row["specification"],
        version=row["version"],
        level=row["level"],
        items=row["items"],
        contains=contains if contains[0] else None,
        count=row["count"],
        inner_mm=inner,
        stated_g=_fraction(row["stated_mass"]),
        where=where,
    )


def _use(row: Mapping[str, Any], where: Where) -> Use:
    return Use(
        reference=row["reference"],
        facility=row["facility"],
        start=row["start"],
        end=row["end"] + ONE_DAY,
        key=(row["specification"], row["version"]),
        units=row["units"],
        supplier=row["supplier"] or "",
        basis=row["basis"],
        where=where,
    )


def _baseline(row: Mapping[str, Any], where: Where) -> Baseline:
    return Baseline(
        name=row["baseline"],
        specification=row["specification"],
        pinned=(row["pinned"], row["pinned_version"]),
        since=row["since"],
        until=None if row["until"] is None else row["until"] + ONE_DAY,
        where=where,
    )


def _order(row: Mapping[str, Any], where: Where) -> PackedOrder:
    return PackedOrder(
        id=row["order"],
        day=row["day"],
        kind=row["kind"],
        inner_mm=_size(row, where),
        products_mm3=Fraction(row["products"]) * CUBIC_MM,
        filler_mm3=None if row["filler"] is None else Fraction(row["filler"]) * CUBIC_MM,
        where=where,
    )


def _space(row: Mapping[str, Any], where: Where) -> Space:
    return Space(
        id=row["load"],
        size=_size(row, where),
        max_g=_grams(row["max_mass"]),
        support=Fraction(row["support"]),
        off_centre=_fraction(row["off_centre"]),
        highest_centre=_fraction(row["highest_centre"]),
        claimed_fill=_fraction(row["claimed_fill"]),
        claimed_g=_grams(row["claimed_mass"]),
        where=where,
    )


def _box(row: Mapping[str, Any], where: Where) -> Box:
    return Box(
        id=row["box"],
        size=_size(row, where),
        mass_g=Fraction(row["mass"]) * 1000,
        turning=row["turning"],
        bears_g=_grams(row["bears"]),
        where=where,
    )


def _placement(row: Mapping[str, Any], where: Where, boxes: Mapping[str, Box]) -> Placement:
    return Placement(
        id=row["placement"],
        load=row["load"],
        box=boxes[row["box"]],
        at=_whole_mm(row, where, ("x", "y", "z")),
        rotation=row["rotation"],
        where=where,
    )


def _size(row: Mapping[str, Any], where: Where) -> tuple[int, int, int]:
    return _whole_mm(row, where, ("length", "width", "height"))


def _whole_mm(row: Mapping[str, Any], where: Where, names: tuple[str, str, str]) -> tuple[int, int, int]:
    problems = [
        Problem("packaging.not_whole_mm", replace(where, column=name), {"value": row[name]})
        for name in names
        if row[name] != int(row[name])
    ]
    if problems:
        raise QinglianError.many(problems)
    first, second, third = (int(row[name]) for name in names)
    return first, second, third


def _fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)


def _grams(kilograms: Any) -> Fraction | None:
    return None if kilograms is None else Fraction(kilograms) * 1000

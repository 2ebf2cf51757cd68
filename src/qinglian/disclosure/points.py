"""Data points: one table (``data_points.csv``) drives the figures, the checks and the reference page."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from qinglian.core.errors import QinglianError
from qinglian.core.gases import GASES
from qinglian.core.suggestions import nearest
from qinglian.core.text import language
from qinglian.core.units import parse_unit

EMISSION, QUANTITY = KINDS = ("emission", "quantity")
TONNE_UNITS = ("t CO2e", "t CO2")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPoint:
    """What is asked of an inventory: a figure with one meaning, whatever a framework calls it.

    Attributes
    ----------
    kind
        ``emission`` (kg CO2e of an account) or ``quantity`` (what activities used, in `unit`).
    account, scope, method, category
        Which emissions count; an empty one does not choose.
    gases
        Gas codes, or ``family:NAME``; none means all.
    activity
        Patterns of activities, ``*`` for any run of characters.
    sum_of
        Codes of the parts of a total; a part without a figure is left out and named.
    """

    code: str
    label_en: str
    label_zh: str
    kind: str
    unit: str
    decimals: int
    account: str = ""
    scope: str = ""
    method: str = ""
    category: int | None = None
    gases: tuple[str, ...] = ()
    activity: tuple[str, ...] = ()
    dimension: str = ""
    sum_of: tuple[str, ...] = ()
    note_en: str = ""
    note_zh: str = ""

    @property
    def label(self) -> str:
        """Name in the language in force."""
        return self.label_zh if language() == "zh" else self.label_en

    @property
    def gas_codes(self) -> frozenset[str]:
        """Gas codes that count, families resolved; empty for all."""
        found: set[str] = set()
        for name in self.gases:
            family = name.removeprefix("family:")
            known = {code for code, gas in GASES.items() if gas.family == family}
            found |= known if name != family else {name}
        return frozenset(found)

    def record(self) -> dict[str, Any]:
        """Return the definition as data; :func:`point_from_record` reads it back."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def point_from_record(record: dict[str, Any]) -> DataPoint:
    """Read a definition back, such as one frozen with a report years ago."""
    lists = {name: tuple(record[name]) for name in ("gases", "activity", "sum_of")}
    return DataPoint(**{**record, **lists})


@cache
def data_points() -> dict[str, DataPoint]:
    """Every data point by code, in the order of the table."""
    table = (files("qinglian.disclosure") / "data_points.csv").read_text(encoding="utf-8")
    points = [_point(row) for row in csv.DictReader(table.splitlines())]
    known = {point.code: point for point in points}
    if len(known) != len(points):
        raise ValueError("data_points.csv states a code twice")
    for point in points:
        _check(point, known)
    return known


def data_point(code: str) -> DataPoint:
    """Return one data point; raises ``disclosure.point_unknown`` with near codes."""
    known = data_points()
    if code not in known:
        raise QinglianError("disclosure.point_unknown", code=code, near=list(nearest(code, known)))
    return known[code]


def _point(row: dict[str, str]) -> DataPoint:
    lists = {name: tuple(row[name].split()) for name in ("gases", "activity", "sum_of")}
    numbers = {
        "decimals": int(row["decimals"]),
        "category": int(row["category"]) if row["category"] else None,
    }
    return DataPoint(**{**row, **lists, **numbers})  # type: ignore[arg-type]  # the columns are the fields


def _check(point: DataPoint, known: dict[str, DataPoint]) -> None:
    """Refuse a table that cannot mean anything; it ships with the code, so this is a programming error."""
    if point.kind not in KINDS:
        raise ValueError(f"{point.code}: kind {point.kind!r}")
    if point.kind == EMISSION and point.unit not in TONNE_UNITS:
        raise ValueError(f"{point.code}: an emission in {point.unit!r}")
    if point.kind == QUANTITY:
        parse_unit(point.unit)
    if not point.sum_of and point.kind == QUANTITY and not point.activity:
        raise ValueError(f"{point.code}: a quantity of no activity")
    order = list(known)
    for part in point.sum_of:
        if order.index(part) > order.index(point.code):
            raise ValueError(f"{point.code}: stands before its part {part}")
        if known[part].unit != point.unit:
            raise ValueError(f"{point.code}: {part} has another unit")
    if unknown := point.gas_codes - set(GASES):
        raise ValueError(f"{point.code}: gases {sorted(unknown)}")

"""Files of a plant → instance: a folder or a workbook, every row checked, nothing half-read.

The tables and their columns are those of ``schema.toml``. All problems come back at once, each with file,
row, column and fix; what merely looks wrong is a warning beside the instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_folder import open_tables
from qinglian.ingest.typed_cells import Frame
from qinglian.ingest.typed_rows import Rows, check_references, limited, read_rows
from qinglian.production.building import build
from qinglian.production.hour_table import NO_HOURS, HourTable, read_hours
from qinglian.production.plant import NO_START, Plant, read_plant
from qinglian.production.plausibility import Places, doubts
from qinglian.production.reach import extended, needed_limit
from qinglian.production.row_checks import check_rows
from qinglian.production.time_of_use import tariff_problems

if TYPE_CHECKING:
    from qinglian.ingest.tables import Table
    from qinglian.production.model import Instance


PLAN_FILES = ("plan", "plan.spans", "plan.about")
"""A plan may lie beside its input."""

CELLS = {
    "lines": ("run", "idle", "setup", "start_up", "off"),
    "lots": ("units",),
    "orders": ("units",),
}
"""Cells that a warning may be about, by table."""


@dataclass(frozen=True)
class Read:
    """An instance, what in its files looks wrong without being refused, and where its rows stand.

    Parameters
    ----------
    places
        Where each line, lot, order, family and pin stands, by kind (``lots``) and name; some of their cells,
        by kind and column (``lots.units``); and each table, by kind ``tables``.
    """

    instance: Instance
    warnings: tuple[Problem, ...] = ()
    places: Places = field(default_factory=dict)


@cache
def schema() -> Schema:
    """Return the tables and columns of a planner's folder."""
    return load_schema(Path(__file__).with_name("schema.toml"))


def read_instance(folder: Path) -> Instance:
    """Read a plant and its orders; `read` gives the warnings too.

    Raises
    ------
    QinglianError
        With every problem of every table.
    """
    return read(folder).instance


def read(folder: Path) -> Read:
    """Read a plant and its orders from a folder of tables or from one workbook.

    Raises
    ------
    QinglianError
        With every problem of every table: ``ingest.schema_*``, ``ingest.*`` of the cells, ``production.*``.
    """
    folder = Path(folder)
    tables = open_tables(folder, schema(), beside=PLAN_FILES)
    problems = list(tables.problems)
    found, plant = _tables(tables.found, problems)
    hours = NO_HOURS
    if "hours" in found and len(found["hours"]):
        hours, faults = read_hours(found["hours"])
        problems += faults
    problems += tariff_problems(found, hours, plant.horizon)
    broken = tables.found.keys() - found.keys()
    problems += check_references(schema(), found, broken)
    if not tables.problems:
        problems += check_rows(found, broken, str(folder))
    if problems:
        raise QinglianError.many(limited(problems))
    instance = _built(found, plant, hours, folder)
    places = _places(found)
    return Read(instance, (*tables.notices, *doubts(instance, hours.stated, places)), places)


def _tables(tables: Mapping[str, Table], problems: list[Problem]) -> tuple[dict[str, Rows], Plant]:
    """Read each table; the plant first, as moments count from its start. Faulty tables are left out."""
    found: dict[str, Rows] = {}

    def take(name: str, frame: Frame) -> None:
        if name not in tables:
            return
        rows, faults = read_rows(schema().sheets[name], tables[name], frame)
        problems.extend(faults)
        if rows is not None and not faults:
            found[name] = rows

    take("plant", Frame())
    plant, faults = read_plant(schema().sheets["plant"], found.get("plant"))
    problems.extend(faults)
    frame = plant.frame
    if "plant" in tables and "plant" not in found:
        frame = Frame(frame.zone, NO_START)  # moments are still checked, though what they mean is not known
    for name in schema().sheets:
        if name != "plant":
            take(name, frame)
    return found, plant


def _built(found: Mapping[str, Rows], plant: Plant, hours: HourTable, folder: Path) -> Instance:
    """Build the instance, a second time where its work needs more than the usual reach."""
    instance = build(found, plant, hours, plant.horizon, folder.stem)
    limit = needed_limit(instance)
    if limit > plant.horizon.limit:
        instance = build(found, plant, hours, extended(plant.horizon, limit), folder.stem)
    return instance


def _places(found: Mapping[str, Rows]) -> dict[tuple[str, str], Where]:
    keys = {"lines": "line", "lots": "lot", "orders": "order", "families": "family", "pins": "lot"}
    places = {
        (sheet, str(name)): found[sheet].where(index, key)
        for sheet, key in keys.items()
        if sheet in found
        for index, name in enumerate(found[sheet].cells[key])
    }
    for sheet, columns in CELLS.items():
        for index, name in enumerate(found[sheet].cells[keys[sheet]] if sheet in found else ()):
            for column in columns:
                places[f"{sheet}.{column}", str(name)] = found[sheet].where(index, column)
    places |= {("tables", name): rows.table for name, rows in found.items()}
    for index, row in enumerate(found["eligibility"]):
        places["eligibility", f"{row['line']} {row['family']}"] = found["eligibility"].where(index, "rate")
    return places

"""Files of a plant → instance: a folder of CSV files, every row checked, nothing half-read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from qinglian.ingest.tables import read_table
from qinglian.production.model import (
    CarbonIntensity,
    Eligibility,
    Family,
    Horizon,
    Instance,
    Line,
    Lot,
    Power,
    Setup,
    Tariff,
)

if TYPE_CHECKING:
    from pathlib import Path

    from qinglian.core.errors import Problem

WEEK = 10_080
START_UP_SHARE = Decimal("0.6")
FIRST_SETUP = Decimal(15)


@dataclass(frozen=True, slots=True)
class Read:
    """An instance, and what in its files looks wrong without being refused."""

    instance: Instance
    warnings: tuple[Problem, ...] = ()


def read_instance(folder: Path) -> Instance:
    """Read a plant and its orders from a folder."""
    return read(folder).instance


def read(folder: Path) -> Read:
    """Read a plant and its orders from a folder, with warnings."""
    lines = tuple(_line(row) for row in _rows(folder / "lines.csv"))
    eligibility = tuple(
        Eligibility(row["line"], row["family"], Decimal(row["min_per_unit"]))
        for row in _rows(folder / "eligibility.csv")
    )
    setups = tuple(
        Setup("", row["from_family"], row["to_family"], Decimal(row["base_min"]))
        for row in _rows(folder / "setups.csv")
    )
    lots = tuple(
        Lot(
            id=row["lot"],
            family=row["family"],
            units=int(row["units"]),
            release=int(row["release_min"]),
            due=int(row["due_min"]),
            weight=int(row["weight"]),
        )
        for row in _rows(folder / "lots.csv")
    )
    names = {e.family for e in eligibility} | {lot.family for lot in lots} | {s.after for s in setups}
    horizon = Horizon(datetime(2024, 1, 1, tzinfo=UTC), WEEK, 4 * WEEK)
    hours = _rows(folder / "hours.csv")
    prices = _continued([_scaled(row["price_CNY_per_kWh"], 10**6) for row in hours], horizon.hours)
    carbon = _continued([_scaled(row["grid_kgCO2_per_kWh"], 10**6) for row in hours], horizon.hours)
    instance = Instance(
        horizon=horizon,
        lines=lines,
        families=tuple(Family(name) for name in sorted(names)),
        eligibility=eligibility,
        lots=lots,
        setups=setups,
        tariff=Tariff("CNY", prices),
        intensities=(CarbonIntensity("location", "hours.csv", carbon),),
        minimum_run_minutes=5,
        name=folder.name,
    )
    return Read(instance)


def _line(row: dict[str, str]) -> Line:
    run = _scaled(row["run_kW"], 1000)
    power = Power(
        run=run,
        idle=_scaled(row["idle_kW"], 1000),
        setup=_scaled(row["setup_kW"], 1000),
        start_up=int((run * START_UP_SHARE).to_integral_value(ROUND_HALF_EVEN)),
    )
    return Line(
        id=row["line"],
        power=power,
        setup_factor=Decimal(row["setup_factor"]),
        first_setup=FIRST_SETUP,
        start_up_minutes=int(row["startup_min"]),
    )


def _scaled(text: str, factor: int) -> int:
    return int((Decimal(text) * factor).to_integral_value(ROUND_HALF_EVEN))


def _continued(values: list[int], hours: int) -> tuple[int, ...]:
    while len(values) < hours:
        values = values + values[-24:]
    return tuple(values[:hours])


def _rows(path: Path) -> list[dict[str, str]]:
    table = read_table(path)
    return [dict(zip(table.header, row, strict=True)) for chunk in table.chunks for row in chunk.rows]

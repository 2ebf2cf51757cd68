"""Rows of ``factors.csv`` to factors: gas vectors with their identity, units, places and citation checked."""

from __future__ import annotations

import re
from collections import defaultdict

from qinglian.core.errors import Where
from qinglian.core.units import Unit, parse_unit, ratio
from qinglian.ledger.pack_model import Factor, GasValue, identified
from qinglian.ledger.pack_rows import PackRows, Placed, Row

BASES = ("direct", "wtt", "td", "lifecycle", "residual", "supplier", "spend", "mass", "heating_value")
METHODS = ("", "location", "market")
GWP_SETS = ("AR4", "AR5", "AR6")
UNSTATED = "unstated"  # the publisher of a CO2e value does not say which set it used
FACTOR_COLUMNS = (
    *("activity", "technology", "place", "valid_from", "valid_to", "gas", "value", "mass_unit", "per_unit"),
    *("basis", "gwp_set", "biogenic", "method", "uncertainty", "quality", "source", "locator", "note"),
)
IDENTITY = ("activity", "technology", "place", "valid_from", "valid_to", "per_unit", "basis", "method")
ROOMS = (
    *(
        "electricity",
        "heat",
        "steam",
        "cooling",
        "fuel",
        "fugitive",
        "process",
        "removal",
        "material",
        "spend",
    ),
    *("freight", "waste", "travel", "commute", "leased", "product_use", "product_end_of_life"),
)
_ACTIVITY = re.compile(rf"({'|'.join(ROOMS)})(\.[\w()+-]+)+", re.ASCII)
_UNCERTAINTY = re.compile(r"(lognormal:gsd2=[\d.]+|normal:cv=[\d.]+|uniform:[\d.]+\.\.[\d.]+)?", re.ASCII)
_QUALITIES = ("1", "2", "3", "4", "5")

# Kilograms per unit; more of any one gas is a slip of the unit by a thousand (kWh for MWh, g for kg).
LIMITS = (
    ("electricity.", "kWh", 10),
    ("fuel.", "MJ(net)", 4),
    ("fuel.", "MJ(gross)", 4),
    ("fuel.", "kg", 20),
    ("fuel.", "L", 20),
    ("fuel.", "Nm3", 20),
    ("freight.", "tkm", 20),
    ("freight.", "vkm", 20),
    ("material.", "kg", 1000),
    ("waste.", "kg", 50),
    ("spend.", "USD", 50),
)


def read_factors(rows: PackRows) -> tuple[Factor, ...]:
    """Return the factors of a pack: rows equal in their identity form one gas vector."""
    vectors: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    for where, row in rows.rows("factors.csv", FACTOR_COLUMNS):
        vectors[tuple(row[name] for name in IDENTITY)].append((where, row))
    found = (_vector(rows, members) for members in vectors.values())
    return tuple(sorted((factor for factor in found if factor), key=lambda factor: factor.id))


def _vector(rows: PackRows, members: list[Placed]) -> Factor | None:
    before = len(rows.problems)
    gases = [gas for where, row in members if (gas := _gas(rows, where, row))]
    seen = {(gas.gas, gas.of_gas) for gas in gases}
    if len(seen) != len(gases):
        rows.problem(members[-1][0], "gas", "ledger.pack_gas_twice", gas=members[-1][1]["gas"])
    if len({row["source"] for _, row in members}) > 1:
        rows.problem(
            members[-1][0], "source", "ledger.pack_sources_mixed", activity=members[0][1]["activity"]
        )
    factor = _factor(rows, *members[0], tuple(gases))
    return factor if len(rows.problems) == before else None


def _gas(rows: PackRows, where: Where, row: Row) -> GasValue | None:
    gas = rows.gas(where, row)
    value = rows.number(where, row)
    unit = rows.unit(where, row, "mass_unit")
    to_kg = rows.read(where, "mass_unit", lambda: ratio(unit, parse_unit("kg"))) if unit else None
    if row["biogenic"] not in {"true", "false"}:
        rows.problem(where, "biogenic", "ledger.pack_boolean", value=row["biogenic"])
    if not _UNCERTAINTY.fullmatch(row["uncertainty"]):
        rows.problem(where, "uncertainty", "ledger.pack_uncertainty", text=row["uncertainty"])
    if gas is None or value is None or to_kg is None:
        return None
    if gas == "CO2e" and row["gwp_set"] not in (*GWP_SETS, UNSTATED):
        rows.problem(where, "gwp_set", "ledger.pack_gwp_set", known=(*GWP_SETS, UNSTATED))
    if gas != "CO2e" and row["gwp_set"]:
        rows.problem(where, "gwp_set", "ledger.pack_gwp_set_odd", gas=gas)
    biogenic = row["biogenic"] == "true"
    return GasValue(
        gas, value * to_kg, row["gwp_set"], biogenic, row["uncertainty"], of_gas(gas, row["note"])
    )


def of_gas(gas: str, note: str) -> str:
    """Return the gas that a CO2e value stands for, where its note begins with it."""
    head = note.split(";")[0].strip()
    return head if gas == "CO2e" and head in {"CO2", "CH4", "N2O"} else ""


def _factor(rows: PackRows, where: Where, row: Row, gases: tuple[GasValue, ...]) -> Factor | None:
    rows.one_of(where, row, "basis", "ledger.pack_basis", BASES)
    rows.one_of(where, row, "method", "ledger.pack_method", METHODS)
    rows.one_of(where, row, "quality", "ledger.pack_quality", _QUALITIES)
    if not _ACTIVITY.fullmatch(row["activity"]):
        rows.problem(where, "activity", "ledger.pack_activity", activity=row["activity"], known=ROOMS)
    source, unit = rows.source(where, row), rows.unit(where, row, "per_unit")
    located, (start, end) = rows.place(where, row), rows.validity(where, row)
    if not (source and unit and located and start) or row["quality"] not in _QUALITIES:
        return None
    _check_unit(rows, where, row, unit, gases)
    about = rows.about
    return identified(
        {
            "pack": about["id"],
            "activity": row["activity"],
            "technology": row["technology"],
            "place": located,
            "valid_from": start,
            "valid_to": end,
            "per_unit": unit.symbol,
            "basis": row["basis"],
            "method": row["method"],
            "gases": tuple(sorted(gases, key=lambda gas: (gas.gas, gas.of_gas))),
            "quality": int(row["quality"]),
            "published": source.published,
            "publisher": about["publisher"],
            "dataset": about["dataset"],
            "version": about["version"],
            "citation": source.citation,
            "source_class": source.source_class,
            "locator": row["locator"],
            "supplier": row.get("supplier", ""),
            "facility": row.get("facility", ""),
        }
    )


def _check_unit(rows: PackRows, where: Where, row: Row, unit: Unit, gases: tuple[GasValue, ...]) -> None:
    if unit.dimension == "energy" and row["activity"].startswith("fuel."):
        rows.problem(where, "per_unit", "ledger.pack_heating_basis", unit=unit.symbol)
    for prefix, symbol, kg in LIMITS:
        per = parse_unit(symbol)
        if row["activity"].startswith(prefix) and per.dimension == unit.dimension:
            limit = kg * ratio(unit, per)
            if any(gas.kg > limit for gas in gases):
                rows.problem(where, "value", "ledger.pack_absurd", value=row["value"], limit=kg, unit=symbol)

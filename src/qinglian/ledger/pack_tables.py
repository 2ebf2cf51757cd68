"""The other tables of a pack: warming potentials and blends, properties of fuels, series."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from qinglian.core.decimals import plain
from qinglian.core.errors import Where
from qinglian.ledger.pack_factors import GWP_SETS
from qinglian.ledger.pack_model import BlendPart, DatedValue, GwpValue, Property
from qinglian.ledger.pack_rows import PackRows, Row

HYDROCARBONS = ("HC-290", "HC-600", "HC-600a", "HC-601", "HC-601a")
"""Parts of blends that are no gases of the Kyoto basket: they count nothing, but belong to the hundred."""

PROPERTIES = {  # dimension of the unit, dimensions of what it is per; a ratio has neither
    "heating_value": (
        ("energy(gross)", "energy(net)"),
        ("mass", "volume", "gas_volume", "gas_volume(60F)", "gas_volume(15C)", "gas_volume(20C)"),
    ),
    "carbon_content": (("mass",), ("energy(gross)", "energy(net)", "mass")),
    "density": (("mass",), ("volume", "gas_volume")),
    "coal_equivalent": (("energy",), ("mass", "volume", "gas_volume", "energy")),
    "oxidation": (("",), ("",)),
}
GWP_COLUMNS = ("gwp_set", "gas", "value", "source", "locator")
BLEND_COLUMNS = ("blend", "gas", "percent", "source", "locator")
PROPERTY_COLUMNS = (
    *("fuel", "property", "value", "unit", "per_unit", "place", "valid_from", "valid_to"),
    *("source", "locator", "note"),
)
SERIES_COLUMNS = ("series", "unit", "valid_from", "valid_to", "value", "source", "locator", "note")


def read_gwp(rows: PackRows, blends: tuple[BlendPart, ...]) -> tuple[GwpValue, ...]:
    """Return the warming potentials, those of blends computed from their components.

    A blend whose source states a potential must agree with its own composition.
    """
    singles: dict[tuple[str, str], GwpValue] = {}
    stated: list[tuple[Where, GwpValue]] = []
    blended = {part.blend for part in blends}
    for where, row in rows.rows("gwp.csv", GWP_COLUMNS):
        rows.one_of(where, row, "gwp_set", "ledger.pack_gwp_set", GWP_SETS)
        value, gas = rows.number(where, row), rows.gas(where, row)
        if rows.source(where, row) is None or value is None or gas is None:
            continue
        found = GwpValue(row["gwp_set"], gas, value, row["source"], row["locator"])
        if (found.gwp_set, gas) in singles:
            rows.problem(where, "gas", "ledger.pack_twice", what=f"{found.gwp_set} {gas}")
        if gas in blended:
            stated.append((where, found))
        else:
            singles[found.gwp_set, gas] = found
    computed = {(value.gwp_set, value.gas): value for value in _computed(singles, blends)}
    for where, claim in stated:
        made = computed.get((claim.gwp_set, claim.gas))
        if made is None or made.value != claim.value:
            known = "?" if made is None else plain(made.value)
            rows.problem(
                where, "value", "ledger.pack_blend_gwp", blend=claim.gas, value=plain(claim.value), made=known
            )
    both = (*singles.values(), *computed.values())
    return tuple(sorted(both, key=lambda value: (value.gwp_set, value.gas)))


def _computed(
    singles: dict[tuple[str, str], GwpValue], blends: tuple[BlendPart, ...]
) -> tuple[GwpValue, ...]:
    found = []
    for blend in sorted({part.blend for part in blends}):
        parts = [part for part in blends if part.blend == blend]
        counted = [part for part in parts if part.gas not in HYDROCARBONS]
        for gwp_set in GWP_SETS:
            if all((gwp_set, part.gas) in singles for part in counted):
                value = sum((part.share * singles[gwp_set, part.gas].value for part in counted), Fraction(0))
                found.append(GwpValue(gwp_set, blend, value, parts[0].source, "computed from composition"))
    return tuple(found)


def read_blends(rows: PackRows) -> tuple[BlendPart, ...]:
    """Return the composition of the blends; the shares of each make up the whole exactly."""
    parts, members = [], defaultdict(list)
    for where, row in rows.rows("blends.csv", BLEND_COLUMNS):
        percent, blend = rows.number(where, row, "percent"), rows.gas(where, row, "blend")
        gas = row["gas"] if row["gas"] in HYDROCARBONS else rows.gas(where, row)
        if rows.source(where, row) is None or percent is None or blend is None or gas is None:
            continue
        parts.append(BlendPart(blend, gas, percent / 100, row["source"]))
        members[blend].append((where, gas, percent))
    for blend, found in members.items():
        if (total := sum(percent for _, _, percent in found)) != 100:
            rows.problem(
                found[0][0], "percent", "ledger.pack_blend_sum", blend=blend, total=plain(Fraction(total))
            )
        if len({gas for _, gas, _ in found}) != len(found):
            rows.problem(found[-1][0], "gas", "ledger.pack_twice", what=f"{blend} {found[-1][1]}")
    return tuple(sorted(parts, key=lambda part: (part.blend, part.gas)))


def read_properties(rows: PackRows) -> tuple[Property, ...]:
    """Return the properties of fuels."""
    found = []
    for where, row in rows.rows("properties.csv", PROPERTY_COLUMNS):
        rows.one_of(where, row, "property", "ledger.pack_property", tuple(PROPERTIES))
        value, located = rows.number(where, row), rows.place(where, row)
        start, end = rows.validity(where, row)
        units = _units(rows, where, row)
        if rows.source(where, row) is None or value is None or located is None or not start or units is None:
            continue
        if row["property"] == "oxidation" and not 0 < value <= 1:
            rows.problem(where, "value", "ledger.pack_ratio", value=row["value"])
        unit, per_unit = units
        about = (located, start, end, row["source"], row["locator"])
        found.append(Property(row["fuel"], row["property"], value, unit, per_unit, *about))
    return tuple(sorted(found, key=lambda p: (p.fuel, p.property, p.place, p.valid_from)))


def _units(rows: PackRows, where: Where, row: Row) -> tuple[str, str] | None:
    symbols = []
    allowed = PROPERTIES.get(row["property"], ((), ()))
    for column, dimensions in zip(("unit", "per_unit"), allowed, strict=True):
        if not row[column] and "" in dimensions:
            symbols.append("")
            continue
        unit = rows.unit(where, row, column)
        if unit is None:
            return None
        if unit.dimension not in dimensions:
            rows.problem(
                where, column, "ledger.pack_property_unit", unit=unit.symbol, property=row["property"]
            )
        symbols.append(unit.symbol)
    return symbols[0], symbols[1]


def read_series(rows: PackRows) -> tuple[DatedValue, ...]:
    """Return the dated values of series: exchange rates, deflators."""
    found = []
    for where, row in rows.rows("series.csv", SERIES_COLUMNS):
        value, (start, end) = rows.number(where, row), rows.validity(where, row)
        if rows.source(where, row) is None or value is None or not start:
            continue
        about = (start, end, row["source"], row["locator"])
        found.append(DatedValue(row["series"], row["unit"], value, *about))
    return tuple(sorted(found, key=lambda value: (value.series, value.valid_from)))

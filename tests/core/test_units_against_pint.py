"""The unit table against pint's: every unit that pint knows by definition has the same size."""

from __future__ import annotations

from fractions import Fraction

import pint
import pytest

from qinglian.core.units import UNITS

REGISTRY = pint.UnitRegistry(non_int_type=Fraction)

BASES = {
    "energy": "joule",
    "mass": "kilogram",
    "volume": "meter**3",
    "distance": "meter",
    "area": "meter**2",
    "time": "second",
    "freight": "tonne * kilometer",
    "passenger_distance": "kilometer",
    "vehicle_distance": "kilometer",
    "teu_distance": "kilometer",
}

PINT = {
    "J": "joule",
    "kJ": "kilojoule",
    "MJ": "megajoule",
    "GJ": "gigajoule",
    "TJ": "terajoule",
    "PJ": "petajoule",
    "Wh": "watt_hour",
    "kWh": "kilowatt_hour",
    "MWh": "megawatt_hour",
    "GWh": "gigawatt_hour",
    "TWh": "terawatt_hour",
    "万kWh": "10000 * kilowatt_hour",
    "亿kWh": "100000000 * kilowatt_hour",
    "Btu": "international_british_thermal_unit",
    "kBtu": "1000 * international_british_thermal_unit",
    "mmBtu": "1000000 * international_british_thermal_unit",
    "therm": "100000 * international_british_thermal_unit",
    "therm_US": "US_therm",
    "kcal_IT": "1000 * international_calorie",
    "Gcal_IT": "1000000000 * international_calorie",
    "kcal_th": "kilocalorie",
    "Gcal_th": "gigacalorie",
    "kgoe": "tonne_of_oil_equivalent / 1000",
    "toe": "tonne_of_oil_equivalent",
    "mg": "milligram",
    "g": "gram",
    "kg": "kilogram",
    "t": "metric_ton",
    "kt": "kilometric_ton",
    "万t": "10000 * metric_ton",
    "lb": "pound",
    "oz": "ounce",
    "short_ton": "ton",
    "long_ton": "long_ton",
    "斤": "kilogram / 2",
    "m3": "meter**3",
    "万m3": "10000 * meter**3",
    "L": "liter",
    "mL": "milliliter",
    "hL": "hectoliter",
    "kL": "kiloliter",
    "ML": "megaliter",
    "gal_US": "gallon",
    "gal_UK": "imperial_gallon",
    "bbl": "oil_barrel",
    "ft3": "cubic_foot",
    "ccf": "100 * cubic_foot",
    "mcf": "1000 * cubic_foot",
    "mm": "millimeter",
    "cm": "centimeter",
    "m": "meter",
    "km": "kilometer",
    "万km": "10000 * kilometer",
    "ft": "foot",
    "mi": "mile",
    "nmi": "nautical_mile",
    "tkm": "metric_ton * kilometer",
    "kgkm": "kilogram * kilometer",
    "万tkm": "10000 * metric_ton * kilometer",
    "亿tkm": "100000000 * metric_ton * kilometer",
    "t_mi": "metric_ton * mile",
    "t_nmi": "metric_ton * nautical_mile",
    "short_ton_mi": "ton * mile",
    "TEUkm": "kilometer",
    "TEUnmi": "nautical_mile",
    "pkm": "kilometer",
    "万pkm": "10000 * kilometer",
    "pmi": "mile",
    "vkm": "kilometer",
    "vmi": "mile",
    "cm2": "centimeter**2",
    "m2": "meter**2",
    "万m2": "hectare",
    "ha": "hectare",
    "km2": "kilometer**2",
    "ft2": "foot**2",
    "acre": "43560 * foot**2",
    "亩": "hectare / 15",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
}

UNKNOWN_TO_PINT = {"gce", "kgce", "tce", "万tce"}
"""GB/T 2589 standard coal: pint has no tonne of coal equivalent."""

PINT_DIFFERS = {
    # pint rounds the Btu to 1055.056 J (ISO 31-4), and so its therm; ours follow from 1 cal_IT = 4.1868 J.
    "Btu": ("british_thermal_unit", Fraction("1055.05585262") / Fraction("1055.056")),
    "therm": ("therm", Fraction("1055.05585262") / Fraction("1055.056")),
    # pint's acre is of the US survey foot, 1200/3937 m; ours of the international foot (NIST, 85 FR 62698).
    "acre": ("acre", (Fraction("0.3048") * 3937 / 1200) ** 2),
}
"""Same names, other definitions: the exact ratio of our unit to pint's."""


def size_in_pint(expression: str, dimension: str) -> Fraction:
    return Fraction(REGISTRY.Quantity(expression).to(BASES[dimension]).magnitude)


def test_every_physical_unit_is_compared_or_listed():
    physical = {symbol for symbol, unit in UNITS.items() if unit.dimension in BASES}
    assert physical == PINT.keys() | UNKNOWN_TO_PINT
    assert not PINT.keys() & UNKNOWN_TO_PINT


@pytest.mark.parametrize("symbol", PINT)
def test_same_size_as_pint(symbol):
    unit = UNITS[symbol]
    assert unit.scale == size_in_pint(PINT[symbol], unit.dimension)


@pytest.mark.parametrize("symbol", PINT_DIFFERS)
def test_known_differences_are_exactly_these(symbol):
    expression, share = PINT_DIFFERS[symbol]
    assert UNITS[symbol].scale / size_in_pint(expression, UNITS[symbol].dimension) == share

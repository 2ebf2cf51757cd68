"""China: electricity factors of the ministry, fuel defaults of the sector guides. All figures are secondary."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.core.places import ancestors
from qinglian.core.units import parse_unit, ratio

YEARS = (2021, 2022, 2023)


def _average(packs, year, place):
    (factor,) = (
        f
        for f in packs["cn-electricity"].factors
        if (f.place, f.valid_from.year, f.basis, f.technology) == (place, year, "direct", "")
    )
    return factor.gases[0].kg


def _places(packs, level):
    found = {f.place for f in packs["cn-electricity"].factors if f.basis == "direct" and not f.technology}
    return sorted(place for place in found if len(ancestors(place)) == level)


def test_thirty_provinces_seven_regions_and_the_nation_in_each_year(packs):
    factors = [f for f in packs["cn-electricity"].factors if f.basis == "direct" and not f.technology]
    for year in YEARS:
        places = [f.place for f in factors if f.valid_from.year == year]
        assert len(places) == len(set(places)) == 38
        assert "grid:CN" in places
    assert all(f.valid_to.year == f.valid_from.year + 1 for f in factors)
    assert {gas.gas for f in factors for gas in f.gases} == {"CO2"}
    assert {f.method for f in factors} == {"location"}


def test_2022_to_2023_twenty_provinces_fell_and_ten_rose(packs):
    """The ministry's statement on the 2023 factors counts twenty down and ten up."""
    regions = {
        f"grid:CN-{name}"
        for name in ["NORTH", "NORTHEAST", "EAST", "CENTRAL", "NORTHWEST", "SOUTH", "SOUTHWEST"]
    }
    places = {f.place for f in packs["cn-electricity"].factors} - regions - {"grid:CN"}
    assert len(places) == 30
    change = [_average(packs, 2023, place) - _average(packs, 2022, place) for place in places]
    assert sum(step < 0 for step in change) == 20
    assert sum(step > 0 for step in change) == 10


@pytest.mark.parametrize(("year", "tonnes"), [(2021, 1907), (2022, 1828), (2023, 1767)])
def test_2696_megawatt_hours_in_anhui(packs, year, tonnes):
    assert round(2_696_000 * _average(packs, year, "grid:CN-AH") / 1000) == tonnes


def test_the_region_of_a_province_lies_within_its_provinces(packs):
    """A regional average lies between the lowest and the highest of its provinces' averages."""
    for year in YEARS:
        for region in ("NORTHEAST", "EAST", "NORTHWEST", "SOUTH", "SOUTHWEST"):
            members = [
                _average(packs, year, f.place)
                for f in packs["cn-electricity"].factors
                if f.basis == "direct" and not f.technology and f.valid_from.year == year
                if f.place != f"grid:CN-{region}" and f"grid:CN-{region}" in ancestors(f.place)
            ]
            if region != "SOUTHWEST":  # Tibet belongs to it and has no factor
                assert min(members) <= _average(packs, year, f"grid:CN-{region}") <= max(members)


def test_the_residual_proxy_is_national_market_based_and_above_the_average(packs):
    residual = {f.valid_from.year: f for f in packs["cn-electricity"].factors if f.basis == "residual"}
    assert set(residual) == {2022, 2023}  # 2021 is known from memory only
    for year, factor in residual.items():
        assert (factor.method, factor.place) == ("market", "grid:CN")
        assert factor.gases[0].kg > _average(packs, year, "grid:CN")


def test_the_footprint_factor_never_answers_scope_2(packs):
    footprint = [f for f in packs["cn-electricity"].factors if f.basis == "lifecycle"]
    assert {f.valid_from.year: f.gases[0].kg for f in footprint} == {
        2023: Fraction("0.6205"),
        2024: Fraction("0.5777"),
    }
    assert {f.method for f in footprint} == {""}
    assert {f.gases[0].gwp_set for f in footprint} == {"unstated"}


def test_a_fuel_factor_is_the_product_of_its_stated_properties(packs):
    pack = packs["cn-fuels"]
    stated = {(p.fuel, p.property): p for p in pack.properties}
    seen = 0
    for factor in pack.factors:
        fuel = factor.activity.rpartition(".")[2]
        content = stated[fuel, "carbon_content"].value * stated[fuel, "oxidation"].value * Fraction(44, 12)
        heat = stated[fuel, "heating_value"]
        if factor.per_unit == heat.per_unit:
            content *= heat.value
            seen += 1
        assert factor.gases[0].kg == content, factor.activity
    assert seen == len(pack.factors) / 2


def test_diesel_of_the_sector_guides(kg):
    per_tonne = kg("cn-fuels", "CO2", activity="fuel.stationary.diesel", per_unit="t")
    assert abs(per_tonne - 3145) < 1  # 43.33 x 20.2 x 0.98 x 44/12


def test_electricity_in_coal_equivalent_is_the_definition_rounded(packs):
    (stated,) = (p for p in packs["cn-fuels"].properties if p.property == "coal_equivalent")
    exact = ratio(parse_unit(stated.per_unit), parse_unit(stated.unit))
    assert stated.value == round(exact, 4) == Fraction("0.1229") or abs(stated.value - exact) < Fraction(
        1, 10_000
    )

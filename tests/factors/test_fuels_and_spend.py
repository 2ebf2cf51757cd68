"""US, IPCC and UK fuels, materials, spend and exchange rates: second sources and identities."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from qinglian.core.units import parse_unit, ratio

HUB = {  # US EPA, GHG Emission Factors Hub 2024, table 1, per physical unit as printed (secondary)
    ("anthracite", "short_ton"): ("2602", "276", "40"),
    ("bituminous_coal", "short_ton"): ("2325", "274", "40"),
    ("subbituminous_coal", "short_ton"): ("1676", "190", "28"),
    ("lignite", "short_ton"): ("1389", "156", "23"),
    ("coke", "short_ton"): ("2819", "273", "40"),
    ("wood", "short_ton"): ("1640", "126", "63"),
    ("natural_gas", "scf"): ("0.05444", "0.00103", "0.00010"),
    ("blast_furnace_gas", "scf"): ("0.02524", "0.000002", "0.000009"),
    ("coke_oven_gas", "scf"): ("0.02806", "0.000288", "0.000060"),
    ("landfill_gas", "scf"): ("0.025254", "0.001552", "0.000306"),
}


@pytest.mark.parametrize(("fuel", "unit"), HUB)
def test_heat_content_times_factor_is_what_the_hub_prints(one, fuel, unit):
    factor = one("us-epa", activity=f"fuel.stationary.{fuel}", per_unit=unit)
    grams = {gas.gas: gas.kg * (1 if gas.gas == "CO2" else 1000) for gas in factor.gases}
    for gas, printed in zip(("CO2", "CH4", "N2O"), HUB[fuel, unit], strict=True):
        last_digit = Fraction(1, 10 ** len(printed.partition(".")[2]))
        assert abs(grams[gas] - Fraction(printed)) <= last_digit / 2 + last_digit / 1000, gas


def test_wood_and_landfill_gas_are_biogenic_and_keep_fossil_free_gases_inside(one):
    for fuel, unit in (("wood", "short_ton"), ("landfill_gas", "scf")):
        flags = {
            g.gas: g.biogenic for g in one("us-epa", activity=f"fuel.stationary.{fuel}", per_unit=unit).gases
        }
        assert flags == {"CO2": True, "CH4": False, "N2O": False}


def test_energy_of_a_fuel_always_names_its_heating_value(packs):
    for pack in packs.values():
        for factor in pack.factors:
            unit = parse_unit(factor.per_unit)
            if factor.activity.startswith("fuel.") and unit.dimension.startswith("energy"):
                assert unit.heating in {"gross", "net"}


def test_a_hundred_therms_are_not_575_kilograms(kg):
    therms = 100 * ratio(parse_unit("therm(gross)"), parse_unit("kWh(gross)"))
    gas = {"activity": "fuel.stationary.natural_gas", "basis": "direct"}
    uk = therms * kg("uk-defra", per_unit="kWh(gross)", **gas)
    us = 10 * kg("us-epa", "CO2", per_unit="mmBtu(gross)", **gas)
    assert round(uk, 1) == Fraction("536.8")
    assert us == Fraction("530.6")
    assert all(abs(575 / value - 1) > Fraction(7, 100) for value in (uk, us))


def test_us_and_ipcc_natural_gas_agree_after_the_heating_value_basis(kg):
    """Gross is about 1.11 x net for natural gas: the two defaults agree within one per cent."""
    us = kg("us-epa", "CO2", activity="fuel.stationary.natural_gas", per_unit="mmBtu(gross)")
    per_gj_gross = us / ratio(parse_unit("mmBtu"), parse_unit("GJ"))
    ipcc = (
        kg("ipcc-2006", "CO2", activity="fuel.stationary.natural_gas", per_unit="TJ(net)", technology="")
        / 1000
    )
    assert abs(ipcc / per_gj_gross / Fraction(111, 100) - 1) < Fraction(1, 100)


def test_ipcc_mass_factors_are_net_calorific_value_times_factor(packs, kg):
    for stated in packs["ipcc-2006"].properties:
        if stated.property != "heating_value":
            continue
        for factor in packs["ipcc-2006"].factors:
            if factor.activity != f"fuel.stationary.{stated.fuel}" or factor.per_unit != "t":
                continue
            per_tj = kg(
                "ipcc-2006", "CO2", activity=factor.activity, technology=factor.technology, per_unit="TJ(net)"
            )
            (mass,) = (gas.kg for gas in factor.gases if gas.gas == "CO2")
            assert mass == stated.value * per_tj / 1000


def test_uk_electricity_2021_is_the_sum_of_its_gases(one):
    generation = one("uk-defra", activity="electricity.purchased", basis="direct", valid_from="2021-01-01")
    assert sum(gas.kg for gas in generation.gases) == Fraction("0.21233")
    assert {gas.gas: gas.of_gas for gas in generation.gases if gas.gas == "CO2"} == {"CO2": ""}
    assert {gas.of_gas for gas in generation.gases if gas.gas == "CO2e"} == {"CH4", "N2O"}
    assert one("uk-defra", basis="td", valid_from="2021-01-01").gases[0].kg == Fraction("0.01879")


def test_well_to_tank_per_gross_and_net_differ_by_the_fuel_and_not_by_chance(packs):
    """Net is the smaller energy, so its factor is the larger: 5 to 11 % for every fuel."""
    by_key = {
        (f.activity, f.technology, f.per_unit): f for f in packs["uk-defra"].factors if f.basis == "wtt"
    }
    compared = 0
    for (activity, technology, unit), factor in by_key.items():
        if unit == "kWh(gross)":
            net = by_key[activity, technology, "kWh(net)"].gases[0].kg
            assert Fraction(104, 100) < net / factor.gases[0].kg < Fraction(112, 100)
            compared += 1
    assert compared > 15


def test_recycled_content_matters_for_metal_and_hardly_for_board(kg):
    def saving(material):
        about = {"per_unit": "t", "basis": "lifecycle"}
        made = kg("uk-defra-2025", activity=f"material.{material}.primary", **about)
        return 1 - kg("uk-defra-2025", activity=f"material.{material}.closed_loop", **about) / made

    # design note: board 8 %, mixed paper 17 %, plastics 50 %, aluminium 89 %
    shares = [
        round(100 * saving(name)) for name in ("board", "paper_board_mixed", "plastics_average", "aluminium")
    ]
    assert shares == [8, 17, 50, 89]


def test_landfill_of_paper_is_far_above_its_recycling_and_of_plastics_near_it(kg):
    def waste(material, route):
        return kg("uk-defra-2025", activity=f"waste.{material}.{route}")

    assert waste("board", "landfill") / waste("board", "recycling") > 200
    assert waste("film", "landfill") / waste("film", "recycling") < 2


def test_spend_with_margins_is_spend_without_plus_the_margin(packs):
    pairs = {}
    for factor in packs["us-supply-chain"].factors:
        pairs.setdefault(factor.activity, {})[factor.technology] = factor.gases[0].kg
    assert len(pairs) > 100
    for activity, values in pairs.items():
        assert values["without_margins"] <= values[""] <= values["without_margins"] + Fraction(8, 100), (
            activity
        )
    assert pairs["spend.335911"] == {"": Fraction("0.337"), "without_margins": Fraction("0.311")}
    assert pairs["spend.423430"][""] == Fraction("0.074")


def test_spend_is_valid_in_its_price_year_only(packs):
    spans = {(f.valid_from, f.valid_to, f.per_unit) for f in packs["us-supply-chain"].factors}
    assert spans == {(date(2022, 1, 1), date(2023, 1, 1), "USD")}


def test_series_run_without_gaps_from_2013_to_2025(packs):
    by_name = {}
    for value in packs["fx"].series:
        by_name.setdefault(value.series, []).append(value)
    assert set(by_name) == {f"fx.{c}_per_USD" for c in ("CNY", "EUR", "GBP", "HKD", "JPY", "KRW")} | {
        "deflator.USD_CPI_U"
    }
    for values in by_name.values():
        assert len(values) == 13
        for one_, other in pairwise(values):
            assert one_.valid_to == other.valid_from


def test_the_price_index_and_the_yuan_of_2022(packs):
    by_key = {(v.series, v.valid_from.year): v.value for v in packs["fx"].series}
    assert by_key["deflator.USD_CPI_U", 2022] == Fraction("292.655")
    assert Fraction("6.7") < by_key["fx.CNY_per_USD", 2022] < Fraction("6.8")

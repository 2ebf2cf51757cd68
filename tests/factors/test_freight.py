"""UK freight 2025: identities that a mistyped row breaks. Read as flat-file rows in a public copy (secondary)."""

from __future__ import annotations

from fractions import Fraction

import pytest

ROUNDING = Fraction(1, 100_000)  # the source states five decimals

WTW = {  # well to wheel as the source's own totals state it
    "road.van_diesel": "0.78225",
    "road.rigid_3t5_7t5": "0.65057",
    "road.rigid_7t5_17t": "0.45608",
    "road.rigid_gt17t": "0.20882",
    "road.artic_3t5_33t": "0.15364",
    "road.artic_gt33t": "0.09502",
    "road.artic_gt33t:laden_50": "0.11856",
    "road.artic_gt33t:laden_100": "0.07391",
    "road.artic_gt33t_refrigerated": "0.10994",
    "road.hgv_average": "0.12522",
    "rail.train": "0.03470",
    "sea.container_8000teu": "0.01553",
    "sea.container_5000_7999teu": "0.02062",
    "sea.container_3000_4999teu": "0.02062",
    "sea.container_2000_2999teu": "0.02484",
    "sea.container_1000_1999teu": "0.03987",
    "sea.container_lt1000teu": "0.04508",
    "sea.container_average": "0.01977",
    "sea.bulk_average": "0.00433",
    "sea.general_cargo_average": "0.01621",
    "sea.roro_average": "0.06328",
    "sea.refrigerated_cargo": "0.01602",
    "air.domestic": "3.29360",
    "air.short_haul": "0.96054",
    "air.long_haul": "0.66646",
}
CLASSES = ("rigid_3t5_7t5", "rigid_7t5_17t", "rigid_gt17t", "artic_3t5_33t", "artic_gt33t")
LOAD = {  # tonnes on board on average and full, from the design note's own fit of the two tables
    "rigid_3t5_7t5": ("2.18", "0.43"),
    "rigid_7t5_17t": ("4.76", "0.35"),
    "rigid_gt17t": ("8.92", "0.65"),
    "artic_3t5_33t": ("12.19", "0.51"),
    "artic_gt33t": ("17.86", "0.68"),
}


def test_every_class_that_is_shipped_is_compared(packs):
    shipped = {
        f.activity.removeprefix("freight.") + (f":{f.technology}" if f.technology else "")
        for f in packs["uk-defra-2025"].factors
        if f.per_unit == "tkm" and f.technology != "with_rf"
    }
    assert shipped == set(WTW)


@pytest.mark.parametrize("name", WTW)
def test_well_to_wheel_is_well_to_tank_plus_tank_to_wheel(kg, name):
    freight, _, technology = name.partition(":")
    about = {"activity": f"freight.{freight}", "technology": technology, "per_unit": "tkm"}
    parts = [kg("uk-defra-2025", basis=basis, **about) for basis in ("direct", "wtt")]
    assert abs(sum(parts) - Fraction(WTW[name])) <= ROUNDING


@pytest.mark.parametrize(
    "flight",
    [
        *("freight.air.domestic", "freight.air.short_haul", "freight.air.long_haul"),
        *("travel.air.domestic_average", "travel.air.long_haul_economy", "travel.air.international_business"),
    ],
)
def test_radiative_forcing_is_a_line_of_its_own_and_off_by_default(kg, flight):
    about = {"activity": flight, "basis": "direct"}
    without = kg("uk-defra-2025", technology="", **about)
    with_rf = kg("uk-defra-2025", technology="with_rf", **about)
    assert Fraction(168, 100) < with_rf / without < Fraction(170, 100)


def _per_km(kg, name, load, basis="direct"):
    about = {"activity": f"freight.road.{name}", "technology": load, "per_unit": "vkm", "basis": basis}
    return kg("uk-defra-2025", **about)


@pytest.mark.parametrize("basis", ["direct", "wtt"])
@pytest.mark.parametrize("name", CLASSES)
def test_emissions_of_a_vehicle_are_linear_in_its_load(kg, name, basis):
    empty, half, full = (_per_km(kg, name, load, basis) for load in ("laden_0", "laden_50", "laden_100"))
    assert abs(half - (empty + full) / 2) <= ROUNDING
    assert empty < half < full


@pytest.mark.parametrize("name", CLASSES)
def test_the_table_per_kilometre_and_the_table_per_tonne_kilometre_agree(kg, name):
    """The load behind the average (share of payload x payload) is the same in both tables."""
    empty, full, average = (_per_km(kg, name, load) for load in ("laden_0", "laden_100", "average"))
    share = (average - empty) / (full - empty)
    per_tkm = kg(
        "uk-defra-2025", activity=f"freight.road.{name}", technology="", per_unit="tkm", basis="direct"
    )
    payload, expected_share = (Fraction(value) for value in LOAD[name])
    assert abs(share - expected_share) < Fraction(1, 100)
    assert abs(average / per_tkm / share / payload - 1) < Fraction(3, 1000)


def test_electric_vans_are_not_tank_to_wheel(packs):
    assert not [f for f in packs["uk-defra-2025"].factors if "electric" in f.activity.split(".")[2:]]

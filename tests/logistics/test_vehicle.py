"""The load-dependent vehicle: linear, and consistent with the factors per tonne-kilometre of the same edition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.logistics.intensity import shipped_factors
from qinglian.logistics.model import Emission, Trip, VehicleUse
from qinglian.logistics.operations import runs
from qinglian.logistics.vehicle import Vehicle

CLASSES = {  # vehicle, payload in t and average load share implied by the UK factors of 2025, within 0.001
    "road.rigid_3t5_7t5": ("2.18", "0.43"),
    "road.rigid_7t5_17t": ("4.76", "0.35"),
    "road.rigid_gt17t": ("8.92", "0.65"),
    "road.artic_3t5_33t": ("12.19", "0.51"),
    "road.artic_gt33t": ("17.86", "0.68"),
}


@pytest.mark.parametrize("name", CLASSES)
def test_half_laden_lies_on_the_line_within_rounding(name):
    """Published to five decimals, so the middle of two rounded ends may be off by one in the fifth."""
    vehicle = shipped_factors().vehicle(name)
    half = shipped_factors().emission(name, "laden_50", "vkm")
    assert abs(vehicle.per_km(Fraction(1, 2)).ttw - half.ttw) <= Fraction(1, 10**5)
    assert abs(vehicle.per_km(Fraction(1, 2)).wtt - half.wtt) <= Fraction(1, 10**5)


@pytest.mark.parametrize("name", CLASSES)
def test_the_model_gives_the_published_tonne_kilometre_back(name):
    payload, share = map(Fraction, CLASSES[name])
    use = VehicleUse(vehicle=name, payload_t=payload, load_factor=share, empty_factor=Fraction(0))
    found = shipped_factors().vehicle(name).intensity(use)
    published = shipped_factors().emission(name, "", "tkm")
    assert abs(found.ttw / published.ttw - 1) < Fraction(1, 100)


@pytest.mark.parametrize("name", CLASSES)
def test_the_upstream_pages_of_that_edition_agree_less_well(name):
    """Well-to-tank per kilometre and per tonne-kilometre differ by up to a tenth between the two pages."""
    payload, share = map(Fraction, CLASSES[name])
    use = VehicleUse(vehicle=name, payload_t=payload, load_factor=share, empty_factor=Fraction(0))
    found = shipped_factors().vehicle(name).intensity(use).wtt
    assert abs(found / shipped_factors().emission(name, "", "tkm").wtt - 1) < Fraction(1, 10)


def test_the_formula_by_hand():
    """e(0) = 0.6, e(1) = 1.0 kg/km, L = 0.5, f = 0.2, Q = 20 t: (0.8 × 0.8 + 0.2 × 0.6) / (0.8 × 0.5 × 20)."""
    vehicle = Vehicle(Emission(Fraction("0.6")), Emission(Fraction(1)))
    use = VehicleUse(
        vehicle="x", payload_t=Fraction(20), load_factor=Fraction("0.5"), empty_factor=Fraction("0.2")
    )
    assert vehicle.intensity(use).ttw == Fraction("0.76") / 8


SHARE = st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100)


@given(load=SHARE, empty=st.fractions(min_value=0, max_value=Fraction(99, 100), max_denominator=100))
def test_fuller_and_less_empty_is_never_worse_per_tonne_kilometre(load, empty):
    vehicle = shipped_factors().vehicle("road.artic_gt33t")

    def per_tkm(load_factor, empty_factor):
        use = VehicleUse(
            vehicle="x", payload_t=Fraction(20), load_factor=load_factor, empty_factor=empty_factor
        )
        return vehicle.intensity(use).wtw

    assert per_tkm(Fraction(1), empty) <= per_tkm(load, empty)
    assert per_tkm(load, Fraction(0)) <= per_tkm(load, empty)


@given(load=SHARE, km=st.fractions(min_value=1, max_value=1000), cut=SHARE)
def test_splitting_a_trip_changes_nothing(load, km, cut):
    def emitted(*lengths):
        trips = [
            Trip(id="t", vehicle="road.artic_gt33t", km=part, load_t=20 * load, payload_t=Fraction(20))
            for part in lengths
        ]
        return sum((run.emission for run in runs(trips, shipped_factors())), Emission())

    assert emitted(km) == emitted(km * cut, km - km * cut)


@pytest.mark.parametrize(
    ("load", "empty", "code"),
    [
        ("0", "0", "logistics.load_factor_outside"),
        ("1.1", "0", "logistics.load_factor_outside"),
        ("0.5", "1", "logistics.empty_factor_outside"),
    ],
)
def test_shares_stand_within_their_bounds(load, empty, code):
    with pytest.raises(QinglianError) as caught:
        VehicleUse(
            vehicle="x", payload_t=Fraction(20), load_factor=Fraction(load), empty_factor=Fraction(empty)
        )
    assert caught.value.code == code

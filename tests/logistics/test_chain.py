"""Chains through the real reader: the reference case, tiers, distance kinds; splitting and order change nothing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.logistics.chain import by_shipment, legs, primary_share, total
from qinglian.logistics.intensity import Factors, intensities, shipped_factors
from qinglian.logistics.model import Distance, Element
from qinglian.logistics.readers import read
from tests.logistics.folders import PRIMARY, REFERENCE, write


def evaluated(folder):
    found = read(folder)
    return found, legs(found.elements, intensities(found.categories.values(), shipped_factors()))


def test_the_reference_chain_of_ten_tonnes(tmp_path):
    """10 t, road 470 km artic > 33 t, sea 19,531 km 8000+ TEU, road 450 km, UK Government factors 2025."""
    _, chain = evaluated(write(tmp_path / "log"))
    assert [leg.activity for leg in chain] == [4700, 195310, 4500]
    assert [leg.emission.wtw for leg in chain] == [
        Fraction("446.594"),
        Fraction("3033.1643"),
        Fraction("427.59"),
    ]
    whole = total(chain)
    assert round(whole.wtw, 3) == Fraction("3907.348")
    assert whole.ttw == 9200 * Fraction("0.07703") + 195310 * Fraction("0.01266")
    assert whole.wtt == 9200 * Fraction("0.01799") + 195310 * Fraction("0.00287")
    assert primary_share(chain) == 0


def test_primary_intensity_is_energy_over_activity_and_the_share_is_weighted(tmp_path):
    _, chain = evaluated(write(tmp_path / "log", PRIMARY))
    van, hub, *_ = chain
    assert van.intensity.emission.ttw == Fraction(1000 * Fraction("2.5"), 50000)
    assert van.intensity.emission.wtt == Fraction(600 + 1100, 50000)
    assert hub.emission.wtw == Fraction("1.6")
    assert primary_share(chain) == 1
    assert primary_share([]) is None
    assert set(by_shipment(chain)) == {"S-1", "S-2", "S-3"}


def test_share_is_weighted_by_emissions_not_by_legs(tmp_path):
    tocs = (
        "toc,mode,tier,distance_kind,factor,ttw_kg_per_tkm,wtt_kg_per_tkm\n"
        "ROAD-40T,road,default,actual,road.artic_gt33t,,\n"
        "SEA-8000,sea,primary,actual,,0.01,0.002\n"
    )
    _, chain = evaluated(write(tmp_path / "log", tocs=tocs))
    sea = Fraction(195310) * Fraction("0.012")
    assert primary_share(chain) == sea / (sea + 9200 * Fraction("0.09502"))


@pytest.mark.parametrize(
    ("mode", "given_kind", "wanted", "factor", "name"),
    [
        ("road", "actual", "sfd", 1 / Fraction("1.05"), "glec-v2-road"),
        ("road", "sfd", "actual", Fraction("1.05"), "glec-v2-road"),
        ("sea", "sfd", "actual", Fraction("1.15"), "glec-v2-sea"),
        ("sea", "actual", "actual", Fraction(1), ""),
    ],
)
def test_kinds_are_bridged_by_named_constants_only(tmp_path, mode, given_kind, wanted, factor, name):
    factors = {"road": "road.artic_gt33t", "sea": "sea.container_8000teu"}
    folder = write(
        tmp_path / "log",
        tocs=f"toc,mode,tier,distance_kind,factor\nT,{mode},default,{wanted},{factors[mode]}\n",
        elements=f"shipment,element,position,toc,distance_km,distance_kind\nS-1,1,1,T,100,{given_kind}\n",
    )
    _, (leg,) = evaluated(folder)
    assert (leg.activity, leg.method) == (1000 * factor, name)


@pytest.mark.parametrize(
    ("mode", "factor"), [("rail", "rail.train"), ("road", "road.artic_gt33t"), ("air", "air.long_haul")]
)
def test_nothing_else_bridges_a_kind(tmp_path, mode, factor):
    folder = write(
        tmp_path / "log",
        tocs=f"toc,mode,tier,distance_kind,factor\nT,{mode},default,actual,{factor}\n",
        elements="shipment,element,position,toc,distance_km,distance_kind\nS-1,1,1,T,100,gcd\n",
    )
    with pytest.raises(QinglianError) as caught:
        evaluated(folder)
    assert caught.value.code == "logistics.kinds_differ"
    assert caught.value.problem.where.row == 2


def test_a_factor_that_no_pack_has_is_named_with_its_row(tmp_path):
    folder = write(tmp_path / "log", tocs=REFERENCE["tocs"].replace("road.artic_gt33t", "road.ox_cart"))
    with pytest.raises(QinglianError) as caught:
        evaluated(folder)
    assert [problem.code for problem in caught.value.problems] == ["logistics.factor_unknown"]
    assert caught.value.problem.where.row == 2
    assert isinstance(shipped_factors(), Factors)


AMOUNT = st.fractions(min_value=1, max_value=100_000, max_denominator=1000)


def _element(name, mass, km):
    return Element(
        shipment="S",
        id=name,
        position=1,
        category="T",
        mass_kg=mass,
        distance=Distance(km=km, kind="actual"),
    )


@given(mass=AMOUNT, km=AMOUNT, cut=st.fractions(min_value=0, max_value=1, max_denominator=1000))
def test_splitting_a_leg_or_a_load_changes_nothing(mass, km, cut):
    known = _road()
    whole = total(legs([_element("a", mass, km)], known))
    first = _element("a", mass, km * cut)
    by_leg = [first, replace(first, id="b", distance=Distance(km=km - km * cut, kind="actual"))]
    assert total(legs(by_leg, known)) == whole
    by_load = [_element("a", mass * cut, km), _element("b", mass - mass * cut, km)]
    assert total(legs(by_load, known)) == whole


@given(st.permutations([(name, 100 * place + 1, 10 * place + 3) for place, name in enumerate("abcdef")]))
def test_order_and_partition_change_nothing(rows):
    known = _road()
    elements = [_element(name, Fraction(mass), Fraction(km)) for name, mass, km in rows]
    whole = legs(elements, known)
    assert whole == legs(sorted(elements, key=lambda one: one.id), known)
    parts = total(legs(elements[:2], known)) + total(legs(elements[2:], known))
    assert parts == total(whole)


def _road():
    from qinglian.logistics.model import Category

    category = Category(
        id="T", mode="road", tier="default", distance_kind="actual", factor="road.artic_gt33t"
    )
    return intensities([category], shipped_factors())


@pytest.mark.parametrize(
    ("heading", "masses"), [("mass_t", ("10",)), ("mass_kg", ("10000",)), ("mass_lb", ("22046.22621848776",))]
)
def test_units_change_nothing(tmp_path, heading, masses):
    shipments = REFERENCE["shipments"].replace("mass_kg", heading).replace("10000", masses[0])
    _, chain = evaluated(write(tmp_path / "log", shipments=shipments))
    assert abs(total(chain).wtw - Fraction("3907.3483")) < Fraction(1, 10**6)

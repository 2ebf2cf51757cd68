"""The test vectors of the method papers, and what holds for any input."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.recycling.circularity import MaterialFlow, circularity
from qinglian.recycling.footprint_formula import FootprintParameters, circular_footprint
from qinglian.recycling.lifetimes import Weibull, expected_returns


def shares(**given: str) -> dict[str, F]:
    return {name: F(value) for name, value in given.items()}


@pytest.mark.parametrize(
    ("flow", "linear", "indicator"),
    [
        (shares(mass="1"), "1", "0.10"),
        (shares(mass="1", lifetime="2"), "1", "0.55"),
        (shares(mass="1", from_recycled="0.5", to_recycling="0.5"), "0.5", "0.55"),
        (shares(mass="1", from_recycled="1", to_recycling="1"), "0", "1"),
        (
            shares(
                mass="10",
                from_recycled="0.3",
                to_recycling="0.5",
                end_efficiency="0.8",
                feed_efficiency="0.75",
            ),
            "0.65",
            "0.415",
        ),
    ],
)
def test_circularity_vectors(flow: dict[str, F], linear: str, indicator: str) -> None:
    found = circularity(MaterialFlow(**flow))
    assert (found.linear_flow, found.indicator) == (F(linear), F(indicator))


def test_circularity_with_every_route() -> None:
    flow = shares(
        mass="10",
        from_recycled="0.3",
        from_reused="0.1",
        to_recycling="0.4",
        to_reuse="0.2",
        end_efficiency="0.8",
        feed_efficiency="0.75",
        lifetime="1.2",
    )
    found = circularity(MaterialFlow(**flow))
    assert found.unrecoverable == F("4.9")
    assert round(float(found.linear_flow), 7) == 0.5422886
    assert round(float(found.indicator), 7) == 0.5932836


@given(st.fractions(F(1, 100), 1000), st.fractions(0, 1), st.fractions(0, 1))
def test_circularity_does_not_depend_on_the_unit_of_mass(scale: F, feed: F, end: F) -> None:
    one = circularity(MaterialFlow(mass=F(1), from_recycled=feed, to_recycling=end))
    other = circularity(MaterialFlow(mass=scale, from_recycled=feed, to_recycling=end))
    assert one.indicator == other.indicator
    assert other.virgin == scale * one.virgin
    assert 0 <= one.indicator <= 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (shares(mass="0"), "recycling.not_positive"),
        (shares(mass="1", from_recycled="1.1"), "recycling.share_outside"),
        (shares(mass="1", to_reuse="0.6", to_energy="0.5"), "recycling.shares_above_one"),
        (shares(mass="1", from_recycled="0.5", feed_efficiency="0"), "recycling.not_positive"),
    ],
)
def test_impossible_flows_are_refused(given: dict[str, F], code: str) -> None:
    with pytest.raises(QinglianError) as caught:
        MaterialFlow(**given)
    assert caught.value.code == code


def pet(**changed: str) -> FootprintParameters:
    values = shares(
        virgin="3.8639",
        substituted_virgin="3.8639",
        recycling_in="2.2139",
        recycling_out="0.6",
        disposal="0.01",
        allocation="0.5",
        recycled_content="0.3",
        recycled_output="0.4",
        quality_in="0.9",
        quality_out="0.9",
        energy_output="0.3",
        energy_recovery="2.2",
        heating_value="22",
        heat_efficiency="0.31",
        electricity_efficiency="0.101",
        heat="0.07",
        electricity="0.1",
    )
    return FootprintParameters(**{**values, **shares(**changed)})


def test_footprint_of_pet() -> None:
    found = circular_footprint(pet())
    assert round(float(found.material), 5) == 2.98294
    assert round(float(found.energy), 5) == 0.45012
    assert found.disposal == F("0.003")
    assert round(float(found.total), 5) == 3.43606


@pytest.mark.parametrize(("allocation", "total"), [("0.2", "0.952"), ("1", "1.552"), ("0", "0.802")])
def test_footprint_from_cut_off_to_end_of_life(allocation: str, total: str) -> None:
    given = shares(
        virgin="2",
        substituted_virgin="2",
        recycling_in="0.5",
        recycling_out="0.5",
        disposal="0.01",
        recycled_content="0.3",
        recycled_output="0.8",
        allocation=allocation,
    )
    assert circular_footprint(FootprintParameters(**given)).total == F(total)


def test_footprint_of_recycled_wool() -> None:
    # MTES-MCT/ecobalyse publishes 1.75 for this case.
    given = shares(
        virgin="80.3",
        substituted_virgin="80.3",
        recycling_in="0.5",
        recycled_content="1",
        quality_in="0.5",
        allocation="0.8",
    )
    assert round(float(F("0.207") * circular_footprint(FootprintParameters(**given)).material), 3) == 1.745


def test_outputs_above_one_are_refused() -> None:
    with pytest.raises(QinglianError, match="recycled_output"):
        pet(recycled_output="0.8")


years = st.dictionaries(st.integers(2000, 2010), st.fractions(0, 10**6), max_size=6)


@given(years, st.decimals("0.5", "5", places=2), st.decimals("1", "20", places=2))
def test_returns_conserve_mass(sold: dict[int, F], shape: Decimal, scale: Decimal) -> None:
    found = expected_returns(sold, Weibull(shape, scale), 2000, 2040)
    assert sum(found.by_year.values(), F(0)) + found.in_use == sum(sold.values(), F(0))
    assert all(amount >= 0 for amount in found.by_year.values())


@given(years, years)
def test_returns_of_two_products_add_up(one: dict[int, F], two: dict[int, F]) -> None:
    lifetimes = Weibull(Decimal("2.0"), Decimal("5.5"))
    both = {year: one.get(year, F(0)) + two.get(year, F(0)) for year in {**one, **two}}
    apart = [expected_returns(sold, lifetimes, 2001, 2015).by_year for sold in (one, two)]
    together = expected_returns(both, lifetimes, 2001, 2015).by_year
    assert together == {year: apart[0][year] + apart[1][year] for year in together}


def test_half_of_an_exponential_cohort_leaves_by_its_half_life() -> None:
    # k = 1 is the exponential distribution; by age λ·ln 2 half has left. At age λ it is 1 − 1/e.
    assert round(float(Weibull(Decimal(1), Decimal(7)).left_by(7)), 12) == 0.632120558829

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError, Where
from qinglian.core.gases import FAMILIES, GASES, KYOTO_FAMILIES, USUAL, Gas, parse_gas


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CO2", "CO2"),
        ("co₂", "CO2"),
        ("CH₄", "CH4"),
        ("CH4-fossil", "CH4-fossil"),
        ("fossil methane", "CH4-fossil"),
        ("R410A", "R-410A"),
        ("r-410a", "R-410A"),
        ("R-134a", "HFC-134a"),
        ("HFC134a", "HFC-134a"),
        ("R-32", "HFC-32"),
        ("R-22", "HCFC-22"),
        ("R-507", "R-507A"),
        ("PFC-14", "CF4"),
        ("六氟化硫", "SF6"),
        ("CO2-eq", "CO2e"),
        ("CO2e", "CO2e"),
        ("biogenic CO2", "CO2-biogenic"),
    ],
)
def test_spellings(text, code):
    assert parse_gas(text) is GASES[code]


@given(st.sampled_from(sorted(GASES)))
def test_codes_and_names_name_themselves(code):
    gas = GASES[code]
    assert gas.code == code
    assert {parse_gas(name) for name in (code, code.lower(), gas.name_en, gas.name_zh)} == {gas}


@pytest.mark.parametrize(
    ("one", "other"),
    [("CH4", "CH4-fossil"), ("CO2", "CO2-biogenic"), ("CO2", "CO2e"), ("CO2", "CO2-removal")],
)
def test_gases_that_must_stay_apart(one, other):
    assert parse_gas(one) != parse_gas(other)


def test_unknown_gas_names_place_and_nearest():
    with pytest.raises(QinglianError) as caught:
        parse_gas("HFC-134b", Where(file="factors.csv", row=2, column="gas"))
    assert str(caught.value).startswith(
        "file factors.csv, row 2, column gas: unknown gas 'HFC-134b'. Use one of: HFC-134"
    )


@pytest.mark.parametrize("text", ["", "?", "xenon hexafluoroplatinate"])
def test_gas_like_no_other(text):
    with pytest.raises(QinglianError) as caught:
        parse_gas(text)
    assert set(caught.value.problem.params["near"]) <= set(GASES)


def test_every_family_is_in_use_and_proposals_exist():
    assert {gas.family for gas in GASES.values()} == set(FAMILIES)
    assert set(KYOTO_FAMILIES) < set(FAMILIES)
    assert set(USUAL) <= set(GASES)


def test_gas_validates():
    with pytest.raises(ValueError, match="family"):
        Gas("X", "noble", "x", "x")

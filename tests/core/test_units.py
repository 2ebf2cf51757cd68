from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import use_language
from qinglian.core.units import UNITS, USUAL, Unit, _spellings, parse_unit, ratio

units = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("kWh", "kWh"),
        ("KWH", "kWh"),
        ("度", "kWh"),
        ("千瓦·时", "kWh"),
        ("ｋＷｈ", "kWh"),
        ("万千瓦时", "万kWh"),
        ("kWh (Gross CV)", "kWh(gross)"),
        ("kWh gross", "kWh(gross)"),
        ("MJ（低位发热量）", "MJ(net)"),
        ("MJ(低位)", "MJ(net)"),
        ("mmBtu HHV", "mmBtu(gross)"),
        ("GJ LHV", "GJ(net)"),
        ("t·km", "tkm"),
        ("tonne-km", "tkm"),
        ("t.km", "tkm"),
        ("吨公里", "tkm"),
        ("m³", "m3"),
        ("m^3", "m3"),
        ("立方米", "m3"),
        ("Nm³", "Nm3"),
        ("m3(20℃)", "m3(20C)"),
        ("short tons", "short_ton"),
        ("吨", "t"),
        ("Mg", "t"),
        ("mg", "mg"),
        ("ml", "mL"),
        ("ML", "ML"),
        ("l", "L"),
        ("万元", "万元"),
        ("RMB", "CNY"),
        ("US$", "USD"),
        ("吨标准煤", "tce"),
        ("room-night", "room_night"),
        ("台", "item"),
        ("亩", "亩"),
    ],
)
def test_spellings(text, symbol):
    assert parse_unit(text) == UNITS[symbol]


@given(units)
def test_symbols_name_themselves(symbol):
    assert parse_unit(symbol).symbol == symbol
    assert parse_unit(f" {symbol} ") is UNITS[symbol]


@given(st.sampled_from(sorted(_spellings()[0].items())))
def test_every_alias_names_its_unit(spelled):
    alias, symbol = spelled
    assert parse_unit(alias).symbol == symbol


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_a_clear_refusal(text):
    try:
        unit = parse_unit(text)
    except QinglianError as error:
        refused = error
    else:
        assert UNITS[unit.symbol] is unit
        return
    assert refused.code in {"core.unit_unknown", "core.unit_ambiguous"}
    assert f"'{text}'" in str(refused)


def test_unknown_unit_names_place_and_nearest():
    with pytest.raises(QinglianError) as caught:
        parse_unit("kWx", Where(file="bills.csv", row=12, column="unit"))
    assert str(caught.value).startswith(
        "file bills.csv, row 12, column unit: unknown unit 'kWx'. Use one of: kWh"
    )
    use_language("zh")
    assert str(caught.value).startswith("文件 bills.csv，第 12 行，unit 列：未知单位“kWx”。可用单位：kWh")


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "(gross)", "kg(gross)", "kWh()", "zzzzz", "T", "kWh/t", "1 kWh", "KW"]
)
def test_unknown(text):
    with pytest.raises(QinglianError) as caught:
        parse_unit(text)
    assert caught.value.code == "core.unit_unknown"
    assert caught.value.problem.params["near"]


def test_proposals_are_units():
    assert set(USUAL) <= set(UNITS)
    for choices in _spellings()[2].values():
        assert len(choices) > 1
        assert set(choices) <= set(UNITS)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("ton", ("t", "short_ton", "long_ton")),
        ("Tons", ("t", "short_ton", "long_ton")),
        ("gallon", ("gal_US", "gal_UK")),
        ("kcal", ("kcal_IT", "kcal_th")),
        ("kcal(net)", ("kcal_IT", "kcal_th")),
        ("标方", ("Nm3", "m3(20C)")),
        ("Ml", ("mL", "ML")),
        ("MG", ("mg", "t")),
        ("¥", ("CNY", "JPY")),
        ("MBtu", ("kBtu", "mmBtu")),
        ("ton-mile", ("t_mi", "short_ton_mi")),
    ],
)
def test_words_of_several_meanings_are_refused(text, choices):
    with pytest.raises(QinglianError) as caught:
        parse_unit(text)
    assert caught.value.code == "core.unit_ambiguous"
    assert caught.value.problem.params["choices"] == choices


@pytest.mark.parametrize(
    ("frm", "to", "expected"),
    [
        ("kWh", "MJ", "3.6"),
        ("万千瓦时", "MWh", "10"),
        ("亿千瓦时", "GWh", "100"),
        ("tce", "MJ", "29307.6"),
        ("kgce", "MJ", "29.3076"),
        ("kgce", "kcal_IT", "7000"),
        ("toe", "GJ", "41.868"),
        ("toe", "Gcal_IT", "10"),
        ("mmBtu", "kWh", "293.07107017222222222222222222222222222222222222222"),
        ("therm", "mmBtu", "0.1"),
        ("t", "lb", "2204.6226218487758072297380134502690"),
        ("short_ton", "lb", "2000"),
        ("long_ton", "lb", "2240"),
        ("short_ton", "t", "0.90718474"),
        ("long_ton", "t", "1.0160469088"),
        ("斤", "g", "500"),
        ("bbl", "gal_US", "42"),
        ("gal_UK", "L", "4.54609"),
        ("ft3", "m3", "0.028316846592"),
        ("ccf", "ft3", "100"),
        ("acre", "ft2", "43560"),
        ("nmi", "m", "1852"),
        ("mi", "ft", "5280"),
        ("short_ton_mi", "tkm", "1.45997231821056"),
        ("t_mi", "tkm", "1.609344"),
        ("ha", "亩", "15"),
        ("万元", "CNY", "10000"),
        ("亿元", "万元", "10000"),
        ("FEU", "TEU", "2"),
        ("d", "h", "24"),
    ],
)
def test_ratios(frm, to, expected):
    exact = ratio(parse_unit(frm), parse_unit(to))
    assert abs(exact - Fraction(expected)) <= Fraction(expected) / 10**30


@given(st.sampled_from(sorted({unit.dimension for unit in UNITS.values()})), st.data())
def test_ratios_are_a_consistent_exact_system(dimension, data):
    of_dimension = st.sampled_from([unit for unit in UNITS.values() if unit.dimension == dimension])
    a, b, c = (data.draw(of_dimension) for _ in range(3))
    assert ratio(a, b) * ratio(b, c) == ratio(a, c)
    assert ratio(a, b) * ratio(b, a) == 1
    assert ratio(a, a) == 1


@given(units, units)
def test_dimensions_never_mix(a, b):
    if UNITS[a].dimension == UNITS[b].dimension:
        assert ratio(UNITS[a], UNITS[b]) > 0
    else:
        with pytest.raises(QinglianError) as caught:
            ratio(UNITS[a], UNITS[b])
        assert caught.value.code == "core.unit_mismatch"
        assert UNITS[b].dimension in str(caught.value)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("kWh(gross)", "kWh(net)"),
        ("kWh(gross)", "kWh"),
        ("MJ(net)", "mmBtu(gross)"),
        ("tce", "kg"),
        ("tce", "t"),
        ("kWh", "m3"),
        ("Nm3", "m3"),
        ("Nm3", "Sm3"),
        ("Nm3", "m3(20C)"),
        ("CNY", "USD"),
        ("tkm", "vkm"),
        ("tkm", "TEUkm"),
        ("item", "person"),
        ("head", "person"),
        ("km", "tkm"),
    ],
)
def test_what_must_not_convert(a, b):
    with pytest.raises(QinglianError, match="does not convert"):
        ratio(parse_unit(a), parse_unit(b))


def test_tons_are_three_units():
    assert len({UNITS[symbol].scale for symbol in ("t", "short_ton", "long_ton")}) == 3


def test_each_energy_unit_exists_on_both_bases_with_the_same_size():
    energy = [unit for unit in UNITS.values() if unit.dimension == "energy"]
    assert energy
    for unit in energy:
        for basis in ("gross", "net"):
            based = UNITS[f"{unit.symbol}({basis})"]
            assert (based.scale, based.heating, based.dimension) == (unit.scale, basis, f"energy({basis})")
    assert {unit.heating for unit in UNITS.values() if not unit.dimension.startswith("energy")} == {""}


def test_each_dimension_has_its_base_unit():
    for dimension in {unit.dimension for unit in UNITS.values()}:
        assert any(unit.scale == 1 for unit in UNITS.values() if unit.dimension == dimension), dimension


@pytest.mark.parametrize(
    ("symbol", "dimension", "scale", "heating"),
    [
        ("x", "mass", 0, ""),
        ("x", "mass", -1, ""),
        ("kg(gross)", "mass", 1, "gross"),
        ("J", "energy(gross)", 1, "gross"),
        ("J(net)", "energy(gross)", 1, "gross"),
        ("J(net)", "energy(net)", 1, ""),
        ("J(upper)", "energy(upper)", 1, "upper"),
    ],
)
def test_unit_validates(symbol, dimension, scale, heating):
    with pytest.raises(ValueError, match=r"positive|basis"):
        Unit(symbol, dimension, Fraction(scale), heating)


def test_import_reads_no_table():
    code = "import qinglian.core.units as u; print(u._document.cache_info().currsize)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "0"


@pytest.mark.parametrize(
    ("word", "has", "lacks"),
    [
        ("furlong", "km", "RON"),
        ("kWhh", "kWh", "km"),
        ("stone", "t", "km"),
        ("zzz", "kWh", "RON"),
    ],
)
def test_an_unknown_unit_is_answered_with_near_names_or_its_likely_dimension(word, has, lacks):
    with pytest.raises(QinglianError) as caught:
        parse_unit(word)
    near = caught.value.problem.params["near"]
    assert has in near
    assert lacks not in near

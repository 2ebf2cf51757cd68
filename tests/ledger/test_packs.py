"""The build of factor packs: what it reads exactly, and what it refuses with file, row, column and fix."""

from __future__ import annotations

import csv
import json
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.ledger.packs import FACTOR_COLUMNS, exact, load_pack, pack_from_record

HEAD = """id = "small"
version = "1"
publisher = "tests"
dataset = "made up"
title_en = "Small"
title_zh = "小"
licence = "none"
published = 2024-01-01

[sources.one]
citation = "First source, made up for this test"
class = "primary"
published = 2023-06-01

[sources.two]
citation = "Second source, made up for this test"
class = "secondary"
published = 2023-07-01
"""

DIESEL = {
    "activity": "fuel.stationary.diesel",
    "place": "admin:CN",
    "valid_from": "2020-01-01",
    "valid_to": "2021-01-01",
    "gas": "CO2",
    "value": "74.1",
    "mass_unit": "kg",
    "per_unit": "GJ(net)",
    "basis": "direct",
    "biogenic": "false",
    "quality": "2",
    "source": "one",
    "locator": "table 1",
}
GWP = "gwp_set,gas,value,source,locator\nAR4,HFC-32,675,one,\nAR4,HFC-125,3500,one,\nAR4,HFC-134a,1430,one,\n"
BLEND = "blend,gas,percent,source,locator\n"
PROPERTY = "fuel,property,value,unit,per_unit,place,valid_from,valid_to,source,locator,note\n"
SERIES = "series,unit,valid_from,valid_to,value,source,locator,note\n"


def write(folder, *rows, toml="", columns=FACTOR_COLUMNS, **files):
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(HEAD + toml, encoding="utf-8")
    with (folder / "factors.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**dict.fromkeys(columns, ""), **DIESEL, **row} for row in rows)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def refused(folder):
    with pytest.raises(QinglianError) as caught:
        load_pack(folder)
    return caught.value


def test_a_vector_of_gases_is_one_factor_in_kilograms(tmp_path):
    pack = load_pack(
        write(
            tmp_path / "p",
            {},
            {"gas": "CH4", "value": "3.0", "mass_unit": "g"},
            {"gas": "N2O", "value": "0.6", "mass_unit": "g"},
        )
    )
    (factor,) = pack.factors
    assert {gas.gas: gas.kg for gas in factor.gases} == {
        "CO2": Fraction("74.1"),
        "CH4": Fraction("0.003"),
        "N2O": Fraction("0.0006"),
    }
    assert (factor.citation, factor.source_class) == ("First source, made up for this test", "primary")
    assert factor.published.isoformat() == "2023-06-01"


def test_a_value_stated_in_parts_is_multiplied_exactly(tmp_path):
    (factor,) = load_pack(write(tmp_path / "p", {"value": "20.2*0.98*44/12"})).factors
    assert factor.gases[0].kg == Fraction("20.2") * Fraction("0.98") * 44 / 12
    assert exact("44/12") == Fraction(11, 3)


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"per_unit": "furlong"}, "core.unit_unknown", "per_unit"),
        ({"mass_unit": "kWh"}, "core.unit_mismatch", "mass_unit"),
        ({"place": "admin:ATLANTIS"}, "core.place_unknown", "place"),
        ({"gas": "phlogiston"}, "core.gas_unknown", "gas"),
        ({"source": "three"}, "ledger.pack_source", "source"),
        ({"valid_from": "2020-02-30"}, "ledger.pack_value", "valid_from"),
        ({"valid_to": "soon"}, "ledger.pack_value", "valid_to"),
        ({"valid_to": "2020-01-01"}, "ledger.period_empty", "valid_to"),
        ({"value": "about 74"}, "core.number_unreadable", "value"),
        ({"value": "74.1/0"}, "ledger.pack_value", "value"),
        ({"value": "-74.1"}, "ledger.pack_negative", "value"),
        ({"value": "74100"}, "ledger.pack_absurd", "value"),
        ({"gas": "CO2e"}, "ledger.pack_gwp_set", "gwp_set"),
        ({"gas": "CO2e", "gwp_set": "AR9"}, "ledger.pack_gwp_set", "gwp_set"),
        ({"gwp_set": "AR5"}, "ledger.pack_gwp_set_odd", "gwp_set"),
        ({"per_unit": "GJ"}, "ledger.pack_heating_basis", "per_unit"),
        ({"biogenic": "perhaps"}, "ledger.pack_boolean", "biogenic"),
        ({"basis": "guess"}, "ledger.pack_basis", "basis"),
        ({"method": "spot"}, "ledger.pack_method", "method"),
        ({"quality": "6"}, "ledger.pack_quality", "quality"),
        ({"uncertainty": "plenty"}, "ledger.pack_uncertainty", "uncertainty"),
        ({"activity": "diesel"}, "ledger.pack_activity", "activity"),
        ({"activity": "petrol.stationary.diesel"}, "ledger.pack_activity", "activity"),
    ],
)
def test_a_bad_row_is_named_with_file_row_column_and_fix(tmp_path, change, code, column):
    good = {"activity": "fuel.stationary.gasoline"}
    error = refused(write(tmp_path / "p", good, change))
    problem = next(problem for problem in error.problems if problem.code == code)
    assert (problem.where.row, problem.where.column) == (3, column)
    assert problem.where.file.endswith("factors.csv")
    for language in ("en", "zh"):
        use_language(language)
        assert all((problem.message(), problem.fix()))
        assert "{" not in problem.message() + problem.fix()


def test_every_bad_row_is_named_not_only_the_first(tmp_path):
    error = refused(
        write(tmp_path / "p", {"value": "x"}, {}, {"valid_from": "2021-01-01", "valid_to": "2020"})
    )
    assert {problem.where.row for problem in error.problems} == {2, 4}


def test_a_gas_stands_once_in_a_vector(tmp_path):
    assert refused(write(tmp_path / "p", {}, {"value": "75"})).code == "ledger.pack_gas_twice"


def test_the_gases_of_a_vector_share_a_source(tmp_path):
    error = refused(write(tmp_path / "p", {}, {"gas": "CH4", "value": "0.003", "source": "two"}))
    assert error.code == "ledger.pack_sources_mixed"


def test_validities_may_touch_but_not_overlap(tmp_path):
    year = {"valid_from": "2021-01-01", "valid_to": "2022-01-01"}
    assert len(load_pack(write(tmp_path / "touch", {}, year)).factors) == 2
    late = {"valid_from": "2020-12-31", "valid_to": "2022-01-01"}
    assert refused(write(tmp_path / "over", {}, late)).code == "ledger.pack_overlap"
    unending = {"valid_from": "2019-01-01", "valid_to": ""}
    assert refused(write(tmp_path / "open", {}, unending)).code == "ledger.pack_overlap"


def test_two_units_of_one_measure_answer_the_same_question_and_overlap(tmp_path):
    mass = {"per_unit": "t", "value": "3.1"}
    assert len(load_pack(write(tmp_path / "apart", {}, mass)).factors) == 2
    assert refused(write(tmp_path / "p", mass, {**mass, "per_unit": "kg"})).code == "ledger.pack_overlap"


def test_a_factor_stands_with_a_method_or_without_but_not_both(tmp_path):
    power = {"activity": "electricity.purchased", "per_unit": "kWh", "value": "0.5", "place": "grid:CN"}
    error = refused(write(tmp_path / "p", power, {**power, "method": "location"}))
    assert error.code == "ledger.pack_methods_mixed"


def test_a_co2e_value_keeps_the_gas_it_stands_for(tmp_path):
    row = {"gas": "CO2e", "gwp_set": "AR4"}
    (factor,) = load_pack(
        write(
            tmp_path / "p",
            {},
            {**row, "value": "0.1", "note": "CH4"},
            {**row, "value": "0.2", "note": "N2O; rounded"},
        )
    ).factors
    assert sorted((gas.of_gas, gas.kg) for gas in factor.gases if gas.gas == "CO2e") == [
        ("CH4", Fraction("0.1")),
        ("N2O", Fraction("0.2")),
    ]


def test_a_source_without_citation_or_class_is_refused(tmp_path):
    error = refused(write(tmp_path / "p", {}, toml='\n[sources.three]\ncitation = ""\nclass = "hearsay"\n'))
    assert {problem.code for problem in error.problems} == {"ledger.pack_uncited", "ledger.pack_class"}


def test_a_missing_column_and_a_broken_pack_toml_are_named(tmp_path):
    few = tuple(column for column in FACTOR_COLUMNS if column != "basis")
    assert refused(write(tmp_path / "p", {}, columns=few)).problem.params["columns"] == ["basis"]
    assert refused(write(tmp_path / "q", {}, toml="\nnot toml")).code == "ledger.pack_unreadable"
    assert refused(tmp_path / "nothing").code == "ledger.pack_unreadable"
    folder = write(tmp_path / "r", {})
    (folder / "factors.csv").write_bytes("活动,地点\n".encode("gb18030"))
    assert refused(folder).code == "ledger.pack_unreadable"


def test_the_hash_does_not_know_the_order_of_rows_and_knows_every_value(tmp_path):
    gases = [{}, {"gas": "CH4", "value": "0.003"}, {"gas": "N2O", "value": "0.0006"}]
    rows = gases + [{**row, "place": "admin:US"} for row in gases]
    first = load_pack(write(tmp_path / "a", *rows, gwp=GWP))
    random.Random(7).shuffle(rows)
    head, *lines = GWP.splitlines()
    assert (
        load_pack(write(tmp_path / "b", *rows, gwp="\n".join([head, *reversed(lines)]))).sha256
        == first.sha256
    )
    rows[0] = {**rows[0], "note": "a remark changes nothing"}
    assert load_pack(write(tmp_path / "c", *rows, gwp=GWP)).sha256 == first.sha256
    rows[0] = {**rows[0], "locator": "table 2"}
    assert load_pack(write(tmp_path / "d", *rows, gwp=GWP)).sha256 != first.sha256


def test_a_pack_comes_back_from_its_canonical_form(tmp_path):
    pack = load_pack(
        write(
            tmp_path / "p",
            {"value": "20.2*44/12"},
            gwp=GWP,
            blends=BLEND + "R-410A,HFC-32,50,one,\nR-410A,HFC-125,50,one,\n",
            properties=PROPERTY + "diesel,heating_value,43.0,GJ(net),t,admin:CN,2020-01-01,,one,,\n",
            series=SERIES + "fx.CNY_per_USD,CNY/USD,2022-01-01,2023-01-01,6.73,one,,\n",
        )
    )
    assert pack_from_record(json.loads(pack.canonical())) == pack
    older = {
        k: v for k, v in json.loads(pack.canonical()).items() if k not in {"blends", "properties", "series"}
    }
    assert pack_from_record(older).factors == pack.factors


def test_the_gwp_of_a_blend_is_computed_from_its_composition(tmp_path):
    blends = BLEND + (
        "R-410A,HFC-32,50,one,\nR-410A,HFC-125,50,one,\n"
        "R-417A,HFC-125,46.6,one,\nR-417A,HFC-134a,50,one,\nR-417A,HC-600,3.4,one,\n"
        "R-404A,HFC-125,44,one,\nR-404A,HFC-143a,52,one,\nR-404A,HFC-134a,4,one,\n"
    )
    pack = load_pack(write(tmp_path / "p", gwp=GWP, blends=blends))
    values = {value.gas: value.value for value in pack.gwp}
    assert values["R-410A"] == Fraction("2087.5")
    assert values["R-417A"] == 2346  # the hydrocarbon belongs to the hundred and counts nothing
    assert "R-404A" not in values  # the pack has no GWP of HFC-143a: none is guessed
    assert len(pack.blends) == 8


def test_a_composition_that_is_not_the_whole_is_refused(tmp_path):
    short = BLEND + "R-410A,HFC-32,50,one,\nR-410A,HFC-125,45,one,\n"
    error = refused(write(tmp_path / "p", gwp=GWP, blends=short))
    assert error.code == "ledger.pack_blend_sum"
    assert error.problem.params["total"] == "95"
    assert error.problem.where.row == 2


def test_a_stated_gwp_of_a_blend_must_follow_from_its_composition(tmp_path):
    blends = BLEND + "R-410A,HFC-32,50,one,\nR-410A,HFC-125,50,one,\n"
    right = write(tmp_path / "right", gwp=GWP + "AR4,R-410A,2087.5,two,\n", blends=blends)
    assert [value.value for value in load_pack(right).gwp if value.gas == "R-410A"] == [Fraction("2087.5")]
    error = refused(write(tmp_path / "wrong", gwp=GWP + "AR4,R-410A,1937.5,two,\n", blends=blends))
    assert error.code == "ledger.pack_blend_gwp"
    assert error.problem.where.row == 5
    assert "2087.5" in str(error)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("gwp", GWP + "AR4,HFC-32,677,one,\n", "ledger.pack_twice"),
        ("gwp", GWP + "AR7,SF6,1,one,\n", "ledger.pack_gwp_set"),
        ("gwp", GWP + "AR4,SF6,22800,nobody,\n", "ledger.pack_source"),
        (
            "properties",
            PROPERTY + "diesel,heating_value,43,GJ,t,admin:CN,2020-01-01,,one,,\n",
            "ledger.pack_property_unit",
        ),
        ("properties", PROPERTY + "diesel,colour,1,,,admin:CN,2020-01-01,,one,,\n", "ledger.pack_property"),
        ("properties", PROPERTY + "diesel,oxidation,98,,,admin:CN,2020-01-01,,one,,\n", "ledger.pack_ratio"),
        (
            "properties",
            PROPERTY + 2 * "diesel,oxidation,0.98,,,admin:CN,2020-01-01,,one,,\n",
            "ledger.pack_overlap",
        ),
        ("series", SERIES + 2 * "fx,CNY/USD,2022-01-01,2023-01-01,6.73,one,,\n", "ledger.pack_overlap"),
        ("series", SERIES + "fx,CNY/USD,2022-01-01,2021-01-01,6.73,one,,\n", "ledger.period_empty"),
    ],
)
def test_the_other_tables_are_checked_too(tmp_path, name, text, code):
    error = refused(write(tmp_path / "p", **{name: text}))
    assert error.code == code
    assert error.problem.where.file.endswith(f"{name}.csv")


def crosscheck(**entries):
    lines = "\n".join(f"{key} = {value}" for key, value in entries.items())
    return f'\n[[crosscheck]]\nfile = "factors.csv"\nrow = {{ gas = "CO2" }}\nsource = "two"\n{lines}\n'


@pytest.mark.parametrize(
    "entries",
    [
        {"kind": '"agrees"', "value": '"74.1"'},
        {"kind": '"agrees"', "value": '"20.2*44/12"', "tolerance": '"0.001"'},
        {"kind": '"differs"', "value": '"75"', "reason": '"another fuel"'},
    ],
)
def test_a_second_source_is_compared(tmp_path, entries):
    assert load_pack(write(tmp_path / "p", {}, toml=crosscheck(**entries))).factors


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"kind": '"agrees"', "value": '"74.2"'}, "ledger.pack_crosscheck_agrees"),
        ({"kind": '"agrees"', "value": '"74.2"', "tolerance": '"0.0001"'}, "ledger.pack_crosscheck_agrees"),
        (
            {"kind": '"differs"', "value": '"74.10"', "reason": '"wrong twin"'},
            "ledger.pack_crosscheck_differs",
        ),
        ({"kind": '"differs"', "value": '"75"'}, "ledger.pack_crosscheck_incomplete"),
        ({"kind": '"agrees"'}, "ledger.pack_crosscheck_incomplete"),
        ({"kind": '"agrees"', "value": '"many"'}, "core.number_unreadable"),
    ],
)
def test_a_comparison_that_fails_fails_the_build(tmp_path, entries, code):
    error = refused(write(tmp_path / "p", {}, toml=crosscheck(**entries)))
    assert error.code == code
    assert error.problem.where.column == "crosscheck 1"


def test_a_failed_comparison_names_both_sources_and_both_numbers(tmp_path):
    said = str(refused(write(tmp_path / "p", {}, toml=crosscheck(kind='"agrees"', value='"74.2"'))))
    for part in ("First source", "Second source", "74.1", "74.2"):
        assert part in said


def test_a_comparison_needs_exactly_one_row_or_a_sum(tmp_path):
    rows = ({"valid_to": "2021-01-01"}, {"valid_from": "2021-01-01", "valid_to": "2022-01-01", "value": "74"})
    several = crosscheck(kind='"agrees"', value='"148.1"')
    assert refused(write(tmp_path / "p", *rows, toml=several)).code == "ledger.pack_crosscheck_rows"
    assert load_pack(write(tmp_path / "q", *rows, toml=several + "sum = true\n")).factors
    none = several.replace('"CO2"', '"SF6"')
    assert refused(write(tmp_path / "r", *rows, toml=none)).problem.params["count"] == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("*/"), st.decimals(1, 1000, places=3)), max_size=6))
def test_products_and_quotients_are_exact(parts):
    text, expected = "7", Fraction(7)
    for sign, number in parts:
        text += f" {sign} {number}"
        expected = expected * Fraction(number) if sign == "*" else expected / Fraction(number)
    assert exact(text) == expected

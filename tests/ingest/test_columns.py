"""The one table of columns agrees with the fact, with the texts and with itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from qinglian import ingest
from qinglian.core.units import parse_unit
from qinglian.ingest.activities import fits, proposals
from qinglian.ingest.columns import columns, heading, heading_with_unit, known_headings
from qinglian.ingest.rows import FactRow
from qinglian.ledger.facts import QUANTITY_BASES, Fact


def test_every_column_is_read_into_a_field_of_a_fact() -> None:
    stated = (set(columns()) - {"start", "end", "quantity"}) | {
        "mantissa",
        "decimals",
        "zone",
        "sheet",
        "row",
    }
    stated |= {f"{bound}_{clock}" for bound in ("start", "end") for clock in ("utc", "local")}
    assert stated == set(FactRow._fields) == set(Fact.__dataclass_fields__)
    assert set(columns()["quantity_basis"].choices) == set(QUANTITY_BASES)


def test_columns_speak_both_languages_and_share_no_heading() -> None:
    assert len(known_headings()) > 80
    for column in columns().values():
        assert column.about_en
        assert column.about_zh
        assert column.zh != column.en


@pytest.mark.parametrize(
    "text", ["Quantity Basis", "quantity-basis", "QUANTITY_BASIS", "数量依据", " quantity basis* "]
)
def test_headings_are_compared_without_case_and_joints(text: str) -> None:
    assert known_headings()[heading(text)] == "quantity_basis"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("用电量(kWh)", ("用电量", "kWh")),
        ("Quantity [MWh]", ("Quantity", "MWh")),
        ("数量（万千瓦时）", ("数量", "万千瓦时")),
        ("Gas (MJ(net))", ("Gas", "MJ(net)")),
        ("quantity", ("quantity", "")),
    ],
)
def test_a_heading_may_carry_a_unit(text: str, parts: tuple[str, str]) -> None:
    assert heading_with_unit(text) == parts


@pytest.mark.parametrize(
    ("activity", "unit", "verdict"),
    [
        ("electricity.purchased", "kWh", True),
        ("electricity.purchased", "kg", False),
        ("electricity.purchased", "m3", False),
        ("fuel.stationary.natural_gas", "MJ(net)", True),
        ("fuel.stationary.natural_gas", "Nm3", True),
        ("fuel.stationary.diesel", "tkm", False),
        ("spend.334111", "万元", True),
        ("spend.334111", "kg", False),
        ("freight.road.hgv_average", "tkm", True),
        ("freight.road.hgv_average", "t", False),
        ("process.cement", "kg", True),
        ("something.new", "kWh", True),
    ],
)
def test_what_measures_an_activity(activity: str, unit: str, verdict: bool) -> None:
    assert fits(activity, parse_unit(unit).dimension) is verdict


def test_misspelt_activities_get_a_proposal() -> None:
    assert proposals("electricity.purchase")[0] == "electricity.purchased"
    assert proposals("zzz")


@pytest.mark.parametrize("topic", ["tables", "profile", "reader", "plausibility"])
def test_every_refusal_and_warning_is_in_both_languages_with_its_fix(topic: str) -> None:
    path = Path(ingest.__file__).parent / "texts" / f"{topic}.toml"
    texts = tomllib.loads(path.read_text(encoding="utf-8"))
    assert len(texts) > 5
    for name, languages in texts.items():
        assert set(languages) == {"en", "zh", "fix_en", "fix_zh"}, name

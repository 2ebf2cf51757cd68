"""The accounting rules: versioned data that knows every activity or refuses it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.ledger.rules import (
    matches,
    parse_rules,
    parse_rules_document,
    refuse_unknown_activity,
    shipped_rules,
)

ONE = """
name = "one"
version = "1"
[[rule]]
id = "a"
activity = ["fuel.*"]
scope = "1"
iso = 1
basis = ["direct"]
hierarchy = "admin"
"""


@pytest.mark.parametrize(
    ("activity", "ids"),
    [
        (
            "electricity.purchased",
            [
                "s2.location.electricity",
                "s2.market.electricity",
                "s3.3.electricity-wtt",
                "s3.3.electricity-td",
            ],
        ),
        ("fuel.stationary.natural_gas", ["s1.stationary", "s3.3.fuel-wtt"]),
        ("fugitive.R-410A", ["s1.fugitive"]),
        ("heat.purchased", ["s2.location.heat", "s2.market.heat"]),
        ("spend_capital.333", ["s3.2.spend"]),
        ("freight.rail.train", ["s3.4.freight-ttw", "s3.4.freight-wtt"]),
        ("freight_out.rail.train", ["s3.9.freight-ttw", "s3.9.freight-wtt"]),
        ("recycling.resold", []),
        ("electricity.sold", []),
    ],
)
def test_what_a_fact_asks_for(activity, ids):
    rules = shipped_rules()
    assert rules.knows(activity)
    assert [rule.id for _, rule in rules.numbered(activity)] == ids


def test_an_activity_no_rule_knows_is_refused_with_near_matches():
    with pytest.raises(QinglianError) as error:
        refuse_unknown_activity(shipped_rules(), "electricity.purchase")
    assert error.value.code == "ledger.activity_unknown"
    assert "electricity.purchased" in str(error.value)


def test_every_shipped_rule_is_in_bounds():
    for rule in shipped_rules().rules:
        assert rule.scope in {"1", "2", "3"}
        assert rule.iso in range(1, 7)
        assert (rule.scope == "3") == (rule.category in range(1, 16))
        assert rule.method in {"", "location", "market"}
        assert rule.hierarchy in {"admin", "grid"}
        assert rule.basis


def test_scope_2_is_asked_for_twice_and_only_the_market_takes_instruments():
    for rule in shipped_rules().rules:
        assert (rule.scope == "2") == bool(rule.method)
        assert not rule.instruments or rule.method == "market"


def test_a_capital_good_is_looked_up_as_the_purchase_it_is():
    ((_, rule),) = shipped_rules().numbered("spend_capital.333")
    assert rule.factor_activity("spend_capital.333") == "spend.333"


@given(st.text("abc.*", min_size=1, max_size=8))
def test_a_pattern_without_a_star_names_only_itself(activity):
    assert matches("fuel.gas", activity) == (activity == "fuel.gas")
    assert matches("fuel.*", "fuel." + activity)
    assert not matches("fuel.*", "fuels." + activity)


def test_the_hash_depends_on_content_and_not_on_layout():
    spaced = parse_rules(ONE.replace("\n", "\n\n") + "# a comment\n")
    assert spaced.sha256 == parse_rules(ONE).sha256
    assert parse_rules(ONE.replace('scope = "1"', 'scope = "2"')).sha256 != spaced.sha256


def test_the_stored_copy_reads_back_to_the_same_rules():
    import json

    shipped = shipped_rules()
    again = parse_rules_document(json.loads(shipped.content))
    assert (again.rules, again.silent, again.sha256) == (shipped.rules, shipped.silent, shipped.sha256)


@pytest.mark.parametrize(
    "text",
    ["name =", "name = 'a'", ONE + ONE.split("'1'")[0].split('version = "1"')[1], ONE + "colour = 'red'\n"],
)
def test_an_unreadable_rule_set_is_refused(text):
    with pytest.raises(QinglianError) as error:
        parse_rules(text)
    assert error.value.code == "ledger.rules_unreadable"

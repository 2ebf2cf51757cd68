"""What holds for every pack that comes with the product."""

from __future__ import annotations

import shutil
import tomllib
from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.gases import GASES
from qinglian.core.units import parse_unit
from qinglian.ledger.packs import load_pack, shipped_packs
from qinglian.ledger.policy import shipped_policy
from qinglian.ledger.rules import matches, shipped_rules

FOLDERS = {folder.name: folder for folder in shipped_packs()}


def test_the_packs_that_are_shipped():
    assert set(FOLDERS) == {
        "cn-electricity",
        "cn-fuels",
        "fx",
        "gwp",
        "ipcc-2006",
        "uk-defra",
        "uk-defra-2025",
        "us-epa",
        "us-supply-chain",
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_the_id_is_the_folder_and_every_number_says_where_it_comes_from(packs, name):
    pack = packs[name]
    assert pack.id == name
    assert all((pack.title_en, pack.title_zh, pack.licence))
    for factor in pack.factors:
        assert all((factor.citation, factor.locator, factor.gases)), factor
    for entry in (*pack.gwp, *pack.properties, *pack.series):
        assert entry.source in pack.sources
        assert entry.locator
    used = {entry.source for entry in (*pack.gwp, *pack.properties, *pack.series, *pack.blends)}
    cited = {factor.citation for factor in pack.factors}
    for key, source in pack.sources.items():
        compared = {check["source"] for check in _about(name).get("crosscheck", ())}
        assert key in used | compared or source.citation in cited, f"{key} is not used"


def _about(name):
    return tomllib.loads((FOLDERS[name] / "pack.toml").read_text(encoding="utf-8"))


def test_no_number_known_from_memory_only_is_shipped():
    """0.5942, the national average of 2021 without market-traded non-fossil power, was never read."""
    for folder in FOLDERS.values():
        for table in folder.glob("*.csv"):
            assert ",0.5942," not in table.read_text(encoding="utf-8")


def test_secondary_sources_say_where_they_were_read(packs):
    for name in FOLDERS:
        for key, source in _about(name)["sources"].items():
            read = source.get("note") or source.get("url")
            assert (
                source["class"] == "primary" or read or key.startswith(("ledger-", "design-", "uk-2021-"))
            ), key


def test_two_shipped_factors_never_tie(packs):
    """The shipped policy can tell any two candidates apart: no calculation with shipped packs ends in a tie."""
    policy = shipped_policy()
    families = defaultdict(list)
    for pack in packs.values():
        for f in pack.factors:
            measure = parse_unit(f.per_unit).dimension
            key = (f.activity, f.technology, f.place, measure, f.basis, f.method, policy.pack_rank(f.pack))
            families[key].append((f.valid_from, f.valid_to or date.max))
    for key, spans in families.items():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end <= start, key


def test_every_factor_answers_some_rule(packs):
    """A factor that no accounting rule can ask for is dead weight; footprint factors wait for products."""
    rules = shipped_rules().rules
    for pack in packs.values():
        for factor in pack.factors:
            if factor.activity == "electricity.purchased" and factor.basis == "lifecycle":
                continue
            patterns = [(p, rule) for rule in rules for p in rule.activity]
            asked = any(
                factor.basis in rule.basis and matches(pattern, factor.activity) for pattern, rule in patterns
            )
            assert asked, (factor.activity, factor.basis)


def test_every_gas_of_a_factor_can_be_characterised(packs):
    known = {(value.gwp_set, value.gas) for value in packs["gwp"].gwp}
    for pack in packs.values():
        for factor in pack.factors:
            for gas in factor.gases:
                assert gas.gas in GASES
                assert gas.gas == "CO2e" or all((s, gas.gas) in known for s in ("AR4", "AR5", "AR6"))


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("cn-electricity", "CO2,0.5366,", "CO2,0.5703,", "ledger.pack_crosscheck_differs"),
        ("cn-electricity", ",0.5777,", ",0.5877,", "ledger.pack_crosscheck_agrees"),
        ("gwp", "AR5,HFC-32,677,", "AR5,HFC-32,377,", "ledger.pack_crosscheck_agrees"),
        ("gwp", "R-410A,HFC-32,50,", "R-410A,HFC-32,45,", "ledger.pack_blend_sum"),
        ("us-epa", "24.93*93.28", "24.93*98.23", "ledger.pack_crosscheck_agrees"),
        ("ipcc-2006", "CO2,74100,", "CO2,71400,", "ledger.pack_crosscheck_agrees"),
        ("uk-defra", ",0.00137,", ",0.0137,", "ledger.pack_crosscheck_agrees"),
        ("uk-defra-2025", ",0.07703,", ",0.7703,", "ledger.pack_crosscheck_agrees"),
        ("us-supply-chain", "CO2e,0.337,", "CO2e,0.373,", "ledger.pack_crosscheck_agrees"),
        ("fx", "2016-01-01,2017-01-01,6.64", "2016-01-01,2017-01-01,6.46", "ledger.pack_crosscheck_agrees"),
        (
            "cn-fuels",
            "natural_gas,heating_value,389.31",
            "natural_gas,heating_value,389.13",
            "ledger.pack_crosscheck_agrees",
        ),
    ],
)
def test_a_shipped_number_that_is_mistyped_fails_the_build(tmp_path, name, old, new, code):
    folder = tmp_path / name
    shutil.copytree(FOLDERS[name], folder)
    changed = 0
    for table in folder.glob("*.csv"):
        text = table.read_text(encoding="utf-8")
        changed += text.count(old)
        table.write_text(text.replace(old, new), encoding="utf-8")
    assert changed
    with pytest.raises(QinglianError) as caught:
        load_pack(folder)
    assert code in {problem.code for problem in caught.value.problems}


def test_the_readme_names_every_pack_and_every_documented_twin():
    readme = (FOLDERS["gwp"].parent / "README.md").read_text(encoding="utf-8")
    for name in FOLDERS:
        assert f"| `{name}` |" in readme
    for twin in ("0.5703", "1937.5", "4278", "25 200", "27.9", "575 kg", "WARM", "petroleum coke"):
        assert twin in readme

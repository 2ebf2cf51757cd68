"""Bridges: fuels in mass or volume through heating values and densities; net and gross never mix."""

from __future__ import annotations

import csv
import json
import random
import shutil
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.core.units import parse_unit, ratio
from qinglian.ledger.calculation import calculate
from qinglian.ledger.composites import Link, composite
from qinglian.ledger.evidence_pack import write_evidence_pack
from qinglian.ledger.explain import explain, rejected
from qinglian.ledger.fuel_properties import property_links
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.packs import load_pack, shipped_packs
from qinglian.ledger.policy import parse_policy_document, shipped_policy
from qinglian.ledger.posting import post
from qinglian.ledger.replay import replay
from qinglian.ledger.uncertainty import analytic, cells
from qinglian.ledger.unresolved import unresolved
from qinglian.ledger.versions import create_version
from tests.ledger.conftest import ACTOR, YEAR, fact
from tests.ledger.test_evidence_pack import verify

FUEL = "fuel.stationary.coking_coal"
VALID = "admin:CN,2020-01-01,2030-01-01"
PER_NET = f"{FUEL},,{VALID},CO2,0.09,kg,MJ(net),direct,,false,,,2,s,factor net,"
PER_GROSS = f"{FUEL},,{VALID},CO2,0.08,kg,MJ(gross),direct,,false,,,2,s,factor gross,"
PER_MASS = f"{FUEL},,{VALID},CO2,2.5,kg,kg,direct,,false,,,2,s,factor mass,"
NCV = f"coking_coal,heating_value,28,GJ(net),t,{VALID},s,net value,"
GCV = f"coking_coal,heating_value,30,GJ(gross),t,{VALID},s,gross value,"
DENSITY = f"coking_coal,density,800,kg,m3,{VALID},s,density,"


def coal(quantity="10", unit="t", **more):
    return fact(quantity, unit, activity=FUEL, **more)


def shipped(name):
    return next(path for path in shipped_packs() if path.name == name)


@pytest.fixture
def ask(make_book, write_pack):
    """Return the inventory and counts of facts in a book with these factors and properties."""

    def asked(factors, properties, *facts, policy=None):
        book = make_book(packs=(write_pack(*factors, properties=tuple(properties), gwp=True),))
        post(book, ACTOR, facts or [coal()])
        run = calculate(book, ACTOR, YEAR, policy=policy)
        return book, read_inventory(book, run.id), run.counts["s1.stationary"]

    return asked


def mass(inventory):
    return sum((e.kg for e in inventory.select(scope="1")), Fraction(0))


def factor_of(inventory):
    (found,) = {line.factor for line in inventory.lines if line.rule.scope == "1"}
    return found


def test_a_fuel_in_tonnes_is_answered_through_its_net_heating_value(ask):
    _, inventory, counts = ask([PER_NET], [NCV])
    assert mass(inventory) == 10 * 28_000 * Fraction("0.09")
    assert counts == {"demands": 1, "exact": 1, "fallback": 0, "unresolved": 0}
    factor = factor_of(inventory)
    assert (factor.per_unit, factor.gases[0].kg) == ("t", 2520)
    assert "28 GJ(net)/t" in factor.locator
    assert len(factor.parts) == 2


@pytest.mark.parametrize(("factors", "properties"), [([PER_NET], [GCV]), ([PER_GROSS], [NCV])])
def test_net_and_gross_never_mix(ask, factors, properties):
    book, inventory, counts = ask(factors, properties)
    assert counts["unresolved"] == counts["demands"] == 1
    assert mass(inventory) == 0
    use_language("en")
    (entry,) = (e for e in unresolved(book, inventory) if e.rule == "s1.stationary")
    assert "net and gross do not mix" in entry.reasons[0]


def test_a_missing_property_leaves_the_need_unresolved_with_a_reason(ask):
    book, inventory, counts = ask([PER_NET], [])
    assert counts["unresolved"] == counts["demands"] == 1
    use_language("zh")
    (entry,) = (e for e in unresolved(book, inventory) if e.rule == "s1.stationary")
    assert "coking_coal" in entry.reasons[0]
    assert "热值" in entry.reasons[0]


def test_a_direct_factor_always_wins(ask):
    _, inventory, _ = ask([PER_MASS.replace("admin:CN", "admin:WORLD"), PER_NET], [NCV])
    assert mass(inventory) == 10_000 * Fraction("2.5")
    assert factor_of(inventory).parts == ()


@pytest.mark.parametrize(
    ("factors", "properties", "kg", "lost"),
    [
        ([PER_NET, PER_GROSS], [NCV, GCV], 10 * 800 * 28 * Fraction("0.09"), "route"),
        ([PER_NET, PER_MASS], [NCV, DENSITY], 10 * 800 * Fraction("2.5"), "properties"),
        (
            [PER_NET, PER_GROSS],
            [NCV.replace("admin:CN", "admin:WORLD"), GCV],
            10 * 800 * 30 * Fraction("0.08"),
            "penalty",
        ),
    ],
)
def test_the_order_of_routes_is_declared_and_what_lost_is_in_the_trace(ask, factors, properties, kg, lost):
    book, inventory, _ = ask(factors, [*properties, *({DENSITY} - set(properties))], coal("10", "m3"))
    assert mass(inventory) == kg
    found = [
        e for e in rejected(book, inventory.run) if (e["rule"], e["measure"]) == ("s1.stationary", "volume")
    ]
    assert [e["lost_at"] for e in found if not e["chosen"]] == [lost]
    assert [len(e["parts"]) >= 2 for e in found if e["chosen"]] == [True]


def test_penalties_of_property_and_factor_are_summed(ask):
    far = [row.replace("admin:CN", "admin:WORLD") for row in (PER_NET, NCV)]
    _, inventory, counts = ask(far[:1], far[1:])
    assert counts["fallback"] == 1
    assert {line.penalty for line in inventory.lines if line.rule.scope == "1"} == {2}


def test_two_equal_properties_are_a_tie(make_book, write_pack):
    one = write_pack(PER_NET, properties=(NCV,), name="one")
    two = write_pack(properties=(NCV.replace("28", "29"),), name="two")
    book = make_book(packs=(one, two))
    post(book, ACTOR, [coal()])
    with pytest.raises(QinglianError, match=r"property\.heating_value\.coking_coal") as raised:
        calculate(book, ACTOR, YEAR)
    assert raised.value.code == "ledger.factor_tie"
    preferred = parse_policy_document({**_document(shipped_policy()), "packs": {"prefer": ["two", "one"]}})
    run = calculate(book, ACTOR, YEAR, policy=preferred)
    assert mass(read_inventory(book, run.id)) == 10 * 29_000 * Fraction("0.09")


def _document(policy):
    return json.loads(policy.content)


def test_a_property_that_changes_inside_a_record_divides_it_by_days(ask):
    before = NCV.replace("2030-01-01", "2022-03-11")
    after = NCV.replace("2020-01-01", "2022-03-11").replace("28", "35")
    record = coal("30", start=date(2022, 3, 1), end=date(2022, 3, 31))
    _, inventory, counts = ask([PER_NET], [before, after], record)
    assert mass(inventory) == (10 * 28_000 + 20 * 35_000) * Fraction("0.09")
    assert counts["demands"] == 1


def test_where_the_property_ends_the_rest_is_unresolved_and_the_direct_factor_keeps_its_days(ask):
    direct = PER_MASS.replace("2030-01-01", "2020-02-01")  # carried two years: to the end of January 2022
    ends = NCV.replace("2030-01-01", "2022-03-01")
    policy = parse_policy_document({**_document(shipped_policy()), "carry_forward_years": 2})
    ends = ends.replace("2022-03-01", "2020-03-01")  # carried to the end of February 2022
    facts = [coal("1", start=date(2022, month, 1), source=str(month)) for month in (1, 2, 3)]
    _, inventory, counts = ask([direct, PER_NET], [ends], *facts, policy=policy)
    assert mass(inventory) == 2500 + 28_000 * Fraction("0.09")
    assert counts == {"demands": 3, "exact": 0, "fallback": 2, "unresolved": 1}


@pytest.fixture(scope="session")
def per_energy_only(tmp_path_factory):
    """The shipped IPCC pack without its ready-made products per tonne, which would answer directly."""
    folder = tmp_path_factory.mktemp("ipcc") / "ipcc-2006"
    shutil.copytree(shipped("ipcc-2006"), folder)
    path = folder / "factors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    kept = [row for row in rows if row[header.index("per_unit")] == "TJ(net)"]
    assert 0 < len(kept) < len(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *kept])
    return folder


def test_ipcc_defaults_worked_example(make_book, per_energy_only):
    """2006 IPCC Guidelines, vol. 2, tables 1.2 and 2.3 (secondary source): 1 kt of coking coal.

    1000 t x 28.2 GJ/t = 28.2 TJ; x 94,600 / 10 / 1.5 kg per TJ = 2,667,720 kg CO2, 282 kg CH4, 42.3 kg N2O.
    """
    book = make_book(packs=(per_energy_only, shipped("gwp")))
    post(book, ACTOR, [coal("1000")])
    run = calculate(book, ACTOR, YEAR)
    inventory = read_inventory(book, run.id)
    masses = {e.gas: e.kg for e in inventory.select(scope="1")}
    assert masses == {"CO2": 2_667_720, "CH4": 282, "N2O": Fraction("42.3")}
    factor = factor_of(inventory)
    assert (len(factor.parts), factor.per_unit) == (2, "t")
    assert "table 1.2" in factor.locator
    assert "tables 1.2 and 1.3" in factor.citation
    assert "tables 2.3 and 2.4" in factor.citation
    # a world default for the heating value and one for the factor, both used for China
    assert {line.penalty for line in inventory.lines if line.rule.id == "s1.stationary"} == {2}


@pytest.mark.parametrize(("name", "least"), [("cn-fuels", 20), ("ipcc-2006", 15), ("us-epa", 8)])
def test_the_bridge_gives_the_product_that_a_pack_states_itself(name, least):
    """NDRC guides, IPCC 2006, US EPA: stated products per tonne, Nm3, scf against the bridge over their parts.

    For instance bituminous coal of the NDRC guides: 23.204 GJ/t x 26.18 kg C/GJ x 0.93 x 44/12.
    """
    pack = load_pack(shipped(name))
    compared = 0
    for link in property_links([pack]):
        heating = parse_unit(link.into).dimension
        fuel = link.factor.activity.rpartition(".")[2]
        for factor in pack.factors:
            if factor.activity.rpartition(".")[2] != fuel or parse_unit(factor.per_unit).dimension != heating:
                continue
            made = composite([link], factor)
            for stated in pack.factors:
                same = ("activity", "technology", "place", "basis")
                if all(getattr(stated, a) == getattr(factor, a) for a in same) and (
                    parse_unit(stated.per_unit).dimension == parse_unit(made.per_unit).dimension
                ):
                    size = ratio(parse_unit(stated.per_unit), parse_unit(made.per_unit))
                    assert {g.gas: g.kg * size for g in made.gases} == {g.gas: g.kg for g in stated.gases}
                    compared += 1
    assert compared >= least


def test_every_shipped_fuel_of_china_resolves_in_the_unit_of_its_heating_value(make_book):
    """Whatever cn-fuels and ipcc-2006 give a heating value for is counted when invoiced in that unit."""
    packs = [shipped(name) for name in ("cn-fuels", "ipcc-2006", "gwp")]
    loaded = [load_pack(path) for path in packs]
    known = {f.activity for pack in loaded for f in pack.factors if not f.technology}
    stated = {
        (f"fuel.stationary.{p.fuel}", p.per_unit)
        for pack in loaded
        for p in pack.properties
        if p.property == "heating_value" and f"fuel.stationary.{p.fuel}" in known
    }
    assert len(stated) > 20
    book = make_book(packs=tuple(packs))
    facts = [fact("7", unit, activity=activity, source=unit) for activity, unit in sorted(stated)]
    post(book, ACTOR, facts)
    counts = calculate(book, ACTOR, YEAR).counts["s1.stationary"]
    assert counts["unresolved"] == 0
    assert counts["demands"] == len(stated)


def test_the_composite_scales_each_gas_and_the_bounds_of_its_uncertainty(write_pack):
    row = PER_NET.replace(",2,s,factor", ",uniform:0.08..0.1,2,s,factor").replace(",,uniform", ",uniform")
    pack = load_pack(write_pack(row, properties=(NCV,)))
    (link,) = property_links([pack])
    made = composite([link], pack.factors[0])
    assert made.gases[0].uncertainty == "uniform:2240..2800"
    assert made.id != composite([Link(link.factor, link.value * 2, link.into)], pack.factors[0]).id


def test_explain_cites_factor_and_property(ask):
    book, inventory, _ = ask([PER_NET], [NCV])
    use_language("en")
    tree = explain(book, inventory)
    lines = tree.children[0].children[0].children[0].label
    assert "0.09 kg CO2" in lines
    assert "28 GJ(net)/t [heating_value coking_coal, admin:CN, net value]" in lines


def test_replay_version_and_evidence_of_a_bridged_run(ask, tmp_path):
    book, inventory, _ = ask([PER_NET], [NCV])
    frozen = create_version(book, ACTOR, inventory.run)
    assert replay(book, frozen.id).same
    write_evidence_pack(book, frozen.id, tmp_path / "pack.zip")
    done = verify(tmp_path / "pack.zip")
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_factor_behind_two_bridges_deviates_as_one(ask):
    """By tonne and by cubic metre: two composites of one factor whose uncertainty is 10 %."""
    uncertain = PER_NET.replace(",false,,,2", ",false,,normal:cv=0.1,2")
    _, inventory, _ = ask([uncertain], [NCV, DENSITY], coal("10"), coal("10", "m3", source="b"))
    assert len({line.factor.id for line in inventory.lines if line.rule.id == "s1.stationary"}) == 2
    (estimate,) = analytic(cells(inventory))
    assert estimate.sd == pytest.approx(float(inventory.total(scope="1")) / 10)


@pytest.mark.spark
def test_duckdb_and_spark_bridge_alike(make_book, write_pack, spark, tmp_path):
    rows, properties = (PER_NET, PER_GROSS), (NCV, GCV, DENSITY)
    outcomes = []
    for engine in (None, spark):
        book = make_book(packs=(write_pack(*rows, properties=properties, gwp=True),))
        post(book, ACTOR, [coal("3", unit, source=unit) for unit in ("t", "m3", "L", "kg")])
        run = calculate(book, ACTOR, YEAR, engine=engine)
        files = sorted((name, digest) for name, digest in run.outputs.items())
        outcomes.append((files, run.counts, read_inventory(book, run.id).canonical()))
    assert outcomes[0] == outcomes[1]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tonnes=st.decimals("0.001", "9999", places=3),
    unit=st.sampled_from(["kg", "g", "万t", "kt"]),
    cut=st.integers(1, 27),
    stated=st.integers(1, 27),
)
def test_units_order_and_splitting_change_nothing(ask, tonnes, unit, cut, stated):
    """The same coal in another unit, in any order, divided at any day; the value stated once or in two parts."""
    per_tonne = {"kg": 1000, "g": 1_000_000, "万t": Fraction(1, 10_000), "kt": Fraction(1, 1000)}[unit]
    start, end = date(2022, 3, 1), date(2022, 3, 29)
    exact = Fraction(tonnes)
    in_unit = exact * per_tonne
    first = Fraction(int(in_unit * cut / 28 * 10**6), 10**6)
    moment, edge = start + timedelta(cut), (start + timedelta(stated)).isoformat()
    facts = [
        coal(_written(exact), start=start, end=end, dimension="whole"),
        coal(_written(first), unit, start=start, end=moment, source="a", dimension="split"),
        coal(_written(in_unit - first), unit, start=moment, end=end, source="b", dimension="split"),
    ]
    random.Random(cut).shuffle(facts)
    properties = [NCV.replace("2030-01-01", edge), NCV.replace("2020-01-01", edge)]
    _, inventory, _ = ask([PER_NET], properties, *facts)
    for dimension in ("whole", "split"):
        kg = sum(e.kg for e in inventory.select(scope="1") if e.line.stream.dimension == dimension)
        assert kg == exact * 28_000 * Fraction("0.09")


def _written(number):
    return plain(number)

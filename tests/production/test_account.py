"""Planned energy in the ledger: exact, under its scenario, never in the inventory; savings as claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.period import parse_period
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, create_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.claims import claims
from qinglian.ledger.facts import Fact
from qinglian.ledger.installed import install_packs
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.packs import shipped_packs
from qinglian.production import DIMENSION
from qinglian.production.account import enter_saving, planned_facts, post_plan, shared_out
from qinglian.production.model import Generation, Instance
from qinglian.production.plan import Plan
from qinglian.production.savings import Allowance, Run, assess
from qinglian.production.verify import Verification, verify
from tests.production.small_plants import place, plant

ACTOR = Actor("planner")
ZONE = "Asia/Shanghai"
ANY = Allowance(Fraction(1_000), 1_000_000, 1_000)


def kwh(facts: list[Fact], activity: str) -> Fraction:
    return sum((fact.measure[1] / 3_600_000 for fact in facts if fact.activity == activity), Fraction(0))


def of_2023(instance: Instance) -> Instance:
    horizon = replace(instance.horizon, start=datetime(2023, 3, 24, 16, tzinfo=UTC))
    return replace(instance, horizon=horizon)


@pytest.mark.parametrize("by", ["day", "hour"])
@pytest.mark.parametrize("zone", [ZONE, "Europe/Berlin", "Asia/Kolkata"])
def test_facts_add_up_to_the_plan(by: str, zone: str) -> None:
    """Over a DST day too: purchased, own and sold power are the plan's to the joule."""
    instance = plant(3)
    found = verify(instance, place(instance, 3))
    facts = planned_facts(found, "w1", facility="P", zone=zone, by=by)
    assert kwh(facts, "electricity.purchased") == found.energy.bought_kwh
    own = kwh(facts, "electricity.onsite_renewable")
    assert own == found.energy.used_kwh - found.energy.bought_kwh > 0
    assert kwh(facts, "electricity.sold") == Fraction(sum(found.energy.fed_in), 60_000)
    assert {fact.scenario for fact in facts} == {"plan:w1"}
    assert {fact.quantity_basis for fact in facts} == {"estimated"}
    keys = {(fact.activity, fact.source, fact.start_utc) for fact in facts}
    assert len(keys) == len(facts)
    for fact in facts:
        fact.check()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_sharing_out_is_exact(weights: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(weights)))
    parts = shared_out(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part <= weight
        assert abs(part * sum(weights) - amount * weight) < max(1, sum(weights))


def test_broken_plans_are_not_posted() -> None:
    instance = plant(3)
    plan = place(instance, 3)
    with pytest.raises(QinglianError, match="not planned"):
        planned_facts(verify(instance, Plan(plan.tasks[1:])), "w", facility="P", zone=ZONE)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    made = create_book(tmp_path_factory.mktemp("plans") / "book", organisation="Plans", zone=ZONE)
    add_facility(made, ACTOR, "P", name="plant", where="CN-AH")
    install_packs(made, ACTOR, tuple(pack for pack in shipped_packs() if pack.name == "cn-electricity"))
    return made


@pytest.fixture(scope="module")
def weeks() -> tuple[Instance, list[Verification]]:
    instance = replace(of_2023(plant(9)), generation=Generation())
    found = sorted((verify(instance, place(instance, s)) for s in range(40)), key=lambda v: v.energy.total)
    return instance, found


def test_plan_and_baseline_stand_beside_the_inventory(book: Book, weeks, tmp_path: Path) -> None:
    plan, baseline = weeks[1][0], weeks[1][-1]
    for kind, found in (("plan", plan), ("baseline", baseline)):
        file = tmp_path / f"{kind}.csv"
        file.write_text(kind)
        posting = post_plan(book, ACTOR, found, "w12", file, facility="P", kind=kind)
        assert posting.posted > 0
        assert post_plan(book, ACTOR, found, "w12", file, facility="P", kind=kind).posted == 0
        run = calculate(book, ACTOR, parse_period("2023"), scenario=f"{kind}:w12")
        kg = sum(e.kg_co2e for e in read_inventory(book, run.id).select(scope="2", method="location"))
        assert kg == found.energy.bought_kwh * Fraction("0.6553")
    actual = calculate(book, ACTOR, parse_period("2023"))
    assert read_inventory(book, actual.id).lines == ()
    with pytest.raises(QinglianError, match="no facility Q"):
        post_plan(book, ACTOR, plan, "w12", file, facility="Q")


def test_a_saving_is_a_claim_with_baseline_method_and_factor(book: Book, weeks) -> None:
    instance, found = weeks
    runs = [Run(seed, found[seed].plan, found[-1 - seed].plan) for seed in range(5)]
    assessment = assess(instance, runs, allowance=ANY)
    number = enter_saving(book, ACTOR, assessment, "w12")
    with book.read() as connection:
        (row,) = [row for row in claims(connection, "avoided") if row["id"] == number]
    assert Fraction(row["kg_co2e"]) == assessment.claims["kg:location"].median
    assert row["baseline"].startswith("baseline:w12: energy-blind plan")
    assert row["factor"].startswith("average (location, hourly), sha256 ")
    assert (row["period_start"].isoformat(), row["period_end"].isoformat()) == ("2023-03-25", "2023-03-27")
    swapped = [Run(seed, run.blind, run.plan) if seed % 2 else run for seed, run in enumerate(runs)]
    with pytest.raises(QinglianError, match="nothing to claim"):
        enter_saving(book, ACTOR, assess(instance, swapped, allowance=ANY), "w13")
    with pytest.raises(QinglianError, match="No saving is called kg:market"):
        enter_saving(book, ACTOR, assessment, "w12", intensity="market")


def test_the_hall_finds_plans_and_claims_through_the_dimension(book: Book) -> None:
    """After the tests above: both weeks under their scenario, and the claim beside them."""
    bars, table, entered = DIMENSION.figures(book, parse_period("2023"))
    assert [bar.label for bar in bars.bars] == ["baseline:w12", "plan:w12"]
    assert bars.bars[0].value > bars.bars[1].value > 0
    assert {column.title for column in table.columns} >= {"plan:w12", "baseline:w12"}
    assert any(row[0] == "electricity.purchased" and row[1] == "kWh" for row in table.rows)
    assert [row[1] for row in entered.rows] == ["plan:w12"]

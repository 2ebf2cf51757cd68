"""Restatement: four effects, each from a real calculation, summing exactly."""

from datetime import date
from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.installed import install_packs
from qinglian.ledger.inventory import View
from qinglian.ledger.organisation import OwnershipShare, add_facility, add_ownership
from qinglian.ledger.posting import post
from qinglian.ledger.restatement import difference, restate, restatements
from qinglian.ledger.versions import create_version
from tests.ledger import conftest as write

NEWER = (
    "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.3,kg,kWh,direct,,false,location,,1,s,E1,",
    "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.5,kg,kWh,residual,,false,market,,1,s,E2,",
    "fuel.stationary.natural_gas,,admin:CN,2020-01-01,2030-01-01,CO2,0.18,kg,kWh(gross),direct,,false,,,1,s,F1,",
    "fuel.stationary.natural_gas,,admin:CN,2020-01-01,2030-01-01,CH4,0.001,kg,kWh(gross),direct,,false,,,1,s,F1,",
)


def gas(quantity, **more):
    return write.fact(quantity, "kWh(gross)", activity="fuel.stationary.natural_gas", **more)


def test_the_four_effects_by_hand(book, actor, year, write_pack):
    post(book, actor, [write.fact("1000"), gas("100")])
    old = create_version(book, actor, calculate(book, actor, year).id, View(gwp="AR5"))
    # Activity: 500 kWh more. Factors: 0.2 -> 0.3; methane up. GWP: 28 -> 27. Boundary: half of the group.
    post(book, actor, [write.fact("500", start=date(2022, 5, 1))])
    install_packs(book, actor, (write_pack(*NEWER, version="2", published="2021-01-01", gwp=True),))
    add_ownership(book, actor, OwnershipShare("group", Fraction(1, 2), True, True, date(2020, 1, 1), None))
    new = create_version(book, actor, calculate(book, actor, year).id, View("equity", "AR6"))
    result = restate(book, actor, old.id, new.id, reason="late bill, new factors")
    rows = {(d.account, d.scope, d.method): d for d in result.differences}

    power = rows["gross", "2", "location"]
    assert (power.before, power.after) == (200, 225)
    assert power.effects == (100, 150, 0, -225)
    burnt = rows["gross", "1", ""]
    old_gas = 18 + Fraction("0.00034") * 28 + Fraction("0.00001") * 265
    new_gas = 18 + Fraction("0.1") * 28
    assert burnt.before == old_gas
    assert burnt.effects == (0, new_gas - old_gas, Fraction("-0.1"), -(new_gas - Fraction("0.1")) / 2)
    for row in result.differences:
        assert sum(row.effects) == row.total == row.after - row.before
    assert restatements(book) == [result]
    assert audit(book).passed


def test_a_facility_the_old_version_did_not_know_is_boundary_not_activity(lite, actor, year):
    post(lite, actor, [write.fact("1000")])
    old = create_version(lite, actor, calculate(lite, actor, year).id)
    add_facility(lite, actor, "anqing", name="Anqing", where="CN-AH", unit="bought")
    post(lite, actor, [write.fact("50", facility="anqing")])
    new = create_version(lite, actor, calculate(lite, actor, year).id)
    rows = {(d.scope, d.method): d for d in difference(lite, old.id, new.id).differences}
    assert rows["2", "location"].effects == (0, 0, 0, 10)
    assert restatements(lite) == []  # looking stores nothing


def test_a_record_old_factors_leave_unresolved_enters_with_the_factors(lite, actor, year, write_pack):
    post(lite, actor, [write.fact("1000")])
    old = create_version(lite, actor, calculate(lite, actor, year).id)
    post(lite, actor, [write.fact("10", "t", activity="waste.film.landfill")])
    extra = "waste.film.landfill,,admin:WORLD,2020-01-01,2030-01-01,CO2e,9,kg,t,lifecycle,AR5,false,,,2,s,W2,"
    install_packs(lite, actor, (write_pack(extra, name="extra"),))
    new = create_version(lite, actor, calculate(lite, actor, year).id)
    rows = {d.scope: d for d in difference(lite, old.id, new.id).differences}
    assert rows["3"].effects == (0, 90, 0, 0)


def test_a_version_against_itself_is_all_zero(lite, actor, year):
    post(lite, actor, [write.fact("1000"), gas("100")])
    one = create_version(lite, actor, calculate(lite, actor, year).id)
    result = difference(lite, one.id, one.id)
    assert result.differences
    assert all(d.effects == (0, 0, 0, 0) for d in result.differences)


def test_two_periods_are_not_compared_and_a_reason_is_needed(lite, actor, year):
    post(lite, actor, [write.fact("1000"), write.fact("5", start=date(2023, 2, 1))])
    one = create_version(lite, actor, calculate(lite, actor, year).id)
    following = Span(date(2023, 1, 1), date(2024, 1, 1), "2023")
    other = create_version(lite, actor, calculate(lite, actor, following).id)
    with pytest.raises(QinglianError) as caught:
        difference(lite, one.id, other.id)
    assert caught.value.code == "ledger.versions_incomparable"
    with pytest.raises(QinglianError) as caught:
        restate(lite, actor, one.id, one.id, reason=" ")
    assert caught.value.code == "ledger.reason_missing"

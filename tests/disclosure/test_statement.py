"""A statement: figures of a published version only, exact and rounded, frozen and computed again."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.disclosure.coverage import STATUSES, coverage
from qinglian.disclosure.points import data_points
from qinglian.disclosure.rounding import rounded, shown
from qinglian.disclosure.statement import build_statement, evaluate, frozen_points
from qinglian.ledger.calculation import calculate
from qinglian.ledger.organisation import OwnershipShare, add_ownership
from qinglian.ledger.posting import post
from qinglian.ledger.versions import create_version, version, version_inventory
from tests.disclosure.conftest import AS_OF, publish
from tests.ledger import conftest as write

fractions = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=10**6)


@given(fractions, st.integers(0, 6))
def test_rounding_is_half_to_even_in_one_step(value, decimals):
    found = Fraction(rounded(value, decimals))
    step = Fraction(1, 10**decimals)
    assert abs(found - value) * 2 <= step
    if abs(found - value) * 2 == step:
        assert int(found / step) % 2 == 0
    assert rounded(-value, decimals) == -rounded(value, decimals)
    assert -rounded(value, decimals).as_tuple().exponent == decimals


def test_rounded_zero_has_no_sign_and_people_read_groups():
    assert str(rounded(Fraction(-1, 3), 0)) == "0"
    assert shown(Decimal("-1234567.50")) == "−1,234,567.50"


def test_nothing_is_disclosed_from_what_is_not_published(lite, drafted):
    with pytest.raises(QinglianError) as caught:
        build_statement(lite, drafted.id, AS_OF)
    assert caught.value.code == "disclosure.not_published"


def test_figures_are_the_inventorys_own(book, drafted):
    statement = build_statement(book, drafted.id, AS_OF)
    inventory = version_inventory(book, version(book, drafted.id))
    wanted = {
        "ghg.scope1": inventory.total(scope="1"),
        "ghg.scope2.location": inventory.total(scope="2", method="location"),
        "ghg.scope2.market": inventory.total(scope="2", method="market"),
        "ghg.scope3.5": inventory.total(scope="3", category=5),
        "ghg.biogenic.scope1": inventory.total("biogenic", scope="1"),
    }
    for code, kg in wanted.items():
        assert Fraction(statement.point(code)["exact"]) == kg / 1000
    total = sum(wanted[c] for c in ("ghg.scope1", "ghg.scope2.location", "ghg.scope3.5"))
    assert Fraction(statement.point("ghg.total.location")["exact"]) == total / 1000
    assert Fraction(statement.point("energy.electricity.purchased")["exact"]) == Fraction("3.5005")
    assert Fraction(statement.point("waste.diverted")["exact"]) == 3
    assert statement.point("waste.disposed")["exact"] is None  # nothing known is not zero
    assert statement.point("waste.disposed")["status"] == "no_data"


def test_quality_stands_beside_the_figure(book, drafted):
    entry = build_statement(book, drafted.id, AS_OF).point("energy.electricity.purchased")
    assert Fraction(entry["estimated"]) == Fraction("0.5005") / Fraction("3.5005")
    assert entry["records"] == entry["resolved"] == 3


def test_gases_of_scope_1_add_up_where_no_factor_hides_them(book, drafted):
    statement = build_statement(book, drafted.id, AS_OF)
    gases = [Fraction(statement.point(f"ghg.scope1.{gas}")["exact"]) for gas in ("co2", "ch4", "n2o")]
    assert sum(gases) == Fraction(statement.point("ghg.scope1")["exact"])


def test_a_total_is_rounded_from_the_exact_and_shows_what_its_parts_give(lite, actor, year):
    post(
        lite,
        actor,
        [write.fact("2500"), write.fact("2500", "kWh(gross)", activity="fuel.stationary.natural_gas")],
    )
    drafted = create_version(lite, actor, calculate(lite, actor, year).id)
    publish(lite, drafted.id)
    entry = build_statement(lite, drafted.id, AS_OF).point("ghg.scope12.location")
    assert entry["rounded"] == "1"  # 0.950… t
    assert entry["rounded_parts"] == "0"  # 0.5 and 0.45 t: each rounds to nothing, half to even


def test_the_same_book_gives_the_same_bytes(book, drafted):
    once, again = (build_statement(book, drafted.id, AS_OF) for _ in range(2))
    assert once.canonical() == again.canonical()
    later = build_statement(book, drafted.id, date(2027, 1, 1))
    assert later.sha256 != once.sha256
    assert later.point("ghg.scope1")["exact"] == once.point("ghg.scope1")["exact"]


def test_frozen_definitions_evaluate_to_the_frozen_figures_after_the_book_learned_more(book, drafted, actor):
    statement = build_statement(book, drafted.id, AS_OF)
    share = OwnershipShare("group", Fraction(1, 2), True, True, date(2020, 1, 1), None)
    add_ownership(book, actor, share, reason="found later")
    _, found = evaluate(book, drafted.id, frozen_points(statement))
    for code in data_points():
        exact = statement.point(code)["exact"]
        assert found[code].exact == (None if exact is None else Fraction(exact))


def test_a_comparative_stands_beside_and_must_be_of_another_period(book, drafted, actor):
    from qinglian.core.period import Span

    post(book, actor, [write.fact("100", start=date(2023, 3, 1))])
    run = calculate(book, actor, Span(date(2023, 1, 1), date(2024, 1, 1), "2023"))
    later = create_version(book, actor, run.id)
    publish(book, later.id)
    statement = build_statement(book, later.id, AS_OF, comparatives=(drafted.id,))
    first = build_statement(book, drafted.id, AS_OF)
    for code in data_points():
        assert statement.point(code)["comparatives"][0]["exact"] == first.point(code)["exact"]
    with pytest.raises(QinglianError) as caught:
        build_statement(book, later.id, AS_OF, comparatives=(later.id,))
    assert caught.value.code == "disclosure.comparative_same_period"


def test_coverage_counts_every_bound_code_once(book, drafted):
    data = build_statement(book, drafted.id, AS_OF).data
    found = {(one["framework"], one["version"]): one for one in coverage(data)}
    waste = found["gri-306", "2020"]
    assert (waste["reported"], waste["no_data"], waste["confirmed"], waste["bound"]) == (2, 1, 3, 3)
    bindings = [binding for entry in data["points"] for binding in entry["bindings"]]
    assert sum(one["bound"] for one in found.values()) == len(bindings)
    for one in found.values():
        assert sum(one[status] for status in STATUSES) == one["bound"]

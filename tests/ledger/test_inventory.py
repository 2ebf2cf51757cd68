"""An inventory: the same facts give the same bytes, whatever way they came into the book."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.ledger import posting, segments
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import View, read_inventory
from qinglian.ledger.posting import post
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, YEAR, add_certificates, certificate, fact

ACTIVITIES = (
    ("electricity.purchased", "kWh"),
    ("electricity.purchased", "MWh"),
    ("fuel.stationary.natural_gas", "kWh(gross)"),
    ("fuel.stationary.wood", "kg"),
    ("waste.board.recycling", "t"),
    ("fuel.stationary.peat", "kg"),
)


def mixed(count, seed=20221123):
    """Facts of several activities, sizes and lengths; some cross months, some are unresolved."""
    draw = random.Random(seed)
    facts = []
    for n in range(count):
        activity, unit = draw.choice(ACTIVITIES)
        start = date.fromordinal(date(2022, 1, 1).toordinal() + draw.randrange(330))
        end = date.fromordinal(start.toordinal() + draw.randrange(1, 70))
        amount = f"{draw.randrange(1, 10**9)}e-{draw.randrange(0, 5)}"
        facts.append(
            fact(amount, unit, activity=activity, start=start, end=end, reference=str(n), quality=1 + n % 4)
        )
    return facts


def export(book):
    return read_inventory(book, calculate(book, ACTOR, YEAR).id)


@pytest.fixture
def whole(make_book):
    """The inventory of forty facts posted in one batch into one segment."""
    book = make_book()
    post(book, ACTOR, mixed(40))
    return export(book)


def test_one_batch_or_many_give_the_same_bytes(make_book, whole):
    book = make_book()
    for one in mixed(40):
        post(book, ACTOR, [one])
    assert export(book).sha256 == whole.sha256


def test_one_segment_or_many_give_the_same_bytes(make_book, whole):
    book = make_book()
    facts = mixed(40)
    for start in range(0, 40, 7):
        post(book, ACTOR, facts[start : start + 7])
        seal(book, ACTOR)
    assert export(book).sha256 == whole.sha256


def test_the_order_of_the_facts_does_not_matter(make_book, whole):
    facts = mixed(40)
    random.Random(1).shuffle(facts)
    book = make_book()
    post(book, ACTOR, facts)
    assert export(book).sha256 == whole.sha256


def test_small_steps_inside_do_not_matter(make_book, whole, monkeypatch):
    monkeypatch.setattr(posting, "CHUNK", 3)
    monkeypatch.setattr(segments, "FETCH", 4)
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 8)
    book = make_book()
    post(book, ACTOR, mixed(40))
    assert export(book).sha256 == whole.sha256


@pytest.mark.postgresql
def test_the_other_database_gives_the_same_bytes(make_book, whole, postgresql_url):
    book = make_book(postgresql_url)
    post(book, ACTOR, mixed(40))
    assert export(book).sha256 == whole.sha256


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(12)), cuts=st.sets(st.integers(1, 11), max_size=3), sealed=st.booleans())
def test_any_partition_gives_the_same_bytes(make_book, order, cuts, sealed):
    facts = mixed(12, seed=7)
    plain, cut = make_book(), make_book()
    post(plain, ACTOR, facts)
    edges = [0, *sorted(cuts), 12]
    for start, end in itertools.pairwise(edges):
        post(cut, ACTOR, [facts[order[n]] for n in range(start, end)])
        if sealed:
            seal(cut, ACTOR)
    assert export(cut).sha256 == export(plain).sha256


def test_another_value_gives_other_bytes(make_book, whole):
    facts = mixed(40)
    facts[0] = replace(facts[0], mantissa=facts[0].mantissa + 1)
    book = make_book()
    post(book, ACTOR, facts)
    assert export(book).sha256 != whole.sha256


def test_the_language_changes_nothing(lite):
    post(lite, ACTOR, mixed(5))
    english = export(lite).sha256
    use_language("zh")
    assert export(lite).sha256 == english


def test_the_export_is_canonical_json_without_floats_or_surrogates(whole):
    text = whole.canonical()
    document = json.loads(text, parse_float=lambda literal: pytest.fail(f"a float: {literal}"))
    assert set(document) == {"coverage", "emissions", "label", "organisation", "unresolved", "view"}
    assert document["view"] == {"consolidation": "operational", "gwp": "AR6"}
    assert document["emissions"] == sorted(document["emissions"])


def test_the_emissions_of_the_export_add_up_to_the_total(whole):
    rows = json.loads(whole.canonical())["emissions"]
    gross = sum(Fraction(row[-1]) for row in rows if row[-4] == "gross")
    assert gross == whole.total()


def test_totals_by_scope_and_method_are_parts_of_the_whole(whole):
    parts = [whole.total(scope="1"), whole.total(scope="3")]
    parts += [whole.total(scope="2", method=method) for method in ("location", "market")]
    assert sum(parts) == whole.total()
    assert whole.total(scope="3", category=5) > 0
    assert whole.total(scope="3", category=6) == 0


def test_a_view_changes_the_reading_and_not_the_run(lite):
    post(lite, ACTOR, mixed(30))
    run = calculate(lite, ACTOR, YEAR)
    old, new = (read_inventory(lite, run.id, View(gwp=gwp)) for gwp in ("AR4", "AR6"))
    assert old.sha256 != new.sha256
    assert [e.kg for e in old.emissions] == [e.kg for e in new.emissions]


def test_instruments_are_named_in_the_export(lite):
    post(lite, ACTOR, [fact("100")])
    add_certificates(lite, certificate("40", "GEC-2022-7", factor="0.01"))
    assert "GEC-2022-7" in export(lite).canonical().decode()


def test_an_unknown_run_is_refused(lite):
    with pytest.raises(QinglianError) as error:
        read_inventory(lite, "0" * 64)
    assert error.value.code == "ledger.run_unknown"

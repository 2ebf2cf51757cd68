"""Material avoided: pinned baselines, negative lines, additivity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.packaging.account import baseline_facts, used_facts
from qinglian.packaging.avoided import activity_grams, compare
from qinglian.packaging.catalogue import Catalogue
from qinglian.packaging.methods import require_one_method
from qinglian.packaging.model import Baseline, Component, Material, Specification, Use
from qinglian.packaging.verify import verify_masses

BOARD, FOAM = Material(id="board", family="paper"), Material(id="foam", family="plastic", factor="ps")
OLD = Specification(
    id="C",
    version="1",
    level="carton",
    items=2,
    stated_g=Fraction(600),
    components=(
        Component(name="case", material="board", mass_g=Fraction(400), post_consumer=Fraction(1, 2)),
        Component(name="cap", material="foam", mass_g=Fraction(100), pieces=2),
    ),
)
NEW = Specification(
    id="C",
    version="2",
    level="carton",
    items=3,
    components=(Component(name="case", material="board", mass_g=Fraction(690), post_consumer=Fraction(1)),),
)
CATALOGUE = Catalogue({"board": BOARD, "foam": FOAM}, {spec.key: spec for spec in (OLD, NEW)})
PIN = Baseline(name="b", specification="C", pinned=("C", "1"), since=date(2022, 1, 1))
ZONES = {"F": "Asia/Shanghai"}


def use(units, reference="R", key=("C", "2"), start=date(2025, 1, 1), end=date(2025, 2, 1)):
    return Use(reference=reference, facility="F", start=start, end=end, key=key, units=units)


def test_negative_lines_are_kept():
    """3 products in 690 g of board; they took 600 g of board and 300 g of foam."""
    found = compare(CATALOGUE, [use(1000)], [PIN], "b")
    assert found.by_material_g == {"board": -90_000, "foam": 300_000}
    assert found.total_g == 210_000
    assert found.per_item_g == {("C", "2", "board"): -30, ("C", "2", "foam"): 100}


@settings(max_examples=60)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_splitting_a_use_changes_nothing(parts):
    whole = compare(CATALOGUE, [use(sum(parts))], [PIN], "b")
    split = compare(CATALOGUE, [use(n, f"R{i}") for i, n in enumerate(parts)], [PIN], "b")
    assert whole.by_material_g == split.by_material_g
    assert whole.per_item_g == split.per_item_g


@given(st.permutations(["a", "b", "c", "d"]))
def test_order_changes_nothing(names):
    uses = [use(ord(name), name) for name in names]
    assert compare(CATALOGUE, uses, [PIN], "b").by_material_g == {
        "board": -90 * sum(map(ord, "abcd")),
        "foam": 300 * sum(map(ord, "abcd")),
    }


@given(st.integers(1, 999), st.fractions(0, 1, max_denominator=1000))
def test_primary_and_recycled_add_up_to_the_mass(mass, share):
    part = Component(name="x", material="board", mass_g=Fraction(mass), post_industrial=share)
    grams = activity_grams(CATALOGUE, replace(NEW, components=(part,)), Fraction(7))
    assert sum(grams.values()) == 7 * mass
    assert grams.get("material.board.closed_loop", 0) == 7 * mass * share


def test_facts_of_what_was_used():
    facts = used_facts(CATALOGUE, [use(10, key=("C", "1"))], ZONES)
    found = {fact.activity: Fraction(fact.mantissa, 10**fact.decimals) for fact in facts}
    assert found == {
        "material.board.primary": 2000,
        "material.board.closed_loop": 2000,
        "material.ps.primary": 2000,
    }
    assert {(fact.dimension, fact.product, fact.scenario) for fact in facts} == {
        ("packaging", "C@1", "actual")
    }


def test_a_baseline_that_does_not_end_is_posted_to_the_milligram():
    odd = replace(OLD, version="7", items=7)
    catalogue = Catalogue(CATALOGUE.materials, CATALOGUE.specifications | {odd.key: odd})
    found = compare(catalogue, [use(1)], [replace(PIN, pinned=odd.key)], "b")
    assert found.by_material_g["foam"] == Fraction(3 * 200, 7)
    facts = {fact.activity: fact for fact in baseline_facts(catalogue, found, ZONES)}
    assert facts["material.ps.primary"].mantissa == 85714
    assert facts["material.ps.primary"].decimals == 3
    assert facts["material.ps.primary"].scenario == "baseline:packaging:b"


def test_a_use_outside_the_baseline_is_counted_apart():
    early = use(1, "early", start=date(2021, 12, 15), end=date(2022, 1, 15))
    found = compare(CATALOGUE, [early, use(1)], [PIN], "b")
    assert found.uncovered == (early,)
    assert found.total_g == 210


def test_two_rows_for_one_use_are_refused():
    with pytest.raises(QinglianError) as caught:
        compare(CATALOGUE, [use(1)], [PIN, replace(PIN, since=date(2023, 1, 1))], "b")
    assert caught.value.code == "packaging.baseline_twice"


def test_an_unknown_number_of_products_is_not_one():
    silent = replace(NEW, version="3", items=None)
    catalogue = Catalogue(CATALOGUE.materials, CATALOGUE.specifications | {silent.key: silent})
    with pytest.raises(QinglianError) as caught:
        compare(catalogue, [use(1, key=silent.key)], [PIN], "b")
    assert caught.value.code == "packaging.items_missing"


def test_factor_sets_of_different_methods_are_refused():
    assert require_one_method(["uk-defra", "uk-defra-2025"]) == "uk-material-use"
    with pytest.raises(QinglianError, match="uk-defra-2025") as caught:
        require_one_method(["uk-defra-2025", "epa-warm"])
    assert caught.value.code == "packaging.methods_mixed"
    with pytest.raises(QinglianError):
        require_one_method(["uk-defra-2025", "my-supplier"])


def test_stated_masses():
    assert verify_masses(CATALOGUE) == ()
    lighter = replace(OLD, stated_g=Fraction(588))
    (problem,) = verify_masses(Catalogue(CATALOGUE.materials, {OLD.key: lighter}))
    assert problem.params["found"] == "600"
    assert verify_masses(Catalogue(CATALOGUE.materials, {OLD.key: lighter}), Fraction(3, 100)) == ()


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 10**6)), min_size=1, max_size=8), st.integers(2, 12)
)
def test_cutting_a_baseline_between_uses_changes_nothing(rows, month):
    """Partition: the same pin written as two rows that meet on the first of a month."""
    uses = [
        use(units, f"R{n}", start=date(2025, at, 1), end=date(2025 + at // 12, at % 12 + 1, 1))
        for n, (at, units) in enumerate(rows)
    ]
    cut = date(2025, month, 1)
    parts = [replace(PIN, until=cut), replace(PIN, since=cut)]
    whole, split = compare(CATALOGUE, uses, [PIN], "b"), compare(CATALOGUE, uses, parts, "b")
    assert whole.by_material_g == split.by_material_g
    assert whole.uncovered == split.uncovered == ()


@given(st.lists(st.integers(1, 10**5), min_size=1, max_size=6), st.integers(0, 6))
def test_periods_of_a_year_add_up_to_it(units, at):
    """Partition by period: what two halves avoid is what the whole avoids."""
    uses = [use(n, f"R{i}") for i, n in enumerate(units)]
    first, second = (compare(CATALOGUE, part, [PIN], "b").total_g for part in (uses[:at], uses[at:]))
    assert compare(CATALOGUE, uses, [PIN], "b").total_g == first + second


@given(
    st.lists(st.tuples(st.integers(1, 500), st.fractions(0, 1, max_denominator=100)), min_size=1, max_size=5),
    st.integers(2, 9),
)
def test_writing_a_component_piece_by_piece_changes_nothing(parts, pieces):
    """So many pieces of one row are so many rows of one piece: mass, recycled share, activities."""
    together = [
        Component(name=str(n), material="board", mass_g=Fraction(mass), pieces=pieces, post_consumer=share)
        for n, (mass, share) in enumerate(parts)
    ]
    apart = [replace(part, name=f"{part.name}.{n}", pieces=1) for part in together for n in range(pieces)]
    one, two = (replace(NEW, components=tuple(rows)) for rows in (together, reversed(apart)))
    assert one.mass_g == two.mass_g
    assert activity_grams(CATALOGUE, one, Fraction(3)) == activity_grams(CATALOGUE, two, Fraction(3))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 10**4))
def test_a_pallet_weighs_what_its_levels_weigh(boxes, cartons, grams):
    """Tare of all levels: one pallet, its cartons, their boxes; own masses are never counted twice."""
    part = Component(name="x", material="board", mass_g=Fraction(grams))
    box = Specification(id="B", version="1", level="product", items=1, components=(part,))
    carton = Specification(
        id="C", version="1", level="carton", contains=box.key, count=boxes, components=(part,)
    )
    pallet = Specification(
        id="P", version="1", level="pallet", contains=carton.key, count=cartons, components=(part,)
    )
    catalogue = Catalogue({"board": BOARD}, {spec.key: spec for spec in (pallet, box, carton)})
    assert catalogue.items(pallet.key) == boxes * cartons
    assert catalogue.gross_tare_g(pallet.key) == grams * (1 + cartons + cartons * boxes)
    levels = [catalogue.per_item_g(spec.key)["board"] for spec in (pallet, carton, box)]
    assert sum(levels) * boxes * cartons == catalogue.gross_tare_g(pallet.key)

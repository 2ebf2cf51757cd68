"""Targets: exact pathways, progress of published versions, rules side by side, refusals."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.erasure import erase_person
from qinglian.ledger.posting import post
from qinglian.ledger.versions import create_version, decide
from qinglian.targets.account import add_output, set_target, target_named, targets
from qinglian.targets.checks import FAILED, NOT_CHECKED, PASSED, check_target
from qinglian.targets.model import Target, from_record
from qinglian.targets.pathway import allowed, annual_rate, pathway, rate_needed
from qinglian.targets.progress import Standing, progress
from qinglian.targets.release import release_targets
from qinglian.targets.report import figures
from qinglian.targets.rules import rule_version, rule_versions
from tests.ledger import conftest as write
from tests.ledger.conftest import actor, lite, make_book, tiny_pack, write_pack  # noqa: F401 - fixtures

AS_OF = date(2026, 11, 23)
ZHANG = Actor("zhang.min", "Zhang Min", authenticated=True)


def target(**more):
    values = {
        "name": "near",
        "kind": "absolute",
        "scopes": ("2",),
        "method": "location",
        "base_year": 2021,
        "target_year": 2031,
        "reduction": Fraction(1, 2),
        **more,
    }
    return Target(**values)


@pytest.fixture
def book(lite, actor):  # noqa: F811
    """Electricity of 2021 (100 kWh) and 2022 (98 kWh), each published."""
    for year, quantity in ((2021, "100"), (2022, "98")):
        post(lite, actor, [write.fact(quantity, start=date(year, 3, 1))])
        run = calculate(lite, actor, Span(date(year, 1, 1), date(year + 1, 1, 1), str(year)))
        made = create_version(lite, actor, run.id)
        for state in ("reviewed", "approved", "published"):
            decide(lite, ZHANG, made.id, state)
    return lite


@given(
    st.integers(2000, 2030),
    st.integers(1, 40),
    st.fractions(min_value=Fraction(1, 100), max_value=1),
    st.fractions(min_value=Fraction(1, 10), max_value=10**9),
)
def test_a_pathway_is_a_straight_line_between_its_ends(base_year, years, reduction, base):
    one = target(base_year=base_year, target_year=base_year + years, reduction=reduction)
    line = [point.allowed for point in pathway(one, base)]
    assert line[0] == base
    assert line[-1] == base * (1 - reduction)
    assert {a - b for a, b in pairwise(line)} == {base * annual_rate(one)}
    assert allowed(one, base, base_year - 5) == base
    assert allowed(one, base, base_year + years + 5) == line[-1]


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1000), st.integers(2021, 2030))
def test_a_pathway_does_not_depend_on_the_unit_of_mass(scale, year):
    one = target()
    assert allowed(one, scale * 700, year) == scale * allowed(one, Fraction(700), year)
    assert rate_needed(one, scale * 700, year, scale * 600) == rate_needed(
        one, Fraction(700), year, Fraction(600)
    )


@given(st.integers(2021, 2030), st.fractions(min_value=0, max_value=2))
def test_what_is_needed_from_now_on_reaches_the_target_exactly(year, share):
    one, base = target(), Fraction(1000)
    actual = share * base
    rate = rate_needed(one, base, year, actual)
    end = base * (1 - one.reduction)
    assert actual - rate * base * (one.target_year - year) == min(actual, end)
    assert rate_needed(one, base, one.target_year, actual) is None


def test_published_years_stand_against_the_pathway(book, actor):  # noqa: F811
    set_target(book, actor, target())
    found = progress(book, target_named(book, "near"), AS_OF)
    base, after = found.years
    assert (base.standing, after.standing) == (Standing.BASE, Standing.BEHIND)
    assert after.actual == base.actual * Fraction(98, 100)
    assert after.allowed == base.actual * Fraction(95, 100)
    assert after.gap == base.actual * Fraction(3, 100)
    assert after.rate_needed == Fraction(48, 900)
    assert progress(book, target(), date(2022, 6, 1)).years == (base,), (
        "a year that had not ended does not count"
    )
    easy = target(reduction=Fraction(1, 10))
    assert progress(book, easy, AS_OF).years[1].standing is Standing.AHEAD
    exact = target(reduction=Fraction(1, 5))
    assert progress(book, exact, AS_OF).years[1].standing is Standing.ON_TRACK


def test_a_base_year_that_is_not_known_is_not_guessed(book):
    found = progress(book, target(base_year=2015, target_year=2030), AS_OF)
    assert (found.base, found.years, found.missing) == (None, (), "targets.base_unknown")
    stated = target(
        base_year=2015, target_year=2030, base_kg=Fraction(200), base_source="annual report 2015, page 9"
    )
    assert progress(book, stated, AS_OF).base == 200


def test_scope_2_is_counted_by_the_method_that_is_named(book):
    location, market = (progress(book, target(method=name), AS_OF) for name in ("location", "market"))
    assert location.base != market.base


def test_an_intensity_needs_its_output(book, actor):  # noqa: F811
    one = target(name="per-unit", kind="intensity", per="laptop", base_output=Fraction(10))
    set_target(book, actor, one)
    assert [year.year for year in progress(book, one, AS_OF).years] == [2021]
    changed = add_output(book, actor, "per-unit", 2022, Fraction(14), reason="production report")
    found = progress(book, changed, AS_OF)
    absolute = progress(book, target(), AS_OF)
    assert found.years[1].actual == absolute.years[1].actual / 14
    assert found.years[1].standing is Standing.AHEAD
    unknown = target(
        kind="intensity", per="laptop", base_year=2015, base_kg=Fraction(1), base_source="report"
    )
    assert progress(book, unknown, AS_OF).missing == "targets.base_output_unknown"
    set_target(book, actor, target())
    with pytest.raises(QinglianError) as refusal:
        add_output(book, actor, "near", 2022, Fraction(1), reason="x")
    assert refusal.value.code == "targets.no_intensity"


def test_a_target_is_replaced_with_a_reason_and_its_owner_can_be_erased(book, actor):  # noqa: F811
    set_target(book, actor, target(owner="li.na", review=date(2027, 1, 1), coverage=Fraction(19, 20)))
    with pytest.raises(QinglianError) as refusal:
        set_target(book, actor, target(reduction=Fraction(3, 5)))
    assert refusal.value.code == "targets.reason_missing"
    (found,) = targets(book)
    assert (found.owner, found.reduction) == ("li.na", Fraction(1, 2))
    set_target(book, actor, target(reduction=Fraction(3, 5), owner="li.na"), reason="more ambition")
    assert target_named(book, "near").reduction == Fraction(3, 5)
    erase_person(book, ZHANG, "li.na", reason="asked for it")
    assert target_named(book, "near").owner == ""
    assert audit(book).passed
    with pytest.raises(QinglianError) as refusal:
        target_named(book, "far")
    assert "near" in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "relative"}, "kind_unknown"),
        ({"scopes": ()}, "scope_unknown"),
        ({"scopes": ("4",)}, "scope_unknown"),
        ({"method": ""}, "method_missing"),
        ({"method": "mixed"}, "method_missing"),
        ({"scopes": ("1",)}, "method_idle"),
        ({"categories": (1,)}, "categories_idle"),
        ({"scopes": ("3",), "method": "", "categories": (16,)}, "category_unknown"),
        ({"target_year": 2021}, "years"),
        ({"reduction": Fraction(0)}, "reduction_outside"),
        ({"reduction": Fraction(50)}, "reduction_outside"),
        ({"coverage": Fraction(95)}, "coverage_outside"),
        ({"base_kg": Fraction(5)}, "base_unsourced"),
        ({"base_kg": Fraction(0), "base_source": "x"}, "base_unsourced"),
        ({"kind": "intensity"}, "per_missing"),
        ({"per": "laptop"}, "per_missing"),
        ({"kind": "intensity", "per": "laptop", "outputs": {2022: Fraction(0)}}, "output_outside"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_its_fix(change, code):
    with pytest.raises(QinglianError) as refusal:
        target(**change)
    assert refusal.value.code == f"targets.{code}"
    assert refusal.value.problem.fix()


def test_what_is_stored_reads_back_the_same():
    one = target(
        coverage=Fraction(1, 3),
        review=date(2027, 1, 1),
        kind="intensity",
        per="t",
        outputs={2022: Fraction(1, 7)},
    )
    assert from_record(one.record()) == one


def outcomes(one, rule, as_of=AS_OF):
    return {check.name: check for check in check_target(one, rule, as_of)}


def test_the_release_passes_the_old_absolute_rule_and_misses_the_intensity_rule():
    """Arithmetic of the notes: 11 × 4.2 = 46.2 % asked, 50 % stated; 7 % a year over 11 years asks 55 %."""
    known = {one.name: one for one in release_targets()}
    first = rule_version("sbti-cnzs", "1")
    near = outcomes(known["release-scope12"], first)["ambition"]
    assert (near.outcome, near.asked) == (PASSED, Fraction(462, 1000))
    intensity = outcomes(known["release-value-chain-intensity"], first)["ambition"]
    assert intensity.outcome == FAILED
    assert intensity.asked == 1 - Fraction(93, 100) ** 11
    assert round(intensity.asked * 100) == 55
    assert not intensity.confirmed, "the rate was not read in the standard: it is shown as unconfirmed"
    absolute = outcomes(known["release-value-chain-absolute"], first)["ambition"]
    assert (absolute.outcome, absolute.asked) == (FAILED, Fraction(275, 1000))
    assert outcomes(known["release-net-zero"], first)["net_zero"].outcome == PASSED


def test_a_later_base_year_is_counted_from_2020():
    rule = rule_version("sbti-cnzs", "1")
    found = outcomes(target(base_year=2024, target_year=2030), rule)["ambition"]
    assert found.asked == Fraction(42, 1000) * 10
    assert not found.confirmed


def test_rule_versions_stand_side_by_side_and_the_day_decides():
    first, second = rule_versions()
    one = target(scopes=("1", "2"), coverage=Fraction(96, 100))
    assert outcomes(one, first)["in_use"].outcome == PASSED
    assert outcomes(one, second)["in_use"].outcome == FAILED
    later = outcomes(one, second, date(2027, 3, 1))
    assert later["in_use"].outcome == PASSED
    assert later["separate_scopes"].outcome == FAILED, "scopes 1 and 2 are blended"
    assert later["ambition"].outcome == NOT_CHECKED, "no rate of it is known here"
    assert later["coverage"].outcome == NOT_CHECKED
    assert outcomes(one, first)["coverage"].outcome == PASSED
    assert outcomes(target(coverage=None), first)["coverage"].outcome == NOT_CHECKED


def test_the_releases_wordings_are_both_there_and_nothing_is_computed_from_them(book):
    stated = {one.name: one for one in release_targets()}
    assert {one.kind for name, one in stated.items() if "value-chain" in name} == {"absolute", "intensity"}
    assert all(one.base_kg is None for one in stated.values())
    assert progress(book, stated["release-scope12"], AS_OF).missing == "targets.base_unknown"


def test_figures_show_the_table_and_a_pathway_each(book, actor):  # noqa: F811
    assert len(figures(book, AS_OF)) == 1
    set_target(book, actor, target(review=date(2026, 1, 1)))
    table, curves = figures(book, AS_OF)
    assert "behind" in table.rows[0]
    assert "2026-01-01 (due)" in table.rows[0]
    assert curves.curves[1].values[2] is None, "a year that is not published is unknown, not zero"

"""The one table of data points, and the dated framework files that bind to it."""

from datetime import date
from itertools import pairwise

import pytest

from qinglian.core.errors import QinglianError
from qinglian.disclosure.frameworks import CONFIRMED, framework, frameworks, in_use
from qinglian.disclosure.points import data_point, data_points, point_from_record
from qinglian.ledger.rules import shipped_rules


def test_every_scope_and_category_that_rules_know_is_asked_by_a_point():
    asked = {(p.scope, p.category, p.method) for p in data_points().values() if p.account == "gross"}
    for rule in shipped_rules().rules:
        if not rule.bucket:
            assert (rule.scope, rule.category, rule.method) in asked, rule.id


def test_points_have_both_labels_and_survive_being_frozen():
    for point in data_points().values():
        assert point.label_en
        assert any("一" <= letter <= "鿿" for letter in point.label_zh), point.code
        assert bool(point.note_en) == bool(point.note_zh)
        assert point_from_record(point.record()) == point


def test_an_unknown_point_names_near_ones():
    with pytest.raises(QinglianError) as caught:
        data_point("ghg.scope4")
    assert "ghg.scope1" in str(caught.value)


def test_versions_of_a_framework_do_not_overlap_and_each_has_a_named_source():
    by_id = {}
    for one in frameworks():
        assert one.citation
        assert one.bindings, one.id
        by_id.setdefault(one.id, []).append(one)
    for versions in by_id.values():
        for earlier, later in pairwise(versions):
            assert earlier.valid_to is not None
            assert earlier.valid_to <= later.valid_from


def test_the_frameworks_of_the_issue_are_there():
    ids = {one.id for one in frameworks()}
    assert {"ghg-protocol", "ifrs-s2", "esrs-e1", "gri", "gri-306", "hkex"} <= ids
    assert {"cn-mof-basic", "cn-mof-climate", "cn-sse", "cn-szse", "cn-bse"} <= ids


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-12-31", "GRI 305: 2016 and 302: 2016"), ("2027-01-01", "GRI 102: 2025 and 103: 2025")],
)
def test_the_day_asked_for_decides_the_version(day, version):
    assert framework("gri", date.fromisoformat(day)).version == version


def test_early_use_is_offered_and_said():
    standings = {
        (one.id, one.version): one.standing(date(2026, 11, 23)) for one in in_use(date(2026, 11, 23))
    }
    assert standings["gri", "GRI 102: 2025 and 103: 2025"] == "early"
    assert standings["gri", "GRI 305: 2016 and 302: 2016"] == "in_use"
    with pytest.raises(QinglianError) as caught:
        framework("ifrs-s2", date(2023, 6, 30))
    assert caught.value.code == "disclosure.framework_not_in_use"


def test_what_was_recalled_is_not_confirmed():
    recalled = [b for one in frameworks() for b in one.bindings if b.source_class == "recalled"]
    assert recalled
    assert not any(binding.confirmed for binding in recalled)
    for one in frameworks():
        for binding in one.bindings:
            assert binding.confirmed == (binding.source_class in CONFIRMED)
            assert bool(binding.note_en) == bool(binding.note_zh)


def test_hkex_paragraphs_are_shown_unconfirmed():
    part_d = framework("hkex", date(2026, 1, 1))
    assert {b.confirmed for b in part_d.bindings} == {False}

"""Versions: order of states, four eyes, locks, adjustments, and a reading that never moves."""

from datetime import date
from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import View
from qinglian.ledger.organisation import OwnershipShare, add_ownership
from qinglian.ledger.posting import post
from qinglian.ledger.versions import (
    approve_adjustment,
    create_version,
    decide,
    version,
    version_inventory,
    versions,
)
from tests.ledger import conftest as write

ZHANG = Actor("zhang.min", "Zhang Min", authenticated=True)
LI = Actor("li.wei", "Li Wei", authenticated=True)


@pytest.fixture
def drafted(book, actor, year):
    post(book, actor, [write.fact("1000"), write.fact("500", start=date(2022, 4, 1))])
    return create_version(book, actor, calculate(book, actor, year).id, label="2022 first")


def publish(book, number, who=ZHANG):
    for state in ("reviewed", "approved", "published"):
        last = decide(book, who, number, state)
    return last


def test_states_go_in_order_and_the_published_version_prints_the_chain_head(book, drafted):
    assert drafted.state == "draft"
    for early in ("approved", "published", "draft"):
        with pytest.raises(QinglianError) as caught:
            decide(book, ZHANG, drafted.id, early)
        assert caught.value.code == "ledger.state_out_of_order"
    published = publish(book, drafted.id)
    assert [d.state for d in published.decisions] == ["draft", "reviewed", "approved", "published"]
    assert published.independently_reviewed
    assert published.head == book.head()
    assert audit(book, against=published.head).passed
    with pytest.raises(QinglianError) as caught:
        decide(book, ZHANG, drafted.id, "published")
    assert caught.value.code == "ledger.state_out_of_order"


def test_who_nobody_authenticated_only_drafts(book, actor, drafted):
    head = book.head()
    with pytest.raises(QinglianError) as caught:
        decide(book, actor, drafted.id, "reviewed")
    assert caught.value.code == "ledger.actor_unauthenticated"
    assert book.head() == head  # a refused decision leaves no trace


def test_the_drafter_and_the_poster_cannot_approve(book, actor, year):
    wang = Actor("wang.fang", authenticated=True)
    post(book, wang, [write.fact("1000")])
    drafted = create_version(book, LI, calculate(book, actor, year).id)
    decide(book, LI, drafted.id, "reviewed")
    for involved in (LI, wang):
        with pytest.raises(QinglianError) as caught:
            decide(book, involved, drafted.id, "approved")
        assert caught.value.code == "ledger.four_eyes"
    assert decide(book, ZHANG, drafted.id, "approved").independently_reviewed


def test_a_single_user_book_publishes_and_says_so(make_book, actor, year):
    book = make_book(single_user=True)
    post(book, actor, [write.fact("1000")])
    drafted = create_version(book, actor, calculate(book, actor, year).id)
    assert publish(book, drafted.id, actor).independently_reviewed is False


def test_approval_locks_and_late_data_needs_an_adjustment(book, actor, drafted, year):
    late = write.fact("7", start=date(2022, 5, 1))
    decide(book, ZHANG, drafted.id, "reviewed")
    with pytest.raises(QinglianError) as caught:
        approve_adjustment(book, ZHANG, drafted.id, reason="too early")
    assert caught.value.code == "ledger.not_locked"
    decide(book, ZHANG, drafted.id, "approved")
    with pytest.raises(QinglianError) as caught:
        post(book, actor, [late])
    assert caught.value.code == "ledger.period_locked"
    with pytest.raises(QinglianError) as caught:
        approve_adjustment(book, actor, drafted.id, reason="late bill")
    assert caught.value.code == "ledger.actor_unauthenticated"
    approval = approve_adjustment(book, ZHANG, drafted.id, reason="late bill")
    assert post(book, actor, [late], kind="adjustment", approval=approval.id).posted == 1
    assert post(book, actor, [write.fact("1", start=date(2023, 2, 1))]).posted == 1  # the next year is open
    with pytest.raises(QinglianError) as caught:  # a second version of the period says why
        create_version(book, actor, calculate(book, actor, year).id)
    assert caught.value.code == "ledger.reason_missing"
    second = create_version(book, actor, calculate(book, actor, year).id, reason="late bill")
    assert second.supersedes == drafted.id
    assert [v.id for v in versions(book)] == [1, 2]
    assert audit(book).passed


def test_an_adjustment_opens_no_other_period(book, actor, drafted):
    publish(book, drafted.id)
    approval = approve_adjustment(book, ZHANG, drafted.id, reason="late bill")
    write.lock(book, date(2023, 1, 1), date(2024, 1, 1), version=99)
    with pytest.raises(QinglianError) as caught:
        post(book, actor, [write.fact("1", start=date(2023, 2, 1))], kind="adjustment", approval=approval.id)
    assert caught.value.code == "ledger.period_locked"


def test_a_published_version_does_not_move_when_the_book_learns_more(book, actor, drafted):
    published = publish(book, drafted.id)
    add_ownership(
        book,
        actor,
        OwnershipShare("group", Fraction(1, 2), True, True, date(2020, 1, 1), None),
        reason="found later",
    )
    inventory = version_inventory(book, version(book, published.id))
    assert inventory.sha256 == published.export_sha256
    assert inventory.total(scope="2", method="location") == 300
    later = create_version(book, actor, drafted.run, View("equity"), reason="new share")
    assert version_inventory(book, later).total(scope="2", method="location") == 150


def test_an_unknown_version_is_refused(lite):
    with pytest.raises(QinglianError) as caught:
        version(lite, 7)
    assert caught.value.code == "ledger.version_unknown"

"""Reopening a locked period: a decision by someone who may approve, audited; the next approval locks again."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.locks import locked_spans
from qinglian.ledger.posting import post
from qinglian.ledger.reopening import open_lock
from qinglian.ledger.versions import create_version, decide, version
from tests.ledger import conftest as write

ZHANG, CHEN = (Actor(name, authenticated=True) for name in ("zhang.min", "chen.yu"))


def approve(book, actor, year, by=ZHANG, reason=""):
    drafted = create_version(book, actor, calculate(book, actor, year).id, reason=reason)
    decide(book, by, drafted.id, "reviewed")
    return decide(book, by, drafted.id, "approved")


@pytest.fixture
def locked(book, actor, year):
    post(book, actor, [write.fact("1000")])
    return approve(book, actor, year)


def spans(book):
    with book.read() as connection:
        return locked_spans(connection)


def test_an_opened_period_takes_facts_and_the_next_approval_locks_it_again(book, actor, year, locked):
    late = write.fact("7", start=date(2022, 5, 1))
    with pytest.raises(QinglianError) as caught:
        post(book, actor, [late])
    assert caught.value.code == "ledger.period_locked"
    decision = open_lock(book, CHEN, locked.id, reason="the metering of hall 2 was wrong")
    assert spans(book) == []
    assert post(book, actor, [late]).posted == 1
    assert version(book, locked.id).state == "approved"  # what was approved stays approved
    again = approve(book, actor, year, reason="hall 2")
    assert [entry[2] for entry in spans(book)] == [again.id]
    assert audit(book).passed
    with book.read() as connection:
        bodies = connection.execute(select(schema.chain.c.body)).scalars().all()
    (entry,) = (body for body in map(json.loads, bodies) if body["action"] == "lock-open")
    assert entry["content"]["decision"] == decision.id
    assert decision.note == "the metering of hall 2 was wrong"


def test_older_locks_of_the_same_days_open_too(book, actor, year, locked):
    second = approve(book, actor, year, reason="again")
    assert len(spans(book)) == 2
    open_lock(book, CHEN, second.id, reason="error")
    assert spans(book) == []
    with pytest.raises(QinglianError) as caught:
        open_lock(book, CHEN, locked.id, reason="error")
    assert caught.value.code == "ledger.not_locked"


def test_another_year_stays_locked(book, actor, year, locked):
    from qinglian.core.period import Span

    post(book, actor, [write.fact("5", start=date(2023, 3, 1))])
    other = approve(book, actor, Span(date(2023, 1, 1), date(2024, 1, 1), "2023"))
    open_lock(book, CHEN, locked.id, reason="error")
    assert [entry[2] for entry in spans(book)] == [other.id]


@pytest.mark.parametrize(
    ("who", "reason", "code"),
    [
        ("chen.yu", " ", "ledger.reason_missing"),
        ("nobody", "error", "ledger.actor_unauthenticated"),
        ("li.wei", "error", "ledger.four_eyes"),
    ],
)
def test_who_may_open_and_why(book, locked, who, reason, code):
    head = book.head()
    with pytest.raises(QinglianError) as caught:
        open_lock(book, Actor(who, authenticated=who != "nobody"), locked.id, reason=reason)
    assert caught.value.code == code
    assert book.head() == head
    assert len(spans(book)) == 1


def test_a_single_user_book_opens_its_own_lock(make_book, actor, year):
    book = make_book(single_user=True)
    post(book, actor, [write.fact("1000")])
    mine = approve(book, actor, year, by=actor)
    open_lock(book, actor, mine.id, reason="error")
    assert spans(book) == []


def test_an_unlocked_version_has_nothing_to_open(book, actor, year):
    post(book, actor, [write.fact("1000")])
    drafted = create_version(book, actor, calculate(book, actor, year).id)
    with pytest.raises(QinglianError) as caught:
        open_lock(book, CHEN, drafted.id, reason="error")
    assert caught.value.code == "ledger.not_locked"

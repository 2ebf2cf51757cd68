"""Creating and opening a book; every write is one link of its chain, or nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from qinglian.core.errors import QinglianError
from qinglian.ledger import chain, schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.book import create_book, open_book
from qinglian.ledger.collection import expect
from qinglian.ledger.posting import post
from tests.ledger.conftest import ACTOR, fact


def test_a_book_opens_as_it_was_created(book):
    again = open_book(book.folder)
    assert again.identity == book.identity
    assert again.head() == book.head()
    assert again.identity.organisation == "Test Works"


def test_a_name_with_quotes_and_chinese_survives(tmp_path):
    name = 'A "B" \\ 青链\nCo'
    create_book(tmp_path / "b", organisation=name)
    assert open_book(tmp_path / "b").identity.organisation == name


def test_each_write_is_one_link(book):
    with book.read() as connection:
        before = chain.entries(connection)
    post(book, ACTOR, [fact()])
    with book.read() as connection:
        after = chain.entries(connection)
    assert after[:-1] == before
    assert after[-1].prev == before[-1].hash
    assert after[-1].content["action"] == "import"
    assert set(after[-1].content["rows"]) >= {"batch", "source_stream", "unit_of_record", "scenario"}


def test_a_failed_write_leaves_nothing(book):
    head = book.head()

    def break_inside() -> None:
        with book.write(ACTOR, "import") as transaction:
            transaction.insert(schema.organisational_unit, [{"code": "x", "name": "X"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_inside()
    assert book.head() == head
    with book.read() as connection:
        query = select(func.count()).where(schema.organisational_unit.c.code == "x")
        assert connection.execute(query).scalar_one() == 0


def test_the_chain_holds_a_key_and_never_a_name(book):
    post(book, Actor("zhang.san", "Zhang San"), [fact()])
    with book.read() as connection:
        bodies = "".join(entry.body for entry in chain.entries(connection))
        subjects = dict(connection.execute(select(schema.subject.c.login, schema.subject.c.key)).all())
    assert "zhang" not in bodies.lower()
    assert subjects["zhang.san"] in bodies
    assert subjects["zhang.san"] != subjects[ACTOR.login]


def test_one_actor_has_one_key(book):
    post(book, ACTOR, [fact()])
    post(book, ACTOR, [fact(reference="2")])
    with book.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.subject)).scalar_one() == 1


def test_a_book_is_not_made_over_another(book):
    with pytest.raises(QinglianError) as error:
        create_book(book.folder, organisation="Other")
    assert error.value.code == "ledger.book_exists"


def test_a_book_is_not_made_among_other_files(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(QinglianError) as error:
        create_book(tmp_path, organisation="Other")
    assert error.value.code == "ledger.folder_not_empty"


def test_no_book_no_opening(tmp_path):
    with pytest.raises(QinglianError) as error:
        open_book(tmp_path)
    assert error.value.code == "ledger.book_missing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("format = 99\n", "ledger.book_format"),
        ("format = \n", "ledger.book_unreadable"),
        ("format = 1\n", "ledger.book_unreadable"),
    ],
)
def test_damaged_settings_are_named(lite, text, code):
    (lite.folder / "book.toml").write_text(text)
    with pytest.raises(QinglianError) as error:
        open_book(lite.folder)
    assert error.value.code == code
    assert "book.toml" in str(error.value)


def test_recorded_at_comes_from_the_books_clock(make_book):
    book = make_book(clock=lambda: 1_700_000_000.9)
    post(book, ACTOR, [fact()])
    with book.read() as connection:
        assert connection.execute(select(schema.batch.c.recorded_at)).scalars().all() == [1_700_000_000]


def test_a_book_of_an_older_version_gets_the_tables_it_lacks(book):
    with book.engine.begin() as connection:
        for name in ("gap", "expected"):
            connection.execute(text(f"DROP TABLE {name}"))
    opened = open_book(book.folder)
    expect(opened, ACTOR, "hefei", "electricity.purchased", first_day=date(2022, 1, 1))
    assert audit(opened).passed
    with pytest.raises(DBAPIError, match="append-only"), opened.engine.begin() as connection:
        connection.execute(text("DELETE FROM expected"))

"""The databases themselves refuse to change what is written."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from qinglian.ledger import schema
from qinglian.ledger.posting import post
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, fact

FILLED = (
    "chain",
    "batch",
    "facility",
    "factor_pack",
    "organisational_unit",
    "scenario",
    "segment",
    "source_stream",
    "unit_of_record",
)


@pytest.fixture
def sealed(book):
    post(book, ACTOR, [fact()])
    seal(book, ACTOR)
    return book


@pytest.mark.parametrize("table", FILLED)
@pytest.mark.parametrize("verb", ["UPDATE {0} SET seq = seq + 1", "DELETE FROM {0}"])
def test_a_written_row_can_be_neither_changed_nor_deleted(sealed, table, verb):
    with pytest.raises(DBAPIError, match="append-only"), sealed.engine.begin() as connection:
        connection.execute(text(verb.format(table)))


def test_every_chained_table_has_its_triggers(book):
    query = {
        "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers "
        "WHERE trigger_schema = current_schema()",
    }[book.engine.dialect.name]
    with book.read() as connection:
        guarded = set(connection.execute(text(query)).scalars())
    assert guarded == {"chain", *(table.name for table in schema.CHAINED)}

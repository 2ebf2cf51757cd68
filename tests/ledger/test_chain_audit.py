"""Audit names the first thing that is not as it was written."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from qinglian.ledger import chain, evidence, schema
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.posting import post
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, YEAR, fact


@pytest.fixture
def kept(book, tmp_path):
    return filled(book, tmp_path)


@pytest.fixture
def kept_lite(lite, tmp_path):
    """The same on SQLite alone: files lie in the same folders whatever the database."""
    return filled(lite, tmp_path)


def filled(book, tmp_path):
    """Put evidence, a sealed segment, a run and something for the inbox into a book."""
    path = tmp_path / "bill.csv"
    path.write_text("a,b\n1,2\n")
    post(book, ACTOR, [fact("10")], source=evidence.store(book, path))
    calculate(book, ACTOR, YEAR)
    post(book, ACTOR, [fact("20", start=date(2022, 4, 1))])
    return book


def meddle(book, *statements):
    """Change rows as somebody with the database's own rights could: triggers off first."""
    with book.engine.begin() as connection:
        if book.engine.dialect.name == "sqlite":
            for name in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for name in ("chain", *(table.name for table in schema.CHAINED)):
                connection.exec_driver_sql(f"DROP TRIGGER {name}_append_only ON {name}")
        for statement in statements:
            connection.execute(text(statement))


def codes(book, **options):
    return [(f.problem.code, f.problem.params.get("table"), f.seq) for f in audit(book, **options).findings]


def test_an_honest_book_passes(kept):
    result = audit(kept, against=kept.head())
    assert result.passed
    assert result.head == kept.head()
    assert result.files == 7  # evidence, segment, and the five outputs of the run
    assert result.entries > 4


def test_every_earlier_head_is_still_a_link(kept):
    with kept.read() as connection:
        heads = [entry.hash for entry in chain.entries(connection)]
    assert all(audit(kept, against=head).passed for head in heads)


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE segment SET rows = rows + 1", "segment"),
        ("DELETE FROM segment", "segment"),
        ("UPDATE facility SET place = 'admin:CN-BJ'", "facility"),
        ("UPDATE factor_pack SET version = '2'", "factor_pack"),
        ("UPDATE run SET label = 'other'", "run"),
        (
            "INSERT INTO organisational_unit (code, name, seq) VALUES ('ghost', 'Ghost', 2)",
            "organisational_unit",
        ),
        ("INSERT INTO setting (id, name, value, seq) VALUES (1, 'a', 'b', 999)", "setting"),
    ],
)
def test_a_meddled_row_is_named_with_its_table_and_entry(kept, statement, table):
    meddle(kept, statement)
    found = codes(kept)
    assert [(code, name) for code, name, _ in found] == [("ledger.audit_rows_changed", table)]
    assert found[0][2] is not None
    assert table in audit(kept).findings[0].problem.message("en")
    assert table in audit(kept).findings[0].problem.message("zh")


def test_a_rewritten_link_is_named(kept):
    meddle(
        kept,
        'UPDATE chain SET body = replace(body, \'"action":"import"\', \'"action":"imports"\') WHERE seq = 4',
    )
    assert ("ledger.audit_link_broken", None, 4) in codes(kept)


def test_a_removed_link_is_named(kept):
    meddle(kept, "DELETE FROM chain WHERE seq = 2")
    assert codes(kept)[0] == ("ledger.audit_link_broken", None, 2)


def test_a_truncated_chain_is_caught_by_the_head_that_was_kept(kept):
    head = kept.head()
    with kept.read() as connection:
        last = chain.head(connection).seq
    statements = [f"DELETE FROM {table.name} WHERE seq = {last}" for table in (*schema.CHAINED, schema.chain)]
    meddle(kept, *statements, "DELETE FROM inbox")
    assert audit(kept).passed, "without an anchor a clean cut cannot be seen"
    assert codes(kept, against=head) == [("ledger.audit_head_missing", None, None)]


def test_a_chain_computed_anew_is_caught_by_the_head_that_was_kept(kept):
    head = kept.head()
    with kept.read() as connection:
        links = chain.entries(connection)
    prev, statements = chain.GENESIS, []
    for link in links:
        body = link.body.replace('"action":"create"', '"action":"created"')
        digest = chain.link_hash(prev, body)
        quoted = body.replace("'", "''").replace(":", "\\:")
        statements.append(
            f"UPDATE chain SET body = '{quoted}', prev = '{prev}', hash = '{digest}' WHERE seq = {link.seq}"
        )
        prev = digest
    meddle(kept, *statements)
    assert audit(kept).passed
    assert codes(kept, against=head) == [("ledger.audit_head_missing", None, None)]


def first_file(book, folder):
    return sorted((book.folder / folder).iterdir())[0]


@pytest.mark.parametrize("folder", ["segments", "evidence", "runs"])
def test_a_deleted_file_is_named(kept_lite, folder):
    path = first_file(kept_lite, folder)
    path.unlink()
    (finding,) = audit(kept_lite).findings
    assert finding.problem.code == "ledger.audit_file_missing"
    assert finding.problem.where.file == str(path)


@pytest.mark.parametrize("folder", ["segments", "evidence", "runs"])
def test_one_flipped_bit_is_named(kept_lite, folder):
    path = first_file(kept_lite, folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    (finding,) = audit(kept_lite).findings
    assert finding.problem.code == "ledger.audit_file_changed"
    assert finding.problem.where.file == str(path)


def test_a_changed_inbox_row_is_named_by_its_batch(kept):
    meddle(kept, "UPDATE inbox SET quantity = 2")
    assert [code for code, _, _ in codes(kept)] == ["ledger.inbox_tampered"]


def test_a_smuggled_inbox_row_is_named(kept):
    seal(kept, ACTOR)
    names = "fact_id, batch_id, stream_id, scenario_id, unit_id, quantity, quantity_basis, start_utc, end_utc, start_day, end_day, business_key"
    meddle(kept, f"INSERT INTO inbox ({names}) VALUES (99, 77, 1, 1, 1, 5, 1, 0, 1, 0, 1, 5)")
    assert [code for code, _, _ in codes(kept)] == ["ledger.inbox_tampered"]


def test_rows_digest_does_not_depend_on_their_order():
    rows = [{"id": n, "name": "x", "value": str(n)} for n in range(5)]
    digests = {chain.rows_digest(schema.setting, order) for order in (rows, rows[::-1], rows[2:] + rows[:2])}
    assert len(digests) == 1
    assert chain.rows_digest(schema.setting, rows[:4]) not in digests

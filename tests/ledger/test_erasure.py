"""Erasure: the name is gone from the disk, the chain still holds, and audit says by which decision."""

import pytest

from qinglian.core.errors import QinglianError
from qinglian.ledger import erasure, evidence, schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.erasure import erase_evidence, erase_person, finish_erasure
from qinglian.ledger.posting import post
from tests.ledger.conftest import fact

DPO = Actor("officer", "Officer", authenticated=True)
SOMEBODY = Actor("zhao.unmistakable", "Zhao Unmistakable")


def attach(book, actor, path, personal):
    with book.write(actor, "attach") as transaction:
        return evidence.register(transaction, evidence.store(book, path), personal=personal)


def on_disk(book, word):
    return any(word.encode() in path.read_bytes() for path in book.folder.rglob("*") if path.is_file())


def test_a_name_is_destroyed_and_the_chain_still_holds(lite):
    post(lite, SOMEBODY, [fact("1000")])
    assert on_disk(lite, "unmistakable")
    assert on_disk(lite, "Zhao Unmistakable")
    decision = erase_person(lite, DPO, "zhao.unmistakable", reason="request 17")
    assert not on_disk(lite, "unmistakable")
    assert not on_disk(lite, "Unmistakable")
    found = audit(lite)
    assert found.passed
    assert any(f"erased by decision {decision.id}" in words for words in found.erased)


def test_it_is_the_person_who_is_erased_on_either_database(book):
    post(book, SOMEBODY, [fact("1000")])
    decision = erase_person(book, DPO, SOMEBODY.login, reason="request 17")
    with book.read() as connection:
        rows = connection.execute(schema.subject.select()).mappings().all()
    erased = [row for row in rows if row["erased_by"] == decision.id]
    assert [(row["login"], row["name"], row["contact"]) for row in erased] == [(None, None, None)]
    assert {row["login"] for row in rows} >= {DPO.login, "li.wei"}  # nobody else
    assert audit(book).passed
    post(book, SOMEBODY, [fact("5", source="m2")])  # who comes back is somebody new
    assert audit(book).passed


def test_a_personal_attachment_is_destroyed_and_not_missing(lite, actor, tmp_path):
    path = tmp_path / "commute-of-zhao.txt"
    path.write_text("Zhao drives 12 km", encoding="utf-8")
    number = attach(lite, actor, path, personal=True)
    decision = erase_evidence(lite, DPO, number, reason="request 18")
    assert not on_disk(lite, "Zhao drives")
    assert not on_disk(lite, "commute-of-zhao")
    found = audit(lite)
    assert found.passed
    assert found.erased == (f"evidence {number}: erased by decision {decision.id}",)


def test_a_deleted_file_without_a_decision_is_missing(lite, actor, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("x", encoding="utf-8")
    attach(lite, actor, path, personal=True)
    next(lite.evidence_folder.iterdir()).unlink()
    assert [f.problem.code for f in audit(lite).findings] == ["ledger.audit_file_missing"]


def test_a_decision_covers_what_it_names_and_nothing_else(lite, actor, tmp_path):
    for name in ("note", "bill"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    note = attach(lite, actor, tmp_path / "note", personal=True)
    bill = attach(lite, actor, tmp_path / "bill", personal=False)
    decision = erase_evidence(lite, DPO, note, reason="request 18")
    names = schema.evidence_name
    with lite.engine.begin() as connection:  # who hides a bill behind the erasure of a note
        connection.execute(names.update().where(names.c.evidence_id == bill).values(erased_by=decision.id))
    for path in lite.evidence_folder.iterdir():
        path.unlink()
    assert [f.problem.code for f in audit(lite).findings] == ["ledger.audit_file_missing"]


def test_a_crash_between_decision_and_deletion_is_made_good(lite, actor, tmp_path, monkeypatch):
    path = tmp_path / "note.txt"
    path.write_text("private", encoding="utf-8")
    number = attach(lite, actor, path, personal=True)
    monkeypatch.setattr(erasure, "finish_erasure", lambda book: [])  # the process dies here
    erase_evidence(lite, DPO, number, reason="request 19")
    assert on_disk(lite, "private")
    assert len(finish_erasure(lite)) == 1
    assert not on_disk(lite, "private")
    assert finish_erasure(lite) == []


def test_what_must_not_be_erased(lite, actor, tmp_path):
    path = tmp_path / "bill.txt"
    path.write_text("bill", encoding="utf-8")
    number = attach(lite, actor, path, personal=False)
    post(lite, SOMEBODY, [fact("1000")])
    cases = [
        ("ledger.evidence_not_personal", lambda: erase_evidence(lite, DPO, number, reason="r")),
        ("ledger.evidence_unknown", lambda: erase_evidence(lite, DPO, 99, reason="r")),
        ("ledger.subject_unknown", lambda: erase_person(lite, DPO, "nobody", reason="r")),
        ("ledger.reason_missing", lambda: erase_person(lite, DPO, SOMEBODY.login, reason=" ")),
        (
            "ledger.reason_names_person",
            lambda: erase_person(lite, DPO, SOMEBODY.login, reason="Zhao Unmistakable asked"),
        ),
        ("ledger.actor_unauthenticated", lambda: erase_person(lite, actor, SOMEBODY.login, reason="r")),
    ]
    head = lite.head()
    for code, erase in cases:
        with pytest.raises(QinglianError) as caught:
            erase()
        assert caught.value.code == code
    assert lite.head() == head
    assert on_disk(lite, "bill")

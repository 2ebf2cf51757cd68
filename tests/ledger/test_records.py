"""Records and evidence by number: what `reverse` and `erase evidence` need to be told."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qinglian.cli import run
from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger.actor import Actor
from qinglian.ledger.attachments import attach, attachments
from qinglian.ledger.audit import audit
from qinglian.ledger.erasure import erase_evidence
from qinglian.ledger.posting import post, reverse_fact
from qinglian.ledger.records import Wanted, records
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, fact

DPO = Actor("officer", "Officer", authenticated=True)
MARCH = Span(date(2022, 3, 1), date(2022, 4, 1), "2022-03")


@pytest.mark.parametrize("sealed", [False, True])
def test_records_are_found_with_number_and_state(book, sealed):
    post(book, ACTOR, [fact("100", lot="O'1"), fact("50", start=date(2022, 5, 1))])
    if sealed:
        seal(book, ACTOR)
    reverse_fact(book, ACTOR, 1, reason="typed twice")
    found, total = records(book, Wanted(), 10)
    assert total == 3
    assert [(r.fact, r.batch, r.value, r.state) for r in found] == [
        (1, 1, 100, "reversed"),
        (2, 1, 50, "live"),
        (3, 2, -100, "reversal"),
    ]
    assert [r.fact for r in records(book, Wanted(batch=1, period=MARCH), 10)[0]] == [1]
    assert [r.fact for r in records(book, Wanted(lot="O'1"), 10)[0]] == [1, 3]
    assert records(book, Wanted(facility="nowhere"), 10) == ([], 0)
    cut, total = records(book, Wanted(), 1)
    assert ([r.fact for r in cut], total) == ([1], 3)


def test_a_record_split_when_sealed_is_listed_whole(lite):
    post(lite, ACTOR, [fact("59", start=date(2022, 1, 1), end=date(2022, 3, 1))])
    seal(lite, ACTOR)
    assert records(lite, Wanted(period=MARCH), 10) == ([], 0)
    (whole,), total = records(lite, Wanted(), 10)
    assert (whole.value, whole.start.date(), whole.end.date(), total) == (
        59,
        date(2022, 1, 1),
        date(2022, 3, 1),
        1,
    )


@pytest.mark.parametrize(("language", "word"), [("en", "reversed"), ("zh", "已冲销")])
def test_the_verb_prints_what_reverse_needs(lite, capsys, language, word):
    post(lite, ACTOR, [fact("100")])
    reverse_fact(lite, ACTOR, 1, reason="typed twice")
    assert run(["--book", str(lite.folder), "--lang", language, "records", "--batch", "1"]) == 0
    printed = capsys.readouterr().out
    assert word in printed
    assert "100 kWh" in printed
    assert run(["--book", str(lite.folder), "--json", "records"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["count"], data["records"][0]["fact"], data["records"][0]["state"]) == (2, 1, "reversed")


def test_personal_evidence_is_added_listed_and_erased(book, tmp_path):
    post(book, ACTOR, [fact("100")])
    note = tmp_path / "delivery-note.txt"
    note.write_text("signed by Li Wei", encoding="utf-8")
    assert attach(book, ACTOR, note, batch=1, personal=True) == 1
    (entry,) = attachments(book)
    assert (entry.name, entry.personal, entry.batches) == ("delivery-note.txt", True, (1,))
    with pytest.raises(QinglianError) as error:
        attach(book, ACTOR, note)
    assert error.value.code == "ledger.evidence_known"
    decision = erase_evidence(book, DPO, entry.number, reason="consent withdrawn")
    (erased,) = attachments(book)
    assert (erased.name, erased.erased_by) == (None, decision.id)
    with pytest.raises(QinglianError):
        attach(book, ACTOR, note)  # what was erased does not come back
    assert not (book.evidence_folder / erased.sha256).exists()
    assert audit(book).passed


def test_an_attachment_to_no_batch_is_refused(lite, tmp_path):
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    with pytest.raises(QinglianError) as error:
        attach(lite, ACTOR, tmp_path / "a.txt", batch=9)
    assert error.value.code == "ledger.batch_unknown"
    assert attachments(lite) == []


def test_the_verbs_of_evidence(lite, tmp_path, capsys):
    (tmp_path / "invoice.txt").write_text("1", encoding="utf-8")
    book = ["--book", str(lite.folder)]
    assert run([*book, "evidence", "add", str(tmp_path / "invoice.txt")]) == 0
    assert run([*book, "evidence", "list"]) == 0
    assert "business" in capsys.readouterr().out

"""Posting: all of a batch or none, never twice, never over a lock; corrections are reversals."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from qinglian.core.errors import QinglianError
from qinglian.ledger import evidence, posting, schema
from qinglian.ledger.audit import audit
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posting import correct, post, reverse_fact, undo
from qinglian.ledger.segments import inbox_rows, seal
from tests.ledger.conftest import ACTOR, YEAR, fact, lock


@pytest.fixture(params=["inbox", "sealed"])
def settle(request):
    """Leave what was posted in the inbox, or seal it: nothing else may differ."""
    return (lambda book: seal(book, ACTOR)) if request.param == "sealed" else (lambda book: None)


def stored(book, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return evidence.store(book, path)


def kwh(book) -> Fraction:
    """Electricity of the year as the ledger reads it: location lines only, so that each kWh counts once."""
    inventory = read_inventory(book, calculate(book, ACTOR, YEAR).id)
    return sum(
        (li.quantity for li in inventory.lines if li.rule.id == "s2.location.electricity"), Fraction(0)
    )


def test_a_batch_is_posted(book):
    result = post(book, ACTOR, [fact("1"), fact("2", reference="b")])
    assert (result.batch, result.posted, result.already, result.conflicts) == (1, 2, [], [])
    with book.read() as connection:
        assert inbox_rows(connection) == 2


def test_the_same_file_twice_posts_nothing(book, tmp_path, settle):
    source = stored(book, tmp_path, "a.csv", "x")
    first = post(book, ACTOR, [fact()], source=source)
    settle(book)
    again = post(book, ACTOR, [fact()], source=stored(book, tmp_path, "renamed.csv", "x"))
    assert (again.posted, again.same_file_as) == (0, first.batch)
    assert kwh(book) == 100


def test_another_file_with_the_same_record_is_shown_and_not_posted(book, tmp_path, settle):
    post(book, ACTOR, [fact("100", row=7)], source=stored(book, tmp_path, "a.csv", "x"))
    settle(book)
    again = post(
        book, ACTOR, [fact("100"), fact("5", reference="new")], source=stored(book, tmp_path, "b.csv", "y")
    )
    assert again.posted == 1
    assert [(clash.posted.row, clash.posted.batch_id) for clash in again.already] == [(7, 1)]
    assert again.conflicts == []
    assert kwh(book) == 105


def test_the_same_value_in_another_unit_is_the_same_record(book, settle):
    post(book, ACTOR, [fact("1500", "kWh")])
    settle(book)
    again = post(book, ACTOR, [fact("1.5", "MWh")])
    assert (again.posted, len(again.already), len(again.conflicts)) == (0, 1, 0)


def test_the_same_key_with_another_value_is_a_conflict(book, settle):
    post(book, ACTOR, [fact("100")])
    settle(book)
    again = post(book, ACTOR, [fact("101")])
    assert (again.posted, again.already) == (0, [])
    assert [(c.fact.mantissa, c.posted.value, c.same_value) for c in again.conflicts] == [
        (101, 100 * Fraction(3_600_000), False)
    ]
    assert kwh(book) == 100


def test_a_record_that_crosses_months_is_recognised_after_sealing(book):
    across = {"start": date(2022, 1, 16), "end": date(2022, 3, 16)}
    post(book, ACTOR, [fact("100", **across)])
    seal(book, ACTOR)
    assert len(post(book, ACTOR, [fact("100", **across)]).already) == 1
    assert len(post(book, ACTOR, [fact("99", **across)]).conflicts) == 1


def test_two_rows_about_the_same_thing_in_one_file_are_refused(book):
    with pytest.raises(QinglianError) as error:
        post(book, ACTOR, [fact("1", row=2), fact("2", row=3)])
    assert error.value.code == "ledger.duplicate_in_batch"
    assert error.value.where.row == 3


def test_also_when_they_are_far_apart(book, monkeypatch):
    monkeypatch.setattr(posting, "CHUNK", 1)
    with pytest.raises(QinglianError) as error:
        post(book, ACTOR, [fact("1", row=2), fact("9", reference="x", row=3), fact("2", row=4)])
    assert error.value.code == "ledger.duplicate_in_batch"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"facility": "nowhere"}, "ledger.facility_unknown"),
        ({"scenario": "maybe"}, "ledger.scenario_unknown"),
        ({"scenario": "plan:"}, "ledger.scenario_unknown"),
        ({"quantity_basis": "guessed"}, "ledger.basis_unknown"),
        ({"end": date(2022, 3, 1)}, "ledger.period_empty"),
    ],
)
def test_one_bad_record_and_nothing_is_posted(book, bad, code, monkeypatch):
    monkeypatch.setattr(posting, "CHUNK", 2)
    head = book.head()
    good = [fact("1", reference=str(n)) for n in range(5)]
    with pytest.raises(QinglianError) as error:
        post(book, ACTOR, [*good, fact(reference="bad", row=6, **bad)])
    assert error.value.code == code
    assert error.value.where.row == 6
    assert book.head() == head
    with book.read() as connection:
        assert inbox_rows(connection) == 0


def test_an_error_of_the_reader_half_way_posts_nothing(book, monkeypatch):
    monkeypatch.setattr(posting, "CHUNK", 1)

    def reader():
        yield fact("1")
        raise OSError("the cable was pulled")

    with pytest.raises(OSError, match="cable"):
        post(book, ACTOR, reader())
    with book.read() as connection:
        assert inbox_rows(connection) == 0


def test_chunks_change_nothing(make_book, monkeypatch):
    digests = []
    for chunk in (1, 3, 1000):
        monkeypatch.setattr(posting, "CHUNK", chunk)
        book = make_book(clock=lambda: 0)
        post(book, ACTOR, [fact(str(n + 1), reference=str(n)) for n in range(10)])
        with book.read() as connection:
            digests.append(connection.execute(select(schema.batch.c.digest)).scalar_one())
    assert len(set(digests)) == 1


def test_undo_reverses_the_whole_batch(book, settle):
    post(book, ACTOR, [fact("100"), fact("50", reference="b")])
    kept = post(book, ACTOR, [fact("7", reference="c")])
    settle(book)
    reversal = undo(book, ACTOR, 1, reason="wrong meter")
    assert kept.posted == 1
    assert kwh(book) == 7
    with book.read() as connection:
        row = connection.execute(select(schema.batch).where(schema.batch.c.id == reversal)).mappings().one()
    assert (row["kind"], row["reverses_batch"], row["rows"], row["reason"]) == (
        "reversal",
        1,
        2,
        "wrong meter",
    )
    assert audit(book).passed


def test_an_undone_file_can_be_imported_again(book, tmp_path, settle):
    source = stored(book, tmp_path, "a.csv", "x")
    post(book, ACTOR, [fact("100")], source=source)
    settle(book)
    undo(book, ACTOR, 1, reason="wrong site")
    settle(book)
    again = post(book, ACTOR, [fact("100")], source=source)
    assert (again.posted, again.same_file_as) == (1, None)
    assert kwh(book) == 100


def test_undo_twice_is_refused(book, settle):
    post(book, ACTOR, [fact()])
    undo(book, ACTOR, 1, reason="once")
    settle(book)
    with pytest.raises(QinglianError) as error:
        undo(book, ACTOR, 1, reason="twice")
    assert error.value.code == "ledger.batch_undone"
    assert kwh(book) == 0


@pytest.mark.parametrize(
    ("batch", "reason", "code"), [(9, "why", "batch_unknown"), (1, " ", "reason_missing")]
)
def test_undo_needs_a_batch_and_a_reason(book, batch, reason, code):
    post(book, ACTOR, [fact()])
    with pytest.raises(QinglianError) as error:
        undo(book, ACTOR, batch, reason=reason)
    assert error.value.code == f"ledger.{code}"


def test_one_record_is_reversed_once(book, settle):
    post(book, ACTOR, [fact("100"), fact("50", reference="b")])
    settle(book)
    reverse_fact(book, ACTOR, 1, reason="read twice")
    settle(book)
    with pytest.raises(QinglianError) as error:
        reverse_fact(book, ACTOR, 1, reason="read twice")
    assert error.value.code == "ledger.fact_not_live"
    assert kwh(book) == 50


def test_undo_after_a_single_reversal_reverses_only_what_stands(book, settle):
    post(book, ACTOR, [fact("100"), fact("50", reference="b")])
    settle(book)
    reverse_fact(book, ACTOR, 1, reason="read twice")
    undo(book, ACTOR, 1, reason="all wrong")
    assert kwh(book) == 0


def test_a_correction_is_a_reversal_and_a_new_record(book, settle):
    post(book, ACTOR, [fact("100")])
    settle(book)
    reversal, replacement = correct(book, ACTOR, 1, fact("90"), reason="digits swapped")
    assert reversal < replacement
    assert kwh(book) == 90
    with book.read() as connection:
        query = select(schema.batch.c.kind, schema.batch.c.reason).order_by(schema.batch.c.id)
        assert [tuple(row) for row in connection.execute(query)] == [
            ("import", None),
            ("reversal", "digits swapped"),
            ("correction", "digits swapped"),
        ]
    assert audit(book).passed


def test_a_corrected_record_can_be_corrected_again(book, settle):
    post(book, ACTOR, [fact("100")])
    settle(book)
    correct(book, ACTOR, 1, fact("90"), reason="one")
    settle(book)
    correct(book, ACTOR, 3, fact("95"), reason="two")
    settle(book)
    assert kwh(book) == 95


def test_a_locked_period_takes_nothing(book):
    lock(book, date(2022, 1, 1), date(2023, 1, 1))
    with pytest.raises(QinglianError) as error:
        post(book, ACTOR, [fact(row=4)])
    assert error.value.code == "ledger.period_locked"
    assert error.value.where.row == 4
    assert "2022-12-31" in str(error.value)


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        (date(2021, 12, 31), date(2022, 1, 1), False),
        (date(2021, 12, 31), date(2022, 1, 2), True),
        (date(2022, 12, 31), date(2023, 1, 1), True),
        (date(2023, 1, 1), date(2023, 1, 2), False),
    ],
)
def test_a_lock_is_half_open(lite, start, end, refused):
    lock(lite, date(2022, 1, 1), date(2023, 1, 1))
    if refused:
        with pytest.raises(QinglianError):
            post(lite, ACTOR, [fact(start=start, end=end)])
    else:
        assert post(lite, ACTOR, [fact(start=start, end=end)]).posted == 1


def test_plans_may_enter_a_locked_period(lite):
    lock(lite, date(2022, 1, 1), date(2023, 1, 1))
    assert post(lite, ACTOR, [fact(scenario="plan:A")]).posted == 1


def test_neither_undo_nor_correction_touches_a_locked_period(book):
    post(book, ACTOR, [fact("100")])
    lock(book, date(2022, 1, 1), date(2023, 1, 1))
    for change in (
        lambda: undo(book, ACTOR, 1, reason="why"),
        lambda: reverse_fact(book, ACTOR, 1, reason="why"),
        lambda: correct(book, ACTOR, 1, fact("90"), reason="why"),
    ):
        with pytest.raises(QinglianError) as error:
            change()
        assert error.value.code == "ledger.period_locked"
    assert kwh(book) == 100


def test_an_approval_that_does_not_exist_opens_nothing(lite):
    lock(lite, date(2022, 1, 1), date(2023, 1, 1))
    with pytest.raises(QinglianError) as error:
        post(lite, ACTOR, [fact()], kind="adjustment", approval=5)
    assert error.value.code == "ledger.approval_unknown"


def test_an_approved_adjustment_enters_the_period_of_its_version(lite):
    lock(lite, date(2022, 1, 1), date(2023, 1, 1), version=1)
    lock(lite, date(2021, 1, 1), date(2022, 1, 1), version=2)
    decision = {"id": 1, "version": 1, "state": "adjustment", "subject": "s", "authenticated": 1}
    with lite.write(ACTOR, "decide") as transaction:
        transaction.insert(schema.decision, [decision])
    with pytest.raises(QinglianError) as error:
        post(lite, ACTOR, [fact(start=date(2021, 5, 1))], kind="adjustment", approval=1)
    assert error.value.code == "ledger.period_locked"
    assert post(lite, ACTOR, [fact()], kind="adjustment", approval=1).posted == 1
    with pytest.raises(QinglianError) as error:
        post(lite, ACTOR, [fact(start=date(2022, 5, 1))], kind="adjustment", approval=1)
    assert error.value.code == "ledger.approval_used"


def test_evidence_is_stored_once(book, tmp_path):
    one = stored(book, tmp_path, "a.csv", "same")
    two = stored(book, tmp_path, "b.csv", "same")
    assert one.sha256 == two.sha256
    assert [path.name for path in book.evidence_folder.iterdir()] == [one.sha256]
    post(book, ACTOR, [fact()], source=one)
    with book.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.evidence)).scalar_one() == 1
        assert evidence.evidence_name(connection, 1) == "a.csv"


def test_evidence_that_cannot_be_read_is_named(lite, tmp_path):
    with pytest.raises(QinglianError) as error:
        evidence.store(lite, tmp_path / "missing.csv")
    assert error.value.code == "ledger.evidence_unreadable"
    assert "missing.csv" in str(error.value)


def test_numbers_are_never_used_twice(book):
    post(book, ACTOR, [fact("1", reference=str(n)) for n in range(3)])
    seal(book, ACTOR)
    post(book, ACTOR, [fact("1", reference="z")])
    with book.read() as connection:
        assert connection.execute(select(schema.inbox.c.fact_id)).scalars().all() == [4]

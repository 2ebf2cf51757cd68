"""Sealing: content-hashed segments, listed in one commit, equal whatever way the facts came."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError
from qinglian.ledger import segments
from qinglian.ledger.audit import audit
from qinglian.ledger.facts import day_number
from qinglian.ledger.manifest import overlapping
from qinglian.ledger.manifest import segments as listed
from qinglian.ledger.needs import units_of_record
from qinglian.ledger.posting import post, undo
from qinglian.ledger.segments import FACT_SCHEMA, inbox_rows, seal
from tests.ledger.conftest import ACTOR, fact


def rows_of(book):
    with book.read() as connection:
        paths = [segment.path(book) for segment in listed(connection)]
    return pa.concat_tables([pq.read_table(path) for path in paths]).to_pylist()


def in_units(book, rows):
    """Quantity per month, exactly."""
    with book.read() as connection:
        units = units_of_record(connection)
    months = defaultdict(Fraction)
    for row in rows:
        months[row["month"]] += Fraction(row["quantity"], 10 ** units[row["unit_id"]][1])
    return dict(months)


def test_sealing_moves_the_inbox_into_a_segment_named_by_its_hash(book):
    post(book, ACTOR, [fact("1"), fact("2", reference="b")])
    (digest,) = seal(book, ACTOR)
    path = book.segment_folder / f"{digest}.parquet"
    assert sha256_file(path) == digest
    assert pq.read_schema(path).names == FACT_SCHEMA.names
    with book.read() as connection:
        assert inbox_rows(connection) == 0
        (segment,) = listed(connection)
    assert (segment.rows, segment.first_fact, segment.last_fact, segment.largest) == (2, 1, 2, 2)
    assert audit(book).passed


def test_sealing_an_empty_inbox_writes_nothing(book):
    head = book.head()
    assert seal(book, ACTOR) == []
    assert book.head() == head


def test_the_same_facts_make_the_same_segment(make_book):
    facts = [fact(str(n), reference=str(n), start=date(2022, 1, 1 + n)) for n in range(1, 20)]
    hashes = set()
    for _ in range(2):
        book = make_book()
        post(book, ACTOR, facts)
        hashes.update(seal(book, ACTOR))
    assert len(hashes) == 1


def test_a_record_that_crosses_months_is_split_and_sums_exactly(book):
    post(book, ACTOR, [fact("100.01", start=date(2022, 1, 16), end=date(2022, 3, 16))])
    seal(book, ACTOR)
    months = in_units(book, rows_of(book))
    assert sorted(months) == [2022 * 12, 2022 * 12 + 1, 2022 * 12 + 2]
    assert sum(months.values()) == Fraction("100.01")


def test_the_parts_meet_at_local_midnight(book):
    post(book, ACTOR, [fact("10", start=date(2022, 1, 31), end=date(2022, 2, 2))])
    seal(book, ACTOR)
    first, second = sorted(rows_of(book), key=lambda row: row["start_utc"])
    assert first["end_utc"] == second["start_utc"] == 1_643_644_800  # 2022-02-01 00:00 in Shanghai
    assert (first["fact_id"], second["fact_id"]) == (1, 1)


def test_derived_columns(book):
    post(book, ACTOR, [fact("10", start=date(2022, 5, 3))])
    seal(book, ACTOR)
    undo(book, ACTOR, 1, reason="test")
    seal(book, ACTOR)
    record, reversal = sorted(rows_of(book), key=lambda row: row["fact_id"])
    assert record["month"] == 2022 * 12 + 4
    assert record["hour_utc"] == record["start_utc"] // 3600
    assert (record["sign"], reversal["sign"]) == (1, -1)
    assert (reversal["reverses"], reversal["quantity"]) == (record["fact_id"], -record["quantity"])


def test_a_large_inbox_becomes_several_segments(lite, monkeypatch):
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 4)
    monkeypatch.setattr(segments, "FETCH", 2)
    post(lite, ACTOR, [fact(str(n), reference=str(n)) for n in range(1, 12)])
    assert len(seal(lite, ACTOR)) == 3
    assert sorted(row["quantity"] for row in rows_of(lite)) == list(range(1, 12))
    assert audit(lite).passed


def test_a_batch_larger_than_one_fetch_still_matches_its_digest(book, monkeypatch):
    monkeypatch.setattr(segments, "FETCH", 2)
    post(book, ACTOR, [fact(str(n), reference=str(n)) for n in range(1, 8)])
    seal(book, ACTOR)
    assert len(rows_of(book)) == 7


def test_unlisted_files_are_swept_and_listed_ones_kept(lite):
    post(lite, ACTOR, [fact()])
    (digest,) = seal(lite, ACTOR)
    (lite.segment_folder / ("0" * 64 + ".parquet")).write_bytes(b"left by a crash")
    (lite.segment_folder / ".tmp-12").write_bytes(b"half")
    post(lite, ACTOR, [fact(reference="2")])
    new = seal(lite, ACTOR)
    assert {path.stem for path in lite.segment_folder.iterdir()} == {digest, *new}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE inbox SET quantity = quantity + 1 WHERE fact_id = 1",
        "DELETE FROM inbox WHERE fact_id = 2",
        "UPDATE inbox SET note = 'x' WHERE fact_id = 2",
    ],
)
def test_a_changed_inbox_is_not_sealed(book, change):
    post(book, ACTOR, [fact("1"), fact("2", reference="b")])
    with book.engine.begin() as connection:
        connection.execute(text(change))
    with pytest.raises(QinglianError) as error:
        seal(book, ACTOR)
    assert error.value.code == "ledger.inbox_tampered"
    assert "1" in str(error.value)


def test_the_manifest_knows_which_segments_a_period_needs(lite):
    for month in (1, 5, 9):
        post(lite, ACTOR, [fact(start=date(2022, month, 10))])
        seal(lite, ACTOR)
    with lite.read() as connection:
        wanted = overlapping(connection, day_number(date(2022, 5, 10)), day_number(date(2022, 5, 11)))
        none = overlapping(connection, day_number(date(2022, 5, 11)), day_number(date(2022, 9, 10)))
    assert [segment.id for segment in wanted] == [2]
    assert none == []


SPANS = st.tuples(
    st.integers(-(10**12), 10**12),
    st.integers(0, 4),
    st.dates(date(2020, 1, 1), date(2022, 1, 1)),
    st.integers(1, 400),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(SPANS, min_size=1, max_size=6), sealed_between=st.booleans())
def test_a_reversal_nets_to_zero_in_every_month(make_book, spans, sealed_between):
    book = make_book()
    facts = [
        fact("1", start=start, end=date.fromordinal(start.toordinal() + days), reference=str(n))
        for n, (_, _, start, days) in enumerate(spans)
    ]
    from dataclasses import replace

    facts = [
        replace(one, mantissa=mantissa, decimals=decimals)
        for one, (mantissa, decimals, _, _) in zip(facts, spans, strict=True)
    ]
    post(book, ACTOR, facts)
    if sealed_between:
        seal(book, ACTOR)
    undo(book, ACTOR, 1, reason="property")
    seal(book, ACTOR)
    months = in_units(book, rows_of(book))
    assert months
    assert set(months.values()) == {Fraction(0)}

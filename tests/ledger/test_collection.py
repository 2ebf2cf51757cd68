"""The collection calendar: what is due, what came, what was explained, what jumped."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.cli import run
from qinglian.core.errors import QinglianError
from qinglian.core.period import FiscalCalendar, Span
from qinglian.ledger.actor import Actor
from qinglian.ledger.audit import audit
from qinglian.ledger.book import create_book
from qinglian.ledger.collection import (
    EVERY,
    Expectation,
    State,
    deliveries,
    end_expectation,
    expect,
    expectations,
    explain_gap,
)
from qinglian.ledger.erasure import erase_person
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.posting import post, reverse_fact
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, fact

DPO = Actor("officer", "Officer", authenticated=True)
POWER = "electricity.purchased"
JANUARY = date(2022, 1, 1)


def month(number, value="100", year=2022, **more):
    start = date(year, number, 1)
    end = date(year + number // 12, number % 12 + 1, 1)
    return fact(value, start=start, end=end, reference=f"{year}-{number}", **more)


def states(book, as_of, **more):
    return {one.period.label: str(one.state) for one in deliveries(book, as_of, **more)}


@pytest.fixture
def calendar(book):
    expect(book, ACTOR, "hefei", POWER, first_day=JANUARY, grace_days=10)
    return book


def test_states_follow_the_days(calendar):
    post(calendar, ACTOR, [month(1)])
    assert states(calendar, date(2022, 3, 5)) == {
        "2022-01": "received",
        "2022-02": "due",
        "2022-03": "running",
    }
    assert states(calendar, date(2022, 3, 11))["2022-02"] == "due"  # the last day in time
    assert states(calendar, date(2022, 3, 12))["2022-02"] == "overdue"
    assert states(calendar, date(2022, 3, 12), since=date(2022, 3, 1)) == {"2022-03": "running"}
    assert states(calendar, JANUARY) == {}


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("sealed_after", [False, True])
def test_a_record_taken_back_covers_nothing(calendar, sealed, sealed_after):
    post(calendar, ACTOR, [month(1), fact("59", start=date(2022, 2, 1), end=date(2022, 4, 1))])
    if sealed:
        seal(calendar, ACTOR)
    assert set(states(calendar, date(2022, 4, 1)).values()) == {"received"}
    reverse_fact(calendar, ACTOR, 2, reason="read from the wrong meter")
    if sealed_after:
        seal(calendar, ACTOR)
    found = deliveries(calendar, date(2022, 4, 1))
    assert [(one.covered_days, one.quantity is None) for one in found] == [(31, False), (0, True), (0, True)]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_bill_of_two_months_counts_by_its_days(calendar, sealed):
    post(calendar, ACTOR, [fact("59", start=JANUARY, end=date(2022, 3, 1), unit="kWh")])
    if sealed:
        seal(calendar, ACTOR)
    first, second = deliveries(calendar, date(2022, 3, 1))
    assert (first.quantity, second.quantity) == (31 * 3_600_000, 28 * 3_600_000)
    assert (first.dimension, first.state) == ("energy", State.RECEIVED)


def test_half_a_month_is_not_received(calendar):
    post(calendar, ACTOR, [fact("50", start=JANUARY, end=date(2022, 1, 16))])
    (one,) = deliveries(calendar, date(2022, 1, 31))
    assert (one.covered_days, one.state) == (15, State.RUNNING)


def test_a_gap_is_explained_and_late_data_still_count(calendar):
    explain_gap(calendar, ACTOR, 1, JANUARY, "the meter was exchanged")
    (one, _) = deliveries(calendar, date(2022, 2, 20))
    assert (one.state, one.gap) == (State.EXPLAINED, "the meter was exchanged")
    post(calendar, ACTOR, [month(1)])
    assert states(calendar, date(2022, 2, 20))["2022-01"] == "received"
    assert audit(calendar).passed


def test_a_jump_compares_whole_periods_in_any_unit(calendar):
    post(calendar, ACTOR, [month(1, "100", 2021), month(1, "0.15", unit="MWh"), month(2, "90")])
    january, february = deliveries(calendar, date(2022, 3, 1))
    assert january.jump == Fraction(1, 2)
    assert february.jump is None  # nothing was there a year before


def test_two_meters_are_two_expectations(book):
    for meter in ("A", "B"):
        expect(book, ACTOR, "hefei", POWER, first_day=JANUARY, source=meter)
    post(book, ACTOR, [month(1, source="A")])
    assert [
        (d.expectation.source, d.state)
        for d in deliveries(book, date(2022, 3, 1))
        if d.period.label == "2022-01"
    ] == [
        ("A", "received"),
        ("B", "overdue"),
    ]


def test_what_ended_is_not_asked_for(calendar):
    end_expectation(calendar, ACTOR, 1, date(2022, 2, 1), "the site was sold")
    assert list(states(calendar, date(2022, 6, 1))) == ["2022-01"]
    expect(calendar, ACTOR, "hefei", POWER, first_day=date(2022, 2, 1), every="quarter")
    assert len(_all(calendar)) == 2


def _all(book):
    with book.read() as connection:
        return expectations(connection)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda b: expect(b, ACTOR, "nowhere", POWER, first_day=JANUARY), "ledger.facility_unknown"),
        (lambda b: expect(b, ACTOR, "hefei", POWER, first_day=JANUARY, every="week"), "ledger.every_unknown"),
        (
            lambda b: expect(b, ACTOR, "hefei", POWER, first_day=JANUARY, grace_days=-1),
            "ledger.grace_negative",
        ),
        (lambda b: expect(b, ACTOR, "hefei", POWER, first_day=JANUARY), "ledger.expected_twice"),
        (lambda b: explain_gap(b, ACTOR, 9, JANUARY, "lost"), "ledger.expected_unknown"),
        (lambda b: explain_gap(b, ACTOR, 1, date(2022, 1, 2), "lost"), "ledger.gap_no_period"),
        (lambda b: explain_gap(b, ACTOR, 1, JANUARY, " "), "ledger.reason_missing"),
        (lambda b: end_expectation(b, ACTOR, 1, JANUARY, ""), "ledger.reason_missing"),
    ],
)
def test_what_is_refused(calendar, act, code):
    head = calendar.head()
    with pytest.raises(QinglianError) as caught:
        act(calendar)
    assert caught.value.code == code
    assert calendar.head() == head


def test_an_end_is_said_once(calendar):
    end_expectation(calendar, ACTOR, 1, date(2022, 2, 1), "sold")
    with pytest.raises(QinglianError) as caught:
        end_expectation(calendar, ACTOR, 1, date(2022, 3, 1), "sold")
    assert caught.value.code == "ledger.expected_ended"


@given(
    start=st.integers(1, 12),
    every=st.sampled_from(sorted(EVERY.values())),
    name=st.sampled_from(["start", "end"]),
    first=st.dates(date(2019, 1, 1), date(2023, 1, 1)),
    days=st.integers(0, 1500),
)
def test_periods_follow_one_another_without_a_hole(start, every, name, first, days):
    expected = Expectation(1, "hefei", POWER, None, every, "subject", 0, first, None)
    until = first + timedelta(days=days)
    found = list(expected.periods(FiscalCalendar(start, name), until))
    assert all(a.end == b.start for a, b in pairwise(found))
    assert all(first <= span.start < until for span in found)
    assert len({span.label for span in found}) == len(found)
    if found:
        assert found[0].start.day == 1
        assert found[-1].end >= until


@settings(max_examples=25)
@given(cuts=st.sets(st.integers(1, 30)), order=st.randoms())
def test_splitting_and_order_of_records_change_nothing(tmp_path_factory, cuts, order):
    book = create_book(tmp_path_factory.mktemp("books") / "book", organisation="Example", actor=ACTOR)
    add_facility(book, ACTOR, "hefei", name="Hefei", where="CN-AH")
    expect(book, ACTOR, "hefei", POWER, first_day=JANUARY)
    edges = [0, *sorted(cuts), 31]
    parts = [
        fact(str(b - a), start=JANUARY + timedelta(days=a), end=JANUARY + timedelta(days=b), reference=str(a))
        for a, b in pairwise(edges)
    ]
    order.shuffle(parts)
    post(book, ACTOR, parts)
    (one,) = deliveries(book, date(2022, 1, 31))
    assert (one.covered_days, one.quantity, one.state) == (31, 31 * 3_600_000, State.RECEIVED)


def test_an_erased_owner_has_no_name(lite, capsys):
    expect(lite, ACTOR, "hefei", POWER, first_day=JANUARY, owner=Actor("wang.fang", "Wang Fang"))
    assert run(["collection", "list", "--book", str(lite.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["owner"] == "wang.fang"
    erase_person(lite, DPO, "wang.fang", reason="left the company")
    assert run(["collection", "list", "--book", str(lite.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["owner"] is None


@pytest.mark.parametrize(("language", "word", "mark"), [("en", "OVERDUE", "40%"), ("zh", "逾期", "40%")])
def test_the_verbs(lite, capsys, language, word, mark):
    def call(*words):
        code = run(["--lang", language, "collection", *words, "--book", str(lite.folder)])
        return code, capsys.readouterr()

    post(lite, ACTOR, [month(1, "100", 2021), month(1, "140")])
    assert call("add", "hefei", POWER, "--from", "2022-01-01", "--grace", "5")[0] == 0
    code, said = call("due", "--as-of", "2022-04-10")
    assert code == 0
    assert word in said.out
    assert mark in said.out
    assert call("gap", "1", "2022-02", "--reason", "meter exchanged")[0] == 0
    assert "meter exchanged" in call("due", "--as-of", "2022-04-10")[1].out
    assert "2022-01" not in call("due", "--as-of", "2022-04-10", "--open")[1].out
    assert call("end", "1", "--from", "2022-03-01", "--reason", "sold")[0] == 0
    assert "2022-03-01" in call("list")[1].out
    code, said = call("gap", "1", "2022-02-02", "--reason", "x")
    assert code == 1
    assert "collection due" in said.err


def test_due_for_programs(lite, capsys):
    expect(lite, ACTOR, "hefei", POWER, first_day=JANUARY)
    post(lite, ACTOR, [month(1, "100", 2021), month(1, "130")])
    code = run(["collection", "due", "--as-of", "2022-01-31", "--book", str(lite.folder), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["as_of"] == "2022-01-31"
    (one,) = answer["deliveries"]
    assert (one["state"], one["jump"], one["covered_days"]) == ("received", "3/10", 31)
    assert one["period"] == {"label": "2022-01", "start": "2022-01-01", "end": "2022-02-01"}


def test_spans_are_labelled_by_the_fiscal_year():
    expected = Expectation(1, "hefei", POWER, None, 3, "subject", 0, date(2022, 1, 1), None)
    labels = [s.label for s in expected.periods(FiscalCalendar(4), date(2022, 12, 31))]
    assert labels == ["FY2021Q4", "FY2022Q1", "FY2022Q2", "FY2022Q3"]
    assert isinstance(next(expected.periods(FiscalCalendar(4), date(2022, 2, 1))), Span)

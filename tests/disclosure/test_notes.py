"""Methodology notes come from the run: each thing it did is said, in both languages."""

import pytest

from qinglian.core.text import use_language
from qinglian.disclosure.notes import notes
from qinglian.disclosure.statement import build_statement
from qinglian.ledger.actor import Actor
from qinglian.ledger.base_year import BaseYear, declare_base_year
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import View
from qinglian.ledger.posting import post
from qinglian.ledger.restatement import restate
from qinglian.ledger.versions import approve_adjustment, create_version
from tests.disclosure.conftest import AS_OF, ZHANG, facts, publish
from tests.ledger import conftest as write


def said(statement):
    return {heading: " ".join(sentences) for heading, sentences in notes(statement.data)}


def test_the_notes_say_what_the_run_did(book, drafted):
    told = said(build_statement(book, drafted.id, AS_OF))
    assert "operational control" in told["Organisational boundary"]
    assert "hefei, Hefei works (admin:CN-AH): share counted 100.0 %." in told["Organisational boundary"]
    assert "IPCC AR5" in told["Global warming potentials"]
    assert "Invented for a test" in told["Rules and emission factors"]
    assert "Purchased electricity: 4 MWh, of which 4 MWh" in told["Scope 2 and contractual instruments"]
    assert "No contractual instrument" in told["Scope 2 and contractual instruments"]
    assert "electricity.purchased: no factor answers 6 records" in told["Exclusions"]
    assert "Not recorded does not mean zero" in told["Exclusions"]
    assert "Electricity purchased: 14.3 % from estimated" in told["Coverage and estimates"]
    assert (
        "Total emissions, location-based is without Scope 3, category 3" not in told["Coverage and estimates"]
    )
    assert "Scope 3 emissions, gross is without Scope 3, category 3" in told["Coverage and estimates"]
    assert "no factor states a spread" in told["Uncertainty"]
    assert "nothing is restated" in told["Restatements and base year"]
    assert "approved by a person who posted none" in told["Review and integrity"]


def test_the_chinese_notes_have_the_same_shape(book, drafted):
    statement = build_statement(book, drafted.id, AS_OF)
    english = [len(sentences) for _, sentences in notes(statement.data)]
    use_language("zh")
    assert [len(sentences) for _, sentences in notes(statement.data)] == english


def test_a_restated_version_says_what_it_replaces_and_why(book, drafted, actor, year):
    declare_base_year(book, actor, BaseYear("2022"))
    approval = approve_adjustment(book, ZHANG, drafted.id, reason="late bill")
    late = write.fact("7000", start=write.date(2022, 6, 1), source="late")
    post(book, actor, [late], kind="adjustment", approval=approval.id)
    again = create_version(book, actor, calculate(book, actor, year).id, View(gwp="AR5"), reason="late bill")
    publish(book, again.id)
    restate(book, actor, drafted.id, again.id, reason="late bill")
    told = said(build_statement(book, again.id, AS_OF))["Restatements and base year"]
    assert "supersedes version 1. Reason: late bill" in told
    assert "Scope 2, location-based (gross), t CO2e: before 0.7, activity 1.4" in told
    assert "Base year 2022" in told
    earlier = said(build_statement(book, drafted.id, AS_OF))["Restatements and base year"]
    assert "Version 2 of this period has been published since" in earlier


@pytest.mark.parametrize("single", [True, False])
def test_the_notes_say_whether_somebody_else_looked(make_book, actor, year, single):
    book = make_book(single_user=single)
    post(book, actor, facts())
    drafted = create_version(book, actor, calculate(book, actor, year).id)
    publish(book, drafted.id, actor if single else Actor("other", authenticated=True))
    told = said(build_statement(book, drafted.id, AS_OF))["Review and integrity"]
    assert ("Not independently reviewed" in told) is single

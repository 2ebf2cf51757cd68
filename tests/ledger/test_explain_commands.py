"""What explain and trace print, and the same as data: exact beside rounded, hours, shared records, factors."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.core.text import use_language
from qinglian.ledger.calculation import calculate
from qinglian.ledger.explain import amount_text, explanation, span_text
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posting import post
from tests.ledger.conftest import ACTOR, YEAR, ZONE, add_certificates, certificate, fact


def parts(record, kind):
    """All parts of one kind of an explanation as data."""
    found = [record] if record["kind"] == kind else []
    return found + [part for child in record["children"] for part in parts(child, kind)]


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(5, 4), "1.25 kg"),
        (Fraction(2020957806544817, 750000000), "≈ 2694610.40873 kg (= 2020957806544817/750000000)"),
        (Fraction(10**40 + 1, 3), "≈ 3333333333330000000000000000000000000000 kg"),
    ],
)
def test_a_number_is_exact_where_it_ends_and_rounded_beside_the_exact_one(exact, shown):
    assert amount_text(exact, "kg") == shown


def test_hours_are_shown_with_the_date_and_whole_days_without():
    start = datetime(2022, 3, 1, 7, tzinfo=ZONE)
    assert span_text(start, start + timedelta(hours=1)) == "2022-03-01 07:00..08:00 (CST)"
    midnight = start.replace(hour=0)
    assert span_text(midnight, midnight + timedelta(days=31)) == "2022-03-01..2022-03-31"


@pytest.fixture
def covered(lite):
    post(lite, ACTOR, [fact("100")])
    add_certificates(lite, certificate("40"))
    return lite


def test_parts_of_one_bill_say_that_they_share_it(covered):
    use_language("en")
    inventory = read_inventory(covered, calculate(covered, ACTOR, YEAR).id)
    told = explanation(covered, inventory, scope="2", method="market").record()
    streams = parts(told, "stream")
    assert [stream["shares_records"] for stream in streams] == [True, True]
    assert sorted(stream["amounts"][0]["value"] for stream in streams) == ["40", "60"]
    assert all("these records are shared" in part["label"] for part in parts(told, "shared"))
    at_place = explanation(covered, inventory, scope="2", method="location").record()
    assert parts(at_place, "shared") == []


def test_explain_returns_data(covered, capsys):
    calculate(covered, ACTOR, YEAR)
    words = ["--book", str(covered.folder), "--json", "explain", "--scope", "2", "--method", "location"]
    assert run(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["value"], told["unit"]) == ("total", "20", "kg CO2e")
    (factor,) = parts(told, "factor")
    assert (factor["place"], factor["per_unit"], factor["gases"][0]["kg"]) == ("grid:CN", "kWh", "0.2")
    assert factor["citation"]
    (record,) = parts(told, "record")
    assert (record["fact"], record["value"], record["unit"]) == (1, "100", "kWh")
    assert datetime.fromisoformat(record["end"]).astimezone(UTC) > datetime(2022, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("language", "chosen"), [("en", "chosen"), ("zh", "选定")])
def test_trace_shows_the_factor_and_why_the_others_lost(covered, capsys, language, chosen):
    calculate(covered, ACTOR, YEAR)
    assert run(["--book", str(covered.folder), "--lang", language, "trace"]) == 0
    printed = capsys.readouterr().out
    for word in ("0.2 kg CO2 / kWh", "grid:CN", "2020-01-01..2030-01-01", "direct", chosen):
        assert word in printed


def test_trace_as_data_holds_every_candidate_whole(covered, capsys):
    calculate(covered, ACTOR, YEAR)
    assert run(["--book", str(covered.folder), "--json", "trace"]) == 0
    entries = json.loads(capsys.readouterr().out)
    known = [entry["candidate"] for entry in entries if entry["factor"]]
    assert known
    assert all(c["citation"] and c["pack"] and c["version"] and c["basis"] for c in known)

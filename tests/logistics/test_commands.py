"""The room's verbs as typed: template, check, report, operations, verify, distance."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.core.dimension import Dimension
from qinglian.core.period import parse_period
from qinglian.ledger.book import open_book
from qinglian.logistics import DIMENSION
from qinglian.logistics.posted import headline
from qinglian.logistics.readers import read
from qinglian.present.exits import Exit
from qinglian.present.figures import Table
from qinglian.present.plain import plain_text
from tests.logistics.folders import REFERENCE, write


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_template_can_be_filled_in_and_read(ask, tmp_path, lang, capsys):
    target = tmp_path / f"{lang}.xlsx"
    assert run(["--lang", lang, "logistics", "template", str(target)]) == Exit.OK
    capsys.readouterr()
    folder = tmp_path / lang
    assert run(["--lang", lang, "logistics", "template", str(folder), "--no-example"]) == Exit.OK
    assert len(list(folder.iterdir())) == 8


def test_check_shows_the_rule_of_every_element(ask, tmp_path, capsys):
    folder = write(tmp_path / "log")
    code, answer = ask("logistics", "check", folder)
    assert (code, answer["elements"], answer["undecided"]) == (Exit.OK, 3, 0)
    assert run(["logistics", "check", str(folder)]) == Exit.OK
    assert capsys.readouterr().out.count("transport bought by the company") == 3


def test_report_states_both_halves_and_draws_lanes(ask, tmp_path):
    folder = write(tmp_path / "log")
    drawing = tmp_path / "lanes.svg"
    code, answer = ask("logistics", "report", folder, "--svg", drawing)
    assert code == Exit.OK
    assert answer["view"] == "allocated"
    assert Fraction(answer["ttw_kg"]) + Fraction(answer["wtt_kg"]) == Fraction(answer["wtw_kg"])
    assert answer["wtw_kg"] == "3907.3483"
    assert answer["primary_share"] == "0"
    assert "Rotterdam" in drawing.read_text(encoding="utf-8")


def test_the_operational_view_is_another_view(ask, tmp_path):
    trips = (
        "trip,vehicle,distance_km,load_t,payload_t\n"
        "out,road.artic_gt33t,470,20,20\nback,road.artic_gt33t,470,0,20\n"
    )
    code, answer = ask("logistics", "operations", write(tmp_path / "log", trips=trips))
    assert (code, answer["view"]) == (Exit.OK, "operational")
    assert [Fraction(trip["ttw_kg"]) for trip in answer["trips"]] == [
        470 * Fraction("1.06921"),
        470 * Fraction("0.64734"),
    ]
    assert ask("logistics", "report", tmp_path / "log")[1]["wtw_kg"] == "3907.3483"  # trips are not in it
    assert ask("logistics", "operations", write(tmp_path / "none"), error=True)[0] == Exit.REFUSED


def stated(activity="4700", wtw="446.594", ttw="362.041"):
    head = REFERENCE["elements"].splitlines()
    rows = [f"{head[0]},claimed_activity_tkm,claimed_wtw_kg,claimed_ttw_kg"]
    rows += [f"{head[1]},{activity},{wtw},{ttw}", *(f"{row},,," for row in head[2:])]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("claim", "failing"),
    [
        ({}, []),
        ({"wtw": "446.6"}, []),
        ({"activity": "", "wtw": "", "ttw": ""}, []),
        ({"activity": "5000"}, ["logistics.claimed_activity_wrong"]),
        ({"wtw": "362.041"}, ["logistics.claimed_wtw_wrong"]),
        ({"ttw": "446.594"}, ["logistics.claimed_ttw_wrong"]),
        ({"wtw": "362", "ttw": "400"}, ["claimed_wtw_wrong", "claimed_ttw_wrong", "wtw_below_ttw"]),
    ],
)
def test_verify_names_the_statement_that_fails(ask, tmp_path, claim, failing):
    folder = write(tmp_path / "log", elements=stated(**claim))
    code, answer = ask("logistics", "verify", folder)
    assert [problem["code"].removeprefix("logistics.") for problem in answer["failed"]] == [
        name.removeprefix("logistics.") for name in failing
    ]
    assert code == (Exit.AUDIT_FAILED if failing else Exit.OK)
    assert all(problem["row"] == 2 for problem in answer["failed"])
    assert answer["stated"] == sum(
        bool(one) for one in {"activity": "1", "wtw": "1", "ttw": "1", **claim}.values()
    )


def test_verify_changes_nothing(tmp_path):
    folder = write(tmp_path / "log", elements=stated(wtw="1"))
    before = read(folder)
    run(["logistics", "verify", str(folder)])
    assert read(folder) == before


def test_a_distance_says_kind_method_and_passages(ask):
    code, answer = ask("logistics", "distance", "sea", "30.62,121.8", "51.98,4.0", "--closed", "suez")
    assert (code, answer["kind"]) == (Exit.OK, "sfd")
    assert "suez" not in answer["passages"]
    assert ask("logistics", "distance", "air", "HFE", "PVG")[1]["kind"] == "gcd"
    assert ask("logistics", "distance", "road", "HFE", "PVG", error=True)[0] == Exit.REFUSED
    assert ask("logistics", "distance", "great-circle", "north pole,x", "PVG", error=True)[0] == Exit.REFUSED


def test_figures_of_a_book_for_the_hall(ask, tmp_path):
    ask("logistics", "import", write(tmp_path / "log"))
    book = open_book(tmp_path / "book")
    span = parse_period("2025", book.identity.calendar, book.identity.zone)
    assert headline(book, span) == 204510
    assert isinstance(DIMENSION, Dimension)
    bars, table = DIMENSION.figures(book, span)
    assert {bar.value for bar in bars.bars} == {9200, 195310}
    assert isinstance(table, Table)
    assert "freight.sea.container_8000teu" in plain_text(table)

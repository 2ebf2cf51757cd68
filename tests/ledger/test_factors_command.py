"""Factors of an activity at a place: by any of its names, with the fallbacks that would answer there."""

from __future__ import annotations

import json

import pytest

from qinglian.cli import run


@pytest.mark.parametrize("place", ["Anhui", "安徽", "CN-AH", "admin:CN-AH", "grid:CN-AH"])
def test_the_national_factor_answers_at_a_province_as_a_fallback(lite, capsys, place):
    words = [
        "--book",
        str(lite.folder),
        "--json",
        "factors",
        "show",
        "electricity.purchased",
        "--place",
        place,
    ]
    assert run(words) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {entry["place"] for entry in shown} == {"grid:CN"}
    assert all(entry["fallback"] > 0 for entry in shown)


def test_a_place_elsewhere_has_none_and_an_unknown_one_is_refused(lite, capsys):
    words = ["--book", str(lite.folder), "factors", "show", "electricity.purchased", "--place"]
    assert run([*words, "DE"]) == 0
    assert "No factor of the installed packs" in capsys.readouterr().out
    assert run([*words, "Atlantis"]) == 1


@pytest.mark.parametrize(("language", "word"), [("en", "fallback, level"), ("zh", "回退")])
def test_the_level_is_shown(lite, capsys, language, word):
    words = ["--book", str(lite.folder), "--lang", language, "factors", "show", "electricity.purchased"]
    assert run([*words, "--place", "CN-AH"]) == 0
    assert word in capsys.readouterr().out

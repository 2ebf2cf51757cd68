"""The verbs: each in both languages and as data, with refusals that say what to do."""

import json

import pytest

from qinglian.cli import run
from qinglian.core.errors import QinglianError
from qinglian.disclosure.options import Day


@pytest.fixture
def ask(book, capsys):
    def asking(*words, code=0):
        assert run([*words, "--book", str(book.folder)]) == code
        found = capsys.readouterr()
        return found.out if code in {0, 4} else found.err

    return asking


def data(answer):
    return json.loads(answer)


def test_frameworks_of_a_day_and_all_of_them(ask):
    later = data(ask("disclosure", "frameworks", "--as-of", "2027-01-01", "--json"))
    assert {one["standing"] for one in later} == {"in_use"}
    assert "GRI 305: 2016 and 302: 2016" not in {one["version"] for one in later}
    everything = data(ask("disclosure", "frameworks", "--json"))
    assert len(everything) > len(later)
    assert "框架版本" in ask("disclosure", "frameworks", "--lang", "zh")


def test_points_and_one_point_with_its_codes(ask):
    assert len(data(ask("disclosure", "points", "--json"))) > 40
    shown = ask("disclosure", "points", "ghg.scope1")
    assert "UNCONFIRMED: recalled" in shown
    assert "E1-6_01" in shown
    assert "范围一排放（总量）" in ask("disclosure", "points", "ghg.scope1", "--lang", "zh")
    assert "ghg.scope1" in ask("disclosure", "points", "ghg.scope11", code=1)


def test_a_statement_is_shown_and_given_as_data(ask):
    words = ("disclosure", "statement", "1", "--as-of", "2026-11-23")
    found = data(ask(*words, "--json"))
    assert found["sha256"] in ask(*words)
    figures = {one["point"]["code"]: one["rounded"] for one in found["statement"]["points"]}
    assert figures["waste.generated"] == "3"
    only = data(ask(*words, "--framework", "esrs-e1", "--json"))["statement"]
    assert [one["id"] for one in only["frameworks"]] == ["esrs-e1"]


def test_the_day_is_asked_for_and_never_taken_from_the_clock(ask):
    assert "--as-of" in ask("disclosure", "statement", "1", code=2)
    assert "YYYY-MM-DD" in ask("disclosure", "statement", "1", "--as-of", "today", code=1)
    with pytest.raises(QinglianError):
        Day().convert("2026-02-30", None, None)


def test_report_verify_pack_and_sample(ask, tmp_path):
    told = tmp_path / "text.toml"
    told.write_text('[[paragraph]]\nen = "{ghg.scope1}"\nzh = "{ghg.scope1}"\n', encoding="utf-8")
    folder, pack = tmp_path / "report", tmp_path / "pack.zip"
    words = ("disclosure", "report", "1", "--as-of", "2026-11-23", "--text", str(told), "--no-pdf")
    made = data(ask(*words, "--out", str(folder), "--json"))
    assert data(ask("disclosure", "verify", str(folder), "--with-book", "--json"))["passed"]
    verified = ask("disclosure", "verify", str(folder), "--sha256", made["sha256"])
    assert "not done" in verified
    assert "not empty" in ask(*words, "--out", str(folder), code=1)
    ask("disclosure", "pack", "1", "--as-of", "2026-11-23", "--output", str(pack))
    drawn = data(ask("disclosure", "sample", str(pack), "ghg.scope1", "--size", "1", "--seed", "x", "--json"))
    assert len(drawn) == 1
    (folder / "report.en.html").write_text("other", encoding="utf-8")
    assert "report.en.html was changed" in ask("disclosure", "verify", str(folder), code=4)


def test_an_unbound_number_leaves_with_its_paragraph(ask, tmp_path):
    told = tmp_path / "text.toml"
    told.write_text('[[paragraph]]\nen = "60,000 t"\nzh = "{ghg.scope1}"\n', encoding="utf-8")
    words = ("disclosure", "report", "1", "--as-of", "2026-11-23", "--text", str(told), "--no-pdf")
    refused = ask(*words, "--out", str(tmp_path / "r"), code=1)
    assert "paragraph 1 (en)" in refused
    assert "{ghg.scope1}" in refused

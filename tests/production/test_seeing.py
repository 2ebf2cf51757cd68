"""Verbs that look: a folder is checked with its doubts, the book's plans are shown and drawn."""

from __future__ import annotations

import csv
import json

import pytest

from qinglian.cli import run
from qinglian.present.exits import Exit


@pytest.fixture
def week(tmp_path, capsys):
    assert run(["production", "template", str(tmp_path / "week")]) == Exit.OK
    capsys.readouterr()
    return tmp_path / "week"


def test_a_template_is_a_week_with_a_doubt(week, capsys):
    assert run(["--json", "production", "check", str(week)]) == Exit.OK
    assert json.loads(capsys.readouterr().out) == {"lines": 1, "lots": 1, "orders": 1, "doubts": 1}
    assert run(["--lang", "zh", "production", "check", str(week)]) == Exit.OK
    printed = capsys.readouterr()
    assert "1 条产线" in printed.out
    assert "168" in printed.err


def test_what_is_wrong_is_refused(week, capsys):
    lots = week / "lots.csv"
    lots.write_text(lots.read_text(encoding="utf-8").replace(",", ";", 1), encoding="utf-8")
    assert run(["--json", "production", "check", str(week)]) == Exit.REFUSED
    assert json.loads(capsys.readouterr().err)["problems"]


def test_a_week_that_no_plan_can_meet_is_refused_with_its_cause(week, capsys):
    lots = week / "lots.csv"
    table = list(csv.reader(lots.read_text(encoding="utf-8-sig").splitlines()))
    place = table[0].index("deadline")
    for row in table[1:]:
        row[place] = row[table[0].index("release")]
    lots.write_text("\n".join(map(",".join, table)), encoding="utf-8")
    assert run(["--json", "production", "check", str(week)]) == Exit.REFUSED
    (problem, *_) = json.loads(capsys.readouterr().err)["problems"]
    assert problem["code"] == "production.infeasible_deadline_before_release"


def test_the_book_is_shown(tmp_path, capsys):
    book = ["--json", "--book", str(tmp_path / "book")]
    assert run([*book, "init", "Works", "--single-user"]) == Exit.OK
    capsys.readouterr()
    assert run([*book, "production", "report", "--period", "2025"]) == Exit.OK
    assert [table["rows"] for table in json.loads(capsys.readouterr().out)] == [[], [], []]
    drawing = tmp_path / "bought.svg"
    assert run([*book, "production", "report", "--period", "2025", "--svg", str(drawing)]) == Exit.OK
    assert "Electricity bought" in drawing.read_text(encoding="utf-8")

from __future__ import annotations

import json
from decimal import Decimal

from qinglian.core.errors import Problem, Where
from qinglian.core.text import use_language
from qinglian.present.console import Console

from .samples import TABLE, TREE

PROBLEM = Problem(
    "core.number_unreadable", Where(file="bills.csv", row=3, column="quantity"), {"text": "12,3"}
)


def test_a_person_gets_figures_and_sentences(capsys):
    Console().emit({"a": 1}, TABLE, "and then", TREE)
    out = capsys.readouterr().out
    assert out.index("1,907.35") < out.index("and then") < out.index("└─ last")
    assert "{" not in out


def test_a_program_gets_one_line_of_canonical_json(capsys):
    Console(as_json=True).emit({"b": Decimal("1.50"), "a": None}, TABLE)
    assert capsys.readouterr().out == '{"a":null,"b":"1.5"}\n'


def test_a_problem_says_what_where_and_the_fix(capsys):
    Console().refuse([PROBLEM])
    out, err = capsys.readouterr()
    what, where, fix = err.splitlines()
    assert out == ""
    assert "12,3" in what
    assert "bills.csv" in where
    assert "3" in where
    assert fix.strip() == f"Fix: {PROBLEM.fix()}"


def test_a_problem_in_chinese(capsys):
    use_language("zh")
    Console().refuse([PROBLEM])
    lines = capsys.readouterr().err.splitlines()
    assert [line.strip()[:2] for line in lines] == ["错误", "位置", "办法"]


def test_a_program_gets_problems_as_json(capsys):
    Console(as_json=True).refuse([PROBLEM, Problem("present.disk_full")])
    first, second = json.loads(capsys.readouterr().err)["problems"]
    assert first["code"] == "core.number_unreadable"
    assert first["where"] == {"file": "bills.csv", "sheet": None, "row": 3, "column": "quantity"}
    assert first["fix"]
    assert second["where"] is None


def test_notes_are_for_people(capsys):
    Console().note("by the way")
    Console(as_json=True).note("by the way")
    assert capsys.readouterr() == ("", "by the way\n")

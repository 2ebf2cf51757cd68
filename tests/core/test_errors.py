from __future__ import annotations

import pickle

import pytest

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.text import use_language

BILL = Where(file="bills.csv", row=12, column="quantity")


def test_message_names_place_problem_and_fix():
    error = QinglianError("core.number_unreadable", where=BILL, text="1,23")
    assert str(error) == (
        "file bills.csv, row 12, column quantity: '1,23' is not a number that can be read without guessing. "
        "Write digits with a point as decimal mark, such as 1234.5 or 1,234.5; no percent sign, no unit"
    )
    assert (error.code, error.where, error.problem.params) == (
        "core.number_unreadable",
        BILL,
        {"text": "1,23"},
    )


def test_message_in_chinese():
    use_language("zh")
    assert str(QinglianError("core.number_unreadable", Where("账单.xlsx", "1月", 12), text="x")) == (
        "文件 账单.xlsx，工作表 1月，第 12 行：无法无歧义地读出数字“x”。"
        "请只写数字，用点作小数点，例如 1234.5 或 1,234.5；不要带百分号或单位"
    )


def test_problem_in_a_named_language():
    problem = Problem("core.number_too_long", None, {"text": "9"})
    assert "18 digits" in problem.message("en")
    assert "18 位" in problem.message("zh")
    assert problem.fix("zh").startswith("请")
    assert problem.message() == problem.message("en")


def test_where_may_be_empty_or_missing():
    for where in (None, Where()):
        assert str(QinglianError("core.number_too_long", where, text="9")).startswith("'9' has")
    assert not Where()
    assert Where(row=0)


def test_many_problems_one_per_line():
    problems = [Problem("core.number_too_long", Where(row=row), {"text": "9"}) for row in (1, 2)]
    error = QinglianError.many(iter(problems))
    assert error.problems == tuple(problems)
    assert error.code == "core.number_too_long"
    assert [line[:5] for line in str(error).splitlines()] == ["row 1", "row 2"]
    with pytest.raises(ValueError, match="at least one"):
        QinglianError.many([])


def test_survives_pickling_and_later_changes_of_its_params():
    params: dict[str, object] = {"text": "9"}
    problem = Problem("core.number_too_long", BILL, params)
    params["text"] = "8"
    error = pickle.loads(pickle.dumps(QinglianError.many([problem])))
    assert error.problems == (problem,)
    assert problem.params == {"text": "9"}
    assert hash(problem) == hash(Problem("core.number_too_long", BILL, {"text": "9"}))

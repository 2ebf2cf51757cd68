"""What a room says about itself: its report is imported only when it is asked for."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from qinglian.core.dimension import Dimension
from qinglian.core.errors import QinglianError


def quarry(report=""):
    return Dimension("quarry", "Quarry", "采石", "stones_never_there:yard", report)


def test_a_room_without_a_report_shows_nothing():
    assert quarry().figures(None, None) == ()


def test_a_report_is_given_book_and_period(monkeypatch):
    dimension = quarry("stones_report:figures")
    room = ModuleType("stones_report")
    room.figures = lambda book, span: [book, span]
    monkeypatch.setitem(sys.modules, "stones_report", room)
    assert dimension.figures("book", "2025") == ("book", "2025")


def test_a_report_that_is_not_there_fails_when_asked_for():
    dimension = quarry("stones_never_there:figures")
    with pytest.raises(ModuleNotFoundError):
        dimension.figures(None, None)


@pytest.mark.parametrize("report", ["stones.report", "stones:", " "])
def test_a_report_names_module_and_attribute(report):
    with pytest.raises(QinglianError) as caught:
        quarry(report)
    assert caught.value.code == "core.dimension_invalid"
    assert caught.value.problem.params["field"] == "report"

"""A small published book: electricity, gas, wood, board in packaging and waste, with a tiny invented pack."""

from __future__ import annotations

from datetime import date

import pytest

from qinglian.ledger.actor import Actor
from qinglian.ledger.calculation import calculate
from qinglian.ledger.inventory import View
from qinglian.ledger.posting import post
from qinglian.ledger.versions import create_version, decide
from tests.ledger import conftest as write
from tests.ledger.conftest import actor, lite, make_book, tiny_pack, write_pack, year

__all__ = ["actor", "lite", "make_book", "tiny_pack", "write_pack", "year"]

AS_OF = date(2026, 11, 23)
ZHANG = Actor("zhang.min", "Zhang Min", authenticated=True)


def facts():
    return [
        write.fact("1000"),
        write.fact("500.5", start=date(2022, 4, 1), quantity_basis="estimated", source="meter-2"),
        write.fact("2", "MWh", start=date(2022, 5, 1), source="meter-3"),
        write.fact("300", "kWh(gross)", activity="fuel.stationary.natural_gas"),
        write.fact("40", "kg", activity="fuel.stationary.wood"),
        write.fact("3", "t", activity="waste.board.recycling"),
    ]


def publish(book, number, who=ZHANG):
    for state in ("reviewed", "approved", "published"):
        last = decide(book, who, number, state)
    return last


@pytest.fixture
def drafted(lite, actor, year):
    post(lite, actor, facts())
    return create_version(lite, actor, calculate(lite, actor, year).id, View(gwp="AR5"))


@pytest.fixture
def book(lite, drafted):
    publish(lite, drafted.id)
    return lite

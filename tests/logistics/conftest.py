"""A real book with one facility and the shipped packs."""

from __future__ import annotations

import json
import shutil

import pytest

from qinglian.cli import run
from qinglian.present.exits import Exit


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory):
    """A book with one facility and the packs, made once and copied for each test."""
    book = tmp_path_factory.mktemp("made") / "book"
    for words in (
        ("init", "Works", "--zone", "Asia/Shanghai"),
        ("facility", "add", "HEF", "--name", "Hefei", "--place", "CN-AH"),
        ("factors", "install"),
    ):
        assert run(["--json", "--book", str(book), *words]) == Exit.OK
    return book


@pytest.fixture
def ask(empty_book, tmp_path, capsys):
    """Run a verb in a book with one facility; return its exit code and its JSON."""
    book = tmp_path / "book"
    shutil.copytree(empty_book, book)
    capsys.readouterr()

    def asked(*words, error=False):
        code = run(["--json", "--book", str(book), *map(str, words)])
        printed = capsys.readouterr()
        return code, json.loads(printed.err if error else printed.out or "null")

    return asked


@pytest.fixture
def totals(tmp_path):
    """Calculate a year in that book; return exact kilograms by rule, and the inventory."""
    from qinglian.core.period import parse_period
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.ledger.calculation import calculate
    from qinglian.ledger.inventory import GROSS, read_inventory

    def calculated(year="2025"):
        book = open_book(tmp_path / "book")
        span = parse_period(year, book.identity.calendar, book.identity.zone)
        inventory = read_inventory(book, calculate(book, Actor.of_machine(), span).id)
        sums = {}
        for emission in inventory.select(GROSS):
            rule = emission.line.rule.id
            sums[rule] = sums.get(rule, 0) + emission.kg_co2e
        return sums, inventory

    return calculated

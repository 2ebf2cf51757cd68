"""The production room in a book: energy used and planned, and the savings claimed with a plan."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.posted import amounts
from qinglian.ledger.posted_figures import claim_table, posted_table
from qinglian.present.figures import Bar, Bars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.core.period import Span
    from qinglian.ledger.book import Book
    from qinglian.ledger.posted import Amount
    from qinglian.present.figures import Table

SHOWN = {"J": "kWh", "kg": "t"}
JOULES_A_KWH = 3_600_000


BOUGHT = "electricity.purchased"


def figures(book: Book, span: Span) -> tuple[Bars, Table, Table]:
    """Return electricity bought by scenario, all that production posted for a period, and its claims."""
    found = amounts(book, "production", span)
    posted = posted_table(text("production.posted_title"), found, SHOWN)
    return _bought(found), posted, claim_table(book, span, "plan:")


def _bought(found: Iterable[Amount]) -> Bars:
    sums: dict[str, Fraction] = {}
    for one in found:
        if one.activity == BOUGHT:
            sums[one.scenario] = sums.get(one.scenario, Fraction(0)) + one.quantity / JOULES_A_KWH
    ordered = sorted(sums.items(), key=lambda item: (item[0] != ACTUAL, item[0]))
    names = {ACTUAL: text("ledger.posted_actual")}
    bars = tuple(Bar(names.get(name, name), kwh) for name, kwh in ordered)
    return Bars(text("production.posted_bought"), "kWh", bars)

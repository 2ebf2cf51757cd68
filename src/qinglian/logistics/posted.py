"""The logistics room in a book: freight booked by activity, and the kilometres' weight it stands for."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.posted import amounts
from qinglian.ledger.posted_figures import posted_table
from qinglian.logistics.booking import DIMENSION
from qinglian.present.figures import Bar, Bars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.core.period import Span
    from qinglian.ledger.book import Book
    from qinglian.ledger.posted import Amount
    from qinglian.present.figures import Figure


def figures(book: Book, span: Span) -> tuple[Figure, ...]:
    """Return tonne-kilometres by mode, and every activity booked in the period."""
    found = amounts(book, DIMENSION, span)
    return _by_mode(found), posted_table(text("logistics.posted_title"), found, {})


def headline(book: Book, span: Span) -> Fraction:
    """Return the tonne-kilometres moved in a period, bought or not."""
    return sum((one.quantity for one in _freight(amounts(book, DIMENSION, span))), Fraction(0))


def _freight(found: Iterable[Amount]) -> list[Amount]:
    return [
        one
        for one in found
        if one.scenario == ACTUAL
        and one.unit == "tkm"
        and one.activity.startswith(("freight.", "freight_out."))
    ]


def _by_mode(found: Iterable[Amount]) -> Bars:
    sums: dict[str, Fraction] = {}
    for one in _freight(found):
        mode = one.activity.split(".")[1]
        sums[mode] = sums.get(mode, Fraction(0)) + one.quantity
    bars = tuple(Bar(text(f"logistics.mode_{mode}"), amount) for mode, amount in sorted(sums.items()))
    return Bars(text("logistics.posted_by_mode"), "tkm", bars)

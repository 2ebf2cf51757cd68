"""The figures of the room: water by source, from the book."""

from __future__ import annotations

from qinglian.core.period import Span
from qinglian.core.text import text
from qinglian.ledger.book import Book
from qinglian.ledger.posted import amounts
from qinglian.present.figures import Bar, Bars, Figure


def figures(book: Book, span: Span) -> tuple[Figure, ...]:
    """Return cubic metres withdrawn by source."""
    bars = [Bar(one.activity, one.quantity) for one in amounts(book, "water", span)]
    return (Bars(text("water.by_source"), "m3", tuple(bars)),)

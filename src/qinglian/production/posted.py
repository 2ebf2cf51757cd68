"""The production room in a book: energy used and planned, and the savings claimed with a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.ledger.posted import amounts
from qinglian.ledger.posted_figures import claim_table, posted_table

if TYPE_CHECKING:
    from qinglian.core.period import Span
    from qinglian.ledger.book import Book
    from qinglian.present.figures import Figure

SHOWN = {"J": "kWh", "kg": "t"}


def figures(book: Book, span: Span) -> tuple[Figure, ...]:
    """Return what production posted for a period by scenario, and its claims."""
    posted = posted_table(text("production.posted_title"), amounts(book, "production", span), SHOWN)
    return posted, claim_table(book, span, "plan:")

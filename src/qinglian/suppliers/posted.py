"""The suppliers room in a book: category 1 by method and by partner, and what was posted."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select

from qinglian.core.text import text
from qinglian.ledger import schema
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posted import amounts
from qinglian.ledger.posted_figures import posted_table
from qinglian.present.numbers import shown
from qinglian.suppliers.account import DIMENSION
from qinglian.suppliers.report import method_table, partner_bars
from qinglian.suppliers.totals import Totals, totals

if TYPE_CHECKING:
    from qinglian.core.period import Span
    from qinglian.ledger.book import Book
    from qinglian.present.figures import Figure


def figures(book: Book, span: Span) -> tuple[Figure, ...]:
    """Return what was posted, and category 1 by method and partner where the period has been calculated."""
    table = posted_table(text("suppliers.posted_title"), amounts(book, DIMENSION, span), {"kg": "t"})
    found = calculated(book, span)
    return (table,) if found is None else (method_table(found), partner_bars(found, {}), table)


def headline(book: Book, span: Span) -> str:
    """Say in one line what purchases emit and how much of it rests on primary data."""
    found = calculated(book, span) or Totals((), 0)
    share = (found.primary_share or Fraction(0)) * 100
    return text("suppliers.headline", tonnes=shown(found.kg_co2e / 1000), share=shown(share, 3))


def calculated(book: Book, span: Span) -> Totals | None:
    """Return category 1 of the newest run of exactly this period, or None where there is none."""
    c = schema.run.c
    query = select(c.id).where(c.period_start == span.start, c.period_end == span.end, c.scenario == ACTUAL)
    with book.read() as connection:
        run = connection.execute(query.order_by(c.seq.desc())).scalars().first()
    return None if run is None else totals(read_inventory(book, run))

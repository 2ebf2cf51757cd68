"""What a person may choose from where a field takes a word: activities in use, then the usual ones."""

from __future__ import annotations

from sqlalchemy import select

from qinglian.ingest.activities import examples
from qinglian.ledger import schema
from qinglian.ledger.book import Book


def known_activities(book: Book) -> list[str]:
    """Return activities of the book and the usual ones, in order."""
    with book.read() as connection:
        used = connection.execute(select(schema.source_stream.c.activity).distinct()).scalars().all()
    return sorted({*used, *examples()})

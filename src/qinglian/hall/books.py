"""The book of an organisation, opened for a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connections

from qinglian.core.errors import QinglianError
from qinglian.hall.database_url import book_url
from qinglian.hall.people.models import Organisation
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, Transaction, create_book, open_book

_open: dict[Path, Book] = {}
_lock = Lock()


class _InsideTransactionError(RuntimeError):
    """A write of the ledger inside a transaction of Django's: the two databases would not agree."""


@dataclass(frozen=True, slots=True)
class HallBook(Book):
    """A book that refuses to be written inside a transaction of the hall's database.

    The ledger commits first; the hall's rows follow. Inside a transaction the hall could still take its own
    row back after the ledger has committed.
    """

    @contextmanager
    def write(self, actor: Actor, action: str, **content: Any) -> Iterator[Transaction]:
        """Write as a book does; see `Book.write`."""
        if any(connection.in_atomic_block for connection in connections.all(initialized_only=True)):
            raise _InsideTransactionError(action)
        with Book.write(self, actor, action, **content) as transaction:
            yield transaction


def folder_of(organisation: Organisation) -> Path:
    """Return the folder of an organisation's book."""
    return (Path(settings.HOME.books) / organisation.folder).resolve()


def book_of(organisation: Organisation) -> Book:
    """Open the book of an organisation, once per process.

    Raises
    ------
    QinglianError
        What `open_book` raises.
    """
    folder = folder_of(organisation)
    with _lock:
        found = _open.get(folder)
        if found is None:
            plain = open_book(folder)
            found = _open[folder] = HallBook(plain.folder, plain.identity, plain.engine, plain.clock)
        return found


def forget(organisation: Organisation) -> None:
    """Close the book of an organisation, so that it is opened anew."""
    with _lock:
        _open.pop(folder_of(organisation), None)


def add_organisation(slug: str, name: str, **identity: Any) -> Organisation:
    """Create an organisation with an empty book.

    Parameters
    ----------
    identity
        Of the book: ``calendar``, ``zone``, ``single_user``, ``actor``.

    Raises
    ------
    QinglianError
        ``hall.organisation_taken``, and what `create_book` raises.
    """
    if Organisation.objects.filter(slug=slug).exists():
        raise QinglianError("hall.organisation_taken", slug=slug)
    url = book_url(settings.HOME.database)
    create_book(Path(settings.HOME.books) / slug, organisation=name, database_url=url, **identity)
    return Organisation.objects.create(slug=slug, name=name, folder=slug)


def adopt_book(slug: str, folder: Path) -> Organisation:
    """Show a book that lies elsewhere under a name here; asking again changes nothing."""
    book = open_book(folder)
    found, _ = Organisation.objects.update_or_create(
        slug=slug, defaults={"name": book.identity.organisation, "folder": str(folder.resolve())}
    )
    return found

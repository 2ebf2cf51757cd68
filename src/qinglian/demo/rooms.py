"""The dimensions that read files of their own: their synthetic folders, posted, and a line about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book
from qinglian.ledger.posting import Posting
from qinglian.logistics import account as logistics
from qinglian.logistics import posted as logistics_posted
from qinglian.logistics import synthetic as logistics_files
from qinglian.packaging import account as packaging
from qinglian.packaging import posted as packaging_posted
from qinglian.packaging import readers as packaging_readers
from qinglian.packaging import synthetic as packaging_files
from qinglian.present.numbers import shown
from qinglian.recycling import account as recycling
from qinglian.recycling import posted as recycling_posted
from qinglian.recycling import readers as recycling_readers
from qinglian.recycling import synthetic as recycling_files
from qinglian.suppliers import account as suppliers
from qinglian.suppliers import posted as suppliers_posted
from qinglian.suppliers import readers as suppliers_readers
from qinglian.suppliers import synthetic as suppliers_files

if TYPE_CHECKING:
    from qinglian.core.period import Span


@dataclass(frozen=True, slots=True)
class Room:
    """What the demonstration does with a dimension's folder."""

    name: str
    write: Callable[[Path], object]
    post: Callable[[Book, Actor, Path], list[Posting]]
    headline: Callable[[Book, Span], str]


def _logistics(book: Book, actor: Actor, folder: Path) -> list[Posting]:
    return [logistics.post_folder(book, actor, folder)]


def _packaging(book: Book, actor: Actor, folder: Path) -> list[Posting]:
    read = packaging_readers.read(folder)
    return list(packaging.post_folder(book, actor, read, folder).values())


def _recycling(book: Book, actor: Actor, folder: Path) -> list[Posting]:
    return [recycling.post_folder(book, actor, recycling_readers.read(folder), folder)]


def _freight(book: Book, span: Span) -> str:
    return text("demo.freight", tkm=shown(logistics_posted.headline(book, span)))


def _suppliers(book: Book, actor: Actor, folder: Path) -> list[Posting]:
    return [suppliers.post_folder(book, actor, suppliers_readers.read(folder), folder)]


ROOMS = (
    Room("suppliers", suppliers_files.write_folder, _suppliers, suppliers_posted.headline),
    Room("logistics", logistics_files.write_folder, _logistics, _freight),
    Room("recycling", recycling_files.write_folder, _recycling, recycling_posted.headline),
    Room("packaging", packaging_files.write_folder, _packaging, packaging_posted.headline),
)


def post_room(book: Book, actor: Actor, room: Room, folder: Path) -> int:
    """Post a room's folder; return how many facts.

    Raises
    ------
    QinglianError
        ``demo.rows_in_conflict`` where a record is there with another value.
    """
    postings = room.post(book, actor, folder)
    if any(posting.conflicts for posting in postings):
        raise QinglianError("demo.rows_in_conflict", room=room.name)
    return sum(posting.posted for posting in postings)

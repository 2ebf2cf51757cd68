"""Inventories read for pages: a run never changes, so what was read once is kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock

from sqlalchemy import func, select

from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.inventory import Inventory, View, read_inventory
from qinglian.ledger.versions import version, version_inventory

MOST_KEPT = 16
_kept: OrderedDict[tuple[Path, str, View, int], Inventory] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run of actual facts."""

    id: str
    label: str
    start: date
    end: date
    seq: int

    @property
    def span(self) -> Span:
        """Its period."""
        return Span(self.start, self.end, self.label)


def runs(book: Book) -> list[RunLine]:
    """Return the newest run of each period, the latest period first."""
    table = schema.run
    columns = (table.c.id, table.c.label, table.c.period_start, table.c.period_end, table.c.seq)
    query = select(*columns).where(table.c.scenario == ACTUAL).order_by(table.c.seq)
    with book.read() as connection:
        newest = {(row[2], row[3]): RunLine(*row) for row in connection.execute(query)}
    return sorted(newest.values(), key=lambda run: (run.end, run.start), reverse=True)


def inventory_of_run(book: Book, run: str, view: View) -> Inventory:
    """Read a run through a view; facilities and shares as the book knows them now."""
    key = (book.folder, run, view, organisation_seq(book))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = read_inventory(book, run, view)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def inventory_of_version(book: Book, number: int) -> Inventory:
    """Read a frozen version; it is compared with its hash every time."""
    return version_inventory(book, version(book, number))


def organisation_seq(book: Book) -> int:
    """Return the newest chain entry that changed facilities or shares: it decides what a reading says."""
    with book.read() as connection:
        newest = [
            connection.execute(select(func.max(table.c.seq))).scalar() or 0
            for table in (schema.facility, schema.ownership_share)
        ]
    return max(newest)

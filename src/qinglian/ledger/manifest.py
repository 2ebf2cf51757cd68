"""The manifest: which sealed segments make up the book, and which of them a question needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import schema
from qinglian.ledger.book import Book


@dataclass(frozen=True, slots=True)
class Segment:
    """One sealed, immutable Parquet file of facts, named by its hash."""

    id: int
    sha256: str
    rows: int
    first_fact: int
    last_fact: int
    first_batch: int
    last_batch: int
    first_day: int
    last_day: int
    largest: int
    schema_version: int

    def path(self, book: Book) -> Path:
        """Where the file lies."""
        return book.segment_folder / f"{self.sha256}.parquet"


def segments(connection: Connection) -> list[Segment]:
    """All listed segments, oldest first."""
    names = [name for name in schema.segment.columns.keys() if name != "seq"]  # noqa: SIM118 - a SQL collection
    columns = [schema.segment.c[name] for name in names]
    return [Segment(*row) for row in connection.execute(select(*columns).order_by(schema.segment.c.id))]


def overlapping(connection: Connection, first_day: int, end_day: int) -> list[Segment]:
    """Segments that may hold facts of the days ``[first_day, end_day)``."""
    return [s for s in segments(connection) if s.first_day < end_day and s.last_day >= first_day]


def present_paths(book: Book, wanted: list[Segment]) -> list[Path]:
    """Paths of segments; raises ``ledger.segment_missing`` naming the first absent file."""
    paths = [segment.path(book) for segment in wanted]
    for path in paths:
        if not path.exists():
            raise QinglianError("ledger.segment_missing", Where(file=str(path)))
    return paths

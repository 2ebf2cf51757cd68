"""A book: one organisation's ledger, in one folder (and, if wished, one PostgreSQL schema).

::

    book/
      book.toml      identity and settings a person may read
      book.db        the control plane (absent with PostgreSQL)
      evidence/      files by their SHA-256
      segments/      sealed facts (Parquet), listed in the manifest
      runs/          results of calculations by their SHA-256
      cache/         derived sums; may be deleted at any time
"""

from __future__ import annotations

import os
import secrets
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from qinglian.core.errors import QinglianError, Where
from qinglian.core.period import FiscalCalendar
from qinglian.ledger import chain, database, schema
from qinglian.ledger.actor import Actor, subject_key
from qinglian.ledger.files import write_atomically

SETTINGS = "book.toml"
FOLDERS = ("evidence", "segments", "runs", "cache")
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """What a book is: fixed when it is created."""

    organisation: str
    calendar: FiscalCalendar
    zone: str
    single_user: bool
    database: str | None
    namespace: str | None


@dataclass(slots=True)
class Transaction:
    """One atomic change of the book: rows for the chained tables and one chain entry."""

    connection: Connection
    seq: int
    recorded_at: int
    content: dict[str, Any]
    inserted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows of a chained table; their digest enters the chain at commit."""
        if not rows:
            return
        complete = [{**dict.fromkeys(table.columns.keys()), **row, "seq": self.seq} for row in rows]
        self.connection.execute(table.insert(), complete)
        self.inserted.setdefault(table.name, []).extend(complete)

    def next_id(self, table: Table) -> int:
        """Next free surrogate id; the write lock makes this race-free and gapless."""
        last = self.connection.execute(select(func.max(table.c.id))).scalar()
        return int(last or 0) + 1

    def digests(self) -> dict[str, str]:
        """Digest of what each table received."""
        tables = schema.metadata.tables
        return {name: chain.rows_digest(tables[name], rows) for name, rows in sorted(self.inserted.items())}


@dataclass(frozen=True, slots=True)
class Book:
    """An open book. Reads are snapshots; every write is one chain entry."""

    folder: Path
    identity: Identity
    engine: Engine
    clock: Callable[[], float] = time.time

    @property
    def evidence_folder(self) -> Path:
        """Content-addressed evidence files."""
        return self.folder / "evidence"

    @property
    def segment_folder(self) -> Path:
        """Sealed segments of facts."""
        return self.folder / "segments"

    @property
    def run_folder(self) -> Path:
        """Results of runs."""
        return self.folder / "runs"

    @property
    def cache_folder(self) -> Path:
        """Derived sums per segment."""
        return self.folder / "cache"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read one consistent snapshot."""
        with database.reading(self.engine) as connection:
            yield connection

    @contextmanager
    def write(self, actor: Actor, action: str, **content: Any) -> Iterator[Transaction]:
        """Change the book: all of it or nothing, and one entry in the chain.

        Parameters
        ----------
        actor
            Who acts; the chain stores the actor's random subject key, never a name.
        action
            What is done, e.g. ``import``.
        content
            Facts about the action for the chain entry; callers may add to ``Transaction.content``.
        """
        with database.writing(self.engine) as connection:
            last = chain.head(connection)
            now = int(self.clock())
            transaction = Transaction(connection, last.seq + 1 if last else 1, now, dict(content))
            subject = subject_key(connection, actor)
            yield transaction
            chain.append(
                connection,
                {
                    "action": action,
                    "at": now,
                    "authenticated": actor.authenticated,
                    "content": transaction.content,
                    "rows": transaction.digests(),
                    "subject": subject,
                },
            )

    def head(self) -> str:
        """Hash of the newest chain entry: the anchor to print and keep."""
        with self.read() as connection:
            entry = chain.head(connection)
        return entry.hash if entry else chain.GENESIS


def create_book(
    folder: Path,
    *,
    organisation: str,
    calendar: FiscalCalendar | None = None,
    zone: str = "Asia/Shanghai",
    single_user: bool = False,
    database_url: str | None = None,
    actor: Actor | None = None,
    clock: Callable[[], float] = time.time,
) -> Book:
    """Create a book in an empty or absent folder.

    Raises
    ------
    QinglianError
        ``ledger.book_exists`` if the folder already holds a book, ``ledger.folder_not_empty`` if it
        holds anything else.
    """
    if (folder / SETTINGS).exists():
        raise QinglianError("ledger.book_exists", Where(file=str(folder)))
    if folder.exists() and any(folder.iterdir()):
        raise QinglianError("ledger.folder_not_empty", Where(file=str(folder)))
    namespace = f"book_{secrets.token_hex(6)}" if database_url else None
    identity = Identity(
        organisation, calendar or FiscalCalendar(), zone, single_user, database_url, namespace
    )
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, mode=0o700)
    engine = _engine(folder, identity)
    database.create_tables(engine, namespace)
    book = Book(folder, identity, engine, clock)
    with book.write(actor or Actor.of_machine(), "create") as transaction:
        transaction.content["book"] = {
            "organisation": organisation,
            "fiscal_start_month": identity.calendar.start_month,
            "fiscal_name_year": identity.calendar.name_year,
            "zone": zone,
            "single_user": single_user,
        }
    # Last of all: a folder without its settings file is not a book, so a crash before leaves no half book.
    write_atomically(folder / SETTINGS, _settings_text(identity).encode())
    return book


def open_book(folder: Path, *, clock: Callable[[], float] = time.time) -> Book:
    """Open an existing book.

    Raises
    ------
    QinglianError
        ``ledger.book_missing`` if there is none, ``ledger.book_unreadable`` if its settings are damaged
        or of a format this version does not know.
    """
    path = folder / SETTINGS
    if not path.exists():
        raise QinglianError("ledger.book_missing", Where(file=str(folder)))
    identity = _read_settings(path)
    engine = _engine(folder, identity)
    database.complete_tables(engine, identity.namespace)
    return Book(folder, identity, engine, clock)


def _engine(folder: Path, identity: Identity) -> Engine:
    url = identity.database or f"sqlite:///{folder.resolve() / 'book.db'}"
    return database.connect(url, identity.namespace)


def _settings_text(identity: Identity) -> str:
    quoted = {
        "organisation": identity.organisation,
        "zone": identity.zone,
        "fiscal_name_year": identity.calendar.name_year,
        "database": identity.database,
        "namespace": identity.namespace,
    }
    lines = [f"format = {FORMAT}", f"fiscal_start_month = {identity.calendar.start_month}"]
    lines += [f"single_user = {str(identity.single_user).lower()}"]
    lines += [f"{name} = {_toml_string(value)}" for name, value in quoted.items() if value is not None]
    return "\n".join(lines) + "\n"


def _toml_string(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _read_settings(path: Path) -> Identity:
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        if settings["format"] != FORMAT:
            raise QinglianError("ledger.book_format", Where(file=str(path)), format=settings["format"])
        return Identity(
            settings["organisation"],
            FiscalCalendar(settings["fiscal_start_month"], settings["fiscal_name_year"]),
            settings["zone"],
            settings["single_user"],
            os.environ.get("QINGLIAN_DATABASE") or settings.get("database"),
            settings.get("namespace"),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise QinglianError("ledger.book_unreadable", Where(file=str(path)), reason=str(error)) from error

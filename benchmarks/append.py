"""Durable append: the ledger's post, its writing part alone, and raw SQLite ``executemany`` of the same rows.

All three commit the same batches with ``synchronous=FULL`` in WAL mode, into a table of the same columns and
indexes. The first also reads each record's business key and looks for a posted twin; the second takes rows
that are ready, digests them and extends the audit chain; the third does neither.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.company import ACTOR
from benchmarks.measure import Clock
from benchmarks.size import APPENDED

BATCH = 10_000


def raw(folder: Path, clock: Clock) -> None:
    """SQLite alone."""
    from qinglian.ledger.posting import COLUMNS

    connection = sqlite3.connect(_fresh(folder, "raw") / "raw.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    connection.execute(f"CREATE TABLE inbox ({names}, PRIMARY KEY (fact_id))")
    connection.execute("CREATE INDEX inbox_business_key ON inbox (business_key)")
    connection.execute("CREATE INDEX inbox_batch ON inbox (batch_id)")
    marks = ", ".join("?" * len(COLUMNS))
    batches = [_rows(first) for first in range(0, APPENDED, BATCH)]
    with clock.timed():
        for batch in batches:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO inbox VALUES ({marks})", batch)
            connection.execute("COMMIT")


def chained(folder: Path, clock: Clock) -> None:
    """The ledger's writing part: inbox rows, their digest, one batch row and one chain entry per commit."""
    from hashlib import sha256

    from qinglian.ledger import schema
    from qinglian.ledger.posting import insert_rows, rows_bytes

    book = _book(folder)
    batches = [_rows(first) for first in range(0, APPENDED, BATCH)]
    with clock.timed():
        for number, batch in enumerate(batches, start=1):
            with book.write(ACTOR, "import") as transaction:
                insert_rows(transaction, batch)
                row = {"id": number, "kind": "import", "rows": len(batch), "recorded_at": 0}
                transaction.insert(schema.batch, [{**row, "digest": sha256(rows_bytes(batch)).hexdigest()}])


def post(folder: Path, clock: Clock) -> None:
    """The whole of ``post``, from records to a committed batch."""
    from qinglian.ledger.posting import post as post_facts

    book = _book(folder)
    batches = [list(_facts(first)) for first in range(0, APPENDED, BATCH)]
    with clock.timed():
        for batch in batches:
            if post_facts(book, ACTOR, batch).posted != BATCH:
                raise RuntimeError("records were lost")


def _book(folder: Path) -> Any:
    from qinglian.ledger.book import create_book
    from qinglian.ledger.organisation import add_facility

    book = create_book(_fresh(folder, "book") / "book", organisation="Benchmark", actor=ACTOR)
    add_facility(book, ACTOR, "F", name="F", where="CN-AH")
    return book


def _fresh(folder: Path, name: str) -> Path:
    target = folder / f"append-{name}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    return target


def _rows(first: int) -> list[tuple[Any, ...]]:
    return [
        (n + 1, first // BATCH + 1, n % 50 + 1, 1, 1, n * 7919 % 10**6, 1, None, *_span(n), None)
        + (f"INV-{n}", None, None, None, None, None, n, None, n * 6364136223846793005 % 2**63)
        for n in range(first, first + BATCH)
    ]


def _span(n: int) -> tuple[int, int, int, int]:
    day = 18_628 + n % 365
    return day * 86_400, (day + 1) * 86_400, day, day + 1


def _facts(first: int) -> Iterator[Any]:
    from qinglian.ledger.facts import Fact

    for n in range(first, first + BATCH):
        start = date(2021, 1, 1) + timedelta(days=n % 365)
        moment = datetime(start.year, start.month, start.day, tzinfo=UTC)
        yield Fact(
            facility="F",
            activity="electricity.purchased",
            mantissa=n * 7919 % 10**6,
            decimals=1,
            unit="kWh",
            start_utc=moment,
            end_utc=moment + timedelta(days=1),
            start_local=start,
            end_local=start + timedelta(days=1),
            source=f"meter-{n % 50}",
            reference=f"INV-{n}",
            quantity_basis="metered",
            row=n,
        )

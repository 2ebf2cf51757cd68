"""Sealing: inbox rows become an immutable, content-hashed Parquet segment listed in the manifest.

The SQL commit is the only commit point. A segment is written under a temporary name, fsynced, renamed to
its hash and its folder fsynced; then one transaction lists it and empties the inbox. A crash before the
commit leaves an unlisted file, which is swept under the write lock; a crash after it leaves nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, delete, func, select

from qinglian.core.errors import QinglianError
from qinglian.core.period import local_midnight_utc
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, Transaction
from qinglian.ledger.facts import from_day_number, utc_seconds
from qinglian.ledger.files import TEMPORARY, place_by_content
from qinglian.ledger.posting import rows_bytes
from qinglian.ledger.splitting import split_by_days
from qinglian.ledger.streams import SurrogateKeys

SCHEMA_VERSION = 1
SEGMENT_ROWS = 1_000_000
FETCH = 50_000
ROW_GROUP = 122_880

FACT_SCHEMA = pa.schema(
    [
        pa.field("fact_id", pa.int64(), nullable=False),
        pa.field("batch_id", pa.int32(), nullable=False),
        pa.field("stream_id", pa.int32(), nullable=False),
        pa.field("scenario_id", pa.int16(), nullable=False),
        pa.field("unit_id", pa.int16(), nullable=False),
        pa.field("quantity", pa.int64(), nullable=False),
        pa.field("quantity_basis", pa.int16(), nullable=False),
        pa.field("quality", pa.int16()),
        pa.field("start_utc", pa.int64(), nullable=False),
        pa.field("end_utc", pa.int64(), nullable=False),
        pa.field("start_day", pa.int32(), nullable=False),
        pa.field("end_day", pa.int32(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("reference", pa.string()),
        pa.field("lot", pa.string()),
        pa.field("realises", pa.string()),
        pa.field("note", pa.string()),
        pa.field("evidence_id", pa.int32()),
        pa.field("sheet", pa.string()),
        pa.field("row", pa.int32()),
        pa.field("reverses", pa.int64()),
        pa.field("business_key", pa.int64(), nullable=False),
        # Derived when sealed, so that a scan joins on integers: the local month (year * 12 + month - 1),
        # the hour since 1970 UTC, and +1 for a record, -1 for a reversal, 0 for its parts after the first.
        pa.field("month", pa.int32(), nullable=False),
        pa.field("hour_utc", pa.int32(), nullable=False),
        pa.field("sign", pa.int16(), nullable=False),
    ]
)
COLUMNS = [column.name for column in schema.INBOX_COLUMNS]
FIRST_MONTH = 1970 * 12


def seal(book: Book, actor: Actor) -> list[str]:
    """Seal everything in the inbox; return the hashes of the new segments.

    Raises
    ------
    QinglianError
        ``ledger.inbox_tampered`` if a batch in the inbox no longer matches its digest in the chain,
        ``ledger.disk_full``.
    """
    with book.read() as connection:
        if connection.execute(select(schema.inbox.c.fact_id).limit(1)).first() is None:
            return []
    with book.write(actor, "seal") as transaction:
        sweep(book, transaction.connection)
        check_inbox(transaction.connection)
        sealed = []
        while table := _next_table(book, transaction):
            sealed.append(_place(book, transaction, table))
        transaction.content["segments"] = sealed
    return sealed


def sweep(book: Book, connection: Connection) -> list[str]:
    """Remove segment files that no manifest row lists; only under the write lock."""
    listed = {str(digest) for digest in connection.execute(select(schema.segment.c.sha256)).scalars()}
    removed = []
    for path in book.segment_folder.iterdir():
        if path.name.startswith(TEMPORARY) or path.stem not in listed:
            path.unlink()
            removed.append(path.name)
    return removed


def check_inbox(connection: Connection) -> None:
    """Compare every batch in the inbox with the digest its chain entry vouches for."""
    columns = [schema.inbox.c[name] for name in COLUMNS]
    vouched = dict(connection.execute(select(schema.batch.c.id, schema.batch.c.digest)).all())
    query = select(*columns).order_by(schema.inbox.c.batch_id, schema.inbox.c.fact_id)
    rows = connection.execute(query, execution_options={"yield_per": FETCH})
    for batch, members in groupby(rows, key=lambda row: row.batch_id):
        digest = sha256()
        while part := [tuple(row) for row in islice(members, FETCH)]:
            digest.update(rows_bytes(part))
        if digest.hexdigest() != vouched.get(batch):
            raise QinglianError("ledger.inbox_tampered", batch=batch)


def _next_table(book: Book, transaction: Transaction) -> pa.Table | None:
    """Take up to one segment's worth of rows out of the inbox."""
    connection = transaction.connection
    splitter = _Splitter(connection)
    pieces, last = [], 0
    for _ in range(SEGMENT_ROWS // FETCH):
        query = (
            select(*(schema.inbox.c[name] for name in COLUMNS))
            .where(schema.inbox.c.fact_id > last)
            .order_by(schema.inbox.c.fact_id)
            .limit(FETCH)
        )
        rows = list(connection.execute(query))
        if not rows:
            break
        last = rows[-1].fact_id
        pieces.append(splitter.table(rows))
    if not pieces:
        return None
    splitter.keys.flush(transaction)
    connection.execute(delete(schema.inbox).where(schema.inbox.c.fact_id <= last))
    # Neighbours in the file are neighbours in the calculation: a scan of one stream reads few row groups.
    return pa.concat_tables(pieces).sort_by(
        [("stream_id", "ascending"), ("start_utc", "ascending"), ("fact_id", "ascending")]
    )


class _Splitter:
    """Turns inbox rows into segment rows, splitting those that cross a month."""

    def __init__(self, connection: Connection) -> None:
        self.keys = SurrogateKeys.load(connection)
        units, streams, facilities = schema.unit_of_record, schema.source_stream, schema.facility
        self.units = {
            row[0]: (row[1], row[2])
            for row in connection.execute(select(units.c.id, units.c.symbol, units.c.decimals))
        }
        self.last: tuple[int | None, int | None] | None = None
        zones = select(streams.c.id, facilities.c.zone).join(
            facilities, facilities.c.id == streams.c.facility_id
        )
        self.zones = {row[0]: ZoneInfo(row[1]) for row in connection.execute(zones)}

    def table(self, rows: list[Any]) -> pa.Table:
        """Arrow table of the rows, with the derived columns."""
        values = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
        crossing = np.flatnonzero(
            _months(np.array(values["start_day"])) != _months(np.array(values["end_day"]) - 1)
        )
        if len(crossing):
            rows = self._split(rows, set(crossing.tolist()))
            values = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
        start_utc = np.array(values["start_utc"], dtype=np.int64)
        derived = {
            "month": _months(np.array(values["start_day"])),
            "hour_utc": start_utc // 3600,
            "sign": self._signs(values["fact_id"], values["reverses"]),
        }
        columns = {**values, **derived}
        arrays = [pa.array(columns[field.name], type=field.type) for field in FACT_SCHEMA]
        return pa.Table.from_arrays(arrays, schema=FACT_SCHEMA)

    def _signs(self, facts: Sequence[int], reverses: Sequence[int | None]) -> list[int]:
        """Count a record once, whatever its parts: the first part +1 (or -1 for a reversal), the others 0."""
        signs = []
        for fact, reversed_fact in zip(facts, reverses, strict=True):
            whole = (fact, None) if reversed_fact is None else (None, reversed_fact)
            signs.append(0 if whole == self.last else 1 if reversed_fact is None else -1)
            self.last = whole
        return signs

    def _split(self, rows: list[Any], crossing: set[int]) -> list[tuple[Any, ...]]:
        result: list[tuple[Any, ...]] = []
        for position, row in enumerate(rows):
            result.extend(self._parts(row) if position in crossing else [tuple(row)])
        return result

    def _parts(self, row: Any) -> list[tuple[Any, ...]]:
        symbol, decimals = self.units[row.unit_id]
        zone = self.zones[row.stream_id]
        whole = dict(zip(COLUMNS, row, strict=True))
        parts = []
        for part in split_by_days(row.start_day, row.end_day, row.quantity, decimals):
            starts = part.start_day != row.start_day
            ends = part.end_day != row.end_day
            whole_part = {
                **whole,
                "unit_id": self.keys.unit(symbol, part.decimals),
                "quantity": part.mantissa,
                "start_day": part.start_day,
                "end_day": part.end_day,
                "start_utc": _midnight(part.start_day, zone) if starts else row.start_utc,
                "end_utc": _midnight(part.end_day, zone) if ends else row.end_utc,
            }
            parts.append(tuple(whole_part[name] for name in COLUMNS))
        return parts


def _midnight(day: int, zone: ZoneInfo) -> int:
    return utc_seconds(local_midnight_utc(from_day_number(day), zone.key))


def _months(days: Any) -> Any:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32) + FIRST_MONTH


def _place(book: Book, transaction: Transaction, table: pa.Table) -> str:
    """Write one segment under its hash and list it."""
    digest = place_by_content(book.segment_folder, ".parquet", lambda path: write_segment(table, path))
    transaction.insert(schema.segment, [_manifest_row(transaction, table, digest)])
    return digest


def write_segment(table: pa.Table, path: Path) -> None:
    """Write facts as Parquet the way every segment is written."""
    pq.write_table(
        table, path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP, store_schema=False
    )


def _manifest_row(transaction: Transaction, table: pa.Table, digest: str) -> dict[str, Any]:
    def extreme(name: str, pick: Any) -> int:
        return int(pick(table[name].to_numpy()))

    return {
        "id": transaction.next_id(schema.segment),
        "sha256": digest,
        "rows": table.num_rows,
        "first_fact": extreme("fact_id", np.min),
        "last_fact": extreme("fact_id", np.max),
        "first_batch": extreme("batch_id", np.min),
        "last_batch": extreme("batch_id", np.max),
        "first_day": extreme("start_day", np.min),
        "last_day": extreme("end_day", np.max) - 1,
        "largest": max(abs(extreme("quantity", np.min)), abs(extreme("quantity", np.max))),
        "schema_version": SCHEMA_VERSION,
    }


def inbox_rows(connection: Connection) -> int:
    """How many rows wait in the inbox."""
    return int(connection.execute(select(func.count()).select_from(schema.inbox)).scalar_one())

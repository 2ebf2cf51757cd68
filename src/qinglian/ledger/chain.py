r"""The audit chain: one entry per transaction, each holding the hash of the one before.

An entry's body is canonical JSON: what was done, by which subject key, when, and a digest of the rows each
table received. ``hash = SHA-256(prev + "\\n" + body)``. Only names stand outside; they can be erased.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.ledger import schema

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One link: its number, what it says, and the two hashes that hold it."""

    seq: int
    body: str
    prev: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """The body, read."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    @property
    def holds(self) -> bool:
        """Whether the hash is the hash of the body and the entry before."""
        return self.hash == link_hash(self.prev, self.body)


def link_hash(prev: str, body: str) -> str:
    """Hash of an entry over the previous hash and its body."""
    return sha256_hex(f"{prev}\n{body}".encode())


def head(connection: Connection) -> Entry | None:
    """Return the newest entry, or None for a book just born."""
    row = connection.execute(select(schema.chain).order_by(schema.chain.c.seq.desc()).limit(1)).first()
    return Entry(*row) if row else None


def entries(connection: Connection) -> list[Entry]:
    """All entries, oldest first."""
    return [Entry(*row) for row in connection.execute(select(schema.chain).order_by(schema.chain.c.seq))]


def append(connection: Connection, content: dict[str, Any]) -> Entry:
    """Append one entry; the caller holds the write lock, so ``seq`` has no gap."""
    last = head(connection)
    prev, seq = (last.hash, last.seq + 1) if last else (GENESIS, 1)
    body = canonical_json({"seq": seq, **content}).decode()
    entry = Entry(seq, body, prev, link_hash(prev, body))
    connection.execute(schema.chain.insert(), {"seq": seq, "body": body, "prev": prev, "hash": entry.hash})
    return entry


def rows_digest(table: Table, rows: list[dict[str, Any]]) -> str:
    """Digest of a table's rows, whatever order they come in."""
    names = [column.name for column in table.columns if column.name != "seq"]
    listed = [canonical_json([row.get(name) for name in names]) for row in rows]
    return sha256_hex(b"\n".join(sorted(listed)))

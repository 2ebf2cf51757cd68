"""Evidence by number, and files attached to a batch after its import, such as a signed delivery note."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import evidence, schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book

ATTACH = "attach"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the evidence, with the batches it stands behind; the name is None once erased."""

    number: int
    name: str | None
    sha256: str
    media_type: str
    size: int
    personal: bool
    batches: tuple[int, ...]
    erased_by: int | None


def attach(book: Book, actor: Actor, path: Path, *, batch: int | None = None, personal: bool = False) -> int:
    """Add a file to the evidence, for a batch if one is named; return its number.

    Personal evidence can be erased later (``erase evidence``); business evidence never.

    Raises
    ------
    QinglianError
        ``ledger.evidence_known`` if the very file is evidence already, ``ledger.batch_unknown``.
    """
    with book.read() as connection:  # before anything is stored: an erased file must not come back
        _check(connection, path, batch)
    stored = evidence.store(book, path)
    with book.write(actor, ATTACH) as transaction:
        _check(transaction.connection, path, batch)
        if batch is not None:
            transaction.content["batch"] = batch
        return evidence.register(transaction, stored, personal=personal)


def _check(connection: Connection, path: Path, batch: int | None) -> None:
    known = evidence.evidence_id(connection, sha256_file(path))
    if known is not None:
        raise QinglianError("ledger.evidence_known", Where(file=str(path)), evidence=known)
    table = schema.batch
    query = select(table.c.id).where(table.c.id == batch)
    if batch is not None and connection.execute(query).first() is None:
        raise QinglianError("ledger.batch_unknown", batch=batch)


def attachments(book: Book) -> list[Attachment]:
    """All evidence of the book, by number."""
    files, names, batch = schema.evidence, schema.evidence_name, schema.batch
    behind: dict[int, set[int]] = {}
    query = (
        select(files, names.c.name, names.c.erased_by, schema.chain.c.body)
        .join(names, names.c.evidence_id == files.c.id)
        .join(schema.chain, schema.chain.c.seq == files.c.seq)
        .order_by(files.c.id)
    )
    with book.read() as connection:
        for number, of in connection.execute(select(batch.c.id, batch.c.evidence_id)):
            behind.setdefault(of, set()).add(number)
        found = []
        for row in connection.execute(query).mappings():
            told = json.loads(row["body"])
            named: set[int] = set()
            if told["action"] == ATTACH and "batch" in told["content"]:
                named.add(told["content"]["batch"])
            batches = tuple(sorted(behind.get(row["id"], set()) | named))
            found.append(
                Attachment(
                    row["id"],
                    row["name"],
                    row["sha256"],
                    row["media_type"],
                    row["size"],
                    bool(row["personal"]),
                    batches,
                    row["erased_by"],
                )
            )
    return found

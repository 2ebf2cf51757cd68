"""Evidence: the files behind the facts, stored once under their SHA-256 and never changed."""

from __future__ import annotations

import mimetypes
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import schema
from qinglian.ledger.book import Book, Transaction
from qinglian.ledger.files import placing


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the book's evidence folder, perhaps not yet registered."""

    sha256: str
    size: int
    name: str
    media_type: str


def store(book: Book, path: Path) -> Stored:
    """Copy a file into the evidence folder; the same content is stored once.

    Raises
    ------
    QinglianError
        ``ledger.evidence_unreadable`` when the file cannot be read.
    """
    try:
        digest = sha256_file(path)
        target = book.evidence_folder / digest
        if not target.exists():
            with placing(target) as temporary:
                shutil.copyfile(path, temporary)
                digest_of_copy = sha256_file(temporary)
            if digest_of_copy != digest:  # somebody wrote to the file while we read it
                target.unlink()
                raise QinglianError("ledger.evidence_changing", Where(file=str(path)))
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise QinglianError("ledger.evidence_unreadable", Where(file=str(path)), reason=str(error)) from error
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Stored(digest, path.stat().st_size, path.name, media_type)


def register(transaction: Transaction, stored: Stored, *, personal: bool = False) -> int:
    """Enter a stored file in the evidence table, once; return its id."""
    known = evidence_id(transaction.connection, stored.sha256)
    if known is not None:
        return known
    identifier = transaction.next_id(schema.evidence)
    transaction.insert(
        schema.evidence,
        [
            {
                "id": identifier,
                "sha256": stored.sha256,
                "media_type": stored.media_type,
                "size": stored.size,
                "personal": int(personal),
            }
        ],
    )
    transaction.connection.execute(
        schema.evidence_name.insert(), {"evidence_id": identifier, "name": stored.name}
    )
    return identifier


def evidence_id(connection: Connection, sha256: str) -> int | None:
    """Id of a registered file, or None."""
    table = schema.evidence
    found = connection.execute(select(table.c.id).where(table.c.sha256 == sha256)).scalar()
    return None if found is None else int(found)


def evidence_name(connection: Connection, identifier: int) -> str:
    """Name a registered file was imported under; its hash when the name was erased."""
    names, files = schema.evidence_name, schema.evidence
    name = connection.execute(select(names.c.name).where(names.c.evidence_id == identifier)).scalar()
    if name is None:
        name = connection.execute(select(files.c.sha256).where(files.c.id == identifier)).scalar_one()
    return str(name)

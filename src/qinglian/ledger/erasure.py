"""Erasure: a person's name and contact, or a personal attachment, is destroyed; the facts and the chain stay.

The chain knows people by random keys and files by their hashes, so nothing in it has to change. The erasure
itself is a decision in the chain, and audit says "erased by decision N" instead of "missing".
"""

from __future__ import annotations

from sqlalchemy import Table, select, update

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, Transaction
from qinglian.ledger.versions import Decision, add_decision, refuse_unauthenticated

ERASED = "erased"


def erase_person(book: Book, actor: Actor, who: str, *, reason: str) -> Decision:
    """Destroy the login, name and contact of a person, named by login or subject key.

    Raises
    ------
    QinglianError
        ``ledger.subject_unknown``, ``ledger.reason_missing``, ``ledger.actor_unauthenticated``,
        ``ledger.reason_names_person`` when the reason would keep in the chain what is to be destroyed.
    """
    table = schema.subject
    _need_reason(reason)
    with book.write(actor, "erase") as transaction:
        refuse_unauthenticated(book, actor, ERASED)
        query = select(table.c.key, table.c.login, table.c.name, table.c.contact).where(
            (table.c.key == who) | (table.c.login == who)
        )
        found = transaction.connection.execute(query).first()
        if found is None:
            raise QinglianError("ledger.subject_unknown", subject=who)
        if any(word and word in reason for word in found[1:]):
            raise QinglianError("ledger.reason_names_person")
        decision = _decide(transaction, actor, {"subject": found[0]}, reason)
        _destroy(transaction, table, table.c.key == found[0], decision, ("login", "name", "contact"))
    _forget_pages(book)
    return decision


def erase_evidence(book: Book, actor: Actor, number: int, *, reason: str) -> Decision:
    """Destroy a personal attachment and its name.

    Raises
    ------
    QinglianError
        ``ledger.evidence_unknown``, ``ledger.evidence_not_personal`` for business records, which are kept,
        ``ledger.reason_missing``, ``ledger.actor_unauthenticated``.
    """
    table, names = schema.evidence, schema.evidence_name
    _need_reason(reason)
    with book.write(actor, "erase") as transaction:
        refuse_unauthenticated(book, actor, ERASED)
        personal = transaction.connection.execute(
            select(table.c.personal).where(table.c.id == number)
        ).scalar()
        if personal is None:
            raise QinglianError("ledger.evidence_unknown", evidence=number)
        if not personal:
            raise QinglianError("ledger.evidence_not_personal", evidence=number)
        decision = _decide(transaction, actor, {"evidence": number}, reason)
        _destroy(transaction, names, names.c.evidence_id == number, decision, ("name",))
    finish_erasure(book)
    _forget_pages(book)
    return decision


def finish_erasure(book: Book) -> list[str]:
    """Delete the files of erased evidence; the decision came first, so a crash is made good.

    Returns
    -------
    list of str
        Hashes of the files that were still there.
    """
    files, names = schema.evidence, schema.evidence_name
    query = (
        select(files.c.sha256)
        .join(names, names.c.evidence_id == files.c.id)
        .join(schema.decision, schema.decision.c.id == names.c.erased_by)
        .where(schema.decision.c.state == ERASED, files.c.personal == 1)
    )
    with book.read() as connection:
        paths = [book.evidence_folder / digest for digest in connection.execute(query).scalars()]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink()
    return [path.name for path in there]


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise QinglianError("ledger.reason_missing", Where())


def _decide(transaction: Transaction, actor: Actor, what: dict[str, object], reason: str) -> Decision:
    transaction.content["erased"] = what
    return add_decision(transaction, actor, None, ERASED, reason)


def _destroy(
    transaction: Transaction, table: Table, which: object, decision: Decision, columns: tuple[str, ...]
) -> None:
    if transaction.connection.dialect.name == "sqlite":  # overwrite the bytes, not only the pointer to them
        transaction.connection.exec_driver_sql("PRAGMA secure_delete=ON")
    values = {**dict.fromkeys(columns), "erased_by": decision.id}
    transaction.connection.execute(update(table).where(which).values(values))  # type: ignore[arg-type]


def _forget_pages(book: Book) -> None:
    """Let the database file itself forget: old row versions still hold the name after the commit."""
    with book.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            raw = connection.connection.dbapi_connection
            assert raw is not None  # an open connection has one
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
            return
    with book.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (schema.subject, schema.evidence_name):
            connection.exec_driver_sql(f"VACUUM FULL {table.name}")

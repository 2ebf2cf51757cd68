"""Reopening a locked period: a decision with its reason, by someone who may approve.

Nothing is deleted: a lock is opened by a row of its own that names it, in the chain like every other. The
version stays what it is; what is posted now reaches a new version only, whose approval locks the period
again.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book
from qinglian.ledger.locks import opened_locks
from qinglian.ledger.versions import (
    OPENED,
    Decision,
    add_decision,
    read_version,
    refuse_involved,
    refuse_unauthenticated,
)

Lock = tuple[int, int, int, int]


def open_lock(book: Book, actor: Actor, number: int, *, reason: str) -> Decision:
    """Open the locked period of a version, also where older versions lock days of it.

    Raises
    ------
    QinglianError
        ``ledger.reason_missing``, ``ledger.version_unknown``, ``ledger.not_locked``,
        ``ledger.actor_unauthenticated``; ``ledger.four_eyes`` for whoever drafted the version or posted its
        data, unless the book is marked single-user.
    """
    if not reason.strip():
        raise QinglianError("ledger.reason_missing", Where())
    with book.write(actor, "lock-open", version=number) as transaction:
        connection, table = transaction.connection, schema.period_lock
        current = read_version(connection, number)
        locks = _locks_of(connection, number)
        if not locks:
            raise QinglianError("ledger.not_locked", version=number, state=current.state)
        refuse_unauthenticated(book, actor, OPENED)
        refuse_involved(book, transaction, actor, current)
        first = transaction.next_id(table)
        rows = [
            {"id": first + at, "start_day": start, "end_day": end, "version": version, "opened_by": lock}
            for at, (lock, start, end, version) in enumerate(locks)
        ]
        transaction.insert(table, rows)
        return add_decision(transaction, actor, number, OPENED, reason)


def _locks_of(connection: Connection, number: int) -> list[Lock]:
    """Locks in force within the days that a version locks; none if its own lock is not in force."""
    table = schema.period_lock
    columns = (table.c.id, table.c.start_day, table.c.end_day, table.c.version)
    query = select(*columns).where(table.c.opened_by.is_(None), table.c.id.not_in(opened_locks()))
    found = [
        (int(a), int(b), int(c), int(d)) for a, b, c, d in connection.execute(query.order_by(table.c.id))
    ]
    own = [(start, end) for _, start, end, version in found if version == number]
    return [lock for lock in found if any(start <= lock[1] and lock[2] <= end for start, end in own)]

"""Targets in the book: append-only entries, the newest of a name counts, older ones stay readable."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor, names, subject_key
from qinglian.ledger.book import Book
from qinglian.targets.model import INTENSITY, Target, from_record

PREFIX = "target:"


def set_target(book: Book, actor: Actor, target: Target, *, reason: str = "") -> None:
    """Enter a target; one that replaces another needs a reason.

    Raises
    ------
    QinglianError
        ``targets.reason_missing``.
    """
    with book.write(actor, "target", target=target.name) as transaction:
        connection = transaction.connection
        if target.name in _newest(connection) and not reason.strip():
            raise QinglianError("targets.reason_missing", name=target.name)
        # The chain holds a random key for the owner, never a name: names can be erased.
        owner = subject_key(connection, Actor(target.owner)) if target.owner else ""
        content = {**target.record(), "owner": owner, "reason": reason}
        row = {
            "id": transaction.next_id(schema.setting),
            "name": PREFIX + target.name,
            "value": canonical_json(content).decode(),
        }
        transaction.insert(schema.setting, [row])


def add_output(book: Book, actor: Actor, name: str, year: int, value: Fraction, *, reason: str) -> Target:
    """Enter the output of a year for an intensity target.

    Raises
    ------
    QinglianError
        ``targets.unknown``, ``targets.no_intensity``, and what a target refuses.
    """
    found = target_named(book, name)
    if found.kind != INTENSITY:
        raise QinglianError("targets.no_intensity", name=name)
    changed = replace(found, outputs={**found.outputs, year: value})
    set_target(book, actor, changed, reason=reason)
    return changed


def targets(book: Book) -> list[Target]:
    """Return the targets in force, by name."""
    with book.read() as connection:
        found, who = _newest(connection), names(connection)
    return [
        from_record({**found[name], "owner": who.get(found[name]["owner"], "")}) for name in sorted(found)
    ]


def target_named(book: Book, name: str) -> Target:
    """Return one target; raises ``targets.unknown`` with those there are."""
    known = {target.name: target for target in targets(book)}
    if name not in known:
        raise QinglianError("targets.unknown", name=name, known=sorted(known) or ["–"])
    return known[name]


def _newest(connection: Connection) -> dict[str, dict[str, Any]]:
    table = schema.setting
    query = select(table.c.name, table.c.value).where(table.c.name.like(f"{PREFIX}%")).order_by(table.c.id)
    found: dict[str, dict[str, Any]] = {}
    for name, value in connection.execute(query):
        record = json.loads(value)
        record.pop("reason", None)
        found[str(name).removeprefix(PREFIX)] = record
    return found

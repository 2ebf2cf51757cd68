"""Inventory versions: draft → reviewed → approved → published, each step a decision in the chain.

A version freezes a run and a view by the SHA-256 of the canonical export. Its state is its newest decision.
Approval locks the period: late data needs an ``adjustment`` decision of its own. Whoever drafted a version or
posted a fact it counts does not approve it (four eyes), and whom nobody authenticated only drafts; a book
marked single-user waives both, and its versions then say that nobody reviewed them independently.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import text
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor, subject_key
from qinglian.ledger.book import Book, Transaction
from qinglian.ledger.facts import day_number
from qinglian.ledger.inventory import Inventory, View, read_inventory

DRAFT, REVIEWED, APPROVED, PUBLISHED = STATES = ("draft", "reviewed", "approved", "published")
ADJUSTMENT, OPENED = "adjustment", "opened"
LOCKING = (APPROVED, PUBLISHED)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what: an approval is a fact."""

    id: int
    version: int | None
    state: str
    subject: str
    authenticated: bool
    note: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class Version:
    """A frozen inventory and what was decided about it, oldest first."""

    id: int
    label: str
    run: str
    view: View
    export_sha256: str
    supersedes: int | None
    reason: str | None
    seq: int
    decisions: tuple[Decision, ...]
    independently_reviewed: bool
    head: str | None  # chain head of the publication: the anchor to print and keep

    @property
    def state(self) -> str:
        """Newest state."""
        return next(d.state for d in reversed(self.decisions) if d.state in STATES)


def create_version(
    book: Book, actor: Actor, run: str, view: View | None = None, label: str = "", *, reason: str = ""
) -> Version:
    """Draft a version of a run read through a view.

    Parameters
    ----------
    reason
        Needed when the period has an approved version already: this one then supersedes the newest.

    Raises
    ------
    QinglianError
        ``ledger.run_unknown``, ``ledger.reason_missing``.
    """
    view = view or View()
    with book.write(actor, "version") as transaction:
        number = transaction.next_id(schema.inventory_version)
        superseded = _newest_locking(transaction.connection, run)
        if superseded is not None and not reason.strip():
            raise QinglianError("ledger.reason_missing", Where())
        # Read as of the entry being written, like every later reading of this version.
        inventory = read_inventory(book, run, view, as_of=transaction.seq)
        row = {
            "id": number,
            "label": label or inventory.label,
            "run": run,
            "view": canonical_json(view.record()).decode(),
            "export_sha256": inventory.sha256,
            "supersedes": superseded,
            "reason": reason or None,
        }
        transaction.insert(schema.inventory_version, [row])
        add_decision(transaction, actor, number, DRAFT, reason)
    return version(book, number)


def decide(book: Book, actor: Actor, number: int, state: str, *, note: str = "") -> Version:
    """Take a version one step further: to ``reviewed``, ``approved`` or ``published``.

    Raises
    ------
    QinglianError
        ``ledger.version_unknown``, ``ledger.state_out_of_order``, ``ledger.actor_unauthenticated``,
        ``ledger.four_eyes``, ``ledger.version_drifted`` when the run no longer reads as it was drafted.
    """
    with book.write(actor, f"version-{state}", version=number) as transaction:
        current = read_version(transaction.connection, number)
        _in_order(current, state)
        refuse_unauthenticated(book, actor, state)
        if state == APPROVED:
            refuse_involved(book, transaction, actor, current)
            _lock(transaction, current)
        version_inventory(book, current)
        transaction.content["export_sha256"] = current.export_sha256
        add_decision(transaction, actor, number, state, note)
    return version(book, number)


def approve_adjustment(book: Book, actor: Actor, number: int, *, reason: str) -> Decision:
    """Allow late data into the locked period of a version; posting names the decision's number.

    Raises
    ------
    QinglianError
        ``ledger.version_unknown``, ``ledger.not_locked``, ``ledger.actor_unauthenticated``,
        ``ledger.reason_missing``.
    """
    if not reason.strip():
        raise QinglianError("ledger.reason_missing", Where())
    with book.write(actor, "approve-adjustment", version=number) as transaction:
        current = read_version(transaction.connection, number)
        if current.state not in LOCKING:
            raise QinglianError("ledger.not_locked", version=number, state=current.state)
        refuse_unauthenticated(book, actor, ADJUSTMENT)
        return add_decision(transaction, actor, number, ADJUSTMENT, reason)


def version(book: Book, number: int) -> Version:
    """Return one version; raises ``ledger.version_unknown``."""
    with book.read() as connection:
        return read_version(connection, number)


def versions(book: Book) -> list[Version]:
    """All versions, oldest first."""
    with book.read() as connection:
        ids = connection.execute(select(schema.inventory_version.c.id)).scalars().all()
        return [read_version(connection, int(number)) for number in sorted(ids)]


def version_inventory(book: Book, frozen: Version) -> Inventory:
    """Read a version's inventory; raises ``ledger.version_drifted`` unless it still has its hash."""
    inventory = read_inventory(book, frozen.run, frozen.view, as_of=frozen.seq)
    if inventory.sha256 != frozen.export_sha256:
        raise QinglianError(
            "ledger.version_drifted", version=frozen.id, stored=frozen.export_sha256, found=inventory.sha256
        )
    return inventory


def read_version(connection: Connection, number: int) -> Version:
    """Return one version within a snapshot; raises ``ledger.version_unknown``."""
    table = schema.inventory_version
    row = connection.execute(select(table).where(table.c.id == number)).mappings().first()
    if row is None:
        raise QinglianError("ledger.version_unknown", version=number)
    decisions = _decisions(connection, number)
    approval = next((d for d in decisions if d.state == APPROVED), None)
    independent = (
        approval is not None
        and approval.authenticated
        and approval.subject not in _involved(connection, row["run"], decisions)
    )
    published = next((d.seq for d in decisions if d.state == PUBLISHED), None)
    head = connection.execute(select(schema.chain.c.hash).where(schema.chain.c.seq == published)).scalar()
    own = {name: row[name] for name in ("id", "label", "run", "export_sha256", "supersedes", "reason", "seq")}
    view = View(**json.loads(row["view"]))
    return Version(**own, view=view, decisions=decisions, independently_reviewed=independent, head=head)


def add_decision(
    transaction: Transaction, actor: Actor, number: int | None, state: str, note: str
) -> Decision:
    """Enter a decision in the transaction."""
    subject = subject_key(transaction.connection, actor)
    made = Decision(
        transaction.next_id(schema.decision),
        number,
        state,
        subject,
        actor.authenticated,
        note or None,
        transaction.seq,
    )
    row = {name: getattr(made, name) for name in Decision.__slots__ if name != "seq"}
    transaction.insert(schema.decision, [{**row, "authenticated": int(made.authenticated)}])
    transaction.content["decision"] = made.id
    return made


def refuse_unauthenticated(book: Book, actor: Actor, state: str) -> None:
    """Raise ``ledger.actor_unauthenticated`` unless somebody checked who acts, or the book is single-user."""
    if not actor.authenticated and not book.identity.single_user:
        raise QinglianError("ledger.actor_unauthenticated", state=state)


def _decisions(connection: Connection, number: int) -> tuple[Decision, ...]:
    table = schema.decision
    columns = [table.c[name] for name in Decision.__slots__]
    rows = connection.execute(select(*columns).where(table.c.version == number).order_by(table.c.id))
    return tuple(
        Decision(row.id, row.version, row.state, row.subject, bool(row.authenticated), row.note, row.seq)
        for row in rows
    )


def _in_order(current: Version, state: str) -> None:
    due = dict(pairwise(STATES)).get(current.state, "")
    if state != due:
        raise QinglianError(
            "ledger.state_out_of_order",
            version=current.id,
            state=_shown(current.state),
            wanted=_shown(state),
            due=_shown(due),
        )


def _shown(state: str) -> str:
    """Name a state in the reader's language."""
    return text(f"ledger.state_{state}") if state else "—"


def refuse_involved(book: Book, transaction: Transaction, actor: Actor, current: Version) -> None:
    """Raise ``ledger.four_eyes`` for whoever drafted a version or posted its data.

    A single-user book waives it, and the entry says so.
    """
    connection = transaction.connection
    if subject_key(connection, actor) in _involved(connection, current.run, current.decisions):
        if not book.identity.single_user:
            raise QinglianError("ledger.four_eyes", version=current.id)
        transaction.content["independently_reviewed"] = False


def _involved(connection: Connection, run: str, decisions: tuple[Decision, ...]) -> set[str]:
    """Subjects that drafted the version or posted, corrected or reversed what it may count."""
    drafted = {decision.subject for decision in decisions if decision.state == DRAFT}
    inputs = json.loads(
        connection.execute(select(schema.run.c.inputs).where(schema.run.c.id == run)).scalar_one()
    )
    segment, batch = schema.segment, schema.batch
    spans = select(segment.c.first_batch, segment.c.last_batch).where(
        segment.c.sha256.in_(inputs["segments"])
    )
    posted: set[str] = set()
    for first, last in connection.execute(spans).all():
        query = (
            select(schema.chain.c.body)
            .join(batch, batch.c.seq == schema.chain.c.seq)
            .where(batch.c.id.between(first, last))
        )
        posted |= {json.loads(body)["subject"] for body in connection.execute(query).scalars()}
    return drafted | posted


def _lock(transaction: Transaction, current: Version) -> None:
    run, table = schema.run, schema.period_lock
    query = select(run.c.period_start, run.c.period_end).where(run.c.id == current.run)
    start, end = transaction.connection.execute(query).one()
    row = {
        "id": transaction.next_id(table),
        "start_day": day_number(start),
        "end_day": day_number(end),
        "version": current.id,
    }
    transaction.insert(table, [row])


def _newest_locking(connection: Connection, run: str) -> int | None:
    """Newest approved version of the same period and scenario."""
    r, v, d = schema.run, schema.inventory_version, schema.decision
    same = select(r.c.period_start, r.c.period_end, r.c.scenario).where(r.c.id == run)
    row = connection.execute(same).first()
    if row is None:
        raise QinglianError("ledger.run_unknown", run=run)
    query = (
        select(v.c.id)
        .join(r, r.c.id == v.c.run)
        .join(d, d.c.version == v.c.id)
        .where(r.c.period_start == row[0], r.c.period_end == row[1], r.c.scenario == row[2])
        .where(d.c.state == APPROVED)
        .order_by(v.c.id.desc())
    )
    found = connection.execute(query).scalars().first()
    return None if found is None else int(found)

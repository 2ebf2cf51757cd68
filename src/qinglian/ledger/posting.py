"""Posting facts: all of a batch or none of it, never twice, never over a lock.

A batch goes into the SQL inbox in one transaction. A record whose business key is already posted with the
same value is shown and left out; with another value it is a conflict for a person to review. Nothing is
updated: a correction is a reversal and a new record with a reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from sqlalchemy import func, select

from qinglian.core.errors import QinglianError, Where
from qinglian.ledger import database, evidence, schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, Transaction
from qinglian.ledger.facts import QUANTITY_BASES, Fact, business_key, day_number, utc_seconds
from qinglian.ledger.live import Live, live_facts
from qinglian.ledger.locks import refuse_locked
from qinglian.ledger.reversal import reversal_rows
from qinglian.ledger.streams import SurrogateKeys

CHUNK = 50_000
COLUMNS = [column.name for column in schema.INBOX_COLUMNS]
Row = tuple[object, ...]
Keyed = tuple[int, Fact]  # a record and its business key


@dataclass(frozen=True, slots=True)
class Clash:
    """A record that was not posted because its business key is taken."""

    fact: Fact
    posted: Live

    @property
    def same_value(self) -> bool:
        """Whether the posted record says the same (then it is no conflict)."""
        return self.fact.measure == (self.posted.dimension, self.posted.value)


@dataclass(slots=True)
class Posting:
    """What became of a batch."""

    batch: int | None = None
    posted: int = 0
    already: list[Clash] = field(default_factory=list)
    conflicts: list[Clash] = field(default_factory=list)
    same_file_as: int | None = None


def post(
    book: Book,
    actor: Actor,
    facts: Iterable[Fact],
    *,
    source: evidence.Stored | None = None,
    profile: str | None = None,
    kind: str = "import",
    reason: str | None = None,
    approval: int | None = None,
) -> Posting:
    """Post a batch of facts.

    Parameters
    ----------
    facts
        May be a generator: it is consumed in chunks inside one transaction, so an error while reading
        posts nothing.
    source
        The evidence file the facts were read from. A file already posted in full and not undone posts
        nothing again.
    approval
        Number of the decision that allows an ``adjustment`` into a locked period.

    Raises
    ------
    QinglianError
        ``ledger.facility_unknown``, ``ledger.period_locked``, ``ledger.duplicate_in_batch`` and what the
        facts' own checks raise; nothing is posted then.
    """
    result = Posting()
    with book.write(actor, kind) as transaction:
        if source is not None:
            result.same_file_as = _batch_of_file(transaction, source.sha256)
            if result.same_file_as is not None:
                transaction.content["same_file_as"] = result.same_file_as
                return result
        writer = _Writer(book, transaction, evidence.register(transaction, source) if source else None)
        for chunk in _chunks(facts):
            refuse_locked(transaction.connection, chunk, approval)
            writer.write(chunk, result)
        result.batch = writer.close(kind, profile=profile, reason=reason, approval=approval)
        result.posted = writer.rows
    return result


def _chunks(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    iterator = iter(facts)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _batch_of_file(transaction: Transaction, digest: str) -> int | None:
    """Batch that posted this very file and still stands."""
    batch, files = schema.batch, schema.evidence
    undone = select(batch.c.reverses_batch).where(batch.c.reverses_batch.is_not(None))
    query = (
        select(func.max(batch.c.id))
        .join(files, files.c.id == batch.c.evidence_id)
        .where(files.c.sha256 == digest, batch.c.kind != "reversal", batch.c.id.not_in(undone))
    )
    found = transaction.connection.execute(query).scalar()
    return None if found is None else int(found)


class _Writer:
    """Writes the rows of one batch and keeps their running digest."""

    def __init__(self, book: Book, transaction: Transaction, evidence_id: int | None) -> None:
        self.book = book
        self.transaction = transaction
        self.evidence_id = evidence_id
        self.keys = SurrogateKeys.load(transaction.connection)
        self.batch = transaction.next_id(schema.batch)
        self.next_fact = next_fact_id(transaction)
        self.digest = sha256()
        self.rows = 0

    def write(self, chunk: list[Fact], result: Posting) -> None:
        """Post what is new of a chunk; sort the rest into already posted and conflicts."""
        for fact in chunk:
            fact.check()
        keys = [business_key(fact) for fact in chunk]
        seen = dict(zip(reversed(keys), reversed(chunk), strict=True))  # the first record of each key
        posted = live_facts(self.book, self.transaction.connection, seen.keys(), chunk)
        new: Iterable[Keyed] = zip(keys, chunk, strict=True)
        if posted or len(seen) < len(chunk):
            new = self._sorted_out(new, seen, posted, result)
        rows = list(map(self._row, new))
        self.keys.flush(self.transaction)
        insert_rows(self.transaction, rows)
        self.digest.update(rows_bytes(rows))
        self.rows += len(rows)

    def _sorted_out(
        self, keyed: Iterable[Keyed], seen: dict[int, Fact], posted: dict[int, Live], result: Posting
    ) -> Iterator[Keyed]:
        for key, fact in keyed:
            taken = posted.get(key)
            if taken is not None and taken.batch_id == self.batch:  # an earlier chunk of this very batch
                raise QinglianError("ledger.duplicate_in_batch", fact.where, first=taken.row)
            if taken is not None:
                clash = Clash(fact, taken)
                (result.already if clash.same_value else result.conflicts).append(clash)
            elif seen[key] is not fact:
                raise QinglianError("ledger.duplicate_in_batch", fact.where, first=seen[key].row)
            else:
                yield key, fact

    def _row(self, keyed: Keyed) -> Row:
        key, fact = keyed
        number = self.next_fact
        self.next_fact = number + 1
        return (
            number,
            self.batch,
            *self.keys.of(fact),
            fact.mantissa,
            QUANTITY_BASES[fact.quantity_basis],
            fact.quality,
            utc_seconds(fact.start_utc),
            utc_seconds(fact.end_utc),
            day_number(fact.start_local),
            day_number(fact.end_local),
            fact.source or None,
            fact.reference or None,
            fact.lot or None,
            fact.realises or None,
            fact.note or None,
            self.evidence_id,
            fact.sheet,
            fact.row,
            None,
            key,
        )

    def close(self, kind: str, **about: object) -> int | None:
        """Write the batch itself, if anything was posted."""
        if not self.rows:
            return None
        reverses = about.pop("reverses_batch", None)
        row = {
            "id": self.batch,
            "kind": kind,
            "evidence_id": self.evidence_id,
            "rows": self.rows,
            "digest": self.digest.hexdigest(),
            "recorded_at": self.transaction.recorded_at,
            "reverses_batch": reverses,
            **about,
        }
        self.transaction.insert(schema.batch, [row])
        return self.batch


def next_fact_id(transaction: Transaction) -> int:
    """Next fact number: above everything in the inbox and in the segments."""
    inbox = transaction.connection.execute(select(func.max(schema.inbox.c.fact_id))).scalar()
    sealed = transaction.connection.execute(select(func.max(schema.segment.c.last_fact))).scalar()
    return max(int(inbox or 0), int(sealed or 0)) + 1


def insert_rows(transaction: Transaction, rows: list[Row]) -> None:
    """Insert inbox rows through the driver."""
    database.insert_many(transaction.connection, "inbox", COLUMNS, rows)


def rows_bytes(rows: Iterable[Row]) -> bytes:
    """Canonical bytes of inbox rows, in fact order: what a batch's digest is taken over, in any chunks."""
    listed = list(rows)
    whole = json.dumps(
        listed, ensure_ascii=False, separators=(",", ":")
    )  # one call: half the time of a batch
    return f"{whole[1:-1]},".encode() if listed else b""


def undo(book: Book, actor: Actor, batch: int, *, reason: str, approval: int | None = None) -> int:
    """Reverse a whole batch: one negative record for each live record of it; return the new batch.

    Raises
    ------
    QinglianError
        ``ledger.batch_unknown``, ``ledger.batch_undone``, ``ledger.reason_missing``.
    """
    return _reverse(book, actor, reason, approval, batch=batch)


def reverse_fact(book: Book, actor: Actor, fact: int, *, reason: str, approval: int | None = None) -> int:
    """Reverse one live record; return the new batch. Raises ``ledger.fact_not_live``."""
    return _reverse(book, actor, reason, approval, fact=fact)


def correct(
    book: Book, actor: Actor, fact: int, replacement: Fact, *, reason: str, approval: int | None = None
) -> tuple[int, int]:
    """Reverse one live record and post its replacement, in one transaction.

    Returns
    -------
    tuple of int
        The reversal's batch and the replacement's batch.
    """
    _need_reason(reason)
    with book.write(actor, "correction", corrects=fact, reason=reason) as transaction:
        refuse_locked(transaction.connection, [replacement], approval)
        reversal = _write_reversal(book, transaction, reason, approval, fact=fact)
        writer = _Writer(book, transaction, None)
        writer.write([replacement], result := Posting())
        if result.conflicts or result.already:
            raise QinglianError("ledger.fact_taken", replacement.where)
        batch = writer.close("correction", reason=reason, approval=approval)
        if batch is None:  # pragma: no cover - a replacement is one row or an error
            raise QinglianError("ledger.fact_taken", replacement.where)
    return reversal, batch


def correct_many(
    book: Book,
    actor: Actor,
    corrections: Iterable[tuple[int, Sequence[Fact]]],
    *,
    reason: str,
    source: evidence.Stored | None = None,
    approval: int | None = None,
) -> int | None:
    """Reverse live records and post what replaces each, all in one transaction; return the new batch.

    A record may be replaced by several, such as a part of it by another method and the rest by the old one.

    Parameters
    ----------
    source
        The evidence file of the replacements, if they have one.

    Raises
    ------
    QinglianError
        As :func:`correct`; nothing is written where one of them fails.
    """
    _need_reason(reason)
    pairs = [(fact, list(replacements)) for fact, replacements in corrections]
    with book.write(actor, "correction", corrects=[fact for fact, _ in pairs], reason=reason) as transaction:
        replacing = [new for _, replacements in pairs for new in replacements]
        refuse_locked(transaction.connection, replacing, approval)
        for fact, _ in pairs:
            _write_reversal(book, transaction, reason, approval, fact=fact)
        writer = _Writer(book, transaction, evidence.register(transaction, source) if source else None)
        writer.write(replacing, result := Posting())
        if result.conflicts or result.already:
            raise QinglianError("ledger.fact_taken", replacing[0].where)
        return writer.close("correction", reason=reason, approval=approval)


def _reverse(book: Book, actor: Actor, reason: str, approval: int | None, **which: int) -> int:
    _need_reason(reason)
    with book.write(actor, "reversal", reason=reason, **which) as transaction:
        return _write_reversal(book, transaction, reason, approval, **which)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise QinglianError("ledger.reason_missing", Where())


def _write_reversal(
    book: Book, transaction: Transaction, reason: str, approval: int | None, **which: int
) -> int:
    batch = transaction.next_id(schema.batch)
    rows = reversal_rows(book, transaction.connection, batch, next_fact_id(transaction), approval, **which)
    insert_rows(transaction, rows)
    transaction.insert(
        schema.batch,
        [
            {
                "id": batch,
                "kind": "reversal",
                "rows": len(rows),
                "digest": sha256(rows_bytes(rows)).hexdigest(),
                "recorded_at": transaction.recorded_at,
                "reverses_batch": which.get("batch"),
                "approval": approval,
                "reason": reason,
            }
        ],
    )
    return batch

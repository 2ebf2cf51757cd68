"""Replay: calculate a frozen run again from its stored inputs and compare the canonical exports.

Nothing is taken from a cache, from stored lines or from what the book has learned since: the same segments
(their bytes checked first), factor lock, rules, policy, cutoff and instruments, on an engine of your choice.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from qinglian.core.canonical import canonical_json, sha256_file
from qinglian.core.errors import QinglianError, Where
from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.calculation import METHOD_VERSION, Inputs, recalculate
from qinglian.ledger.engines import Engine, open_engine
from qinglian.ledger.inventory import Inventory, Reading, View, inventory_of, read_inventory
from qinglian.ledger.manifest import present_paths, segments
from qinglian.ledger.policy import parse_policy_document
from qinglian.ledger.rules import parse_rules_document
from qinglian.ledger.versions import Version, version


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome: the hash on record, the hash found, and the first line in which they differ."""

    stored: str
    found: str
    stored_line: str | None = None
    found_line: str | None = None

    @property
    def same(self) -> bool:
        """Whether the replay gave the same bytes."""
        return self.stored == self.found


@dataclass(frozen=True, slots=True)
class Afresh(Book):
    """The same book without its cache: what was summed before is summed again."""

    scratch: Path = Path()

    @property
    def cache_folder(self) -> Path:
        """A folder that held nothing."""
        return self.scratch


def replay(book: Book, number: int, *, engine: Engine | None = None) -> Replay:
    """Replay a version against the hash it was drafted with.

    Raises
    ------
    QinglianError
        ``ledger.version_unknown``, ``ledger.segment_missing``, ``ledger.audit_file_changed``,
        ``ledger.method_changed`` when the run was made by another version of the method.
    """
    frozen = version(book, number)
    found = replayed(book, frozen, engine=engine)
    stored = read_inventory(book, frozen.run, frozen.view, as_of=frozen.seq)
    return _compared(frozen.export_sha256, stored, found)


def replay_run(book: Book, run: str, view: View | None = None, *, engine: Engine | None = None) -> Replay:
    """Replay a run that no version has frozen against its stored lines."""
    with book.read() as connection:
        last = connection.execute(select(schema.chain.c.seq).order_by(schema.chain.c.seq.desc())).scalar()
    view, as_of = view or View(), int(last or 0)
    stored = read_inventory(book, run, view, as_of=as_of)
    found = calculated(book, stored_inputs(book, run), view, as_of=as_of, run=run, engine=engine)
    return _compared(stored.sha256, stored, found)


def replayed(book: Book, frozen: Version, *, engine: Engine | None = None) -> Inventory:
    """Return a version's inventory, calculated again."""
    inputs = stored_inputs(book, frozen.run)
    return calculated(book, inputs, frozen.view, as_of=frozen.seq, run=frozen.run, engine=engine)


def stored_inputs(book: Book, run: str) -> Inputs:
    """Return the frozen inputs of a run; raises ``ledger.run_unknown``, ``ledger.method_changed``."""
    with book.read() as connection:
        row = connection.execute(select(schema.run).where(schema.run.c.id == run)).mappings().first()
        if row is None:
            raise QinglianError("ledger.run_unknown", run=run)
        inputs = json.loads(row["inputs"])
        if inputs["method_version"] != METHOD_VERSION:
            raise QinglianError(
                "ledger.method_changed", run=run, made_by=inputs["method_version"], this=METHOD_VERSION
            )
        return _inputs(book, connection, row, inputs)


def _inputs(book: Book, connection: Connection, row: RowMapping, inputs: dict[str, Any]) -> Inputs:
    listed = {segment.sha256: segment for segment in segments(connection)}
    context_path = book.run_folder / f"{json.loads(row['outputs'])['context']}.json"
    context = json.loads(context_path.read_bytes())
    rules, policy = parse_rules_document(context["rules"]), parse_policy_document(context["policy"])
    if (rules.sha256, policy.sha256) != (inputs["rules"], inputs["policy"]):
        raise QinglianError("ledger.audit_file_changed", Where(file=str(context_path)))
    return Inputs(
        Span(row["period_start"], row["period_end"], row["label"]),
        inputs["scenario"],
        date.fromisoformat(inputs["cutoff"]),
        tuple(listed[digest] for digest in inputs["segments"]),
        tuple(inputs["factors"]),
        rules,
        policy,
        tuple(inputs["instruments"]),
    )


def calculated(
    book: Book, inputs: Inputs, view: View, *, as_of: int | None, run: str = "", engine: Engine | None = None
) -> Inventory:
    """Calculate inputs from the segments themselves, store nothing, and read the result through a view."""
    _verify_segments(book, inputs)
    running = engine or open_engine(spill=book.cache_folder)
    try:
        with tempfile.TemporaryDirectory() as folder, book.read() as connection:
            afresh = Afresh(book.folder, book.identity, book.engine, book.clock, Path(folder))
            lines = Path(folder) / "lines.parquet"
            context = recalculate(afresh, connection, inputs, running, lines)
            context = json.loads(canonical_json(context))  # read exactly as a stored context is read
            reading = Reading(run, inputs.period.label, inputs.factor_lock, view, as_of)
            return inventory_of(book, connection, lines, context, reading)
    finally:
        if engine is None:
            running.close()


def _verify_segments(book: Book, inputs: Inputs) -> None:
    wanted = list(inputs.segments)
    for segment, path in zip(wanted, present_paths(book, wanted), strict=True):
        if sha256_file(path) != segment.sha256:
            raise QinglianError("ledger.audit_file_changed", Where(file=str(path)))


def _compared(digest: str, stored: Inventory, found: Inventory) -> Replay:
    if digest == found.sha256:
        return Replay(digest, found.sha256)
    pairs = zip_longest(export_lines(stored), export_lines(found))
    one, other = next(((a, b) for a, b in pairs if a != b), (None, None))
    return Replay(digest, found.sha256, one, other)


def export_lines(inventory: Inventory) -> list[str]:
    """Return the canonical export as lines a person can compare."""
    document = json.loads(inventory.canonical())
    lines = [
        f"{name}: {canonical_json(document[name]).decode()}" for name in ("label", "organisation", "view")
    ]
    lines += [
        f"coverage {rule}: {canonical_json(tally).decode()}" for rule, tally in document["coverage"].items()
    ]
    lines += ["emission " + canonical_json(row).decode() for row in document["emissions"]]
    return lines + ["unresolved " + canonical_json(row).decode() for row in document["unresolved"]]

"""A run: Rules → RESOLVE → ALLOCATE → APPLY over a frozen set of segments, factors, rules and policy.

A run is a pure function of its inputs, and its id is their hash: the same inputs are the same run, on any
engine, thread count or machine. What it stores are integers: per line the exact sum of original quantities
and the factor chosen; masses and CO2e are computed from these on reading, never rounded on the way.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.core.uncollected import uncollected
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.allocation import Allocation, allocate
from qinglian.ledger.application import LinesWriter
from qinglian.ledger.book import Book
from qinglian.ledger.bridging import bridged
from qinglian.ledger.cells import month_of, on_month_start
from qinglian.ledger.engines import Engine, open_engine
from qinglian.ledger.engines.memory import system_memory
from qinglian.ledger.facts import ACTUAL, day_number
from qinglian.ledger.files import place_by_content
from qinglian.ledger.hourly import hourly_consumption
from qinglian.ledger.installed import installed_lock, installed_packs
from qinglian.ledger.manifest import Segment, overlapping, present_paths
from qinglian.ledger.needs import Asked, asked, streams, units_of_record
from qinglian.ledger.packs import FactorPack
from qinglian.ledger.policy import Policy, shipped_policy
from qinglian.ledger.resolution import Resolution, resolve
from qinglian.ledger.rules import RuleSet, shipped_rules
from qinglian.ledger.segments import seal
from qinglian.ledger.sums import Scope, parts, sums

METHOD_VERSION = "2"  # changes when the same inputs would give other lines


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a run depends on."""

    period: Span
    scenario: str
    cutoff: date
    segments: tuple[Segment, ...]
    factor_lock: tuple[str, ...]
    rules: RuleSet
    policy: Policy
    instruments: tuple[int, ...]

    def canonical(self) -> bytes:
        """Canonical JSON: its hash is the run's id."""
        return canonical_json(
            {
                "cutoff": self.cutoff,
                "factors": sorted(self.factor_lock),
                "instruments": sorted(self.instruments),
                "method_version": METHOD_VERSION,
                "period": {"start": self.period.start, "end": self.period.end, "label": self.period.label},
                "policy": self.policy.sha256,
                "rules": self.rules.sha256,
                "scenario": self.scenario,
                "segments": [segment.sha256 for segment in self.segments],
            }
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run."""

    id: str
    outputs: dict[str, str]
    counts: dict[str, dict[str, int]]


@uncollected()
@system_memory()
def calculate(
    book: Book,
    actor: Actor,
    period: Span,
    *,
    scenario: str = ACTUAL,
    cutoff: date | None = None,
    rules: RuleSet | None = None,
    policy: Policy | None = None,
    engine: Engine | None = None,
) -> Run:
    """Seal the inbox and calculate a period.

    Parameters
    ----------
    cutoff
        Factors published after this day do not count; the newest publication installed if not given, so
        that a calculation never depends on the machine's clock.

    Raises
    ------
    QinglianError
        ``ledger.factor_tie``, ``ledger.segment_missing``, ``ledger.no_factors``.
    """
    seal(book, actor)
    rules, policy = rules or shipped_rules(), policy or shipped_policy()
    running = engine or open_engine(spill=book.cache_folder)
    try:
        with book.read() as connection:
            packs = installed_packs(connection)
            if not any(pack.factors for pack in packs):
                raise QinglianError("ledger.no_factors")
            cutoff = cutoff or max(day for pack in packs for day in pack.publications())
            segments = overlapping(connection, day_number(period.start), day_number(period.end))
            lock = tuple(installed_lock(connection))
            instruments = tuple(connection.execute(select(schema.instrument.c.id)).scalars())
            inputs = Inputs(period, scenario, cutoff, tuple(segments), lock, rules, policy, instruments)
            digest, parts = _lines_placed(book, connection, running, inputs, packs)
    finally:
        if engine is None:
            running.close()
    return _store(book, actor, inputs, parts, digest)


def _lines_placed(
    book: Book, connection: Connection, engine: Engine, inputs: Inputs, packs: Sequence[FactorPack]
) -> tuple[str, _Parts]:
    """Calculate into a file of the run folder, named by its hash."""
    built: list[_Parts] = []

    def write(path: Path) -> None:
        built.append(_Parts.build(book, connection, engine, inputs, packs, path))

    return place_by_content(book.run_folder, ".parquet", write), built[0]


def recalculate(
    book: Book, connection: Connection, inputs: Inputs, engine: Engine, target: Path
) -> dict[str, Any]:
    """Calculate frozen inputs again into a file of one's own; return the context to read its lines by."""
    packs = installed_packs(connection, inputs.factor_lock)
    return recalculate_with(book, connection, inputs, engine, target, packs)


def recalculate_with(
    book: Book,
    connection: Connection,
    inputs: Inputs,
    engine: Engine,
    target: Path,
    packs: Sequence[FactorPack],
) -> dict[str, Any]:
    """Calculate inputs with packs that need not be installed; return the context to read the lines by."""
    return _context(inputs, _Parts.build(book, connection, engine, inputs, packs, target))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The results of the four steps; the lines themselves are in the file they were written to."""

    resolution: Resolution
    asked: Asked
    allocation: Allocation
    counts: dict[str, dict[str, int]]
    used: frozenset[int]

    @classmethod
    def build(
        cls,
        book: Book,
        connection: Connection,
        engine: Engine,
        inputs: Inputs,
        packs: Sequence[FactorPack],
        target: Path,
    ) -> _Parts:
        known, units = streams(connection), units_of_record(connection)
        factors = [factor for pack in packs for factor in pack.factors]
        scope = Scope(
            scenario_id(connection, inputs.scenario),
            inputs.period,
            max(known, default=0),
            all_days=not _by_months(inputs.period),
        )
        listed = list(inputs.segments)
        path = sums(book, engine, listed, scope)
        pairs = engine.query(PAIRS, parquet={"sums": [path]})
        wanted = asked(
            known, units, inputs.rules, zip(*(c.to_pylist() for c in pairs.columns), strict=True), factors
        )
        candidates = [*factors, *wanted.definitions]
        resolution = resolve(engine, wanted.needs, candidates, inputs.policy, inputs.period, inputs.cutoff)
        resolution, auxiliary = bridged(
            engine, wanted.needs, resolution, packs, inputs.policy, inputs.period, inputs.cutoff
        )
        wanted = replace(wanted, needs=(*wanted.needs, *auxiliary))
        if cut := _cut_months(resolution, wanted):
            scope = replace(scope, cut=cut)
            path = sums(book, engine, listed, scope)
        paths = present_paths(book, listed)
        _refuse_cut_records(engine, paths, scope)
        writer = LinesWriter(target, wanted, resolution)
        for table in parts(path):
            writer.apply(engine, table)
        allocation = allocate(
            connection,
            writer.withheld(),
            known,
            units,
            inputs.rules,
            inputs.period,
            inputs.instruments,
            lambda hours: hourly_consumption(engine, paths, scope.scenario, hours),
        )
        counts, used = writer.close(allocation.lines)
        return cls(resolution, wanted, allocation, counts, used)


PAIRS = "SELECT DISTINCT stream_id, unit_id FROM sums"


def _by_months(period: Span) -> bool:
    return period.start.day == 1 and period.end.day == 1


def _cut_months(resolution: Resolution, wanted: Asked) -> tuple[tuple[int, int], ...]:
    """(Stream, month) pairs inside which a factor begins or ends."""
    table = resolution.chosen
    edges = set(zip(table["need_id"].to_pylist(), table["from_day"].to_pylist(), strict=True))
    months: dict[int, set[int]] = {}
    for need, day in edges:
        if not on_month_start(day):
            months.setdefault(need, set()).add(month_of(day))
    if not months:
        return ()
    columns = (wanted.table[name].to_pylist() for name in ("stream_id", "need_id"))
    pairs = {(stream, month) for stream, need in zip(*columns, strict=True) for month in months.get(need, ())}
    return tuple(sorted(pairs))


CUT_RECORDS = (
    "SELECT COUNT(*) AS records FROM facts f WHERE f.scenario_id = {scenario} AND "
    "((f.start_day < {first} AND f.end_day > {first}) OR (f.start_day < {last} AND f.end_day > {last}))"
)


def _refuse_cut_records(engine: Engine, paths: list[Path], scope: Scope) -> None:
    """Refuse a period that begins or ends inside a record: its share cannot be known."""
    if not scope.all_days or not paths:
        return
    first, last = day_number(scope.period.start), day_number(scope.period.end)
    sql = CUT_RECORDS.format(scenario=scope.scenario, first=first, last=last)
    if engine.query(sql, parquet={"facts": paths})["records"][0].as_py():
        raise QinglianError("ledger.period_cuts_records", period=scope.period.label)


def scenario_id(connection: Connection, name: str) -> int:
    """Surrogate id of a scenario; 0, which no fact has, for one without facts."""
    query = select(schema.scenario.c.id).where(schema.scenario.c.name == name)
    return int(connection.execute(query).scalar() or 0)


def _store(book: Book, actor: Actor, inputs: Inputs, parts: _Parts, lines: str) -> Run:
    """Write the outputs under their hashes, then name them in one transaction."""
    canonical = inputs.canonical()
    identifier = sha256_hex(canonical)
    outputs = {
        "lines": lines,
        "chosen": _place_table(book, parts.resolution.chosen),
        "trace": _place_table(book, parts.resolution.trace),
        "allocation": _place_table(book, parts.allocation.table),
        "context": _place_json(book, _context(inputs, parts)),
    }
    with book.write(actor, "calculate", run=identifier) as transaction:
        known = transaction.connection.execute(
            select(schema.run.c.outputs).where(schema.run.c.id == identifier)
        ).scalar()
        if known is None:
            row = {
                "id": identifier,
                "period_start": inputs.period.start,
                "period_end": inputs.period.end,
                "label": inputs.period.label,
                "scenario": inputs.scenario,
                "inputs": canonical.decode(),
                "outputs": canonical_json(outputs).decode(),
            }
            transaction.insert(schema.run, [row])
    return Run(identifier, outputs if known is None else json.loads(known), parts.counts)


def _context(inputs: Inputs, parts: _Parts) -> dict[str, Any]:
    """Return what the stored integers refer to: the lines can be read without the packs' files."""
    used = [factor for number, factor in enumerate(parts.resolution.factors) if number in parts.used]
    named = {factor.id for factor in used}.union(*(factor.parts for factor in used))
    return {
        "all_factors": [factor.id for factor in parts.resolution.factors],
        "counts": parts.counts,
        "factors": [factor.record() for factor in parts.resolution.factors if factor.id in named],
        "needs": [need.record() for need in parts.asked.needs],
        "policy": json.loads(inputs.policy.content),
        "rules": json.loads(inputs.rules.content),
    }


def _place_table(book: Book, table: pa.Table) -> str:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", store_schema=False)
    return place_by_content(book.run_folder, ".parquet", lambda path: _write(path, buffer.getvalue()))


def _place_json(book: Book, content: dict[str, Any]) -> str:
    return place_by_content(book.run_folder, ".json", lambda path: _write(path, canonical_json(content)))


def _write(path: Any, content: bytes) -> None:
    path.write_bytes(content)

"""A run: Rules → RESOLVE → ALLOCATE → APPLY over a frozen set of segments, factors, rules and policy.

A run is a pure function of its inputs, and its id is their hash: the same inputs are the same run, on any
engine, thread count or machine. What it stores are integers: per line the exact sum of original quantities
and the factor chosen; masses and CO2e are computed from these on reading, never rounded on the way.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.allocation import Allocation, allocate
from qinglian.ledger.book import Book
from qinglian.ledger.engines import Engine, open_engine
from qinglian.ledger.facts import ACTUAL, day_number
from qinglian.ledger.files import place_by_content
from qinglian.ledger.hourly import hourly_consumption
from qinglian.ledger.installed import installed_factors, installed_lock
from qinglian.ledger.lines import outcome_counts, sorted_lines
from qinglian.ledger.manifest import Segment, overlapping, present_paths
from qinglian.ledger.needs import Asked, asked, streams, units_of_record
from qinglian.ledger.policy import Policy, shipped_policy
from qinglian.ledger.resolution import Resolution, resolve
from qinglian.ledger.rules import RuleSet, shipped_rules
from qinglian.ledger.segments import seal
from qinglian.ledger.sums import DAY, MONTH, cells, on_month_starts, sums

METHOD_VERSION = "1"  # changes when the same inputs would give other lines


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
    running = engine or open_engine()
    try:
        with book.read() as connection:
            factors = installed_factors(connection)
            if not factors:
                raise QinglianError("ledger.no_factors")
            cutoff = cutoff or max(factor.published for factor in factors)
            segments = overlapping(connection, day_number(period.start), day_number(period.end))
            lock = tuple(installed_lock(connection))
            instruments = tuple(connection.execute(select(schema.instrument.c.id)).scalars())
            inputs = Inputs(period, scenario, cutoff, tuple(segments), lock, rules, policy, instruments)
            parts = _Parts.build(book, connection, running, inputs, factors)
    finally:
        if engine is None:
            running.close()
    return _store(book, actor, inputs, parts)


def recalculate(
    book: Book, connection: Connection, inputs: Inputs, engine: Engine
) -> tuple[pa.Table, dict[str, Any]]:
    """Calculate frozen inputs again and store nothing; return the lines and the context to read them by."""
    factors = installed_factors(connection, inputs.factor_lock)
    parts = _Parts.build(book, connection, engine, inputs, factors)
    return parts.lines, _context(inputs, parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The results of the four steps."""

    lines: pa.Table
    resolution: Resolution
    asked: Asked
    allocation: Allocation
    grain: str
    counts: dict[str, dict[str, int]]

    @classmethod
    def build(
        cls, book: Book, connection: Any, engine: Engine, inputs: Inputs, factors: Sequence[Any]
    ) -> _Parts:
        known, units = streams(connection), units_of_record(connection)
        table = _sums(book, connection, engine, inputs, MONTH)
        pairs = zip(table["stream_id"].to_pylist(), table["unit_id"].to_pylist(), strict=True)
        wanted = asked(known, units, inputs.rules, pairs)
        resolution = resolve(
            engine, wanted.needs, [*factors, *wanted.definitions], inputs.policy, inputs.period, inputs.cutoff
        )
        grain = _grain(resolution, inputs.period)
        if grain != MONTH:
            table = _sums(book, connection, engine, inputs, grain)
        lines = _lines(_apply(engine, table, wanted, resolution, grain))
        counts = outcome_counts(lines, [rule.id for rule in wanted.rules])
        _conserved(table, wanted, counts)
        allocation = allocate(
            connection,
            lines,
            known,
            units,
            inputs.rules,
            inputs.period,
            grain,
            inputs.instruments,
            lambda hours: hourly_consumption(
                engine,
                present_paths(book, list(inputs.segments)),
                scenario_id(connection, inputs.scenario),
                grain,
                hours,
            ),
        )
        return cls(allocation.lines, resolution, wanted, allocation, grain, counts)


def _sums(book: Book, connection: Any, engine: Engine, inputs: Inputs, grain: str) -> pa.Table:
    number = scenario_id(connection, inputs.scenario)
    return sums(book, engine, list(inputs.segments), number, inputs.period, grain)


def scenario_id(connection: Connection, name: str) -> int:
    """Surrogate id of a scenario; 0, which no fact has, for one without facts."""
    query = select(schema.scenario.c.id).where(schema.scenario.c.name == name)
    return int(connection.execute(query).scalar() or 0)


def _grain(resolution: Resolution, period: Span) -> str:
    """Months, unless a factor begins or ends inside one."""
    days = resolution.chosen["from_day"].to_pylist() + resolution.chosen["to_day"].to_pylist()
    inside = [day for day in days if day_number(period.start) < day < day_number(period.end)]
    return MONTH if on_month_starts(inside) and period.start.day == 1 and period.end.day == 1 else DAY


def _apply(engine: Engine, table: pa.Table, wanted: Asked, resolution: Resolution, grain: str) -> pa.Table:
    sql = (files("qinglian.ledger") / "sql" / "apply.sql").read_text(encoding="utf-8")
    tables = {"sums": table, "cell": cells(table, grain), "asked": wanted.table, "chosen": resolution.chosen}
    return engine.query(sql, tables=tables)


def _lines(applied: pa.Table) -> pa.Table:
    rows = applied.num_rows
    none = pa.repeat(pa.scalar(0, pa.int32()), rows)
    one = pa.repeat(pa.scalar(1, pa.int64()), rows)
    return sorted_lines(applied.append_column("instrument", none).append_column("divisor", one))


def _conserved(table: pa.Table, wanted: Asked, counts: dict[str, dict[str, int]]) -> None:
    """Assert per rule: demands = exact + declared fallback + unresolved, counted on two different ways."""
    asked_for = wanted.table.join(table.select(["stream_id", "unit_id", "records"]), ["stream_id", "unit_id"])
    grouped = asked_for.group_by("rule_no").aggregate([("records", "sum")]).to_pylist()
    demands = {wanted.rules[row["rule_no"]].id: row["records_sum"] or 0 for row in grouped}
    for rule, tally in counts.items():
        tally["demands"] = demands[rule]
        found = tally["exact"] + tally["fallback"] + tally["unresolved"]
        if found != tally["demands"]:
            raise QinglianError("ledger.not_conserved", rule=rule, demands=tally["demands"], found=found)


def _store(book: Book, actor: Actor, inputs: Inputs, parts: _Parts) -> Run:
    """Write the outputs under their hashes, then name them in one transaction."""
    canonical = inputs.canonical()
    identifier = sha256_hex(canonical)
    outputs = {
        "lines": _place_table(book, parts.lines),
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
    used = set(parts.lines["factor_no"].unique().to_pylist())
    return {
        "all_factors": [factor.id for factor in parts.resolution.factors],
        "counts": parts.counts,
        "factors": [f.record() for number, f in enumerate(parts.resolution.factors) if number in used],
        "grain": parts.grain,
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

"""SUMS: the one scan of the facts, kept so that a changed factor scans nothing again.

Sums of original quantities do not depend on any factor. They are kept in one Parquet file under the hash of
the segments they were taken from; when segments are added, only those are scanned and merged with what is
kept. The cache may be deleted at any time. Work goes in passes over ranges of streams, so that memory stays
flat however many facts there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.period import Span
from qinglian.ledger.book import Book
from qinglian.ledger.cells import BY_DAYS, BY_MONTH
from qinglian.ledger.engines import Engine
from qinglian.ledger.facts import day_number
from qinglian.ledger.files import placing
from qinglian.ledger.manifest import Segment, present_paths

GROUPS_PER_PASS = 1_000_000
MAX_PASSES = 8  # more passes than row groups in a segment would read groups twice
SUMS = pa.schema(
    [
        ("stream_id", pa.int32()),
        ("unit_id", pa.int16()),
        ("quantity_basis", pa.int16()),
        ("quality", pa.int16()),
        ("cell", pa.int32()),
        ("records", pa.int64()),
        ("quantity", pa.decimal128(38, 0)),
    ]
)
KEYS = SUMS.names[:5]
MERGE = (
    f"SELECT {', '.join(KEYS)}, CAST(SUM(records) AS BIGINT) AS records, SUM(quantity) AS quantity "  # noqa: S608
    f"FROM parts GROUP BY {', '.join(KEYS)}"
)
CUT = pa.schema([("stream_id", pa.int32()), ("month", pa.int32())])


@dataclass(frozen=True, slots=True)
class Scope:
    """What is summed: the facts of a scenario and period, by month but for the (stream, month) pairs cut.

    ``all_days`` sums everything by its own days, for a period that does not begin and end on month starts.
    """

    scenario: int
    period: Span
    streams: int
    cut: tuple[tuple[int, int], ...] = ()
    all_days: bool = False

    def key(self, segments: list[Segment]) -> str:
        """Name of the kept file."""
        about = [self.scenario, self.period.start, self.period.end, self.cut, self.all_days]
        return sha256_hex(canonical_json([about, [segment.sha256 for segment in segments]]))[:40]

    def ranges(self) -> list[tuple[int, int]]:
        """Ranges of stream ids, one for each pass."""
        months = self.period.days // 28 + 1
        passes = min(MAX_PASSES, max(1, -(-self.streams * months * 2 // GROUPS_PER_PASS)))
        step = -(-(self.streams + 1) // passes)
        return [(first, first + step) for first in range(0, self.streams + 1, step)]


def sums(book: Book, engine: Engine, segments: list[Segment], scope: Scope) -> Path:
    """Sum the facts of segments; return the Parquet file (columns of :data:`SUMS`, in stream order).

    ``records`` counts a reversal as minus one.
    """
    target = _kept(book, segments, scope)
    if target.exists():
        return target
    older = next((n for n in range(len(segments) - 1, 0, -1) if _kept(book, segments[:n], scope).exists()), 0)
    before = _kept(book, segments[:older], scope) if older else None
    paths, days = present_paths(book, segments[older:]), _days(scope, segments[older:])
    target.parent.mkdir(exist_ok=True)
    with placing(target) as temporary, pq.ParquetWriter(temporary, SUMS, compression="zstd") as writer:
        for stream_range in scope.ranges():
            table = _scan(engine, paths, scope, days, _streams(scope, stream_range))
            if before is not None:
                parts = pa.concat_tables([table, part(before, stream_range)])
                table = engine.query(MERGE, tables={"parts": parts}).select(SUMS.names).cast(SUMS)
            ordered = table.sort_by([(name, "ascending") for name in KEYS])
            writer.write_table(ordered, row_group_size=max(1, len(ordered)))
    return target


def part(path: Path, stream_range: tuple[int, int]) -> pa.Table:
    """Read the sums of a range of streams."""
    first, end = stream_range
    return pq.read_table(path, schema=SUMS, filters=[("stream_id", ">=", first), ("stream_id", "<", end)])


def parts(path: Path) -> Iterator[pa.Table]:
    """Sums range by range, in stream order: each range was written as one row group."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number).cast(SUMS)


def _kept(book: Book, segments: list[Segment], scope: Scope) -> Path:
    return book.cache_folder / f"sums-{scope.key(segments)}.parquet"


def _days(scope: Scope, segments: list[Segment]) -> str:
    """Bound the days of a record, unless the manifest says that every one is in the period."""
    first, end = day_number(scope.period.start), day_number(scope.period.end)
    if all(first <= segment.first_day and segment.last_day < end for segment in segments):
        return ""
    return f" AND f.start_day >= {first} AND f.start_day < {end}"


def _streams(scope: Scope, stream_range: tuple[int, int]) -> str:
    if len(scope.ranges()) == 1:
        return ""
    return f" AND f.stream_id >= {stream_range[0]} AND f.stream_id < {stream_range[1]}"


def _scan(engine: Engine, paths: list[Path], scope: Scope, days: str, streams: str) -> pa.Table:
    if not paths:
        return SUMS.empty_table()
    template = (files("qinglian.ledger") / "sql" / "sums.sql").read_text(encoding="utf-8")
    cell, join = (BY_DAYS, "") if scope.all_days else (BY_MONTH, "")
    tables = {}
    if scope.cut and not scope.all_days:
        cell = f"CASE WHEN x.stream_id IS NULL THEN {BY_MONTH} ELSE {BY_DAYS} END"
        join = "LEFT JOIN cut_month x ON x.stream_id = f.stream_id AND x.month = f.month"
        tables["cut_month"] = pa.Table.from_pylist(
            [dict(zip(CUT.names, pair, strict=True)) for pair in scope.cut], CUT
        )
    sql = template.format(
        cell=cell,
        cut=join,
        scenario=scope.scenario,
        days=days,
        streams=streams,
    )
    return engine.query(sql, tables=tables, parquet={"facts": paths}).select(SUMS.names).cast(SUMS)

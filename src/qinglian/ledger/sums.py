"""SUMS: the one scan of the facts, kept per segment so that a changed factor scans nothing again.

Sums of original quantities do not depend on any factor. They are cached under the hash of the segment they
were taken from; the cache may be deleted at any time.
"""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.period import Span
from qinglian.ledger.book import Book
from qinglian.ledger.engines import Engine
from qinglian.ledger.facts import day_number, from_day_number
from qinglian.ledger.files import placing
from qinglian.ledger.manifest import Segment, present_paths

MONTH, DAY = "month", "start_day"
KEYS = ("stream_id", "unit_id", "quantity_basis", "quality", "cell")
MERGE = (
    "SELECT stream_id, unit_id, quantity_basis, quality, cell, "
    "CAST(SUM(records) AS BIGINT) AS records, SUM(quantity) AS quantity FROM parts "
    "GROUP BY stream_id, unit_id, quantity_basis, quality, cell"
)
SUMS = pa.schema(
    [
        ("stream_id", pa.int32()),
        ("unit_id", pa.int16()),
        ("quantity_basis", pa.int16()),
        ("quality", pa.int16()),
    ]
    + [("cell", pa.int32()), ("records", pa.int64()), ("quantity", pa.decimal128(38, 0))]
)


def sums(
    book: Book, engine: Engine, segments: list[Segment], scenario: int, period: Span, grain: str
) -> pa.Table:
    """Sum the facts of a scenario and period per stream, unit, basis, quality and cell.

    Returns
    -------
    pyarrow.Table
        Columns of :data:`SUMS`; ``cell`` is the local month or the local day, by ``grain``; ``records``
        counts reversals as minus one.
    """
    paths = present_paths(book, segments)
    fresh = [
        (s, p)
        for s, p in zip(segments, paths, strict=True)
        if not _cache(book, s, scenario, period, grain).exists()
    ]
    for segment, path in fresh:
        table = _scan(engine, path, scenario, period, grain)
        _keep(_cache(book, segment, scenario, period, grain), table)
    parts = [pq.read_table(_cache(book, s, scenario, period, grain), schema=SUMS) for s in segments]
    if not parts:
        return SUMS.empty_table()
    return engine.query(MERGE, tables={"parts": pa.concat_tables(parts)}).select(SUMS.names).cast(SUMS)


def _scan(engine: Engine, path: Path, scenario: int, period: Span, grain: str) -> pa.Table:
    sql = (files("qinglian.ledger") / "sql" / "sums.sql").read_text(encoding="utf-8")
    first, end = day_number(period.start), day_number(period.end)
    text = sql.format(grain=grain, scenario=scenario, first_day=first, end_day=end)
    return engine.query(text, parquet={"facts": [path]}).select(SUMS.names).cast(SUMS)


def _cache(book: Book, segment: Segment, scenario: int, period: Span, grain: str) -> Path:
    key = [segment.sha256, scenario, period.start, period.end, grain]
    return book.cache_folder / f"sums-{sha256_hex(canonical_json(key))[:40]}.parquet"


def _keep(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(exist_ok=True)
    with placing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def cells(table: pa.Table, grain: str) -> pa.Table:
    """First and end day of each cell that occurs."""
    numbers = sorted(set(table["cell"].to_pylist()))
    spans = [cell_days(number, grain) for number in numbers]
    return pa.table(
        {
            "cell": pa.array(numbers, pa.int32()),
            "first_day": pa.array([first for first, _ in spans], pa.int32()),
            "end_day": pa.array([end for _, end in spans], pa.int32()),
        }
    )


def cell_days(cell: int, grain: str) -> tuple[int, int]:
    """Day numbers of a cell, half-open."""
    return (cell, cell + 1) if grain == DAY else month_days(cell)


def month_days(month: int) -> tuple[int, int]:
    """Day numbers of a month given as ``year * 12 + month - 1``, half-open."""
    first = date(month // 12, month % 12 + 1, 1)
    after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return day_number(first), day_number(after)


def on_month_starts(days: list[int]) -> bool:
    """Whether every day number is the first of a month."""
    return all(from_day_number(day).day == 1 for day in days)

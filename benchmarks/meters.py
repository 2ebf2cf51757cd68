"""Meter readings × hourly grid intensity → site, month: exact integer products against floats and a scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import Clock
from benchmarks.size import Size

METERS, SITES, ZONES, HOURS = 2_854, 500, 60, 8_784
FIRST_HOUR = 420_768  # 2018-01-01 00:00 UTC, in hours since 1970
SEGMENT_ROWS = 1_000_000
THREADS = 2


def make(target: Path, _clock: Clock) -> None:
    """Quarter-hour readings of all meters in time order, one segment after the other."""
    if (target / "done").exists():
        return
    rows, seed = Size.of(target).rows, Size.of(target).seed
    (target / "segments").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    _write(
        target / "streams.parquet",
        stream_id=pa.array(np.arange(METERS), pa.int32()),
        site_id=pa.array(np.arange(METERS) % SITES, pa.int32()),
        zone_id=pa.array(rng.integers(0, ZONES, METERS), pa.int32()),
    )
    _write(
        target / "intensity.parquet",
        zone_id=pa.array(np.repeat(np.arange(ZONES), HOURS), pa.int32()),
        hour_utc=pa.array(np.tile(FIRST_HOUR + np.arange(HOURS), ZONES), pa.int32()),
        intensity=pa.array(rng.integers(50_000, 900_000, ZONES * HOURS), pa.int64()),  # micro-kg per Wh
    )
    quarters, step = rows // METERS, SEGMENT_ROWS // METERS
    for number, first in enumerate(range(0, quarters, step)):
        _segment(target / "segments" / f"{number:04d}.parquet", first, min(step, quarters - first), seed)
    (target / "done").touch()


def _segment(path: Path, first: int, quarters: int, seed: int) -> None:
    rng = np.random.default_rng([seed, first])
    stream = np.repeat(np.arange(METERS), quarters)
    quarter = np.tile(first + np.arange(quarters), METERS)
    hour = FIRST_HOUR + quarter // 4 % HOURS
    start = hour.astype(np.int64) * 3600 + quarter % 4 * 900
    _write(
        path,
        stream_id=pa.array(stream, pa.int32()),
        scenario_id=pa.array(np.ones(len(stream)), pa.float64()).cast(pa.int16()),
        unit_id=pa.array(np.ones(len(stream)), pa.float64()).cast(pa.int16()),
        quantity=pa.array(rng.integers(0, 500_000, len(stream)), pa.int64()),
        start_utc=pa.array(start, pa.int64()),
        end_utc=pa.array(start + 900, pa.int64()),
        hour_utc=pa.array(hour, pa.int32()),
        month=pa.array(
            hour.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64) + 23_640, pa.int32()
        ),
    )


def _write(path: Path, **columns: pa.Array) -> None:
    pq.write_table(
        pa.table(columns),
        path,
        compression="zstd",
        compression_level=1,
        row_group_size=122_880,
        store_schema=False,
    )


def scan(folder: Path, clock: Clock) -> None:
    """Read the six columns the product needs."""
    names = ("stream_id", "scenario_id", "unit_id", "quantity", "hour_utc", "month")
    connection = _connection(folder)
    with clock.timed():
        connection.sql(f"SELECT {', '.join(f'sum({name})' for name in names)} FROM facts").fetchall()


def hand(folder: Path, clock: Clock) -> None:
    """Best hand-written SQL: one packed key, floats, straight to site and month."""
    connection = _connection(folder)
    with clock.timed():
        rows = connection.sql(
            f"""SELECT s.site_id, f.month, sum(f.quantity::DOUBLE * i.intensity) AS amount
            FROM facts f JOIN streams s ON s.stream_id = f.stream_id
            JOIN (SELECT hour_utc * {ZONES} + zone_id AS k, intensity::DOUBLE AS intensity FROM intensity) i
                ON i.k = f.hour_utc * {ZONES} + s.zone_id
            WHERE f.scenario_id = 1 GROUP BY ALL"""
        ).fetchall()
    clock.found["total"] = sum(row[2] for row in rows)


def natural(folder: Path, clock: Clock) -> None:
    """The join as one would write it first: two columns, floats."""
    connection = _connection(folder)
    with clock.timed():
        rows = connection.sql(
            """SELECT s.site_id, f.month, sum(f.quantity::DOUBLE * i.intensity) AS amount
            FROM facts f JOIN streams s ON s.stream_id = f.stream_id
            JOIN intensity i ON i.zone_id = s.zone_id AND i.hour_utc = f.hour_utc
            WHERE f.scenario_id = 1 GROUP BY ALL"""
        ).fetchall()
    clock.found["total"] = sum(row[2] for row in rows)


def pandas(folder: Path, clock: Clock) -> None:
    """Chunked by file, merged on zone and hour, floats."""
    import pandas as pd

    streams = pq.read_table(folder / "streams.parquet").to_pandas()
    intensity = pq.read_table(folder / "intensity.parquet").to_pandas()
    with clock.timed():
        parts = []
        for path in _segments(folder):
            facts = pq.read_table(path, columns=["stream_id", "quantity", "hour_utc", "month"]).to_pandas()
            facts = facts.merge(streams, on="stream_id").merge(intensity, on=["zone_id", "hour_utc"])
            facts["amount"] = facts["quantity"].astype(float) * facts["intensity"]
            parts.append(facts.groupby(["site_id", "month"])["amount"].sum())
        result = pd.concat(parts).groupby(level=[0, 1]).sum()
    clock.found["total"] = float(result.sum())


def ours(folder: Path, clock: Clock) -> None:
    """``times_intensity``: exact products and sums per stream, unit and month."""
    from fractions import Fraction

    from qinglian.ledger.engines import open_engine
    from qinglian.ledger.hourly import times_intensity

    streams = pq.read_table(folder / "streams.parquet").to_pydict()
    table = pq.read_table(folder / "intensity.parquet").to_pydict()
    zones = dict(zip(streams["stream_id"], streams["zone_id"], strict=True))
    keys = zip(table["zone_id"], table["hour_utc"], strict=True)
    intensity = {key: Fraction(value) for key, value in zip(keys, table["intensity"], strict=True)}
    with clock.timed():
        engine = open_engine(threads=THREADS)
        found = times_intensity(engine, [Path(p) for p in _segments(folder)], 1, zones, intensity, 500_000)
        engine.close()
    clock.found["total"] = float(sum(amount for amount, _ in found.values()))


def _segments(folder: Path) -> list[str]:
    return sorted(str(path) for path in (folder / "segments").glob("*.parquet"))


def _connection(folder: Path) -> Any:
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": "600MB",
            "preserve_insertion_order": False,
            "temp_directory": str(folder / "spill"),
            "max_temp_directory_size": "10GB",
        }
    )
    connection.execute(f"CREATE VIEW facts AS SELECT * FROM read_parquet({_segments(folder)})")
    for name in ("streams", "intensity"):
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder / name}.parquet'")
    return connection

"""Hours: what hourly meters say, for certificates of one hour and for hourly intensities.

Products of hourly series are integer products: quantity (an integer of its unit of record) times intensity
(an integer of its decimals), summed before anything is divided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path

import pyarrow as pa

from qinglian.ledger.engines import Engine

NARROW = 10**18  # below this a product is one 64-bit integer on every engine
LineKey = tuple[int, int, int, int, int]

CONSUMPTION = """
SELECT f.stream_id, f.unit_id, f.quantity_basis, COALESCE(f.quality, 0) AS quality, f.month AS cell,
    f.hour_utc, SUM(CAST(f.quantity AS DECIMAL(18, 0))) AS quantity
FROM facts f JOIN hours h ON h.hour_utc = f.hour_utc
WHERE f.scenario_id = {scenario} AND f.end_utc - f.start_utc <= 3600
GROUP BY f.stream_id, f.unit_id, f.quantity_basis, COALESCE(f.quality, 0), f.month, f.hour_utc
"""

# One packed integer key; its stride comes from the dimension, never from a guess.
INTENSITY = """
SELECT f.stream_id, f.unit_id, f.month AS cell, SUM({product}) AS amount,
    SUM(CAST(f.quantity AS DECIMAL(18, 0))) AS quantity
FROM facts f
JOIN zones z ON z.stream_id = f.stream_id
JOIN packed i ON i.hour_zone = CAST(f.hour_utc AS BIGINT) * {stride} + z.zone_id
WHERE f.scenario_id = {scenario} AND f.end_utc - f.start_utc <= 3600
GROUP BY f.stream_id, f.unit_id, f.month
"""


def hourly_consumption(
    engine: Engine, paths: Sequence[Path], scenario: int, hours: Iterable[int]
) -> dict[LineKey, dict[int, int]]:
    """Consumption of hourly meters in given hours (hours since 1970 UTC), by the line each hour belongs to.

    Only records of an hour or less count: a monthly bill says nothing about an hour.
    """
    wanted = pa.table({"hour_utc": pa.array(sorted(set(hours)), pa.int32())})
    if not paths or not wanted.num_rows:
        return {}
    sql = CONSUMPTION.format(scenario=scenario)
    found: dict[LineKey, dict[int, int]] = defaultdict(dict)
    for row in engine.query(sql, tables={"hours": wanted}, parquet={"facts": paths}).to_pylist():
        key = (row["stream_id"], row["unit_id"], row["quantity_basis"], row["quality"], row["cell"])
        found[key][row["hour_utc"]] = int(row["quantity"])
    return found


def times_intensity(
    engine: Engine,
    paths: Sequence[Path],
    scenario: int,
    zones: dict[int, int],
    intensity: dict[tuple[int, int], Fraction],
    largest: int,
) -> dict[tuple[int, int, int], tuple[Fraction, int]]:
    """Sum quantity × hourly intensity per stream, unit of record and month.

    Parameters
    ----------
    zones
        Zone number of each stream.
    intensity
        Intensity by (zone, hour since 1970 UTC), per unit of the quantity.
    largest
        Largest absolute quantity of the segments (the manifest has it): the guard that picks 64-bit products
        where they cannot overflow and wide decimals where they could.

    Returns
    -------
    dict
        ``(stream, unit, month) → (sum of products, sum of quantities)``; hours without an intensity are in
        neither, so a caller compares the second with the whole to see what stayed unresolved.
    """
    scale = lcm(*(value.denominator for value in intensity.values())) if intensity else 1
    numbers = {key: int(value * scale) for key, value in intensity.items()}
    if not numbers or not paths or not zones:
        return {}
    stride = max(*zones.values(), *(zone for zone, _ in numbers), 0) + 1
    fits = largest * max(abs(number) for number in numbers.values()) < NARROW
    # DuckDB keeps DECIMAL(18) × DECIMAL(18) at 18 digits and raises above them: one side must be wide.
    product = (
        "CAST(f.quantity * i.intensity AS DECIMAL(18, 0))"
        if fits
        else "CAST(f.quantity AS DECIMAL(38, 0)) * CAST(i.intensity AS DECIMAL(18, 0))"
    )
    packed = pa.table(
        {
            "hour_zone": pa.array([hour * stride + zone for zone, hour in numbers], pa.int64()),
            "intensity": pa.array(list(numbers.values()), pa.int64()),
        }
    )
    known = pa.table(
        {
            "stream_id": pa.array(list(zones), pa.int32()),
            "zone_id": pa.array(list(zones.values()), pa.int64()),
        }
    )
    sql = INTENSITY.format(product=product, stride=stride, scenario=scenario)
    rows = engine.query(sql, tables={"zones": known, "packed": packed}, parquet={"facts": paths}).to_pylist()
    return {
        (row["stream_id"], row["unit_id"], row["cell"]): (
            Fraction(int(row["amount"]), scale),
            int(row["quantity"]),
        )
        for row in rows
    }

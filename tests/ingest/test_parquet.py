from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qinglian.ingest.tables import read_table
from tests.ingest.conftest import amount, everything, opened


def test_every_column_type_becomes_exact_text(tmp_path: Path) -> None:
    columns = {
        "decimal": pa.array([Decimal("12.3400"), None], pa.decimal128(18, 4)),
        "int": pa.array([2**60, -1]),
        "double": pa.array([0.1, 1e21]),
        "float": pa.array([0.1, 16777217.0], pa.float32()),
        "day": pa.array([date(2022, 4, 1), None]),
        "zoned": pa.array([datetime(2022, 4, 1, 8, tzinfo=UTC)] * 2, pa.timestamp("us", "Asia/Shanghai")),
        "plain": pa.array([datetime(2022, 4, 1, 8, 15)] * 2, pa.timestamp("ns")),  # noqa: DTZ001
        "word": pa.array(["设施", "b"]).dictionary_encode(),
        "flag": pa.array([True, False]),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    assert table.header == tuple(columns)
    (chunk,) = table.chunks
    assert [list(row) for row in chunk.rows] == [
        [
            "12.3400",
            str(2**60),
            "0.1",
            "0.1",
            "2022-04-01",
            "2022-04-01 08:00:00Z",
            "2022-04-01 08:15:00",
            "设施",
            "TRUE",
        ],
        [
            "",
            "-1",
            "1000000000000000000000",
            "16777216",
            "",
            "2022-04-01 08:00:00Z",
            "2022-04-01 08:15:00",
            "b",
            "FALSE",
        ],
    ]
    assert list(chunk.numbers) == [1, 2]


def test_facts_in_parquet(tmp_path: Path) -> None:
    count = 25_000
    table = pa.table(
        {
            "facility": ["HEF"] * count,
            "activity": ["electricity.purchased"] * count,
            "start": pa.array([1640966400 + 3600 * i for i in range(count)], pa.timestamp("s", "UTC")),
            "end": pa.array([1640970000 + 3600 * i for i in range(count)], pa.timestamp("s", "UTC")),
            "quantity": pa.array([Decimal(i).scaleb(-2) for i in range(count)], pa.decimal128(18, 2)),
            "unit": ["kWh"] * count,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=7_000)
    found = everything(opened(tmp_path / "a.parquet"))
    assert not found.refused
    assert sum(map(amount, found.rows)) * 100 == sum(range(count))
    assert found.rows[0].start_utc == datetime(2021, 12, 31, 16, tzinfo=UTC)
    assert found.rows[0].start_local == date(2022, 1, 1)
    assert found.rows[-1].row == count

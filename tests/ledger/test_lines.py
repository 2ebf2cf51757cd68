"""Stored lines are summed over their months on reading, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.ledger.lines import GROUP, LINES, grouped_lines, lines_of, sorted_lines

JANUARY = 2022 * 12
LINE = st.fixed_dictionaries(
    {
        "rule_no": st.integers(0, 1),
        "stream_id": st.integers(1, 3),
        "unit_id": st.just(1),
        "quantity_basis": st.integers(1, 2),
        "quality": st.just(0),
        "cell": st.integers(JANUARY, JANUARY + 3),
        "factor_no": st.integers(-1, 1),
        "instrument": st.just(0),
        "penalty": st.just(0),
        "records": st.integers(-2, 5),
        "quantity": st.one_of(st.integers(-1000, 1000), st.integers(10**27, 10**38 - 1)).map(Decimal),
        "divisor": st.sampled_from([1, 31]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINE, max_size=30), st.sets(st.integers(1, 3)), st.integers(1, 10))
def test_the_sums_hold_all_there_is(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], dated: set[int], size: int
) -> None:
    unique = {tuple(row[name] for name in LINES.names[:9]): row for row in rows}
    path = tmp_path_factory.mktemp("lines") / "lines.parquet"
    pq.write_table(sorted_lines(lines_of(list(unique.values()))), path, row_group_size=size)
    expected = _sums(unique.values())
    found: dict[tuple[object, ...], list[int]] = {}
    for row in _read(path, dated):
        if row["stream_id"] in dated:
            assert len(row["cells"]) == 1
        assert row["cells"] == sorted(row["cells"])
        tally = found.setdefault(tuple(row[name] for name in GROUP), [0, 0, 0])
        tally[0] += row["records"]
        tally[1] += int(row["quantity"])
        tally[2] += len(row["cells"])
    assert found == expected


def _read(path: Path, dated: set[int]) -> list[dict[str, Any]]:
    streams = pa.array(sorted(dated), pa.int32())
    return [row for table in grouped_lines(path, streams) for row in table.to_pylist()]


def _sums(rows: Iterable[dict[str, Any]]) -> dict[tuple[object, ...], list[int]]:
    sums: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        tally = sums.setdefault(tuple(row[name] for name in GROUP), [0, 0, 0])
        tally[0] += row["records"]
        tally[1] += int(row["quantity"])
        tally[2] += 1
    return sums


def test_months_of_one_stream_become_one_row(tmp_path: Path) -> None:
    row = dict.fromkeys(LINES.names, 1) | {"quantity": Decimal(7), "stream_id": 5}
    rows = [row | {"cell": JANUARY + month} for month in range(12)]
    pq.write_table(sorted_lines(lines_of(rows)), tmp_path / "lines.parquet")
    (one,) = _read(tmp_path / "lines.parquet", set())
    assert (one["records"], one["quantity"], len(one["cells"])) == (12, 84, 12)
    assert len(_read(tmp_path / "lines.parquet", {5})) == 12

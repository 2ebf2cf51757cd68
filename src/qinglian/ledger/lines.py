"""Lines: what a run stores. Integers only; masses are computed from them on reading, never rounded before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

UNRESOLVED = -1

LINES = pa.schema(
    [
        ("rule_no", pa.int16()),  # position in the run's rules
        ("stream_id", pa.int32()),
        ("unit_id", pa.int16()),
        ("quantity_basis", pa.int16()),
        ("quality", pa.int16()),
        ("cell", pa.int32()),  # local month or day, by the run's grain
        ("factor_no", pa.int32()),  # position in the run's factors; -1: none answers
        ("instrument", pa.int32()),  # 0: none
        ("penalty", pa.int32()),  # above 0: a declared fallback
        ("records", pa.int64()),
        ("quantity", pa.decimal128(38, 0)),
        ("divisor", pa.int64()),  # the amount is quantity / divisor steps of the unit; 1 but for shares
    ]
)
GROUP = [name for name in LINES.names if name not in {"cell", "records", "quantity"}]
LARGE = Decimal(10**28)  # ten thousand million of these still fit
OUTCOMES = ("demands", "exact", "fallback", "unresolved")


def sorted_lines(table: pa.Table) -> pa.Table:
    """Lines in their one total order, which is that of their columns."""
    table = table.select(LINES.names).cast(LINES).combine_chunks()
    keys = _sort_keys(table)
    return table.take(pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]))


def _sort_keys(lines: pa.Table) -> pa.Table:
    """Pack the first eight columns into three words: the same order in half the time."""
    column = {name: lines[name].to_numpy().astype(np.int64) for name in LINES.names[:8]}
    words = [
        column["rule_no"] << 48 | column["stream_id"] << 16 | column["unit_id"],
        column["quantity_basis"] << 48 | column["quality"] << 32 | column["cell"],
        (column["factor_no"] << 32) + column["instrument"],
    ]
    return pa.table([*words, *lines.columns[8:]], names=["first", "second", "third", *LINES.names[8:]])


def lines_of(rows: list[dict[str, Any]]) -> pa.Table:
    """Lines from rows."""
    return pa.Table.from_pylist(rows, schema=LINES)


def add_counts(counts: dict[str, dict[str, int]], lines: pa.Table, rules: list[str]) -> None:
    """Add lines to the records per rule and outcome: exact, declared fallback, unresolved."""
    unresolved = pc.equal(lines["factor_no"], UNRESOLVED)
    fallback = pc.if_else(pc.greater(lines["penalty"], 0), "fallback", "exact")
    outcome = pc.if_else(unresolved, "unresolved", fallback)
    grouped = lines.append_column("outcome", outcome).group_by(["rule_no", "outcome"])
    for row in grouped.aggregate([("records", "sum")]).to_pylist():
        tally = counts.setdefault(rules[row["rule_no"]], dict.fromkeys(OUTCOMES, 0))
        tally[row["outcome"]] += row["records_sum"]


def grouped_lines(path: Path, dated: pa.Array) -> Iterator[pa.Table]:
    """Stored lines summed over their cells, a part of the file at a time.

    A month is told apart only where reading needs it: in the streams ``dated``, whose share may change from
    one cell to the next. Columns are those of :data:`GROUP`, ``records``, ``quantity`` and ``cells``.
    """
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield _grouped(file.read_row_group(number), dated)


def _grouped(lines: pa.Table, dated: pa.Array) -> pa.Table:
    apart = pc.or_(
        pc.is_in(lines["stream_id"], dated),
        pc.greater_equal(pc.abs(lines["quantity"]), pa.scalar(LARGE, pa.decimal128(38, 0))),
    )
    apart = pc.if_else(apart, lines["cell"], pa.scalar(0, pa.int32()))
    sums = (
        lines.append_column("apart", apart)
        .group_by([*GROUP, "apart"], use_threads=False)  # one thread keeps the order of the file
        .aggregate([("records", "sum"), ("quantity", "sum"), ("cell", "list")])
    )
    return sums.select([*GROUP, "records_sum", "quantity_sum", "cell_list"]).rename_columns(
        [*GROUP, "records", "quantity", "cells"]
    )

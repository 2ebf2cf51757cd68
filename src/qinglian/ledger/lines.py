"""Lines: what a run stores. Integers and words only; masses are computed from them on reading."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

LINES = pa.schema(
    [
        ("rule", pa.string()),
        ("stream_id", pa.int32()),
        ("unit_id", pa.int16()),
        ("quantity_basis", pa.int16()),
        ("quality", pa.int16()),
        ("cell", pa.int32()),
        ("records", pa.int64()),
        ("quantity", pa.decimal128(38, 0)),
        ("divisor", pa.int64()),  # the quantity is quantity / divisor: 1 but for allocated shares
        ("factor", pa.string()),  # empty: unresolved
        ("penalty", pa.int32()),
        ("instrument", pa.int32()),  # 0: none
    ]
)


def sorted_lines(rows: list[dict[str, Any]]) -> pa.Table:
    """Lines in their one total order."""
    names = [name for name in LINES.names if name != "quantity"]
    ordered = sorted(rows, key=lambda row: (*(row[name] for name in names), row["quantity"]))
    return pa.Table.from_pylist([{name: row[name] for name in LINES.names} for row in ordered], schema=LINES)

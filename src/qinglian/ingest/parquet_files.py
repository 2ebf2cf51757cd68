"""Parquet columns as text: decimals, integers and dates exactly, floats by their shortest spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.raw_rows import RawRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def parquet_rows(path: Path, chunk_rows: int) -> Iterator[RawRows]:
    """Yield the column names as row 0, then the records from row 1 on.

    Raises
    ------
    QinglianError
        ``ingest.parquet_unreadable``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield RawRows(0, [list(file.schema_arrow.names)])
            first = 1
            for batch in file.iter_batches(batch_size=chunk_rows):
                columns = [_texts(column) for column in batch.columns]
                rows = list(zip(*columns, strict=True))
                yield RawRows(first, rows)
                first += len(rows)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise QinglianError("ingest.parquet_unreadable", Where(file=str(path)), reason=reason) from None


def _texts(column: Any) -> list[str]:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return [text or "" for text in column.to_pylist()]
    write = _float_writer(column.type) if pa.types.is_floating(column.type) else _text
    return ["" if value is None else write(value) for value in column.to_pylist()]


def _float_writer(kind: Any) -> Callable[[float], str]:
    """Write the shortest decimal that reads back as the same float of that width."""
    import numpy as np

    width = {16: np.float16, 32: np.float32, 64: np.float64}[kind.bit_width]

    def write(value: float) -> str:
        shortest = str(width(value))
        return format(Decimal(shortest), "f") if "e" in shortest else shortest.removesuffix(".0")

    return write


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):  # nanoseconds arrive as a datetime too; whole seconds are what we keep
        if value.tzinfo is not None:
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)

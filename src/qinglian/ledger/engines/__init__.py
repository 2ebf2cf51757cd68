"""Engines that run the ledger's plain SQL: DuckDB (embedded) and Spark (where the data already lives)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qinglian.core.errors import QinglianError

if TYPE_CHECKING:
    import pyarrow as pa

ENGINES = ("duckdb", "spark")


class Engine(Protocol):
    """Runs one SQL text of the portable subset over named inputs.

    A result's rows come in no order: callers sort by a total order of their own.
    """

    name: str

    def query(
        self,
        sql: str,
        *,
        tables: Mapping[str, pa.Table] | None = None,
        parquet: Mapping[str, Sequence[Path]] | None = None,
    ) -> pa.Table:
        """Run ``sql`` over in-memory tables and Parquet files by name."""
        ...

    def close(self) -> None:
        """Release the engine."""
        ...


def open_engine(name: str = "duckdb", *, threads: int | None = None, spill: Path | None = None) -> Engine:
    """Open an engine by name.

    Parameters
    ----------
    spill
        Folder for what does not fit into memory: a book's cache folder.

    Raises
    ------
    QinglianError
        ``ledger.engine_unknown``; ``ledger.engine_missing`` when its package is not installed.
    """
    try:
        if name == "duckdb":
            from qinglian.ledger.engines.duckdb import DuckDBEngine

            return DuckDBEngine(threads=threads, spill=spill)
        if name == "spark":
            from qinglian.ledger.engines.spark import SparkEngine

            return SparkEngine(threads=threads, spill=spill)
    except ModuleNotFoundError as error:
        raise QinglianError("ledger.engine_missing", engine=name, package=error.name) from error
    raise QinglianError("ledger.engine_unknown", engine=name, known=", ".join(ENGINES))

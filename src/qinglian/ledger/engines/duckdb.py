"""DuckDB: the embedded default engine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

MEMORY_LIMIT = "600MB"


class DuckDBEngine:
    """A private in-memory DuckDB; it reads files, it owns none."""

    name = "duckdb"

    def __init__(self, *, threads: int | None = None, memory_limit: str = MEMORY_LIMIT) -> None:
        self.connection = duckdb.connect(
            config={
                "threads": threads or os.cpu_count() or 1,
                "memory_limit": memory_limit,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,  # nothing is fetched from a network
                "autoload_known_extensions": False,
            }
        )
        self.connection.execute("SET TimeZone = 'UTC'")

    def query(
        self,
        sql: str,
        *,
        tables: Mapping[str, pa.Table] | None = None,
        parquet: Mapping[str, Sequence[Path]] | None = None,
    ) -> pa.Table:
        """Run ``sql``; see :class:`qinglian.ledger.engines.Engine`."""
        for name, table in (tables or {}).items():
            self.connection.register(name, table)
        for name, paths in (parquet or {}).items():
            files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
            self.connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet([{files}])"  # noqa: S608
            )
        try:
            result: pa.Table = self.connection.sql(sql).to_arrow_table()
            return result
        finally:
            for name in tables or {}:
                self.connection.unregister(name)
            for name in parquet or {}:
                self.connection.execute(f"DROP VIEW IF EXISTS {name}")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

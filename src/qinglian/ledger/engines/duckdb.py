"""DuckDB: the embedded default engine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from qinglian.core.errors import QinglianError, Where

MEMORY_LIMIT = "600MB"
SPILL_LIMIT = "20GB"  # one bad plan would otherwise fill the disk
SPILLED = "spilled"
NO_SPACE = "No space left"


class DuckDBEngine:
    """A private in-memory DuckDB; it reads files, it owns none.

    What does not fit into memory goes to ``spill``, up to a limit; without such a folder it is an error.
    """

    name = "duckdb"

    def __init__(
        self,
        *,
        threads: int | None = None,
        memory_limit: str = MEMORY_LIMIT,
        spill: Path | None = None,
        spill_limit: str = SPILL_LIMIT,
    ) -> None:
        self.spill = spill
        if spill is not None:
            spill.mkdir(parents=True, exist_ok=True)
        self.connection = duckdb.connect(
            config={
                "threads": threads or os.cpu_count() or 1,
                "memory_limit": memory_limit,
                "temp_directory": "" if spill is None else str(spill / SPILLED),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,  # nothing is fetched from a network
                "autoload_known_extensions": False,
            }
        )
        self.connection.execute("SET TimeZone = 'UTC'")
        # As a start-up option this limit is shown but not kept (DuckDB 2.0.0).
        self.connection.execute(f"SET max_temp_directory_size = '{spill_limit}'")

    def query(
        self,
        sql: str,
        *,
        tables: Mapping[str, pa.Table] | None = None,
        parquet: Mapping[str, Sequence[Path]] | None = None,
    ) -> pa.Table:
        """Run ``sql``; see :class:`qinglian.ledger.engines.Engine`.

        Raises
        ------
        QinglianError
            ``ledger.no_room_to_spill``.
        """
        for name, table in (tables or {}).items():
            self.connection.register(name, table)
        for name, paths in (parquet or {}).items():
            files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
            self.connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet([{files}])"  # noqa: S608
            )
        try:
            with self._room():
                result: pa.Table = self.connection.sql(sql).to_arrow_table()
            return result
        finally:
            for name in tables or {}:
                self.connection.unregister(name)
            for name in parquet or {}:
                self.connection.execute(f"DROP VIEW IF EXISTS {name}")

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            reason = str(error).partition("\n")[0]
            if isinstance(error, duckdb.IOException) and NO_SPACE not in reason:
                raise
            where = Where(file=str(self.spill)) if self.spill else None
            raise QinglianError("ledger.no_room_to_spill", where, reason=reason) from error

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

"""Spark: for those whose data already lives there. Local mode here; Java 17.

The same SQL text runs as on DuckDB. ANSI mode is on, so an overflow or a bad cast is an error and never a
NULL; the session's time zone is UTC; decimals travel as ``decimal128(38, 0)``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

# Set before the JVM starts: with the driver's bind address alone, shuffles are refused and a query hangs.
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

import pyarrow as pa
from pyspark.sql import SparkSession

MEMORY = "1g"
PARTITIONS = 4  # the ledger's results are small; two hundred empty tasks would cost more than the sums
CONFIG = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": MEMORY,
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": str(PARTITIONS),
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


class SparkEngine:
    """A local Spark session; it reads files, it owns none.

    There is one Java machine per process: engines opened side by side share it, each with its own session
    (views and settings), and the last one closed stops it.
    """

    name = "spark"
    _open: ClassVar[int] = 0
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, *, threads: int | None = None, spill: Path | None = None) -> None:
        with SparkEngine._guard:
            builder = SparkSession.builder.master(f"local[{threads or os.cpu_count() or 1}]")
            builder = builder.appName("qinglian")
            folder = {} if spill is None else {"spark.local.dir": str(spill)}
            for key, value in {**CONFIG, **folder}.items():
                builder = builder.config(key, value)
            shared = builder.getOrCreate()
            shared.sparkContext.setLogLevel("ERROR")
            self.session = shared.newSession()
            for key in ("spark.sql.ansi.enabled", "spark.sql.session.timeZone"):
                self.session.conf.set(key, CONFIG[key])
            SparkEngine._open += 1
        self._closed = False

    def query(
        self,
        sql: str,
        *,
        tables: Mapping[str, pa.Table] | None = None,
        parquet: Mapping[str, Sequence[Path]] | None = None,
    ) -> pa.Table:
        """Run ``sql``; see :class:`qinglian.ledger.engines.Engine`."""
        names = [*(tables or {}), *(parquet or {})]
        for name, table in (tables or {}).items():
            self._frame(table).createOrReplaceTempView(name)
        for name, paths in (parquet or {}).items():
            self.session.read.parquet(*(str(path) for path in paths)).createOrReplaceTempView(name)
        try:
            return _whole_decimals(self.session.sql(sql).toArrow())
        finally:
            for name in names:
                self.session.catalog.dropTempView(name)

    def _frame(self, table: pa.Table) -> Any:
        return self.session.createDataFrame(table)

    def close(self) -> None:
        """Give the session back; the last one stops Spark."""
        if self._closed:
            return
        self._closed = True
        with SparkEngine._guard:
            SparkEngine._open -= 1
            if not SparkEngine._open:
                self.session.stop()


def _whole_decimals(table: pa.Table) -> pa.Table:
    """Widen integer decimals to the one type the ledger keeps sums in; nothing is rounded."""
    wide = pa.decimal128(38, 0)
    fields = [pa.field(field.name, wide if _is_whole(field.type) else field.type) for field in table.schema]
    return table.cast(pa.schema(fields))


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(kind)) and kind.scale == 0

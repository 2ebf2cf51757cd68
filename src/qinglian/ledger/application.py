"""APPLY: the sums meet their factors, range by range of streams, and become lines in a file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qinglian.core.errors import QinglianError
from qinglian.ledger.cells import cell_table
from qinglian.ledger.engines import Engine
from qinglian.ledger.lines import LINES, UNRESOLVED, add_counts, sorted_lines
from qinglian.ledger.needs import Asked
from qinglian.ledger.resolution import Resolution


class LinesWriter:
    """APPLY, range by range of streams: lines go to the file as they come.

    Lines that instruments may cover are withheld until ALLOCATE has seen all of them.
    """

    def __init__(self, target: Path, wanted: Asked, resolution: Resolution) -> None:
        self.writer = pq.ParquetWriter(target, LINES, compression="zstd", store_schema=False)
        self.wanted, self.resolution = wanted, resolution
        self.taking = pa.array([n for n, rule in enumerate(wanted.rules) if rule.instruments], pa.int16())
        self.sql = (files("qinglian.ledger") / "sql" / "apply.sql").read_text(encoding="utf-8")
        self.kept: list[pa.Table] = []
        self.counts: dict[str, dict[str, int]] = {}
        self.demands: dict[int, int] = {}
        self.used: set[int] = set()

    def apply(self, engine: Engine, table: pa.Table) -> None:
        """Turn the sums of one range into lines."""
        if not table.num_rows:
            return
        low, high = pc.min_max(table["stream_id"]).values()
        ids = self.wanted.table["stream_id"]
        asking = self.wanted.table.filter(pc.and_(pc.greater_equal(ids, low), pc.less_equal(ids, high)))
        tables = {
            "sums": table,
            "cell": cell_table(table["cell"].unique().to_pylist()),
            "asked": asking,
            "chosen": self.resolution.chosen,
        }
        lines = _lines(engine.query(self.sql, tables=tables))
        add_counts(self.counts, lines, [rule.id for rule in self.wanted.rules])
        self._demanded(asking, table)
        takes = pc.is_in(lines["rule_no"], self.taking)
        self.kept.append(lines.filter(takes))
        self._write(lines.filter(pc.invert(takes)))

    def _demanded(self, asking: pa.Table, table: pa.Table) -> None:
        """Count demands another way than over the lines: records of the sums, per rule that asks."""
        keys = ["stream_id", "unit_id"]
        joined = asking.join(table.group_by(keys).aggregate([("records", "sum")]), keys)
        joined = joined.rename_columns({"records_sum": "records"})
        for row in joined.group_by("rule_no").aggregate([("records", "sum")]).to_pylist():
            self.demands[row["rule_no"]] = self.demands.get(row["rule_no"], 0) + (row["records_sum"] or 0)

    def withheld(self) -> pa.Table:
        """Lines that instruments may cover."""
        return pa.concat_tables([LINES.empty_table(), *self.kept])

    def close(self, allocated: pa.Table) -> tuple[dict[str, dict[str, int]], frozenset[int]]:
        """Write what ALLOCATE made of the withheld lines; check that every demand has its answer."""
        self._write(allocated)
        self.writer.close()
        numbers = {rule.id: number for number, rule in enumerate(self.wanted.rules)}
        for rule, tally in self.counts.items():
            tally["demands"] = self.demands[numbers[rule]]
            found = tally["exact"] + tally["fallback"] + tally["unresolved"]
            if found != tally["demands"]:
                raise QinglianError("ledger.not_conserved", rule=rule, demands=tally["demands"], found=found)
        return self.counts, frozenset(self.used - {UNRESOLVED})

    def _write(self, lines: pa.Table) -> None:
        self.used.update(lines["factor_no"].unique().to_pylist())
        self.writer.write_table(sorted_lines(lines))


def _lines(applied: pa.Table) -> pa.Table:
    none = pa.repeat(pa.scalar(0, pa.int32()), applied.num_rows)
    return applied.append_column("instrument", none).select(LINES.names).cast(LINES)

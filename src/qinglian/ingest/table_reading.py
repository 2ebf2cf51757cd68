"""A room's tables read under its schema: everything, or every problem there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.ingest.table_folder import open_tables
from qinglian.ingest.typed_cells import Frame
from qinglian.ingest.typed_rows import Rows, check_references, limited, read_rows

if TYPE_CHECKING:
    from qinglian.ingest.schema import Schema


@dataclass(frozen=True)
class TableSet:
    """The rows of each sheet that is there, and notices of files that nothing asked for."""

    rows: Mapping[str, Rows]
    notices: tuple[Problem, ...] = ()

    def of(self, sheet: str) -> Rows | tuple[()]:
        """Return the rows of a sheet, none where it is absent."""
        return self.rows.get(sheet, ())


def read_tables(path: Path, schema: Schema, frame: Frame | None = None) -> TableSet:
    """Read a folder of tables or one workbook.

    Parameters
    ----------
    frame
        What local times are read against; by default UTC with no start.

    Raises
    ------
    QinglianError
        With every problem of every table: ``ingest.schema_*`` and ``ingest.*`` of the cells.
    """
    tables = open_tables(Path(path), schema)
    problems = list(tables.problems)
    found: dict[str, Rows] = {}
    broken: set[str] = set()
    for name, sheet in schema.sheets.items():
        if name not in tables.found:
            continue
        rows, faults = read_rows(sheet, tables.found[name], frame or Frame())
        problems += faults
        if rows is None or faults:
            broken.add(name)
        else:
            found[name] = rows
    problems += check_references(schema, found, broken)
    if problems:
        raise QinglianError.many(limited(problems))
    return TableSet(found, tuple(tables.notices))

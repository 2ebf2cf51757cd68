"""A table file under a profile → checked rows and refused rows, chunk by chunk; nothing is posted here.

Every row of the file comes out once: as a `FactRow`, or among the refused with all that is wrong with it, or
not at all if it holds nothing. Neither depends on the order of the rows or the size of the chunks, except
that of two rows with one business key the upper one stands.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem
from qinglian.core.period import zone_info
from qinglian.core.places import place
from qinglian.ingest.column_reading import DECIMALS, QUANTITY, ColumnReader, Columns, complete, without
from qinglian.ingest.consistency import inconsistencies
from qinglian.ingest.duplicates import SeenKeys
from qinglian.ingest.layout import Layout, layout_of
from qinglian.ingest.rows import FactRow
from qinglian.ingest.tables import CHUNK_ROWS, Chunk, Refused, Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from qinglian.ingest.profile import Profile

KEY_COLUMNS = (
    "scenario",
    "facility",
    "activity",
    "technology",
    "source",
    "reference",
    "product",
    "lot",
    "counterparty",
)
"""With start and end these say what a record is about: two records of one key are one thing told twice."""

_JOINT = "\x1f"


@dataclass(frozen=True, slots=True)
class FacilityInfo:
    """What the reader needs of a facility: its IANA zone and its administrative place.

    Raises
    ------
    QinglianError
        ``core.zone_unknown``, ``core.place_unknown``.
    """

    zone: str
    place: str

    def __post_init__(self) -> None:
        zone_info(self.zone)
        place(self.place)


@dataclass(frozen=True, slots=True)
class Batch:
    """The outcome of one chunk of rows."""

    rows: Sequence[FactRow]
    refused: Sequence[Refused] = ()

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong with the refused rows."""
        return [problem for row in self.refused for problem in row.problems]


@dataclass(slots=True)
class FactFile:
    """An opened file of facts; iterate once for its batches."""

    table: Table
    layout: Layout
    _batches: Iterator[Batch] = field(repr=False)

    @property
    def header(self) -> tuple[str, ...]:
        """Headings of the file, for a quarantine file."""
        return self.table.header

    @property
    def notices(self) -> Sequence[Problem]:
        """Columns that nobody asked for and that stay unread."""
        return self.layout.notices

    @property
    def headings(self) -> dict[str, str]:
        """Heading of each fact column that the file has."""
        return {name: self.table.header[index] for name, index in self.layout.indexes.items()}

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches; the collector rests meanwhile: rows of texts and numbers form no cycles."""
        while True:
            with _collector_resting():
                batch = next(self._batches, None)
            if batch is None:
                return
            yield batch


@contextmanager
def _collector_resting() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_facts(
    path: Path | str,
    profile: Profile,
    *,
    facilities: Mapping[str, FacilityInfo],
    activities: Container[str] | Callable[[str], bool],
    sheet: str | None = None,
    encoding: str | None = None,
    now: datetime | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> FactFile:
    """Open a file of facts.

    Parameters
    ----------
    facilities
        Registered facilities by code.
    activities
        Those that may be posted: a container, or a test.
    now
        Actual records may not begin after it; the present moment by default.

    Raises
    ------
    QinglianError
        What is wrong with the file as a whole: as `read_table`, ``ingest.header_missing``,
        ``column_missing``, ``column_twice``, or a constant of the profile that cannot be read. What is wrong
        with a row refuses that row only.
    """
    table = read_table(
        path,
        sheet=sheet or profile.table.sheet or None,
        encoding=encoding or profile.table.encoding or None,
        delimiter=profile.table.delimiter or None,
        skip_rows=profile.table.skip_rows,
        chunk_rows=chunk_rows,
    )
    layout = layout_of(table, profile)
    zones = {code: info.zone for code, info in facilities.items()}
    reader = _Reader(ColumnReader(table, layout, profile, zones, activities), now or datetime.now(UTC))
    return FactFile(table, layout, map(reader.batch, table.chunks))


class _Reader:
    """Turns chunks into batches and remembers the keys it has seen."""

    def __init__(self, columns: ColumnReader, now: datetime) -> None:
        self.columns = columns
        self.now = now
        self.seen = SeenKeys()

    def batch(self, chunk: Chunk) -> Batch:
        """Check one chunk: cell by cell, then row by row, then against the rows above."""
        wrong: dict[int, list[Problem]] = {}
        rows: list[FactRow] = []
        if chunk.rows:
            read = self.columns.read(chunk)
            wrong = self.columns.refusals(read, chunk)
            rows = self._checked(chunk, read, wrong)
        refused = [
            Refused(chunk.numbers[index], tuple(chunk.rows[index]), tuple(problems))
            for index, problems in wrong.items()
        ]
        return Batch(rows, sorted([*chunk.refused, *refused], key=lambda row: row.row))

    def _checked(self, chunk: Chunk, read: Columns, wrong: dict[int, list[Problem]]) -> list[FactRow]:
        """Return the rows that stand, and add to `wrong` those that fall."""
        indexes = [index for index in range(len(chunk.rows)) if index not in wrong]
        if wrong:
            read = without(read, len(chunk.rows), wrong)
        complete(read, self.columns.money)
        rows = self._rows(read, [chunk.numbers[index] for index in indexes])
        for found in (self._inconsistent, self._repeated):
            fallen = found(rows, read)
            if fallen:
                wrong.update({indexes[at]: [problem] for at, problem in fallen.items()})
                read = without(read, len(rows), fallen)
                rows = [row for at, row in enumerate(rows) if at not in fallen]
                indexes = [index for at, index in enumerate(indexes) if at not in fallen]
        return rows

    def _inconsistent(self, rows: Sequence[FactRow], read: Columns) -> dict[int, Problem]:
        return dict(inconsistencies(rows, read, self.now, self.columns.where))

    def _repeated(self, rows: Sequence[FactRow], read: Columns) -> dict[int, Problem]:
        repeated = self.seen.add(_keys(read), [row.row for row in rows]) if rows else {}
        return {
            at: Problem("ingest.duplicate_in_file", self.columns.where(rows[at].row), {"first": first})
            for at, first in repeated.items()
        }

    def _rows(self, read: Columns, numbers: Sequence[int]) -> list[FactRow]:
        derived: Columns = {
            "mantissa": read[QUANTITY],
            "decimals": read[DECIMALS],
            "start_local": [moment[1] for moment in read["start"]],
            "end_local": [moment[2] for moment in read["end"]],
            "zone": list(map(self.columns.zones.__getitem__, read["facility"])),
            "sheet": [self.columns.table.sheet] * len(numbers),
            "row": numbers,
        }
        fields = (derived[name] if name in derived else read[name] for name in FactRow._fields)
        return list(map(tuple.__new__, repeat(FactRow), zip(*fields, strict=True)))


def _keys(read: Columns) -> list[str]:
    """Write the business key of each row: what it is about, and when."""
    named = (read[name] for name in KEY_COLUMNS)
    starts, ends = ([moment[3] for moment in read[name]] for name in ("start", "end"))
    return list(map(_JOINT.join, zip(*named, starts, ends, strict=True)))

"""A table file under a profile → checked rows and refused rows, chunk by chunk; nothing is posted here.

Every row of the file comes out once: as a `FactRow`, or among the refused with all that is wrong with it, or
not at all if it holds nothing. Neither depends on the order of the rows or the size of the chunks, except that
of two rows with one business key the upper one stands.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.period import zone_info
from qinglian.core.places import place
from qinglian.core.units import UNITS
from qinglian.ingest.activities import fits, measures
from qinglian.ingest.cells import (
    Readings,
    Refusal,
    activity_reader,
    facility_reader,
    quantity_reader,
    reader_of,
)
from qinglian.ingest.columns import columns
from qinglian.ingest.duplicates import SeenKeys
from qinglian.ingest.layout import TIMESTAMP, layout_of
from qinglian.ingest.moments import Clock
from qinglian.ingest.rows import FactRow
from qinglian.ingest.tables import CHUNK_ROWS, Chunk, Refused, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from qinglian.ingest.layout import Layout
    from qinglian.ingest.profile import Profile

_KEY_COLUMNS = (
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
_KEY_JOINT = "\x1f"


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

    def __iter__(self) -> Iterator[Batch]:
        return self._batches


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
    reader = _Reader(table, layout, profile, facilities, activities, now or datetime.now(UTC))
    return FactFile(table, layout, map(reader.batch, table.chunks))


class _Reader:
    """Reads chunks column by column; a cell seen before costs one look-up."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        profile: Profile,
        facilities: Mapping[str, FacilityInfo],
        activities: Container[str] | Callable[[str], bool],
        now: datetime,
    ) -> None:
        self.table, self.layout, self.profile, self.now = table, layout, profile, now
        self.facilities = facilities
        self.readings = {
            name: Readings(read) for name, read in _readings(profile, facilities, activities).items()
        }
        self.clocks: dict[str, tuple[Readings, ...]] = {}
        self.fitting: dict[tuple[str, str], str] = {}
        self.seen = SeenKeys()
        self.constants = {name: self._constant(name, text) for name, text in layout.constants.items() if name not in ("start", "end")}

    def _constant(self, name: str, text: str) -> Any:
        value = self.readings[name][text]
        if isinstance(value, Refusal):
            key = f"constants.{name}"
            raise QinglianError(value.code, Where(file=self.table.file, column=key), **value.params)
        return value

    def batch(self, chunk: Chunk) -> Batch:
        """Check one chunk."""
        if not chunk.rows:
            return Batch((), chunk.refused)
        cells = list(zip(*chunk.rows, strict=True))
        columns_read = self._columns(cells, len(chunk.rows))
        wrong: dict[int, list[Problem]] = {}
        for name in self._doubtful():
            self._collect(name, columns_read[name], chunk, wrong)
        numbers = chunk.numbers
        if wrong:
            columns_read, numbers = _without(columns_read, numbers, wrong)
        rows = self._facts(columns_read, numbers)
        refused = [*chunk.refused, *(self._refused(chunk, index, found) for index, found in wrong.items())]
        return self._checked(chunk, rows, columns_read, refused)

    def _columns(self, cells: Sequence[Sequence[str]], count: int) -> dict[str, Sequence[Any]]:
        read: dict[str, Sequence[Any]] = {}
        for name in self.readings:
            read[name] = self._column(name, cells, count)
        facilities = read["facility"]
        if TIMESTAMP in self.layout.indexes:
            stamps = self._moments(cells[self.layout.indexes[TIMESTAMP]], facilities, 2)
            read[TIMESTAMP] = stamps
            return read
        for which, name in enumerate(("start", "end")):
            texts = self._texts(name, cells, count)
            read[name] = self._moments(texts, facilities, which)
        return read

    def _texts(self, name: str, cells: Sequence[Sequence[str]], count: int) -> Sequence[str]:
        constant = self.layout.constants.get(name, "")
        if name not in self.layout.indexes:
            return [constant] * count
        texts = cells[self.layout.indexes[name]]
        return [text or constant for text in texts] if constant else texts

    def _column(self, name: str, cells: Sequence[Sequence[str]], count: int) -> Sequence[Any]:
        if name not in self.layout.indexes:
            value = self.constants[name] if name in self.constants else self.readings[name][""]
            return [value] * count
        texts = self._texts(name, cells, count)
        if columns()[name].kind in ("code", "note") and not self.profile.values.get(name):
            return list(map(str.strip, texts))
        return self.readings[name].column(texts)

    def _moments(self, texts: Sequence[str], facilities: Sequence[Any], which: int) -> Sequence[Any]:
        """Read starts (0), ends (1) or intervals (2) in the zone of each row's facility."""
        codes = set(map(_code, facilities))
        zones = {code: self.facilities[code].zone for code in codes if code in self.facilities}
        if len(set(zones.values())) == 1:
            return self._clock(next(iter(zones.values())))[which].column(texts)
        if not zones:
            return [None] * len(texts)
        readings = {code: self._clock(zone)[which] for code, zone in zones.items()}
        return [
            readings[code][text] if type(code) is str else None
            for code, text in zip(facilities, texts, strict=True)
        ]

    def _clock(self, zone: str) -> tuple[Readings, ...]:
        if zone not in self.clocks:
            clock = Clock(self.profile.time, zone)
            self.clocks[zone] = tuple(map(Readings, map(_present, (clock.start, clock.end, clock.interval))))
        return self.clocks[zone]

    def _doubtful(self) -> Iterator[str]:
        """Name the columns in which some text was refused so far."""
        for name, readings in self.readings.items():
            if readings.refused:
                yield name
        for which, name in enumerate(("start", "end", TIMESTAMP)):
            timed = TIMESTAMP in self.layout.indexes
            if (name == TIMESTAMP) == timed and any(clock[which].refused for clock in self.clocks.values()):
                yield name

    def _collect(
        self, name: str, values: Sequence[Any], chunk: Chunk, wrong: dict[int, list[Problem]]
    ) -> None:
        for index, value in enumerate(values):
            if type(value) is Refusal:
                where = self._where(chunk.numbers[index], name)
                wrong.setdefault(index, []).append(Problem(value.code, where, value.params))

    def _where(self, row: int, name: str = "") -> Where:
        index = self.layout.indexes.get(TIMESTAMP if name in ("start", "end") and TIMESTAMP in self.layout.indexes else name)
        column = self.table.header[index] if index is not None else name or None
        return Where(self.table.file, self.table.sheet, row, column)

    def _refused(self, chunk: Chunk, index: int, problems: list[Problem]) -> Refused:
        return Refused(chunk.numbers[index], tuple(chunk.rows[index]), tuple(problems))

    def _facts(self, read: dict[str, Sequence[Any]], numbers: Sequence[int]) -> list[FactRow]:
        quantities = read["quantity"]
        if TIMESTAMP in read:
            read["start"] = [pair[0] for pair in read[TIMESTAMP]]
            read["end"] = [pair[1] for pair in read[TIMESTAMP]]
        starts, ends = read["start"], read["end"]
        zones = {code: info.zone for code, info in self.facilities.items()}
        money = {symbol: unit.dimension[6:-1] for symbol, unit in UNITS.items() if unit.dimension.startswith("money(")}
        basis = self._filled(read["quantity_basis"], ["spend" if unit in money else "invoiced" for unit in read["unit"]])
        fields = zip(
            read["facility"],
            read["activity"],
            read["technology"],
            read["source"],
            read["reference"],
            read["scenario"],
            read["dimension"],
            read["product"],
            read["lot"],
            read["counterparty"],
            [quantity[0] for quantity in quantities],
            [quantity[1] for quantity in quantities],
            read["unit"],
            [moment[0] for moment in starts],
            [moment[0] for moment in ends],
            [moment[1] for moment in starts],
            [moment[2] for moment in ends],
            map(zones.__getitem__, read["facility"]),
            basis,
            read["quality"],
            self._filled(read["currency"], [money.get(unit, "") for unit in read["unit"]]),
            read["price_year"],
            read["boundary"],
            read["realises"],
            read["note"],
            repeat(self.table.sheet),
            numbers,
        )
        return list(map(tuple.__new__, repeat(FactRow), fields))

    @staticmethod
    def _filled(values: Sequence[str], defaults: Sequence[str]) -> Sequence[str]:
        return defaults if not any(values) else [value or default for value, default in zip(values, defaults, strict=True)]

    def _checked(
        self, chunk: Chunk, rows: list[FactRow], read: dict[str, Sequence[Any]], refused: list[Refused]
    ) -> Batch:
        wrong = {index: [problem] for index, problem in self._inconsistent(rows, read)}
        if wrong:
            read, _ = _without(read, [row.row for row in rows], wrong)
        kept = [row for index, row in enumerate(rows) if index not in wrong] if wrong else rows
        found = [(rows[index], problems) for index, problems in wrong.items()]
        repeated = self.seen.add(_keys(read), [row.row for row in kept]) if kept else {}
        for index, first in repeated.items():
            where = self._where(kept[index].row)
            found.append((kept[index], [Problem("ingest.duplicate_in_file", where, {"first": first})]))
        if repeated:
            kept = [row for index, row in enumerate(kept) if index not in repeated]
        if found:
            places = {number: index for index, number in enumerate(chunk.numbers)}
            refused += [self._refused(chunk, places[row.row], problems) for row, problems in found]
        refused.sort(key=lambda row: row.row)
        return Batch(kept, refused)

    def _inconsistent(
        self, rows: list[FactRow], read: dict[str, Sequence[Any]]
    ) -> Iterator[tuple[int, Problem]]:
        """Find rows whose columns, each right alone, do not go together; the first fault of each."""
        misfits = {pair for pair in set(zip(read["activity"], read["unit"], strict=True)) if not fits(pair[0], UNITS[pair[1]].dimension)}
        mixed = self._money_mismatch(read)
        for index, row in enumerate(rows):
            if row.mantissa < 0:
                yield index, self._problem(row, "quantity", "quantity_negative", quantity=_shown(row))
            elif row.end_utc <= row.start_utc:
                yield index, self._problem(row, "end", "period_reversed", start=row.start_utc, end=row.end_utc)
            elif row.start_utc > self.now and row.scenario == "actual":
                yield index, self._problem(row, "start", "date_future", start=row.start_local)
            elif misfits and (row.activity, row.unit) in misfits:
                unit = UNITS[row.unit]
                yield (
                    index,
                    self._problem(row, "unit", "unit_implausible", unit=row.unit, dimension=unit.dimension, activity=row.activity, measures=measures(row.activity)),
                )
            elif mixed and (row.unit, row.currency) in mixed:
                yield index, self._problem(row, "currency", "currency_mismatch", currency=row.currency, unit=row.unit)

    @staticmethod
    def _money_mismatch(read: dict[str, Sequence[Any]]) -> set[tuple[str, str]]:
        pairs = set(zip(read["unit"], read["currency"], strict=True))
        return {
            (unit, currency)
            for unit, currency in pairs
            if currency and UNITS[unit].dimension.startswith("money(") and UNITS[unit].dimension != f"money({currency})"
        }

    def _problem(self, row: FactRow, column: str, code: str, **params: object) -> Problem:
        return Problem(f"ingest.{code}", self._where(row.row, column), params)


def _readings(
    profile: Profile,
    facilities: Mapping[str, FacilityInfo],
    activities: Container[str] | Callable[[str], bool],
) -> dict[str, Callable[[str], Any]]:
    readings: dict[str, Callable[[str], Any]] = {}
    for column in columns().values():
        words = profile.values.get(column.name, {})
        if column.kind == "facility":
            readings[column.name] = facility_reader(facilities.keys(), words)
        elif column.kind == "activity":
            readings[column.name] = activity_reader(activities, words)
        elif column.kind == "decimal":
            readings[column.name] = quantity_reader(decimal_comma=profile.decimal_comma)
        elif column.kind != "moment":
            readings[column.name] = reader_of(column, words)
    return readings


def _present(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def reading(text: str) -> Any:
        if not text:
            raise QinglianError("ingest.cell_missing")
        return read(text)

    return reading


def _code(value: object) -> str:
    return value if isinstance(value, str) else ""


def _without(
    read: dict[str, Sequence[Any]], numbers: Sequence[int], wrong: Container[int]
) -> tuple[dict[str, Sequence[Any]], Sequence[int]]:
    """Leave rows out of every column."""
    kept = [index for index in range(len(numbers)) if index not in wrong]
    shorter = {name: [values[index] for index in kept] for name, values in read.items()}
    return shorter, [numbers[index] for index in kept]


def _keys(read: dict[str, Sequence[Any]]) -> list[str]:
    """Write the business key of each row: what it is about, and when."""
    named: Iterable[Sequence[str]] = (read[name] for name in _KEY_COLUMNS)
    starts, ends = ([moment[3] for moment in read[name]] for name in ("start", "end"))
    return list(map(_KEY_JOINT.join, zip(*named, starts, ends, strict=True)))


def _shown(row: FactRow) -> str:
    from qinglian.core.decimals import Scaled

    return str(Scaled(row.mantissa, row.decimals))

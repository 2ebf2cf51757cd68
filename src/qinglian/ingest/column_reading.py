"""The cells of a chunk to values, column by column; a text seen before costs one look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.units import UNITS
from qinglian.ingest.cells import (
    Quantities,
    Readings,
    Refusal,
    activity_reader,
    facility_reader,
    reader_of,
)
from qinglian.ingest.columns import columns
from qinglian.ingest.layout import TIMESTAMP
from qinglian.ingest.moments import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from qinglian.ingest.layout import Layout
    from qinglian.ingest.profile import Profile
    from qinglian.ingest.tables import Chunk, Table

QUANTITY, DECIMALS = "quantity", "decimals"
MONEY = "money("

Columns = dict[str, "Sequence[Any]"]
"""Values by column; a `Refusal` stands where a cell was not read."""


class ColumnReader:
    """Reads the columns of one file.

    Raises
    ------
    QinglianError
        On construction, if a constant of the profile cannot be read.
    """

    def __init__(
        self,
        table: Table,
        layout: Layout,
        profile: Profile,
        zones: Mapping[str, str],
        activities: Container[str] | Callable[[str], bool],
    ) -> None:
        self.table, self.layout, self.profile, self.zones = table, layout, profile, zones
        self.timed = TIMESTAMP in layout.indexes
        self.quantities = Quantities(decimal_comma=profile.decimal_comma)
        self.readings = {name: Readings(read) for name, read in _reads(profile, zones, activities).items()}
        self.clocks: dict[str, tuple[Readings, ...]] = {}
        self.money = {
            symbol: unit.dimension[len(MONEY) : -1]
            for symbol, unit in UNITS.items()
            if unit.dimension.startswith(MONEY)
        }
        self.constants = {
            name: self._constant(name, text)
            for name, text in layout.constants.items()
            if columns()[name].kind not in ("moment", "decimal")
        }

    def _constant(self, name: str, text: str) -> Any:
        value = self.readings[name][text]
        if isinstance(value, Refusal):
            where = Where(file=self.table.file, column=f"constants.{name}")
            raise QinglianError.many([Problem(value.code, where, value.params)])
        return value

    def read(self, chunk: Chunk) -> Columns:
        """Return every column of a chunk."""
        cells = list(zip(*chunk.rows, strict=True))
        count = len(chunk.rows)
        read: Columns = {name: self._column(name, cells, count) for name in self.readings}
        read[QUANTITY], read[DECIMALS] = self.quantities.column(self._texts(QUANTITY, cells, count))
        if self.timed:
            read[TIMESTAMP] = self._moments(cells[self.layout.indexes[TIMESTAMP]], read["facility"], 2)
        else:
            for which, name in enumerate(("start", "end")):
                read[name] = self._moments(self._texts(name, cells, count), read["facility"], which)
        return read

    def _texts(self, name: str, cells: Sequence[Sequence[str]], count: int) -> Sequence[str]:
        constant = self.layout.constants.get(name, "")
        if name not in self.layout.indexes:
            return [constant] * count
        texts = cells[self.layout.indexes[name]]
        return [text if text.strip() else constant for text in texts] if constant else texts

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
        zones = {code: self.zones[code] for code in set(facilities) if not isinstance(code, Refusal)}
        if not zones:
            return [None] * len(texts)
        if len(set(zones.values())) == 1:
            return self._clock(next(iter(zones.values())))[which].column(texts)
        readings = {code: self._clock(zone)[which] for code, zone in zones.items()}
        return [
            None if isinstance(code, Refusal) else readings[code][text]
            for code, text in zip(facilities, texts, strict=True)
        ]

    def _clock(self, zone: str) -> tuple[Readings, ...]:
        if zone not in self.clocks:
            clock = Clock(self.profile.time, zone)
            self.clocks[zone] = tuple(map(Readings, map(_present, (clock.start, clock.end, clock.interval))))
        return self.clocks[zone]

    def refusals(self, read: Columns, chunk: Chunk) -> dict[int, list[Problem]]:
        """Return what is wrong with the cells of a chunk, by index of the row."""
        wrong: dict[int, list[Problem]] = {}
        for name in self._doubtful():
            for index, value in enumerate(read[name]):
                if type(value) is Refusal:
                    where = self.where(chunk.numbers[index], name)
                    wrong.setdefault(index, []).append(Problem(value.code, where, value.params))
        return wrong

    def _doubtful(self) -> Iterator[str]:
        """Name the columns in which some text was refused so far; the others need no search."""
        for name, readings in self.readings.items():
            if readings.refused:
                yield name
        if self.quantities.refused:
            yield QUANTITY
        for which, name in enumerate(("start", "end", TIMESTAMP)):
            if (name == TIMESTAMP) == self.timed and any(
                zone[which].refused for zone in self.clocks.values()
            ):
                yield name

    def where(self, row: int, name: str = "") -> Where:
        """Return a place under the heading that the user knows."""
        stamped = self.timed and name in ("start", "end")
        index = self.layout.indexes.get(TIMESTAMP if stamped else name)
        column = self.table.header[index] if index is not None else name or None
        return Where(self.table.file, self.table.sheet, row, column)


def complete(read: Columns, money: Mapping[str, str]) -> None:
    """Derive what the cells leave open: both ends of an interval, the basis, the currency.

    Parameters
    ----------
    money
        Currency by unit symbol.
    """
    if TIMESTAMP in read:
        read["start"], read["end"] = ([pair[end] for pair in read[TIMESTAMP]] for end in (0, 1))
    for name in ("start", "end"):
        read[f"{name}_utc"] = [moment[0] for moment in read[name]]
    units = read["unit"]
    if not all(read["quantity_basis"]):
        usual = {unit: "spend" if unit in money else "invoiced" for unit in set(units)}
        read["quantity_basis"] = _filled(read["quantity_basis"], units, usual)
    if not all(read["currency"]):
        read["currency"] = _filled(
            read["currency"], units, {unit: money.get(unit, "") for unit in set(units)}
        )


def _filled(values: Sequence[str], units: Sequence[str], usual: Mapping[str, str]) -> list[str]:
    return [value or usual[unit] for value, unit in zip(values, units, strict=True)]


def without(read: Columns, count: int, left_out: Container[int]) -> Columns:
    """Leave rows out of every column."""
    kept = [index for index in range(count) if index not in left_out]
    return {name: [values[index] for index in kept] for name, values in read.items()}


def _reads(
    profile: Profile, zones: Mapping[str, str], activities: Container[str] | Callable[[str], bool]
) -> dict[str, Callable[[str], Any]]:
    reads: dict[str, Callable[[str], Any]] = {}
    for column in columns().values():
        words = profile.values.get(column.name, {})
        if column.kind == "facility":
            reads[column.name] = facility_reader(zones.keys(), words)
        elif column.kind == "activity":
            reads[column.name] = activity_reader(activities, words)
        elif column.kind not in ("moment", "decimal"):
            reads[column.name] = reader_of(column, words)
    return reads


def _present(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def reading(text: str) -> Any:
        if not text:
            raise QinglianError("ingest.cell_missing")
        return read(text)

    return reading

"""Files that are not facts: contractual instruments, and series such as hourly grid intensity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.places import place
from qinglian.core.units import parse_unit
from qinglian.ingest.tables import Table, read_table
from qinglian.ledger.facts import utc_seconds
from qinglian.ledger.instruments import Certificate
from qinglian.ledger.series import SeriesValue

CERTIFICATE_COLUMNS = (
    *("kind", "serial", "amount", "unit", "vintage_start", "vintage_end"),
    *("market", "retired_for", "factor"),
)
SERIES_COLUMNS = ("start", "end", "value")
T = TypeVar("T")


def read_certificates(path: Path) -> list[Certificate]:
    """Read contractual instruments.

    Columns: kind, serial, amount, unit, vintage_start, vintage_end (the first day after the vintage), market,
    retired_for, factor (kg CO2e per kWh); and, if wanted, facility and hour (start of the one hour a granular
    certificate is for, ISO 8601 with offset).

    Raises
    ------
    QinglianError
        All problems of the file at once, each with row and column; ``ingest.columns_missing``.
    """
    rows = _Rows(path, CERTIFICATE_COLUMNS)
    found = [
        Certificate(
            kind=row.text("kind"),
            serial=row.text("serial"),
            amount=row.read("amount", parse_decimal),
            unit=row.read("unit", lambda text: parse_unit(text).symbol),
            vintage_start=row.read("vintage_start", date.fromisoformat),
            vintage_end=row.read("vintage_end", date.fromisoformat),
            market=row.read("market", lambda text: place(text).id),
            retired_for=row.text("retired_for"),
            factor=row.read("factor", parse_decimal),
            facility=row.text("facility") or None,
            hour_utc=row.read("hour", _hour) if row.text("hour") else None,
            row=row.number,
        )
        for row in rows
        if row.whole()
    ]
    rows.refuse()
    return found


def read_series_values(path: Path) -> list[SeriesValue]:
    """Read the values of a series.

    Columns: start, end (ISO 8601 with offset, or ``Z``; half-open) and value.

    Raises
    ------
    QinglianError
        All problems of the file at once, each with row and column; ``ingest.columns_missing``.
    """
    rows = _Rows(path, SERIES_COLUMNS)
    found = [
        SeriesValue(
            row.read("start", _moment), row.read("end", _moment), row.read("value", parse_decimal), row.number
        )
        for row in rows
        if row.whole()
    ]
    rows.refuse()
    return found


def _moment(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return utc_seconds(moment.astimezone(UTC))


def _hour(text: str) -> int:
    seconds = _moment(text)
    if seconds % 3600:
        raise ValueError(text)
    return seconds // 3600


class _Row:
    """One row; cells are read by column, and what cannot be read becomes a problem."""

    def __init__(self, rows: _Rows, number: int, cells: dict[str, str]) -> None:
        self.rows, self.number, self.cells = rows, number, cells

    def text(self, column: str) -> str:
        """Return a cell as it stands; empty where the file has no such column."""
        return self.cells.get(column, "").strip()

    def read(self, column: str, reader: Callable[[str], T]) -> T:
        """Return a cell read; only after :meth:`whole` has found no problem."""
        return reader(self.text(column))

    def whole(self) -> bool:
        """Whether every cell can be read; collects the problems of those that cannot."""
        before = len(self.rows.problems)
        for column, reader in READERS.items():
            if column in self.cells and (self.text(column) or column not in OPTIONAL):
                self._try(column, reader)
        return len(self.rows.problems) == before

    def _try(self, column: str, reader: Callable[[str], object]) -> None:
        where = Where(file=self.rows.table.file, row=self.number, column=column)
        try:
            reader(self.text(column))
        except QinglianError as error:
            self.rows.problems += [replace(problem, where=where) for problem in error.problems]
        except ValueError:
            params = {"text": self.text(column)}
            self.rows.problems.append(Problem("ingest.cell_unreadable", where, params))


READERS: dict[str, Callable[[str], object]] = {
    "amount": parse_decimal,
    "unit": parse_unit,
    "vintage_start": date.fromisoformat,
    "vintage_end": date.fromisoformat,
    "market": place,
    "factor": parse_decimal,
    "hour": _hour,
    "start": _moment,
    "end": _moment,
    "value": parse_decimal,
}
OPTIONAL = ("hour",)


class _Rows:
    """The rows of a small table with known columns."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.table: Table = read_table(path)
        self.problems: list[Problem] = []
        missing = [column for column in columns if column not in self.table.header]
        if missing:
            where = Where(file=self.table.file, row=self.table.header_row)
            raise QinglianError("ingest.columns_missing", where, columns=missing, header=self.table.header)

    def __iter__(self) -> Iterator[_Row]:
        for chunk in self.table.chunks:
            self.problems += [problem for refused in chunk.refused for problem in refused.problems]
            for number, cells in zip(chunk.numbers, chunk.rows, strict=True):
                yield _Row(self, number, dict(zip(self.table.header, cells, strict=False)))

    def refuse(self) -> None:
        """Raise everything that was wrong."""
        if self.problems:
            raise QinglianError.many(self.problems)

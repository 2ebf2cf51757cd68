"""Rows of a pack's CSV files: read once, exact, with every problem collected and placed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.gases import parse_gas
from qinglian.core.places import place
from qinglian.core.units import Unit, parse_unit
from qinglian.ledger.pack_model import Source

Row: TypeAlias = dict[str, str]
Placed: TypeAlias = tuple[Where, Row]
T = TypeVar("T")

CLASSES = ("primary", "secondary")


def exact(text: str) -> Fraction:
    """Read a number, or a product or quotient of numbers, exactly: ``43.33*20.2*0.98*44/12``.

    A factor that its source states in parts keeps them visible, and none is rounded.

    Raises
    ------
    QinglianError
        ``core.number_unreadable`` for a part that is no number.
    """
    first, *rest = re.split(r"([*/])", text)
    value = parse_decimal(first).fraction()
    for sign, part in zip(rest[::2], rest[1::2], strict=True):
        number = parse_decimal(part).fraction()
        value = value * number if sign == "*" else value / number
    return value


class PackRows:
    """One reading of a pack's folder; collects problems instead of stopping at the first."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self.folder, self.about = folder, about
        self.problems: list[Problem] = []
        self._rows: dict[str, list[Placed]] = {}
        self.sources = {key: self._source(key, entry) for key, entry in about.get("sources", {}).items()}

    def _source(self, key: str, entry: dict[str, Any]) -> Source:
        where = Where(file=str(self.folder / "pack.toml"), column=f"sources.{key}")
        if not entry.get("citation"):
            self.problems.append(Problem("ledger.pack_uncited", where))
        if entry.get("class") not in CLASSES:
            self.problems.append(Problem("ledger.pack_class", where, {"known": CLASSES}))
        published = entry.get("published", self.about["published"])
        if not isinstance(published, date):  # a year alone is a source's usual date
            published = date(int(str(published)[:4]), 1, 1)
        return Source(entry.get("citation", ""), entry.get("class", ""), published, entry.get("url", ""))

    def rows(self, name: str, columns: tuple[str, ...] = ()) -> list[Placed]:
        """Rows of one CSV file with where they stand; none where there is no such file."""
        if name not in self._rows:
            self._rows[name] = self._load(self.folder / name)
        found = self._rows[name]
        missing = [column for column in columns if found and column not in found[0][1]]
        if missing:
            self.problems.append(Problem("ledger.pack_column_missing", found[0][0], {"columns": missing}))
            return []
        return found

    def _load(self, path: Path) -> list[Placed]:
        if not path.exists():
            return []
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.DictReader(stream)
                return [
                    (
                        Where(file=str(path), row=reader.line_num),
                        {key: (value or "").strip() for key, value in row.items() if key is not None},
                    )
                    for row in reader
                ]
        except (UnicodeDecodeError, csv.Error) as error:
            self.problems.append(
                Problem("ledger.pack_unreadable", Where(file=str(path)), {"reason": str(error)})
            )
            return []

    def read(self, where: Where, column: str, reading: Callable[[], T]) -> T | None:
        """Do a reading; note its problem under the row and column."""
        try:
            return reading()
        except QinglianError as error:
            placed = Where(where.file, where.sheet, where.row, column)
            self.problems.append(Problem(error.code, placed, error.problem.params))
        except (ValueError, ZeroDivisionError) as error:
            self.problem(where, column, "ledger.pack_value", reason=str(error))
        return None

    def problem(self, where: Where, column: str, code: str, **params: object) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, Where(where.file, where.sheet, where.row, column), params))

    def number(self, where: Where, row: Row, column: str = "value") -> Fraction | None:
        """Read an exact number that may not be negative."""
        value = self.read(where, column, lambda: exact(row[column]))
        if value is not None and value < 0:
            self.problem(where, column, "ledger.pack_negative", value=row[column])
        return value

    def gas(self, where: Where, row: Row, column: str = "gas") -> str | None:
        """Read the code of a gas."""
        return self.read(where, column, lambda: parse_gas(row[column]).code)

    def unit(self, where: Where, row: Row, column: str) -> Unit | None:
        """Read a unit."""
        return self.read(where, column, lambda: parse_unit(row[column]))

    def place(self, where: Where, row: Row) -> str | None:
        """Read the id of a place."""
        return self.read(where, "place", lambda: place(row["place"]).id)

    def validity(self, where: Where, row: Row) -> tuple[date | None, date | None]:
        """Read a half-open validity; an empty end is open."""
        start = self.read(where, "valid_from", lambda: date.fromisoformat(row["valid_from"]))
        end = None
        if row["valid_to"]:
            end = self.read(where, "valid_to", lambda: date.fromisoformat(row["valid_to"]))
        if start and end and end <= start:
            self.problem(where, "valid_to", "ledger.period_empty")
        return start, end

    def source(self, where: Where, row: Row) -> Source | None:
        """Return the source that a row names."""
        found = self.sources.get(row["source"])
        if found is None:
            known = tuple(self.sources)
            self.problem(where, "source", "ledger.pack_source", source=row["source"], known=known)
        return found

    def one_of(self, where: Where, row: Row, column: str, code: str, known: tuple[str, ...]) -> None:
        """Refuse a word that is not of a closed list."""
        if row[column] not in known:
            shown = tuple(word for word in known if word)
            self.problem(where, column, code, **{column: row[column]}, known=shown)

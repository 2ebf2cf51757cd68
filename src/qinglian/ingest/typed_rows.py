"""Rows of one sheet as typed values, each knowing its place; every problem of the sheet is collected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.cells import Readings, Refusal
from qinglian.ingest.header_units import HeaderUnit
from qinglian.ingest.proposals import Proposals
from qinglian.ingest.sheet_layout import Place, lay_out
from qinglian.ingest.typed_cells import Frame, cell_reader

if TYPE_CHECKING:
    from qinglian.ingest.schema import Schema, Sheet, SheetColumn
    from qinglian.ingest.tables import Table

SHOWN_ALIKE = 20
"""Problems of one kind in one column that are listed; the others are counted."""


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet by column; an absent column holds its default in every row.

    Parameters
    ----------
    numbers
        Row numbers as a spreadsheet shows them; 0 where the file has no rows (TOML).
    headings
        Headings as written, of the columns that are there.
    units
        Units that the headings state.
    """

    sheet: Sheet
    table: Where
    numbers: Sequence[int]
    cells: Mapping[str, Sequence[Any]]
    headings: Mapping[str, str]
    units: Mapping[str, HeaderUnit]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        names = tuple(self.cells)
        for values in zip(*self.cells.values(), strict=True):
            yield dict(zip(names, values, strict=True))

    def where(self, index: int, column: str = "") -> Where:
        """Return the place of a row, or of its cell in a column."""
        heading = self.headings.get(column, column) or None
        return Where(self.table.file, self.table.sheet, self.numbers[index] or None, heading)


def read_rows(sheet: Sheet, table: Table, frame: Frame) -> tuple[Rows | None, list[Problem]]:
    """Read a table under its sheet; no rows come back where the header already fails."""
    place = Where(table.file, table.sheet, table.header_row or None)
    layout, problems = lay_out(sheet, table.header, place)
    if problems:
        return None, problems
    numbers, raw, refused = _walk(table, sheet)
    problems += refused
    headings = {name: places[0].heading for name, places in layout.items()}
    units = {name: item.unit for name, places in layout.items() for item in places if item.unit}
    wheres = Rows(sheet, place, numbers, {}, headings, units)
    cells = {}
    for column in sheet.columns.values():
        cells[column.name], found = _column(column, layout.get(column.name, []), raw, frame, wheres)
        problems += found
    rows = Rows(sheet, place, numbers, cells, headings, units)
    return rows, problems + _twice(rows)


def _walk(table: Table, sheet: Sheet) -> tuple[list[int], list[Sequence[str]], list[Problem]]:
    numbers: list[int] = []
    raw: list[Sequence[str]] = []
    problems: list[Problem] = []
    try:
        for chunk in table.chunks:
            numbers.extend(chunk.numbers)
            raw.extend(chunk.rows)
            problems.extend(problem for refused in chunk.refused for problem in refused.problems)
    except QinglianError as error:
        if error.code != "ingest.no_rows":
            problems.extend(error.problems)
        elif sheet.required:
            place = Where(table.file, table.sheet, table.header_row or None)
            problems.append(Problem("ingest.schema_no_rows", place))
    if sheet.single and len(raw) > 1:
        here = Where(table.file, table.sheet, numbers[1])
        problems.append(Problem("ingest.schema_one_row", here, {"count": len(raw)}))
    return numbers, raw, problems


def _column(
    column: SheetColumn, places: Sequence[Place], raw: Sequence[Sequence[str]], frame: Frame, rows: Rows
) -> tuple[Sequence[Any], list[Problem]]:
    readings = [Readings(cell_reader(column, place.unit, frame)) for place in places]
    if not places:
        return [cell_reader(column, None, frame)("")] * len(raw) if not column.required else [], []
    columns = [
        read.column([row[place.index] for row in raw]) for read, place in zip(readings, places, strict=True)
    ]
    problems = []
    for values, place in zip(columns, places, strict=True):
        for index, value in enumerate(values):
            if isinstance(value, Refusal) and not _given_otherwise(columns, values, index, value):
                where = Where(rows.table.file, rows.table.sheet, rows.numbers[index] or None, place.heading)
                problems.append(Problem(value.code, where, value.params))
    if len(columns) == 1:
        return columns[0], problems
    return _merged(columns, column, rows, problems), problems


def _given_otherwise(columns: Sequence[Sequence[Any]], own: object, index: int, value: Refusal) -> bool:
    """Whether this cell is merely empty and the column's other spelling holds its value."""
    if value.code != "ingest.cell_missing":
        return False
    return any(
        other is not own
        and not (isinstance(other[index], Refusal) and other[index].code == "ingest.cell_missing")
        for other in columns
    )


def _merged(
    columns: Sequence[Sequence[Any]], column: SheetColumn, rows: Rows, problems: list[Problem]
) -> list[Any]:
    """Take a moment from either spelling; where both are filled in they say the same."""
    merged = []
    for index, pair in enumerate(zip(*columns, strict=True)):
        given = [value for value in pair if value is not None and not isinstance(value, Refusal)]
        if len(set(given)) > 1:
            params = {"column": column.name, "one": given[0], "two": given[1]}
            problems.append(Problem("ingest.schema_moments_differ", rows.where(index, column.name), params))
        merged.append(given[0] if given else None)
    return merged


def _twice(rows: Rows) -> list[Problem]:
    keys = rows.sheet.unique
    if not keys or any(len(rows.cells[key]) != len(rows) for key in keys):
        return []
    first: dict[tuple[Any, ...], int] = {}
    problems = []
    for index, key in enumerate(zip(*(rows.cells[name] for name in keys), strict=True)):
        if any(isinstance(part, Refusal) for part in key):
            continue
        if key in first:
            shown = " ".join(str(part) for part in key if part not in (None, ""))
            params = {"name": shown, "row": rows.numbers[first[key]]}
            problems.append(Problem("ingest.schema_row_twice", rows.where(index, keys[0]), params))
        first.setdefault(key, index)
    return problems


def check_references(
    schema: Schema, found: Mapping[str, Rows], broken: Collection[str] = ()
) -> list[Problem]:
    """Name every cell that refers to a row of another sheet which is not there.

    A sheet whose rows are `implied` is only asked where it is given; a `broken` one cannot be asked.
    """
    problems: list[Problem] = []
    for rows in found.values():
        for column in rows.sheet.columns.values():
            target, _, key = column.refers.partition(".")
            if not target or target in broken:
                continue
            given = found[target].cells[key] if target in found else ()
            if given or not schema.sheets[target].implied:
                problems += _unknown(rows, column, schema.sheets[target], {str(name) for name in given})
    return problems


def _unknown(rows: Rows, column: SheetColumn, target: Sheet, known: set[str]) -> Iterator[Problem]:
    proposals = Proposals(known - {"None"})
    for index, value in enumerate(rows.cells[column.name]):
        for name in value if isinstance(value, tuple) else (value,):
            if isinstance(name, str) and name and name not in known:
                params = {"name": name, "sheet": target.en, "zh": target.zh, "near": proposals.near(name)}
                yield Problem("ingest.schema_name_unknown", rows.where(index, column.name), params)


def limited(problems: Iterable[Problem]) -> list[Problem]:
    """Keep the first problems of a kind in each column, and say how many more there are."""
    counts: Counter[tuple[str, str | None, str | None, str | None]] = Counter()
    kept = []
    for problem in problems:
        where = problem.where or Where()
        key = (problem.code, where.file, where.sheet, where.column)
        counts[key] += 1
        if counts[key] <= SHOWN_ALIKE:
            kept.append(problem)
    for (_, file, sheet, column), count in counts.items():
        if count > SHOWN_ALIKE:
            more = {"count": count - SHOWN_ALIKE}
            kept.append(Problem("ingest.schema_more", Where(file, sheet, None, column), more))
    return kept

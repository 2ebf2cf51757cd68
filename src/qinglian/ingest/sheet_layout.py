"""The header of one sheet under its schema: which cell is which column, in which unit; others are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.suggestions import nearest
from qinglian.ingest.columns import heading
from qinglian.ingest.header_units import HeaderUnit, parse_header_unit, split_heading
from qinglian.ingest.schema import Sheet, SheetColumn


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a table: its index, its heading as written and the unit that states."""

    index: int
    heading: str
    unit: HeaderUnit | None


def lay_out(
    sheet: Sheet, header: Sequence[str], where: Where
) -> tuple[Mapping[str, list[Place]], list[Problem]]:
    """Match headings with columns.

    A moment may stand twice, in local time and in minutes; everything else once. Problems are
    ``ingest.schema_column_unknown``, ``schema_column_twice``, ``schema_column_missing``,
    ``schema_heading_empty``, ``schema_unit_missing``, ``schema_unit_unfit``, or ``core.unit_*``.
    """
    found: dict[str, list[Place]] = {}
    problems: list[Problem] = []
    for index, text in enumerate(header):
        here = Where(where.file, where.sheet, where.row, text or None)
        try:
            column, unit = _column(sheet, text)
        except QinglianError as error:
            problems.append(Problem(error.code, here, error.problem.params))
            continue
        places = found.setdefault(column.name, [])
        if places and (column.kind != "moment" or (places[0].unit is None) == (unit is None)):
            params = {"column": column.name, "one": places[0].heading, "two": text}
            problems.append(Problem("ingest.schema_column_twice", here, params))
        else:
            places.append(Place(index, text, unit))
    refused = {problem.where.column for problem in problems if problem.where}
    return found, problems + _missing(sheet, found, where, header, refused)


def _column(sheet: Sheet, text: str) -> tuple[SheetColumn, HeaderUnit | None]:
    if not text:
        raise QinglianError("ingest.schema_heading_empty")
    name, unit = split_heading(text, lambda part: heading(part) in sheet.headings)
    if not name and not unit:
        raise QinglianError("ingest.schema_column_unknown", heading=text, near=_near(sheet, text))
    column = _meant(sheet.headings[heading(name)], unit)
    if column.kind == "quantity" and not unit:
        raise QinglianError("ingest.schema_unit_missing", heading=text, example=column.heading("en"))
    return column, _fitting(column, text, unit) if unit else None


def _meant(columns: Sequence[SheetColumn], unit: str) -> SheetColumn:
    """Choose between columns of one heading by their dimensions."""
    for column in columns[1:]:
        try:
            if unit and parse_header_unit(unit).dimension == column.dimension:
                return column
        except QinglianError:
            break
    return columns[0]


def _fitting(column: SheetColumn, text: str, unit: str) -> HeaderUnit:
    own = column.dimension
    found = parse_header_unit(unit)
    if found.dimension != own and not (column.inverse and found.inverse_dimension == own):
        raise QinglianError("ingest.schema_unit_unfit", heading=text, unit=unit, wanted=column.heading("en"))
    return found


def _near(sheet: Sheet, text: str) -> tuple[str, ...]:
    close = nearest(heading(text), [word for word in sheet.headings if word], count=3)
    columns = [column for word in close for column in sheet.headings[word]] or list(sheet.columns.values())
    return tuple(dict.fromkeys(column.heading("en") for column in columns))


def _missing(
    sheet: Sheet, found: Mapping[str, object], where: Where, header: Sequence[str], refused: set[str | None]
) -> list[Problem]:
    """Name the required columns that are not there; one whose own heading was refused is named by that."""
    problems = []
    for column in sheet.columns.values():
        if not column.required or column.name in found:
            continue
        own = {heading(text) for text in (column.name, column.en, column.zh, *column.aliases) if text}
        if any(heading(text).startswith(tuple(own)) for text in refused if text):
            continue
        params = {
            "column": column.heading("en"),
            "zh": column.heading("zh"),
            "header": [text for text in header if text],
        }
        problems.append(Problem("ingest.schema_column_missing", where, params))
    return problems

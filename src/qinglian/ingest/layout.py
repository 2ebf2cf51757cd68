"""The header of one file under one profile: which cell of a row is which column of a fact."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.suggestions import nearest
from qinglian.core.units import parse_unit
from qinglian.ingest.columns import columns, heading, heading_with_unit, known_headings
from qinglian.ingest.profile import Profile
from qinglian.ingest.quarantine import QUARANTINE_HEADINGS
from qinglian.ingest.tables import Table

TIMESTAMP = "timestamp"
"""Stands for start and end where one timestamp gives both."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Indexes of the columns, constants for the others, and what was left unread.

    Parameters
    ----------
    notices
        A warning for each heading nobody asked for.
    """

    indexes: Mapping[str, int]
    constants: Mapping[str, str]
    notices: Sequence[Problem]


def layout_of(table: Table, profile: Profile) -> Layout:
    """Match a header with a profile.

    Raises
    ------
    QinglianError
        ``ingest.header_missing`` for a heading the profile names, ``column_twice``, ``column_missing`` for a
        required column with neither heading nor constant; all of them at once.
    """
    where = Where(file=table.file, sheet=table.sheet, row=table.header_row)
    found, problems = _named(table.header, profile, where)
    constants = dict(profile.constants)
    if profile.known_headings:
        problems += _recognised(table.header, found, constants, where)
    named = {*profile.columns, *(("start", "end") if profile.time.column else ())}
    problems += _missing({*found, *constants, *named}, table.header, where)
    if problems:
        raise QinglianError.many(problems)
    return Layout(found, constants, _unread(table.header, found, profile, where))


def _named(header: Sequence[str], profile: Profile, where: Where) -> tuple[dict[str, int], list[Problem]]:
    """Find the headings that the profile names."""
    wanted = dict(profile.columns)
    if profile.time.column:
        wanted[TIMESTAMP] = profile.time.column
    spelt = {heading(name): index for index, name in enumerate(header) if name}
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for column, name in wanted.items():
        if heading(name) in spelt:
            found[column] = spelt[heading(name)]
        else:
            key = "time.column" if column == TIMESTAMP else f"columns.{column}"
            params = {
                "heading": name,
                "key": key,
                "profile": profile.name,
                "header": [text for text in header if text],
            }
            problems.append(Problem("ingest.header_missing", where, params))
    return found, problems


def _recognised(
    header: Sequence[str], found: dict[str, int], constants: dict[str, str], where: Where
) -> list[Problem]:
    """Add the template's own headings; one with a unit in brackets gives the unit too."""
    problems: list[Problem] = []
    taken = set(found.values())
    by_profile = set(found)
    units: list[str] = []
    for index, name in enumerate(header):
        if index in taken or not name:
            continue
        column, unit = _column_of(name)
        if not column or column in by_profile or (column in ("start", "end") and TIMESTAMP in found):
            continue
        if column in found:
            here = Where(where.file, where.sheet, where.row, name)
            params = {"column": column, "one": header[found[column]], "two": name}
            problems.append(Problem("ingest.column_twice", here, params))
            continue
        found[column] = index
        if unit:
            units.append(unit)
    if units and "unit" not in found:
        constants["unit"] = units[0]
    return problems


def _column_of(name: str) -> tuple[str, str]:
    if column := known_headings().get(heading(name)):
        return column, ""
    bare, unit = heading_with_unit(name)
    column = known_headings().get(heading(bare), "")
    if column != "quantity" or not unit:
        return column if column and not unit else "", ""
    try:
        return column, parse_unit(unit).symbol
    except QinglianError:
        return "", ""


def _missing(known: Container[str], header: Sequence[str], where: Where) -> list[Problem]:
    problems = []
    for column in columns().values():
        if not column.required or column.name in known:
            continue
        params = {"column": column.name, "zh": column.zh, "header": [name for name in header if name]}
        problems.append(Problem("ingest.column_missing", where, params))
    return problems


def _unread(header: Sequence[str], found: Mapping[str, int], profile: Profile, where: Where) -> list[Problem]:
    if "*" in profile.ignore:
        return []
    ignored = {heading(name) for name in profile.ignore} | {heading(name) for name in QUARANTINE_HEADINGS}
    notices = []
    for index, name in enumerate(header):
        if name and index not in found.values() and heading(name) not in ignored:
            near = nearest(heading(name), known_headings())
            params = {"heading": name, "near": [known_headings()[word] for word in near[:1]]}
            here = Where(where.file, where.sheet, where.row, name)
            notices.append(Problem("ingest.column_ignored", here, params))
    return notices

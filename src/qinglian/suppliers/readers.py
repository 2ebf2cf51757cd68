"""Files of the room → partners, mapped parts, purchases, footprints, answers; all, or every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.units import Unit, parse_unit
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_reading import TableSet, read_tables
from qinglian.ingest.typed_rows import Rows
from qinglian.suppliers import model
from qinglian.suppliers.model import ELSEWHERE, PARTS, Answer, Footprint, Partner, Purchase

_Thing = TypeVar("_Thing")
Build = Callable[[Mapping[str, Any], Where], _Thing]


@dataclass(frozen=True, slots=True)
class SupplierFolder:
    """What a folder says, and notices of files that nothing asked for."""

    partners: tuple[Partner, ...] = ()
    parts: tuple[model.Mapping, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    footprints: tuple[Footprint, ...] = ()
    answers: tuple[Answer, ...] = ()
    notices: tuple[Problem, ...] = ()

    def footprint(self, name: str) -> Footprint:
        """Return a footprint by its number; raises ``suppliers.footprint_unknown``."""
        for found in self.footprints:
            if found.id == name:
                return found
        known = ", ".join(found.id for found in self.footprints) or "-"
        raise QinglianError("suppliers.footprint_unknown", footprint=name, known=known)

    def mapped(self, footprint: Footprint) -> dict[str, model.Mapping]:
        """Return the mappings of a footprint's part, by our part."""
        return {
            one.part: one
            for one in self.parts
            if (one.partner, one.their_part) == (footprint.partner, footprint.their_part)
        }


@cache
def schema() -> Schema:
    """Return the tables and columns of a suppliers folder."""
    return load_schema(Path(__file__).with_name("schema.toml"))


@cache
def form_schema() -> Schema:
    """Return the one-page form of a small supplier."""
    return load_schema(Path(__file__).with_name("form_schema.toml"))


def read(path: Path) -> SupplierFolder:
    """Read a folder of tables or one workbook.

    Raises
    ------
    QinglianError
        With every problem: ``ingest.*`` of the tables, ``suppliers.*`` of their rows.
    """
    tables = read_tables(path, schema())
    problems: list[Problem] = []

    def each(sheet: str, build: Build[_Thing]) -> tuple[_Thing, ...]:
        return tuple(_built(tables, sheet, build, problems))

    folder = SupplierFolder(
        each("partners", _partner),
        each("parts", _part),
        each("purchases", _purchase),
        each("footprints", _footprint),
        each("answers", _answer),
        tables.notices,
    )
    problems += _mapped_twice(folder.parts)
    if problems:
        raise QinglianError.many(problems)
    return folder


def read_form(path: Path) -> Rows:
    """Read the small supplier's form; raises as :func:`read`."""
    rows = read_tables(path, form_schema()).rows.get("form")
    if rows is None or not len(rows):
        raise QinglianError("suppliers.form_empty", Where(file=str(path)))
    return rows


def _built(tables: TableSet, sheet: str, build: Build[_Thing], problems: list[Problem]) -> Iterable[_Thing]:
    rows = tables.rows.get(sheet)
    for index, row in enumerate(() if rows is None else rows):
        assert rows is not None
        try:
            yield build(row, rows.where(index))
        except QinglianError as error:
            problems.extend(error.problems)


def _mapped_twice(parts: Iterable[model.Mapping]) -> list[Problem]:
    """Our part of one partner leads to one part of theirs: two would be a guess."""
    seen: set[tuple[str, str]] = set()
    problems = []
    for one in parts:
        if (one.part, one.partner) in seen:
            values = {"part": one.part, "partner": one.partner}
            problems.append(Problem("suppliers.mapped_twice", one.where, values))
        seen.add((one.part, one.partner))
    return problems


def _partner(row: Mapping[str, Any], where: Where) -> Partner:
    return Partner(
        id=row["partner"], name=row["name"] or "", tier=row["tier"], target=row["target"], where=where
    )


def _unit(text: str, where: Where) -> Unit:
    return parse_unit(text, where)


def _part(row: Mapping[str, Any], where: Where) -> model.Mapping:
    return model.Mapping(
        part=row["part"],
        partner=row["partner"],
        their_part=row["their_part"],
        their_unit=_unit(row["their_unit"], where),
        per_ours=Fraction(row["per_ours"]),
        share=Fraction(row["share"]),
        where=where,
    )


def _purchase(row: Mapping[str, Any], where: Where) -> Purchase:
    return Purchase(
        reference=row["reference"],
        facility=row["facility"],
        start=row["start"],
        end=row["end"] + timedelta(days=1),
        partner=row["partner"],
        activity=row["activity"],
        quantity=Fraction(row["quantity"]),
        unit=_unit(row["unit"], where),
        part=row["part"] or "",
        price_year=row["price_year"],
        value=_optional(row["value"]),
        currency=_currency(row["currency"], where),
        elsewhere=frozenset(name for name in ELSEWHERE if row[name] == "elsewhere"),
        where=where,
    )


def _currency(text: str | None, where: Where) -> str:
    """Return the symbol of a currency; another unit is none."""
    if not text:
        return ""
    unit = _unit(text, where)
    if not unit.dimension.startswith("money"):
        raise QinglianError("suppliers.no_currency", where, unit=text)
    return unit.symbol


def _footprint(row: Mapping[str, Any], where: Where) -> Footprint:
    return Footprint(
        id=row["footprint"],
        partner=row["partner"],
        their_part=row["their_part"],
        unit=_unit(row["unit"], where),
        method=row["method"],
        total=Fraction(row["total"]),
        parts={name: Fraction(row[name]) for name in PARTS if row[name] is not None},
        primary_share=_optional(row["primary_share"]),
        quality=row["quality"],
        start=row["start"],
        end=row["end"] + timedelta(days=1),
        source=row["source"],
        standard=row["standard"] or "",
        where=where,
    )


def _answer(row: Mapping[str, Any], where: Where) -> Answer:
    return Answer(
        partner=row["partner"], indicator=row["indicator"], share=_optional(row["share"]), where=where
    )


def _optional(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)

"""Files of recovery → lots, custody, inspections, dispositions and waste notes; all, or every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_reading import TableSet, read_tables
from qinglian.recycling.circularity import MaterialFlow
from qinglian.recycling.lifetimes import Weibull
from qinglian.recycling.model import (
    Certificate,
    Credit,
    CustodyEvent,
    Disposition,
    Inspection,
    ReturnLot,
    WasteNote,
    balance,
    custody_breaks,
)

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a folder says, and notices of files that nothing asked for."""

    lots: tuple[ReturnLot, ...] = ()
    custody: tuple[CustodyEvent, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    waste: tuple[WasteNote, ...] = ()
    credits: tuple[Credit, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    sold_t: Mapping[str, Mapping[int, Fraction]] = field(default_factory=dict)
    lifetimes: Mapping[str, Weibull] = field(default_factory=dict)
    products: Mapping[str, MaterialFlow] = field(default_factory=dict)
    notices: tuple[Problem, ...] = ()


@cache
def schema() -> Schema:
    """Return the tables and columns of a recovery folder."""
    return load_schema(Path(__file__).with_name("schema.toml"))


def read(path: Path) -> Recovery:
    """Read a folder of tables or one workbook, and enforce every lot's mass balance and chain of custody.

    Raises
    ------
    QinglianError
        With every problem: ``ingest.*`` of the tables, ``recycling.*`` of their rows.
    """
    tables = read_tables(path, schema())
    problems: list[Problem] = []

    def each(sheet: str, build: Callable[[Mapping[str, Any], Where], _Thing]) -> tuple[_Thing, ...]:
        return tuple(_built(tables, sheet, build, problems))

    sold: dict[str, dict[int, Fraction]] = {}
    for category, year, mass in each("sales", _sale):
        sold.setdefault(category, {})[year] = mass
    recovery = Recovery(
        each("lots", _lot),
        each("custody", _handover),
        each("inspections", _inspection),
        each("dispositions", _disposition),
        each("waste", _waste),
        each("credits", _credit),
        each("certificates", _certificate),
        sold,
        dict(each("lifetimes", _lifetime)),
        dict(each("products", _product)),
        tables.notices,
    )
    problems += _lot_problems(recovery) + _credit_problems(recovery.credits)
    if problems:
        raise QinglianError.many(problems)
    return recovery


def _built(
    tables: TableSet,
    sheet: str,
    build: Callable[[Mapping[str, Any], Where], _Thing],
    problems: list[Problem],
) -> Iterable[_Thing]:
    rows = tables.rows.get(sheet)
    if rows is None:
        return
    for index, row in enumerate(rows):
        try:
            yield build(row, rows.where(index))
        except QinglianError as error:
            problems.extend(error.problems)


def _lot_problems(recovery: Recovery) -> list[Problem]:
    """Return what breaks the balance or the custody of a lot."""
    problems: list[Problem] = []
    for lot in recovery.lots:
        try:
            balance(lot, recovery.dispositions)
        except QinglianError as error:
            problems += error.problems
        problems += custody_breaks(lot, recovery.custody)
    return problems


def _credit_problems(offered: Iterable[Credit]) -> list[Problem]:
    """Return every credit that is granted twice: what a kilogram replaces would be a guess."""
    seen: set[tuple[str, str, str]] = set()
    problems = []
    for credit in offered:
        if credit.key in seen:
            values = {
                "baseline": credit.baseline,
                "outcome": credit.outcome,
                "material": credit.material or "–",
            }
            problems.append(Problem("recycling.credit_twice", credit.where, values))
        seen.add(credit.key)
    return problems


def _lot(row: Mapping[str, Any], where: Where) -> ReturnLot:
    return ReturnLot(
        id=row["lot"],
        facility=row["facility"],
        received=row["received"],
        category=row["category"],
        mass_kg=Fraction(row["mass"]),
        units=row["units"],
        origin=row["origin"] or "",
        tolerance=Fraction(row["tolerance"]),
        where=where,
    )


def _handover(row: Mapping[str, Any], where: Where) -> CustodyEvent:
    return CustodyEvent(
        lot=row["lot"],
        day=row["day"],
        giver=row["giver"],
        taker=row["taker"],
        mass_kg=Fraction(row["mass"]),
        document=row["document"] or "",
        where=where,
    )


def _inspection(row: Mapping[str, Any], where: Where) -> Inspection:
    return Inspection(
        lot=row["lot"],
        day=row["day"],
        grade=row["grade"],
        mass_kg=Fraction(row["mass"]),
        inspector=row["inspector"] or "",
        where=where,
    )


def _disposition(row: Mapping[str, Any], where: Where) -> Disposition:
    return Disposition(
        lot=row["lot"],
        day=row["day"],
        outcome=row["outcome"],
        mass_kg=Fraction(row["mass"]),
        recovered_kg=None if row["recovered"] is None else Fraction(row["recovered"]),
        material=row["material"] or "",
        treated_by=row["treated_by"] or "",
        where=where,
    )


def _waste(row: Mapping[str, Any], where: Where) -> WasteNote:
    return WasteNote(
        id=row["note"],
        facility=row["facility"],
        day=row["day"],
        composition=row["composition"],
        hazardous=row["hazardous"],
        route=row["route"],
        mass_kg=Fraction(row["mass"]),
        on_site=row["on_site"],
        treated_by=row["treated_by"] or "",
        where=where,
    )


def _credit(row: Mapping[str, Any], where: Where) -> Credit:
    return Credit(
        baseline=row["baseline"],
        outcome=row["outcome"],
        material=row["material"] or "",
        replaces=row["replaces"],
        instead=row["instead"] or "",
        share=Fraction(row["share"]),
        method=row["method"],
        where=where,
    )


def _certificate(row: Mapping[str, Any], where: Where) -> Certificate:
    return Certificate(
        id=row["certificate"],
        lot=row["lot"],
        issued=row["issued"],
        issuer=row["issuer"],
        received_kg=Fraction(row["received"]),
        recovered_kg=None if row["recovered"] is None else Fraction(row["recovered"]),
        rate=None if row["rate"] is None else Fraction(row["rate"]),
        where=where,
    )


def _sale(row: Mapping[str, Any], _: Where) -> tuple[str, int, Fraction]:
    return row["category"], row["year"], Fraction(row["mass"])


def _lifetime(row: Mapping[str, Any], where: Where) -> tuple[str, Weibull]:
    shape, scale = (_decimal(row[name]) for name in ("shape", "scale"))
    try:
        return row["category"], Weibull(shape, scale)
    except QinglianError as error:
        raise QinglianError(error.code, where, **error.problem.params) from error


def _decimal(value: Any) -> Decimal:
    exact = Fraction(value)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _product(row: Mapping[str, Any], where: Where) -> tuple[str, MaterialFlow]:
    values = {one.name: Fraction(row[one.name]) for one in fields(MaterialFlow)}
    try:
        return row["product"], MaterialFlow(**values)
    except QinglianError as error:
        raise QinglianError(error.code, where, **error.problem.params) from error

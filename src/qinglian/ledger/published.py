"""Published statements of a company, as typed from its reports: read, recomputed and reconciled.

A published figure is not a fact of a book: nobody here measured it. It is kept with its citation and source
class, and the checks are those a reader of the report can make: does the intensity follow from emissions and
revenue, what is the change against the base year, does a breakdown reach the total it breaks down.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import Problem, QinglianError, Where

NOT_DISCLOSED = "not disclosed"
CLASSES = ("primary", "secondary", "recalled")
STATEMENTS, SOURCES = "statements.csv", "sources.csv"
LOCATION = ("scope1", "scope2.location")
PUBLISHED_INTENSITY = "intensity.scope12.location"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was read; ``source_class`` is primary, secondary or recalled."""

    key: str
    source_class: str
    published: str
    citation: str
    note: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One published figure; ``value`` is None where the company did not disclose it (which is not zero)."""

    fiscal_year: str
    measure: str
    part: str
    value: Fraction | None
    unit: str
    source: Source
    note: str
    where: Where


@dataclass(frozen=True, slots=True)
class Derived:
    """A recomputed figure: exact, or None where an input is not disclosed, with the sources it leans on."""

    value: Fraction | None
    sources: tuple[Source, ...]

    @property
    def recalled(self) -> bool:
        """Whether an input is a figure somebody only remembered."""
        return any(source.source_class == "recalled" for source in self.sources)


@dataclass(frozen=True, slots=True)
class RollUp:
    """A breakdown beside the total it is said to break down (both in the unit of the statements)."""

    fiscal_year: str
    measure: str
    total: Fraction | None
    parts: Fraction
    counted: int
    unit: str
    where: Where

    @property
    def missing(self) -> Fraction | None:
        """Total less parts; None where no total is disclosed, so nothing can be reconciled."""
        return None if self.total is None else self.total - self.parts

    def problem(self) -> Problem | None:
        """Return what is wrong, or None."""
        missing = self.missing
        if not missing:
            return None
        params = {
            "year": self.fiscal_year,
            "measure": self.measure,
            "parts": grouped(self.parts, 0),
            "total": grouped(self.parts + missing, 0),
            "difference": grouped(abs(missing), 0),
            "unit": self.unit,
        }
        return Problem("ledger.rollup_short" if missing > 0 else "ledger.rollup_over", self.where, params)


@dataclass(frozen=True, slots=True)
class Published:
    """All statements of a folder."""

    statements: tuple[Statement, ...]

    def years(self) -> list[str]:
        """Fiscal years, in order."""
        return sorted({statement.fiscal_year for statement in self.statements})

    def stated(self, fiscal_year: str, measure: str) -> Statement:
        """Return the company-wide figure of a year.

        Raises
        ------
        QinglianError
            ``ledger.statement_missing`` if there is none, not even "not disclosed".
        """
        for statement in self.statements:
            if (statement.fiscal_year, statement.measure, statement.part) == (fiscal_year, measure, ""):
                return statement
        raise QinglianError("ledger.statement_missing", year=fiscal_year, measure=measure)

    def intensity(self, fiscal_year: str, measures: Sequence[str] = LOCATION) -> Derived:
        """Emissions per revenue, in the units stated (t per US$ million)."""
        parts = [self.stated(fiscal_year, measure) for measure in measures]
        revenue = self.stated(fiscal_year, "revenue")
        total = _sum(parts)
        value = None if total is None or not revenue.value else total / revenue.value
        return Derived(value, _sources([*parts, revenue]))

    def change(self, measure: str | Sequence[str], fiscal_year: str, base_year: str) -> Derived:
        """Relative change against a base year, of one measure or of a sum of measures."""
        measures = [measure] if isinstance(measure, str) else list(measure)
        now = [self.stated(fiscal_year, name) for name in measures]
        base = [self.stated(base_year, name) for name in measures]
        after, before = _sum(now), _sum(base)
        value = None if after is None or not before else after / before - 1
        return Derived(value, _sources(now + base))

    def roll_ups(self) -> list[RollUp]:
        """Every breakdown beside its total."""
        keys = sorted({(s.fiscal_year, s.measure) for s in self.statements if s.part})
        return [self._roll_up(year, measure) for year, measure in keys]

    def _roll_up(self, year: str, measure: str) -> RollUp:
        parts = [s for s in self.statements if s.part and (s.fiscal_year, s.measure) == (year, measure)]
        known = [s.value for s in parts if s.value is not None]
        total = self.stated(year, measure)
        return RollUp(
            year, measure, total.value, sum(known, Fraction(0)), len(known), total.unit, total.where
        )

    def reconcile(self) -> None:
        """Refuse breakdowns that do not reach, or go over, their stated total.

        Raises
        ------
        QinglianError
            ``ledger.rollup_short`` or ``ledger.rollup_over``, one problem per breakdown.
        """
        problems = [problem for roll_up in self.roll_ups() if (problem := roll_up.problem())]
        if problems:
            raise QinglianError.many(problems)


def read_published(folder: Path) -> Published:
    """Read ``statements.csv`` and ``sources.csv`` of a folder.

    Raises
    ------
    QinglianError
        ``ledger.published_missing``, ``ledger.published_source_unknown``, ``ledger.published_class_unknown``,
        ``ledger.statement_twice`` and what reading a number raises; each names file and row.
    """
    sources = {row["key"]: _source(row, where) for row, where in _rows(folder / SOURCES)}
    seen: dict[tuple[str, str, str], Where] = {}
    statements = []
    for row, where in _rows(folder / STATEMENTS):
        statement = _statement(row, where, sources)
        key = (statement.fiscal_year, statement.measure, statement.part)
        if key in seen:
            raise QinglianError("ledger.statement_twice", where, first=seen[key].row)
        seen[key] = where
        statements.append(statement)
    return Published(tuple(statements))


def _rows(path: Path) -> Iterable[tuple[dict[str, str], Where]]:
    if not path.is_file():
        raise QinglianError("ledger.published_missing", Where(file=str(path)))
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            yield row, Where(file=str(path), row=number)


def _source(row: dict[str, str], where: Where) -> Source:
    if row["class"] not in CLASSES:
        raise QinglianError("ledger.published_class_unknown", where, found=row["class"], known=CLASSES)
    return Source(row["key"], row["class"], row["published"], row["citation"], row["note"])


def _statement(row: dict[str, str], where: Where, sources: dict[str, Source]) -> Statement:
    if row["source"] not in sources:
        raise QinglianError("ledger.published_source_unknown", where, found=row["source"])
    disclosed = row["value"].strip().lower() != NOT_DISCLOSED
    value = parse_decimal(row["value"], where).fraction() if disclosed else None
    source = sources[row["source"]]
    return Statement(
        row["fiscal_year"], row["measure"], row["part"], value, row["unit"], source, row["note"], where
    )


def _sum(statements: Iterable[Statement]) -> Fraction | None:
    """Add figures; a sum with an undisclosed part is itself undisclosed."""
    total = Fraction(0)
    for statement in statements:
        if statement.value is None:
            return None
        total += statement.value
    return total


def _sources(statements: Iterable[Statement]) -> tuple[Source, ...]:
    return tuple({statement.source.key: statement.source for statement in statements}.values())


def grouped(value: Fraction, decimals: int) -> str:
    """Write a number for people: rounded half to even here and nowhere before, thousands grouped."""
    steps = round(value * 10**decimals)  # a fraction rounds half to even, exactly
    whole, part = divmod(abs(steps), 10**decimals)
    sign = "-" if steps < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")


def percent(value: Fraction, decimals: int = 1) -> str:
    """Write a relative change as a signed percentage."""
    shown = grouped(value * 100, decimals)
    return f"{shown if value < 0 else '+' + shown} %"


def exact(value: Fraction | None) -> str | None:
    """Write a number for a program: exact, or None where it is not disclosed."""
    return None if value is None else plain(value)

"""ALLOCATE: contractual instruments to consumption, for the market-based scope 2.

Each certificate, contract or supplier instrument covers consumption of its own market boundary and vintage,
once. The order is total and declared: instruments bound to one facility first, then the vintage that ends
first, then kind and serial; consumption by cell, facility and stream. What is left uncovered keeps the
residual mix, or the declared average; what is left of an instrument is unused. Nothing becomes negative.

Source: GHG Protocol Scope 2 Guidance (2015), quality criteria for contractual instruments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from qinglian.core.period import Span
from qinglian.core.places import ancestors
from qinglian.core.units import parse_unit, ratio
from qinglian.ledger import schema
from qinglian.ledger.cells import cell_days
from qinglian.ledger.facts import from_day_number
from qinglian.ledger.hourly import LineKey
from qinglian.ledger.lines import UNRESOLVED, lines_of, sorted_lines
from qinglian.ledger.needs import Stream
from qinglian.ledger.rules import RuleSet

KINDS = ("supplier", "PPA", "GEC", "I-REC", "GO", "REC")
KWH = parse_unit("kWh")
Hourly = Callable[[list[int]], dict[LineKey, dict[int, int]]]
ALLOCATION = pa.schema(
    [("instrument", pa.int32()), ("stream_id", pa.int32()), ("unit_id", pa.int16()), ("cell", pa.int32())]
    + [("kwh", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A contractual instrument: electricity with an attribute, good for one market and one vintage."""

    id: int
    kind: str
    serial: str
    kwh: Fraction
    start: date
    end: date
    market: str
    facility: str | None
    factor: str
    hour_utc: int | None = None

    def covers(self, stream: Stream, first: date, last: date) -> bool:
        """Whether it may cover a stream's consumption in a cell (dates half-open).

        A yearly or monthly vintage must hold the whole cell; a certificate of one hour must fall into it.
        """
        whole = self.start <= first and last <= self.end
        return (
            (whole if self.hour_utc is None else self.start < last and first < self.end)
            and self.facility in {None, stream.facility}
            and self.market in ancestors(stream.grid)
        )


@dataclass(frozen=True, slots=True)
class Allocation:
    """Lines after allocation, what went where, and what was left over (kWh per instrument)."""

    lines: pa.Table
    table: pa.Table
    surplus: dict[int, Fraction]


def allocate(
    connection: Connection,
    lines: pa.Table,
    known: dict[int, Stream],
    units: dict[int, tuple[str, int]],
    rules: RuleSet,
    period: Span,
    only: Collection[int],
    hourly: Hourly,
) -> Allocation:
    """Allocate a run's instruments (``only`` these ids) to the lines whose rule takes instruments.

    A certificate of one hour covers only what hourly meters consumed in that hour; ``hourly`` looks it up.
    """
    instruments = [i for i in instruments_of(connection, period) if i.id in only]
    taking = [number for number, rule in enumerate(rules.rules) if rule.instruments]
    takes = pc.is_in(lines["rule_no"], pa.array(taking, pa.int16()))
    if not instruments or not taking:
        return Allocation(lines, ALLOCATION.empty_table(), {i.id: i.kwh for i in instruments})
    rows = lines.filter(takes).to_pylist()
    open_lines = [_Open(row, known, units) for row in rows if row["quantity"] > 0]
    open_lines.sort(key=lambda line: line.order)
    remaining = {instrument.id: instrument.kwh for instrument in instruments}
    consumed = _hours(open_lines, hourly([i.hour_utc for i in instruments if i.hour_utc is not None]))
    for instrument in instruments:
        for line in open_lines:
            if line.left and instrument.covers(line.stream, line.first, line.last):
                available = remaining[instrument.id]
                if instrument.hour_utc is not None:
                    available = min(available, consumed[line.key].get(instrument.hour_utc, Fraction(0)))
                    consumed[line.key][instrument.hour_utc] = consumed[line.key].get(
                        instrument.hour_utc, Fraction(0)
                    ) - min(available, line.left)
                remaining[instrument.id] -= line.take(instrument, available)
            if not remaining[instrument.id]:
                break
    kept = [row for row in rows if row["quantity"] <= 0]
    split = lines_of(kept + [part for line in open_lines for part in line.parts()])
    divided = sorted_lines(pa.concat_tables([lines.filter(pc.invert(takes)), split]))
    shares = [share for line in open_lines for share in line.shares()]
    shares.sort(key=lambda share: tuple(share.values()))
    return Allocation(divided, pa.Table.from_pylist(shares, schema=ALLOCATION), remaining)


def _hours(
    open_lines: list[_Open], consumption: dict[LineKey, dict[int, int]]
) -> dict[LineKey, dict[int, Fraction]]:
    """Consumption by line and hour, in kWh."""
    return {
        line.key: {hour: steps * line.kwh_per_step for hour, steps in consumption.get(line.key, {}).items()}
        for line in open_lines
    }


def instruments_of(connection: Connection, period: Span) -> list[Instrument]:
    """Instruments whose vintage overlaps the period, in the declared order."""
    t = schema.instrument
    query = select(t).where(t.c.vintage_start < period.end, t.c.vintage_end > period.start)
    found = [_instrument(row) for row in connection.execute(query).mappings()]
    return sorted(found, key=_order)


def _order(i: Instrument) -> tuple[Any, ...]:
    """Facility-bound first; certificates of one hour, which nothing else can use, before longer vintages."""
    return (
        i.facility is None,
        i.hour_utc is None,
        i.hour_utc or 0,
        i.end,
        i.start,
        KINDS.index(i.kind),
        i.serial,
        i.id,
    )


def instruments_by_id(connection: Connection) -> dict[int, Instrument]:
    """All instruments of the book."""
    rows = connection.execute(select(schema.instrument)).mappings()
    return {row["id"]: _instrument(row) for row in rows}


def _instrument(row: Any) -> Instrument:
    return Instrument(
        row["id"],
        row["kind"],
        row["serial"],
        Fraction(row["mantissa"], 10 ** row["decimals"]) * ratio(parse_unit(row["unit"]), KWH),
        row["vintage_start"],
        row["vintage_end"],
        row["market"],
        row["facility"],
        row["factor"],
        row["hour_utc"],
    )


class _Open:
    """A line of consumption while instruments are taken from."""

    def __init__(
        self, row: dict[str, Any], known: dict[int, Stream], units: dict[int, tuple[str, int]]
    ) -> None:
        self.row = row
        self.stream = known[row["stream_id"]]
        symbol, decimals = units[row["unit_id"]]
        self.kwh_per_step = ratio(parse_unit(symbol), KWH) / 10**decimals
        self.left: Fraction = Fraction(int(row["quantity"]), row["divisor"]) * self.kwh_per_step
        self.taken: list[tuple[Instrument, Fraction]] = []
        self.key = (row["stream_id"], row["unit_id"], row["quantity_basis"], row["quality"], row["cell"])
        first, last = cell_days(row["cell"])
        self.first, self.last = from_day_number(first), from_day_number(last)
        self.order = (
            row["cell"],
            self.stream.facility,
            row["stream_id"],
            row["unit_id"],
            row["quantity_basis"],
            row["quality"],
            row["factor_no"],
        )

    def take(self, instrument: Instrument, available: Fraction) -> Fraction:
        amount = min(self.left, available)
        if amount:
            self.taken.append((instrument, amount))
            self.left -= amount
        return amount

    def parts(self) -> list[dict[str, Any]]:
        """Return the line, divided into covered shares and the uncovered rest."""
        if not self.taken:
            return [self.row]
        covered = [
            {
                **self.row,
                **self._amount(amount),
                "records": 0,
                "factor_no": UNRESOLVED,
                "penalty": 0,
                "instrument": instrument.id,
            }
            for instrument, amount in self.taken
        ]
        if self.left:
            return [*covered, {**self.row, **self._amount(self.left)}]
        covered[0]["records"] = self.row["records"]
        return covered

    def _amount(self, kwh: Fraction) -> dict[str, int]:
        steps = kwh / self.kwh_per_step
        return {"quantity": steps.numerator, "divisor": steps.denominator}

    def shares(self) -> list[dict[str, Any]]:
        """Return rows of the stored allocation."""
        return [
            {
                "instrument": instrument.id,
                "stream_id": self.row["stream_id"],
                "unit_id": self.row["unit_id"],
                "cell": self.row["cell"],
                "kwh": str(amount),
            }
            for instrument, amount in self.taken
        ]

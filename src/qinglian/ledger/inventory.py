"""An inventory: a run read through a view.

The run stores integers. Here they become exact masses of gas (line × factor), and masses become CO2e by the
GWP set of the view, shares by the consolidation of the view. Changing the assessment report or the
consolidation is a change of view; nothing is calculated again.

Masses add up, so lines are summed over their months before they are multiplied: the same totals from some
thirty times fewer exact fractions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.gases import GASES
from qinglian.core.units import parse_unit, ratio
from qinglian.ledger import schema
from qinglian.ledger.allocation import KWH, Instrument, instruments_by_id
from qinglian.ledger.book import Book
from qinglian.ledger.cells import cell_days
from qinglian.ledger.installed import installed_packs
from qinglian.ledger.lines import grouped_lines
from qinglian.ledger.needs import Stream, streams, units_of_record
from qinglian.ledger.organisation import OPERATIONAL, counted_share, facilities, ownership
from qinglian.ledger.packs import Factor, factor_from_record
from qinglian.ledger.rules import Rule, parse_rules_document

GROSS, BIOGENIC, REMOVAL = "gross", "biogenic", "removal"
OUTSIDE_KYOTO = "outside_kyoto"  # gases of the Montreal Protocol and HFO: by mass, apart from the scopes
CO2E = "CO2e"


@dataclass(frozen=True, slots=True)
class View:
    """How a run is read."""

    consolidation: str = OPERATIONAL
    gwp: str = "AR6"

    def record(self) -> dict[str, str]:
        """Return the view as data."""
        return {"consolidation": self.consolidation, "gwp": self.gwp}


@dataclass(frozen=True, slots=True)
class Line:
    """Lines of a run that differ in nothing but their cell, with everything they refer to."""

    rule: Rule
    stream: Stream
    unit: str
    decimals: int
    quantity_basis: int
    quality: int
    cells: tuple[int, ...]  # several only where one share holds in all of them
    records: int
    quantity: Fraction  # of unit, exact
    factor: Factor | None
    instrument: Instrument | None
    penalty: int

    @property
    def resolved(self) -> bool:
        """Whether a factor or an instrument answers."""
        return self.factor is not None or self.instrument is not None


@dataclass(frozen=True, slots=True)
class Emission:
    """An exact mass of one gas from one line, and what the view makes of it.

    A gas outside the Kyoto basket is reported by mass: it adds no CO2e, whether it has a GWP or not.
    """

    line: Line
    gas: str
    account: str
    kg: Fraction
    kg_co2e: Fraction

    @property
    def key(self) -> tuple[str, int, str]:
        """Scope, category (0 for none) and method."""
        return (self.line.rule.scope, self.line.rule.category or 0, self.line.rule.method)


@dataclass(frozen=True, slots=True)
class Inventory:
    """A run under a view: emissions, what stayed unresolved, and how well it is covered."""

    run: str
    label: str
    organisation: str
    view: View
    lines: tuple[Line, ...]
    emissions: tuple[Emission, ...]
    counts: dict[str, dict[str, int]]

    def total(self, account: str = GROSS, **where: object) -> Fraction:
        """Exact kg CO2e of an account, filtered by ``scope``, ``category`` or ``method``."""
        return sum((e.kg_co2e for e in self.select(account, **where)), Fraction(0))

    def select(self, account: str = GROSS, **where: object) -> Iterator[Emission]:
        """Emissions of an account whose rule has these attributes."""
        for emission in self.emissions:
            rule = emission.line.rule
            if emission.account == account and all(
                getattr(rule, name) == value for name, value in where.items()
            ):
                yield emission

    def unresolved(self) -> list[Line]:
        """Lines no factor answers: excluded from every total, and counted."""
        return [line for line in self.lines if not line.resolved]

    def canonical(self) -> bytes:
        """Canonical export: what is hashed, signed and compared. Names and numbers, no surrogate keys."""
        return canonical_json(
            {
                "coverage": self.counts,
                "emissions": _exported(self.emissions),
                "label": self.label,
                "organisation": self.organisation,
                "unresolved": _unresolved(self.unresolved()),
                "view": self.view.record(),
            }
        )

    @property
    def sha256(self) -> str:
        """Hash of the canonical export."""
        return sha256_hex(self.canonical())


def export_key(emission: Emission) -> tuple[str, ...]:
    """Key of the row of the canonical export that an emission counts in."""
    line = emission.line
    return (
        line.rule.id,
        line.stream.facility,
        line.stream.activity,
        line.stream.technology,
        line.stream.counterparty,
        line.stream.product,
        line.stream.dimension,
        source_of(line),
        emission.account,
        emission.gas,
    )


def source_of(line: Line) -> str:
    """Name of what answers a line: a factor's id or an instrument's serial; empty if nothing does."""
    if line.factor is not None:
        return line.factor.id
    return f"instrument {line.instrument.serial}" if line.instrument is not None else ""


def _exported(emissions: Iterable[Emission]) -> list[list[str]]:
    sums: dict[tuple[str, ...], list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for emission in emissions:
        total = sums[export_key(emission)]
        total[0] += emission.kg
        total[1] += emission.kg_co2e
    return [[*key, plain(kg), plain(co2e)] for key, (kg, co2e) in sorted(sums.items())]


def _unresolved(lines: Iterable[Line]) -> list[list[str]]:
    sums: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    for line in lines:
        sums[line.rule.id, line.stream.facility, line.stream.activity, line.unit] += line.quantity
    return [[*key, plain(quantity)] for key, quantity in sorted(sums.items())]


def read_inventory(book: Book, run: str, view: View | None = None, *, as_of: int | None = None) -> Inventory:
    """Read a run through a view.

    Parameters
    ----------
    as_of
        Chain entry whose knowledge of facilities and shares counts: a version once frozen never moves.

    Raises
    ------
    QinglianError
        ``ledger.run_unknown``; ``ledger.gwp_unknown`` when the packs of the run hold no value of the view's
        set for a gas of the Kyoto basket.
    """
    view = view or View()
    with book.read() as connection:
        row = connection.execute(select(schema.run).where(schema.run.c.id == run)).mappings().first()
        if row is None:
            raise QinglianError("ledger.run_unknown", run=run)
        inputs, outputs = json.loads(row["inputs"]), json.loads(row["outputs"])
        context = json.loads((book.run_folder / f"{outputs['context']}.json").read_bytes())
        lines = book.run_folder / f"{outputs['lines']}.parquet"
        reading = Reading(run, row["label"], tuple(inputs["factors"]), view, as_of)
        return inventory_of(book, connection, lines, context, reading)


@dataclass(frozen=True, slots=True)
class Reading:
    """How lines that are not stored are read: whose run, under which label, lock, view and knowledge."""

    run: str
    label: str
    lock: tuple[str, ...]
    view: View
    as_of: int | None


def inventory_of(
    book: Book, connection: Connection, path: Path, context: dict[str, Any], reading: Reading
) -> Inventory:
    """Read a file of lines and their context, stored or just calculated."""
    reader = _Reader(connection, context, reading.lock, reading.as_of)
    lines = tuple(reader.lines(path))
    emissions = tuple(reader.emissions(lines, reading.view))
    organisation = book.identity.organisation
    return Inventory(
        reading.run, reading.label, organisation, reading.view, lines, emissions, context["counts"]
    )


class _Reader:
    """Turns stored integers back into lines and masses."""

    def __init__(
        self, connection: Connection, context: dict[str, Any], lock: tuple[str, ...], as_of: int | None
    ) -> None:
        self.instruments = instruments_by_id(connection)
        self.streams = streams(connection)
        self.units = units_of_record(connection)
        self.shares = ownership(connection, as_of)
        self.facilities = facilities(connection, as_of)
        self.rules = parse_rules_document(context["rules"]).rules
        known = {record["id"]: factor_from_record(record) for record in context["factors"]}
        self.factors = [known.get(identifier) for identifier in context["all_factors"]]
        self.gwp = {
            (value.gwp_set, value.gas): value.value
            for pack in installed_packs(connection, lock)
            for value in pack.gwp
        }

    def lines(self, path: Path) -> Iterator[Line]:
        """Stored lines, summed over cells wherever one share holds in all of them."""
        dated = pa.array((n for n, stream in self.streams.items() if stream.unit in self.shares), pa.int32())
        for table in grouped_lines(path, dated):
            columns: list[Iterable[Any]] = [table[name].to_pylist() for name in table.column_names[:-1]]
            columns.append(_tuples(table["cells"].combine_chunks()))
            yield from map(self._line, *columns)

    def _line(
        self,
        rule_no: int,
        stream_id: int,
        unit_id: int,
        quantity_basis: int,
        quality: int,
        factor_no: int,
        instrument: int,
        penalty: int,
        divisor: int,
        records: int,
        quantity: Any,
        cells: tuple[int, ...],
    ) -> Line:
        symbol, decimals = self.units[unit_id]
        return Line(
            rule=self.rules[rule_no],
            stream=self.streams[stream_id],
            unit=symbol,
            decimals=decimals,
            quantity_basis=quantity_basis,
            quality=quality,
            cells=cells,
            records=records,
            quantity=Fraction(int(quantity), divisor * 10**decimals),
            factor=self.factors[factor_no] if factor_no >= 0 else None,
            instrument=self.instruments.get(instrument),
            penalty=penalty,
        )

    def emissions(self, lines: Iterable[Line], view: View) -> Iterator[Emission]:
        """Exact masses of every resolved line."""
        share_of = cache(partial(counted_share, self.shares))
        for line in lines:
            share = share_of(line.stream.unit, view.consolidation, *cell_days(line.cells[0]))
            if share and line.stream.facility in self.facilities:
                yield from self._of_line(line, share, view)

    def _of_line(self, line: Line, share: Fraction, view: View) -> Iterator[Emission]:
        if line.instrument is not None:
            kwh = line.quantity * ratio(parse_unit(line.unit), KWH)
            kg = kwh * Fraction(line.instrument.factor) * share
            yield Emission(line, CO2E, GROSS, kg, kg)
        elif line.factor is not None:
            amount = line.quantity * ratio(parse_unit(line.unit), parse_unit(line.factor.per_unit)) * share
            for gas in line.factor.gases:
                kg, account = amount * gas.kg, _account(line.rule, gas)
                gwp = Fraction(0) if account == OUTSIDE_KYOTO else self._gwp(gas, view)
                yield Emission(line, gas.gas, account, kg, kg * gwp)

    def _gwp(self, gas: Any, view: View) -> Fraction:
        if gas.gas == CO2E:
            return Fraction(1)
        name = "CO2" if gas.gas.startswith("CO2-") else gas.gas
        found = Fraction(1) if name == "CO2" else self.gwp.get((view.gwp, name))
        if found is None:
            raise QinglianError("ledger.gwp_unknown", gas=gas.gas, set=view.gwp)
        return found


def _tuples(lists: pa.ListArray) -> Iterator[tuple[int, ...]]:
    """Lists of cells; equal ones, and most are equal, are one object."""
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    values, edges = lists.values.to_numpy(), lists.offsets.to_numpy()
    for piece in np.split(values, edges[1:-1]) if len(lists) else ():
        cells = tuple(piece.tolist())
        yield known.setdefault(cells, cells)


def _account(rule: Rule, gas: Any) -> str:
    if GASES[gas.gas].family in {"ODS", "HFO"}:
        return OUTSIDE_KYOTO
    if rule.bucket == REMOVAL or gas.gas == "CO2-removal":
        return REMOVAL
    return BIOGENIC if gas.gas == "CO2-biogenic" or (gas.biogenic and gas.gas == "CO2") else GROSS

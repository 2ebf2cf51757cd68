"""Explain: from a number to its lines, from a line to its factor and facts, from a fact to file and row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
from sqlalchemy import Connection, select

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.cells import cell_days
from qinglian.ledger.engines.lending import lent_engine
from qinglian.ledger.evidence import evidence_name
from qinglian.ledger.facts import from_day_number
from qinglian.ledger.installed import installed_factors
from qinglian.ledger.inventory import GROSS, Emission, Inventory, Line
from qinglian.ledger.lines import UNRESOLVED
from qinglian.ledger.manifest import Segment, present_paths, segments
from qinglian.ledger.needs import units_of_record
from qinglian.ledger.packs import Factor, factor_from_record
from qinglian.present.figures import Tree

FACTS_SHOWN = 5
DIGITS_SHOWN, FRACTION_SHOWN = 12, 40
CO2E_UNIT = "kg CO2e"


@dataclass(frozen=True, slots=True)
class Explained:
    """A part of an explanation: the sentence a person reads, and the same as data."""

    kind: str
    label: str
    data: dict[str, Any] = field(default_factory=dict)
    children: tuple[Explained, ...] = ()

    def tree(self) -> Tree:
        """Return the sentences as a tree."""
        return Tree(self.label, tuple(child.tree() for child in self.children))

    def record(self) -> dict[str, Any]:
        """Return it as data: exact numbers, codes and names, and the sentence as ``label``."""
        children = [child.record() for child in self.children]
        return {"kind": self.kind, **_plainly(self.data), "label": self.label, "children": children}


def _plainly(data: Any) -> Any:
    """Write fractions as decimals where they end, at any depth."""
    if isinstance(data, dict):
        return {name: _plainly(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plainly(value) for value in data]
    return plain(data) if isinstance(data, Fraction) else data


@dataclass(frozen=True, slots=True)
class Record:
    """One posted record behind a line: what it says and where it stands. Times are local, half-open."""

    fact: int
    value: Fraction
    unit: str
    start: datetime
    end: datetime
    evidence: int | None
    file: str | None
    sheet: str | None
    row: int | None
    source: str | None
    reference: str | None
    reversal: bool

    def where(self) -> str:
        """File, sheet and row."""
        parts = [self.file or "-", self.sheet, f"{text('ledger.row')} {self.row}" if self.row else None]
        return ", ".join(part for part in parts if part)

    def explained(self) -> Explained:
        """Return it as a part of an explanation."""
        amount, when = f"{plain(self.value)} {self.unit}", span_text(self.start, self.end)
        label = " · ".join((f"#{self.fact}", amount, when, self.where()))
        data = {name: getattr(self, name) for name in self.__slots__}
        times = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        return Explained("record", label + (" (−)" if self.reversal else ""), {**data, **times})


def span_text(start: datetime, end: datetime) -> str:
    """Write a half-open span of local time: whole days by its days, anything else with its hours."""
    midnight = time(0)
    if start.time() == end.time() == midnight:
        return f"{start.date().isoformat()}..{(end.date() - timedelta(days=1)).isoformat()}"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M}..{until} ({start:%Z})"


def explain(
    book: Book, inventory: Inventory, *, limit: int = FACTS_SHOWN, account: str = GROSS, **where: object
) -> Tree:
    """Tree of a total: rule → stream → factor and records, down to file and row; see :func:`explanation`."""
    return explanation(book, inventory, limit=limit, account=account, **where).tree()


def explanation(
    book: Book, inventory: Inventory, *, limit: int = FACTS_SHOWN, account: str = GROSS, **where: object
) -> Explained:
    """Explain a total: rule → stream → factor and records, down to file and row.

    Parameters
    ----------
    limit
        Records shown per stream; how many more there are is said.
    account
        Gross emissions, or one of the accounts outside them.
    where
        Attributes of the rule that select the total: ``scope``, ``category``, ``method``, ``id``.
    """
    emissions = list(inventory.select(account, **where))
    by_rule: dict[str, list[Emission]] = defaultdict(list)
    for emission in emissions:
        by_rule[emission.line.rule.id].append(emission)
    about = {"run": inventory.run, "period": inventory.label, "account": account, **where}
    with book.read() as connection:
        finder = _Finder(book, connection, inventory, limit)
        rules = tuple(_of_rule(finder, rule, members) for rule, members in sorted(by_rule.items()))
    return _summed("total", text("ledger.total"), emissions, about, rules)


def _summed(
    kind: str,
    name: str,
    emissions: Iterable[Emission],
    about: dict[str, Any],
    children: tuple[Explained, ...],
) -> Explained:
    kg = sum((emission.kg_co2e for emission in emissions), Fraction(0))
    data = {**about, "value": kg, "unit": CO2E_UNIT}
    return Explained(kind, f"{name}: {amount_text(kg, CO2E_UNIT)}", data, children)


def number_text(exact: Fraction) -> str:
    """Return a number exactly where its decimals end; rounded for reading where they do not."""
    written = plain(exact)
    if "/" not in written:
        return written
    with localcontext(prec=DIGITS_SHOWN):
        return f"≈ {Decimal(exact.numerator) / Decimal(exact.denominator):f}"


def amount_text(exact: Fraction, unit: str) -> str:
    """Return an amount with its unit; beside a rounded one the exact fraction, if short."""
    written, read = plain(exact), number_text(exact)
    if written == read or len(written) > FRACTION_SHOWN:
        return f"{read} {unit}"
    return f"{read} {unit} (= {written})"


def _of_rule(finder: _Finder, rule: str, emissions: list[Emission]) -> Explained:
    by_part: dict[tuple[Any, ...], list[Emission]] = defaultdict(list)
    for emission in emissions:
        line = emission.line
        source = line.factor.id if line.factor else line.instrument.serial if line.instrument else ""
        by_part[line.stream.facility, line.stream.activity, line.stream.id, source].append(emission)
    parts = [_Part(members) for _, members in sorted(by_part.items())]
    children = tuple(_of_part(finder, part, parts) for part in parts)
    return _summed("rule", rule, emissions, {"rule": rule}, children)


class _Part:
    """What one factor or instrument answers of one stream."""

    def __init__(self, emissions: list[Emission]) -> None:
        self.emissions = emissions
        self.lines = list({id(emission.line): emission.line for emission in emissions}.values())
        self.line = self.lines[0]
        self.cells = {cell for line in self.lines for cell in line.cells}
        self.amounts: dict[str, Fraction] = defaultdict(Fraction)
        for line in self.lines:
            self.amounts[line.unit] += line.quantity

    def amount(self) -> str:
        """Quantity that this part takes, per unit of record."""
        return " + ".join(amount_text(value, unit) for unit, value in sorted(self.amounts.items()))

    def named(self) -> str:
        """Name what answers, with the amount it takes."""
        instrument, factor = self.line.instrument, self.line.factor
        if instrument is not None:
            return f"{instrument.kind} {instrument.serial} ({self.amount()})"
        return f"{factor.pack} {factor.place} ({self.amount()})" if factor else self.amount()

    def shares_records_with(self, other: _Part) -> bool:
        """Whether both are parts of the same records: an instrument covers a share of a bill, not a bill."""
        return (
            self is not other
            and self.line.stream.id == other.line.stream.id
            and None in {self.line.factor, other.line.factor}
            and bool(self.cells & other.cells)
        )


def _of_part(finder: _Finder, part: _Part, parts: list[_Part]) -> Explained:
    line = part.line
    gases: dict[str, Fraction] = defaultdict(Fraction)
    for emission in part.emissions:
        gases[emission.gas] += emission.kg
    amounts = [{"value": value, "unit": unit} for unit, value in sorted(part.amounts.items())]
    children = [_answer(line)]
    children += [
        Explained("gas", f"{gas}: {amount_text(kg, 'kg')}", {"gas": gas, "value": kg, "unit": "kg"})
        for gas, kg in sorted(gases.items())
    ]
    shared = [other.named() for other in parts if part.shares_records_with(other)]
    if shared:
        label = text("ledger.shared_records", amount=part.amount(), others="; ".join(shared))
        children.append(Explained("shared", label, {"amounts": amounts, "others": shared}))
    children.append(finder.explained(part.lines))
    about = {
        "facility": line.stream.facility,
        "activity": line.stream.activity,
        "amounts": amounts,
        "shares_records": bool(shared),
    }
    name = f"{line.stream.facility} · {line.stream.activity}"
    return _summed("stream", name, part.emissions, about, tuple(children))


def _answer(line: Line) -> Explained:
    """Return the factor or the instrument in one sentence, with its citation."""
    if line.instrument is not None:
        i = line.instrument
        label = text("ledger.by_instrument", kind=i.kind, serial=i.serial, factor=i.factor)
        data = {"instrument": i.id, "instrument_kind": i.kind, "serial": i.serial, "market": i.market}
        return Explained("instrument", label, {**data, "value": i.factor, "unit": "kg CO2e/kWh"})
    factor = line.factor
    if factor is None:
        return Explained("unresolved", text("ledger.no_factor"))
    until = factor.valid_to.isoformat() if factor.valid_to else "…"
    label = text(
        "ledger.by_factor",
        gases=gases_text(factor),
        unit=factor.per_unit,
        place=factor.place,
        validity=f"{factor.valid_from.isoformat()}..{until}",
        basis=factor.basis,
        citation=factor.citation,
        locator=factor.locator,
        source_class=factor.source_class,
        penalty=line.penalty,
    )
    return Explained("factor", label, {**factor.record(), "penalty": line.penalty})


def gases_text(factor: Factor) -> str:
    """Write what a unit of a factor emits, gas by gas."""
    return ", ".join(f"{number_text(gas.kg)} kg {gas.gas}" for gas in factor.gases)


class _Finder:
    """Finds the posted records behind lines, in the very segments the run was calculated from."""

    def __init__(self, book: Book, connection: Connection, inventory: Inventory, limit: int) -> None:
        row = connection.execute(select(schema.run).where(schema.run.c.id == inventory.run)).mappings().one()
        inputs = json.loads(row["inputs"])
        wanted = set(inputs["segments"])
        self.book, self.connection, self.limit = book, connection, limit
        self.segments: list[Segment] = [s for s in segments(connection) if s.sha256 in wanted]
        scenario = select(schema.scenario.c.id).where(schema.scenario.c.name == inputs["scenario"])
        self.scenario = int(connection.execute(scenario).scalar_one())
        self.units = units_of_record(connection)
        facilities = schema.facility
        self.zones = {
            row[0]: ZoneInfo(row[1])
            for row in connection.execute(select(facilities.c.code, facilities.c.zone))
        }

    def explained(self, lines: list[Line]) -> Explained:
        """Records of lines of one stream."""
        found, total = self.records(lines)
        children = [record.explained() for record in found]
        if total > len(found):
            more = total - len(found)
            children.append(Explained("more", text("ledger.more_records", count=more), {"count": more}))
        return Explained("records", text("ledger.records", count=total), {"count": total}, tuple(children))

    def records(self, lines: list[Line]) -> tuple[list[Record], int]:
        """First records behind lines of one stream, and how many there are."""
        cells = sorted({cell_days(cell) for line in lines for cell in line.cells})
        days = " OR ".join(f"(start_day >= {first} AND start_day < {end})" for first, end in cells)
        sql = (
            "SELECT fact_id, quantity, unit_id, start_utc, end_utc, evidence_id, sheet, row, source, "  # noqa: S608
            "reference, reverses, COUNT(*) OVER () AS total FROM facts "
            f"WHERE stream_id = {lines[0].stream.id} AND scenario_id = {self.scenario} AND ({days}) "
            f"ORDER BY start_utc, fact_id LIMIT {self.limit}"
        )
        with lent_engine(self.book.cache_folder) as engine:
            rows = engine.query(sql, parquet={"facts": present_paths(self.book, self.segments)}).to_pylist()
        rows.sort(key=lambda row: (row["start_utc"], row["fact_id"]))
        zone = self.zones[lines[0].stream.facility]
        return [self._record(row, zone) for row in rows], rows[0]["total"] if rows else 0

    def _record(self, row: dict[str, Any], zone: ZoneInfo) -> Record:
        symbol, decimals = self.units[row["unit_id"]]
        file = evidence_name(self.connection, row["evidence_id"]) if row["evidence_id"] else None
        return Record(
            row["fact_id"],
            Fraction(row["quantity"], 10**decimals),
            symbol,
            datetime.fromtimestamp(row["start_utc"], zone),
            datetime.fromtimestamp(row["end_utc"], zone),
            row["evidence_id"],
            file,
            row["sheet"],
            row["row"],
            row["source"],
            row["reference"],
            row["reverses"] is not None,
        )


def rejected(book: Book, run: str) -> list[dict[str, Any]]:
    """Return the stored trace: per need and interval what was chosen, what was rejected, and where.

    ``candidate`` holds the whole factor, also of one that lost; None for a composite that lost, which is not
    stored. No factor stands where bridges were sought in vain; ``lost_at`` then holds the reason. A chosen
    composite has ``parts``: the ids of what was multiplied.
    """
    with book.read() as connection:
        query = select(schema.run.c.inputs, schema.run.c.outputs).where(schema.run.c.id == run)
        row = connection.execute(query).first()
        if row is None:
            raise QinglianError("ledger.run_unknown", run=run)
        inputs, outputs = json.loads(row.inputs), json.loads(row.outputs)
        known = {f.id: f for f in installed_factors(connection, tuple(inputs["factors"]))}
    context = json.loads((book.run_folder / f"{outputs['context']}.json").read_bytes())
    known.update((record["id"], factor_from_record(record)) for record in context["factors"])
    trace = pq.read_table(book.run_folder / f"{outputs['trace']}.parquet").to_pylist()
    return [
        {
            **context["needs"][entry["need_id"]],
            "from": from_day_number(entry["from_day"]),
            "to": from_day_number(entry["to_day"]),
            "factor": name,
            "candidate": candidate,
            "parts": list(candidate.parts) if candidate else [],
            "chosen": entry["chosen"],
            "lost_at": entry["why"],
        }
        for entry in trace
        for name in [_named(context, entry["factor_no"])]
        for candidate in [known.get(name) if name else None]
    ]


def _named(context: dict[str, Any], number: int) -> str | None:
    return None if number == UNRESOLVED else context["all_factors"][number]

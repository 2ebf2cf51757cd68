"""Explain: from a number to its lines, from a line to its factor and facts, from a fact to file and row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import Connection, select

from qinglian.core.decimals import plain
from qinglian.core.text import text
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.cells import cell_days
from qinglian.ledger.engines import open_engine
from qinglian.ledger.evidence import evidence_name
from qinglian.ledger.facts import from_day_number
from qinglian.ledger.inventory import GROSS, Emission, Inventory, Line
from qinglian.ledger.lines import UNRESOLVED
from qinglian.ledger.manifest import Segment, present_paths, segments
from qinglian.present.figures import Tree

FACTS_SHOWN = 5
DIGITS_SHOWN, FRACTION_SHOWN = 12, 40


@dataclass(frozen=True, slots=True)
class Record:
    """One posted record behind a line: what it says and where it stands."""

    fact_id: int
    quantity: Fraction
    unit: str
    start: str
    end: str
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


def explain(
    book: Book, inventory: Inventory, *, limit: int = FACTS_SHOWN, account: str = GROSS, **where: object
) -> Tree:
    """Tree of a total: rule → stream → factor and records, down to file and row.

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
    label = _label(text("ledger.total"), emissions)
    by_rule: dict[str, list[Emission]] = defaultdict(list)
    for emission in emissions:
        by_rule[emission.line.rule.id].append(emission)
    with book.read() as connection:
        finder = _Finder(book, connection, inventory, limit)
        return Tree(
            label, tuple(_rule_tree(finder, rule, members) for rule, members in sorted(by_rule.items()))
        )


def _label(name: str, emissions: Iterable[Emission]) -> str:
    kg = sum((emission.kg_co2e for emission in emissions), Fraction(0))
    return f"{name}: {number_text(kg)} kg CO2e"


def number_text(exact: Fraction) -> str:
    """Return a number exactly; a fraction longer than anyone reads, in as many digits as are read."""
    written = plain(exact)
    if "/" not in written or len(written) <= FRACTION_SHOWN:
        return written
    with localcontext(prec=DIGITS_SHOWN):
        return f"≈ {Decimal(exact.numerator) / Decimal(exact.denominator):f}"


def _rule_tree(finder: _Finder, rule: str, emissions: list[Emission]) -> Tree:
    by_stream: dict[tuple[Any, ...], list[Emission]] = defaultdict(list)
    for emission in emissions:
        line = emission.line
        source = line.factor.id if line.factor else line.instrument.serial if line.instrument else ""
        by_stream[line.stream.facility, line.stream.activity, line.stream.id, source].append(emission)
    children = (_stream_tree(finder, members) for _, members in sorted(by_stream.items()))
    return Tree(_label(rule, emissions), tuple(children))


def _stream_tree(finder: _Finder, emissions: list[Emission]) -> Tree:
    line = emissions[0].line
    gases: dict[str, Fraction] = defaultdict(Fraction)
    for emission in emissions:
        gases[emission.gas] += emission.kg
    children = [Tree(_answer(line))]
    children += [Tree(f"{gas}: {number_text(kg)} kg") for gas, kg in sorted(gases.items())]
    lines = {id(emission.line): emission.line for emission in emissions}
    children.append(finder.records_tree(list(lines.values())))
    name = f"{line.stream.facility} · {line.stream.activity}"
    return Tree(_label(name, emissions), tuple(children))


def _answer(line: Line) -> str:
    """Return the factor or the instrument in one sentence, with its citation."""
    if line.instrument is not None:
        i = line.instrument
        return text("ledger.by_instrument", kind=i.kind, serial=i.serial, factor=i.factor)
    factor = line.factor
    if factor is None:
        return text("ledger.no_factor")
    gases = ", ".join(f"{number_text(gas.kg)} kg {gas.gas}" for gas in factor.gases)
    until = factor.valid_to.isoformat() if factor.valid_to else "…"
    return text(
        "ledger.by_factor",
        gases=gases,
        unit=factor.per_unit,
        place=factor.place,
        validity=f"{factor.valid_from.isoformat()}..{until}",
        basis=factor.basis,
        citation=factor.citation,
        locator=factor.locator,
        source_class=factor.source_class,
        penalty=line.penalty,
    )


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
        units = schema.unit_of_record
        self.units = {
            row[0]: (row[1], row[2])
            for row in connection.execute(select(units.c.id, units.c.symbol, units.c.decimals))
        }

    def records_tree(self, lines: list[Line]) -> Tree:
        """Records of lines of one stream."""
        found, total = self.records(lines)
        children = [
            Tree(
                " · ".join((f"{plain(r.quantity)} {r.unit}", f"{r.start}..{r.end}", r.where()))
                + (" (−)" if r.reversal else "")
            )
            for r in found
        ]
        if total > len(found):
            children.append(Tree(text("ledger.more_records", count=total - len(found))))
        return Tree(text("ledger.records", count=total), tuple(children))

    def records(self, lines: list[Line]) -> tuple[list[Record], int]:
        """First records behind lines of one stream, and how many there are."""
        cells = sorted({cell_days(cell) for line in lines for cell in line.cells})
        days = " OR ".join(f"(start_day >= {first} AND start_day < {end})" for first, end in cells)
        sql = (
            "SELECT fact_id, quantity, unit_id, start_day, end_day, evidence_id, sheet, row, source, "  # noqa: S608
            "reference, reverses, COUNT(*) OVER () AS total FROM facts "
            f"WHERE stream_id = {lines[0].stream.id} AND scenario_id = {self.scenario} AND ({days}) "
            f"ORDER BY start_day, fact_id LIMIT {self.limit}"
        )
        engine = open_engine(spill=self.book.cache_folder)
        try:
            rows = engine.query(sql, parquet={"facts": present_paths(self.book, self.segments)}).to_pylist()
        finally:
            engine.close()
        rows.sort(key=lambda row: (row["start_day"], row["fact_id"]))
        return [self._record(row) for row in rows], rows[0]["total"] if rows else 0

    def _record(self, row: dict[str, Any]) -> Record:
        symbol, decimals = self.units[row["unit_id"]]
        file = evidence_name(self.connection, row["evidence_id"]) if row["evidence_id"] else None
        return Record(
            row["fact_id"],
            Fraction(row["quantity"], 10**decimals),
            symbol,
            from_day_number(row["start_day"]).isoformat(),
            from_day_number(row["end_day"] - 1).isoformat(),
            file,
            row["sheet"],
            row["row"],
            row["source"],
            row["reference"],
            row["reverses"] is not None,
        )


def rejected(book: Book, run: str) -> list[dict[str, Any]]:
    """Return the stored trace: per need and interval what was chosen, what was rejected, and where.

    No factor stands where bridges were sought in vain; ``lost_at`` then holds the reason. A chosen composite
    has ``parts``: the ids of what was multiplied.
    """
    with book.read() as connection:
        row = connection.execute(select(schema.run.c.outputs).where(schema.run.c.id == run)).scalar_one()
    outputs = json.loads(row)
    context = json.loads((book.run_folder / f"{outputs['context']}.json").read_bytes())
    trace = pq.read_table(book.run_folder / f"{outputs['trace']}.parquet").to_pylist()
    parts = {record["id"]: record["parts"] for record in context["factors"] if record.get("parts")}
    return [
        {
            **context["needs"][entry["need_id"]],
            "from": from_day_number(entry["from_day"]),
            "to": from_day_number(entry["to_day"]),
            "factor": name,
            "parts": parts.get(name, []),
            "chosen": entry["chosen"],
            "lost_at": entry["why"],
        }
        for entry in trace
        for name in [_named(context, entry["factor_no"])]
    ]


def _named(context: dict[str, Any], number: int) -> str | None:
    return None if number == UNRESOLVED else context["all_factors"][number]

"""What stayed unresolved, and why: in no total, but never out of sight."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import pyarrow.parquet as pq
from sqlalchemy import select

from qinglian.core.text import text
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.inventory import Inventory, Line
from qinglian.ledger.lines import UNRESOLVED
from qinglian.ledger.needs import measure_of

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Records that no factor answers, of one kind."""

    rule: str
    activity: str
    facilities: tuple[str, ...]
    quantity: Fraction
    unit: str
    records: int
    reasons: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """Return it as data."""
        return {name: getattr(self, name) for name in self.__slots__}


def unresolved(book: Book, inventory: Inventory, **where: object) -> list[Unresolved]:
    """Return what is unresolved, with the reasons found when bridges were sought.

    Parameters
    ----------
    where
        Attributes of the rule, as in :func:`qinglian.ledger.explain.explain`.
    """
    lines = [line for line in inventory.unresolved() if _selected(line, where)]
    if not lines:
        return []
    reasons = _reasons(book, inventory.run)
    found: dict[tuple[str, str, str, tuple[str, ...]], list[Line]] = defaultdict(list)
    for line in lines:
        why = tuple(reasons.get(_key(line), ()))
        found[line.rule.id, line.stream.activity, line.unit, why].append(line)
    return [
        Unresolved(
            rule,
            activity,
            tuple(sorted({line.stream.facility for line in members})),
            sum((line.quantity for line in members), Fraction(0)),
            unit,
            sum(line.records for line in members),
            tuple(reason_text(reason) for reason in why) or (text("ledger.why_no_factor"),),
        )
        for (rule, activity, unit, why), members in sorted(found.items())
    ]


def _reasons(book: Book, run: str) -> dict[Key, dict[str, None]]:
    """Return the reasons in a run's trace by what was asked, each once and in order."""
    with book.read() as connection:
        row = connection.execute(select(schema.run.c.outputs).where(schema.run.c.id == run)).scalar_one()
    outputs = json.loads(row)
    needs = json.loads((book.run_folder / f"{outputs['context']}.json").read_bytes())["needs"]
    trace = pq.read_table(
        book.run_folder / f"{outputs['trace']}.parquet", filters=[("factor_no", "=", UNRESOLVED)]
    )
    reasons: dict[Key, dict[str, None]] = defaultdict(dict)
    for number, why in zip(trace["need_id"].to_pylist(), trace["why"].to_pylist(), strict=True):
        asked = needs[number]
        key = (asked["rule"], asked["activity"], asked["technology"], asked["place"], asked["measure"])
        reasons[key][why] = None
    return reasons


def _selected(line: Line, where: dict[str, object]) -> bool:
    return all(getattr(line.rule, name) == value for name, value in where.items())


def _key(line: Line) -> Key:
    """Return what the need of a line was asked as."""
    stream = line.stream
    asked_at = stream.grid if line.rule.hierarchy == "grid" else stream.place
    activity = line.rule.factor_activity(stream.activity)
    return (line.rule.id, activity, stream.technology, asked_at, measure_of(line.unit, stream.price_year))


def reason_text(reason: str) -> str:
    """Say a stored reason, such as ``no_rate:fx.CNY_per_USD 2030``, as a sentence."""
    code, _, what = reason.partition(":")
    return text(f"ledger.why_{code}", what=what)

"""What stayed unresolved, and why: in no total, but never out of sight."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from qinglian.core.text import text
from qinglian.ledger.book import Book
from qinglian.ledger.explain import rejected
from qinglian.ledger.inventory import Inventory, Line
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
    reasons: dict[Key, dict[str, None]] = defaultdict(dict)
    for entry in rejected(book, inventory.run):
        if entry["factor"] is None:
            key = (entry["rule"], entry["activity"], entry["technology"], entry["place"], entry["measure"])
            reasons[key][entry["lost_at"]] = None
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

"""Base year: the year progress is measured against, and when a structural change recalculates it.

Source: GHG Protocol Corporate Standard (2004), chapter 5. The significance threshold is the organisation's
own policy, 5 % unless it declares another. Small changes are kept until together they reach it; effects
are added without their signs, so that an acquisition and an error do not hide each other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, Transaction

POLICY, CHANGE, RECALCULATED = "base-year", "base-year-change", "base-year-recalculated"
ACQUISITION, DIVESTMENT, INSOURCING, OUTSOURCING, METHOD, ERROR = KINDS = (
    "acquisition",
    "divestment",
    "insourcing",
    "outsourcing",
    "method",
    "error",
)
LEAVING = {DIVESTMENT, OUTSOURCING}


@dataclass(frozen=True, slots=True)
class BaseYear:
    """The declared policy: the year by its label, and the significance threshold as a share of its total."""

    year: str
    threshold: Fraction = Fraction(1, 20)

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise QinglianError("ledger.threshold_outside", threshold=str(self.threshold))


@dataclass(frozen=True, slots=True)
class Change:
    """Something that would make the base year another one.

    Attributes
    ----------
    kg_co2e
        What the site (or the error) contributes to the base year, in kg CO2e: a magnitude for sites, signed
        for method changes and errors. None for a site that did not exist in the base year: that is organic
        growth, and no base year is recalculated for it.
    both_reported
        For in- and outsourcing: whether the emissions are reported before and after, only in another scope.
    """

    kind: str
    name: str
    kg_co2e: Fraction | None
    both_reported: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise QinglianError("ledger.change_unknown", kind=self.kind, known=", ".join(KINDS))
        if self.kind not in {METHOD, ERROR} and self.kg_co2e is not None and self.kg_co2e < 0:
            raise QinglianError("ledger.change_negative", name=self.name)

    @property
    def effect(self) -> Fraction:
        """Signed change of the base year's total, kg CO2e; zero where the standard asks for none."""
        if self.kg_co2e is None or (self.both_reported and self.kind in {INSOURCING, OUTSOURCING}):
            return Fraction(0)
        return -self.kg_co2e if self.kind in LEAVING else self.kg_co2e


@dataclass(frozen=True, slots=True)
class RecalculationTest:
    """The recalculation test, in exact kg CO2e."""

    base: Fraction
    threshold: Fraction
    changes: tuple[Change, ...]

    @property
    def cumulative(self) -> Fraction:
        """Sum of all pending effects, without their signs."""
        return sum((abs(change.effect) for change in self.changes), Fraction(0))

    @property
    def due(self) -> bool:
        """Whether the effects reach the threshold together."""
        return self.cumulative > 0 and self.cumulative >= self.threshold * self.base

    @property
    def recalculated(self) -> Fraction:
        """The base year to report against: with every pending effect if one is due, else unchanged."""
        effects = sum((change.effect for change in self.changes), Fraction(0))
        return self.base + effects if self.due else self.base


def declare_base_year(book: Book, actor: Actor, policy: BaseYear) -> None:
    """Declare the policy; the newest declaration holds."""
    with book.write(actor, POLICY) as transaction:
        _set(transaction, POLICY, {"year": policy.year, "threshold": policy.threshold})


def base_year(book: Book) -> BaseYear:
    """Return the declared policy; raises ``ledger.base_year_missing``."""
    with book.read() as connection:
        values = _values(connection, (POLICY,))
    if not values:
        raise QinglianError("ledger.base_year_missing")
    return BaseYear(values[-1][1]["year"], Fraction(values[-1][1]["threshold"]))


def record_change(book: Book, actor: Actor, change: Change) -> None:
    """Record a structural change, a change of method or an error found; it is pending until recalculated."""
    with book.write(actor, CHANGE) as transaction:
        record: dict[str, object] = {
            "kind": change.kind,
            "name": change.name,
            "kg_co2e": change.kg_co2e,
            "both_reported": change.both_reported,
        }
        _set(transaction, CHANGE, record)


def recalculation_test(book: Book, base: Fraction) -> RecalculationTest:
    """Test the pending changes against the threshold of a base-year total in kg CO2e."""
    policy = base_year(book)
    with book.read() as connection:
        return RecalculationTest(base, policy.threshold, _pending(connection))


def recalculate_base_year(book: Book, actor: Actor, base: Fraction) -> RecalculationTest:
    """Recalculate if the test says so, and settle the pending changes; raises ``ledger.not_significant``."""
    test = recalculation_test(book, base)
    if not test.due:
        share = test.cumulative / base if base else Fraction(0)
        raise QinglianError("ledger.not_significant", share=f"{float(share):.2%}")
    with book.write(actor, RECALCULATED) as transaction:
        if _pending(transaction.connection) != test.changes:
            raise QinglianError("ledger.changes_moved")
        _set(transaction, RECALCULATED, {"base": base, "recalculated": test.recalculated})
    return test


def _pending(connection: Connection) -> tuple[Change, ...]:
    pending: list[Change] = []
    for name, value in _values(connection, (CHANGE, RECALCULATED)):
        if name == RECALCULATED:
            pending.clear()
            continue
        kg = None if value["kg_co2e"] is None else Fraction(value["kg_co2e"])
        pending.append(Change(value["kind"], value["name"], kg, value["both_reported"]))
    return tuple(pending)


def _set(transaction: Transaction, name: str, value: dict[str, object]) -> None:
    table = schema.setting
    row = {"id": transaction.next_id(table), "name": name, "value": canonical_json(value).decode()}
    transaction.insert(table, [row])


def _values(connection: Connection, names: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    table = schema.setting
    query = select(table.c.name, table.c.value).where(table.c.name.in_(names)).order_by(table.c.id)
    return [(name, json.loads(value)) for name, value in connection.execute(query)]

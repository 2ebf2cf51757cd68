"""Restatement: the difference of two versions of one period, split into what caused it.

Sequential replacement, in this declared order: activity data (facts and contractual instruments), factors
(with the rules and policy that choose them), GWP set, boundary (consolidation, shares and facilities). Each
step is a real calculation, so the four effects are exact and sum exactly to the difference. A record that
the old factors leave unresolved counts for nothing until the factor step. A facility or share the old
version did not know enters with the boundary step: growth inside it is not mistaken for activity. GWP values
come from the packs of the factor lock, so a corrected value of the same set counts as a factor effect.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from sqlalchemy import select

from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book
from qinglian.ledger.chain import Entry
from qinglian.ledger.engines import Engine
from qinglian.ledger.inventory import Inventory, View, read_inventory
from qinglian.ledger.replay import calculated, stored_inputs
from qinglian.ledger.versions import Version, version, version_inventory

EFFECTS = ("activity", "factor", "gwp", "boundary")
Key = tuple[str, str, str]  # account, scope, method


@dataclass(frozen=True, slots=True)
class Difference:
    """One total, before and after, and the four effects between, in exact kg CO2e."""

    account: str
    scope: str
    method: str
    before: Fraction
    after: Fraction
    effects: tuple[Fraction, ...]

    @property
    def total(self) -> Fraction:
        """The whole difference."""
        return self.after - self.before

    def record(self) -> dict[str, object]:
        """Return the difference as data."""
        named = dict(zip(EFFECTS, self.effects, strict=True))
        keys = {"account": self.account, "scope": self.scope, "method": self.method}
        return {**keys, "before": self.before, "after": self.after, **named}


@dataclass(frozen=True, slots=True)
class Restatement:
    """From one version to another, per account, scope and scope 2 method (which are never added)."""

    before: int
    after: int
    differences: tuple[Difference, ...]


def restate(
    book: Book, actor: Actor, before: int, after: int, *, reason: str, engine: Engine | None = None
) -> Restatement:
    """Split the difference of two versions and enter it in the chain.

    Raises
    ------
    QinglianError
        ``ledger.reason_missing`` and what :func:`difference` raises.
    """
    if not reason.strip():
        raise QinglianError("ledger.reason_missing")
    result = difference(book, before, after, engine=engine)
    with book.write(actor, "restate", reason=reason) as transaction:
        transaction.content["restatement"] = {
            "from": before,
            "to": after,
            "unit": "kg CO2e",
            "differences": [d.record() for d in result.differences],
        }
    return result


def difference(book: Book, before: int, after: int, *, engine: Engine | None = None) -> Restatement:
    """Split the difference of two versions of one period; store nothing.

    Raises
    ------
    QinglianError
        ``ledger.versions_incomparable`` for versions of different periods or scenarios.
    """
    old, new = version(book, before), version(book, after)
    steps = [_totals(inventory) for inventory in _steps(book, old, new, engine)]
    keys = sorted({key for totals in steps for key in totals})
    return Restatement(before, after, tuple(_difference(key, [t[key] for t in steps]) for key in keys))


def _steps(book: Book, old: Version, new: Version, engine: Engine | None) -> list[Inventory]:
    """Replace one cause after another: old, new activity, new factors, new GWP, new boundary."""
    inputs, latest = stored_inputs(book, old.run), stored_inputs(book, new.run)
    if (inputs.period, inputs.scenario) != (latest.period, latest.scenario):
        raise QinglianError("ledger.versions_incomparable", before=old.id, after=new.id)
    mixed = replace(inputs, segments=latest.segments, instruments=latest.instruments)
    gwp = View(old.view.consolidation, new.view.gwp)
    return [
        version_inventory(book, old),
        calculated(book, mixed, old.view, as_of=old.seq, engine=engine),
        read_inventory(book, new.run, old.view, as_of=old.seq),
        read_inventory(book, new.run, gwp, as_of=old.seq),
        version_inventory(book, new),
    ]


def _totals(inventory: Inventory) -> defaultdict[Key, Fraction]:
    totals: defaultdict[Key, Fraction] = defaultdict(Fraction)
    for emission in inventory.emissions:
        rule = emission.line.rule
        totals[emission.account, rule.scope, rule.method] += emission.kg_co2e
    return totals


def _difference(key: Key, totals: list[Fraction]) -> Difference:
    effects = tuple(later - earlier for earlier, later in pairwise(totals))
    return Difference(*key, totals[0], totals[-1], effects)


def restatements(book: Book) -> list[Restatement]:
    """Every restatement in the chain, oldest first."""
    with book.read() as connection:
        rows = connection.execute(select(schema.chain).order_by(schema.chain.c.seq)).all()
    contents = [Entry(*row).content for row in rows]
    return [_stored(c["content"]["restatement"]) for c in contents if c["action"] == "restate"]


def _stored(record: dict[str, object]) -> Restatement:
    found = record["differences"]
    assert isinstance(found, list)  # written by restate
    rows = tuple(
        Difference(
            row["account"],
            row["scope"],
            row["method"],
            Fraction(row["before"]),
            Fraction(row["after"]),
            tuple(Fraction(row[name]) for name in EFFECTS),
        )
        for row in found
    )
    return Restatement(int(str(record["from"])), int(str(record["to"])), rows)

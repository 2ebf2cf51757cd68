"""The organisation: units, facilities, and who owns how much of them when.

Consolidation is a parameter of a view, never baked into a fact or a line: equity share, financial control
and operational control are three readings of one book (GHG Protocol Corporate Standard, chapter 3).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy import Connection, select

from qinglian.core.errors import QinglianError
from qinglian.core.places import grid_of, place
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book
from qinglian.ledger.facts import from_day_number

EQUITY, FINANCIAL, OPERATIONAL = "equity", "financial", "operational"
CONSOLIDATIONS = (OPERATIONAL, FINANCIAL, EQUITY)


@dataclass(frozen=True, slots=True)
class Facility:
    """A site: where facts happen."""

    code: str
    name: str
    unit: str
    place: str
    grid: str
    zone: str


@dataclass(frozen=True, slots=True)
class OwnershipShare:
    """The group's share of a unit over time, half-open dates."""

    unit: str
    equity: Fraction
    financial_control: bool
    operational_control: bool
    valid_from: date
    valid_to: date | None

    @property
    def gone(self) -> bool:
        """Whether nothing is owned or controlled: what a unit is from the day its share ended."""
        return not (self.equity or self.financial_control or self.operational_control)

    def counted(self, consolidation: str) -> Fraction:
        """Share that a consolidation approach counts."""
        if consolidation == EQUITY:
            return self.equity
        controlled = self.financial_control if consolidation == FINANCIAL else self.operational_control
        return Fraction(int(controlled))


# A unit that was sold: nothing of it is owned or controlled.
GONE = OwnershipShare("", Fraction(0), False, False, date.min, None)


def add_facility(
    book: Book,
    actor: Actor,
    code: str,
    *,
    name: str,
    where: str,
    unit: str = "",
    zone: str = "",
    grid: str = "",
) -> Facility:
    """Register a facility; the unit is created with it if it is new.

    Parameters
    ----------
    where
        Administrative place by id or name (``CN-AH``, ``安徽``).
    grid
        Grid zone if it is not the place's own.

    Raises
    ------
    QinglianError
        ``ledger.facility_exists``; ``core.place_unknown``.
    """
    located = place(where)
    facility = Facility(
        code,
        name or code,
        unit or "group",
        located.id,
        place(grid).id if grid else grid_of(located.id),
        zone or book.identity.zone,
    )
    with book.write(actor, "facility", code=code) as transaction:
        table = schema.facility
        if transaction.connection.execute(select(table.c.id).where(table.c.code == code)).first():
            raise QinglianError("ledger.facility_exists", facility=code)
        units = schema.organisational_unit
        if not transaction.connection.execute(
            select(units.c.code).where(units.c.code == facility.unit)
        ).first():
            transaction.insert(units, [{"code": facility.unit, "name": facility.unit}])
        row = {name: getattr(facility, name) for name in Facility.__slots__}
        transaction.insert(table, [{"id": transaction.next_id(table), **row}])
    return facility


def facilities(connection: Connection, as_of: int | None = None) -> dict[str, Facility]:
    """All facilities by code; those registered up to chain entry ``as_of`` if it is given."""
    query = select(*(schema.facility.c[name] for name in Facility.__slots__))
    if as_of is not None:
        query = query.where(schema.facility.c.seq <= as_of)
    return {row[0]: Facility(*row) for row in connection.execute(query)}


def add_ownership(book: Book, actor: Actor, share: OwnershipShare, *, reason: str = "") -> None:
    """Record a share of a unit from a date on.

    An open share that began earlier ends where this one begins. Its row stays as it was written: what the
    book knew before this entry is still read as it was known then.

    Raises
    ------
    QinglianError
        ``ledger.share_outside`` unless 0 ≤ equity ≤ 1; ``ledger.unit_unknown``; ``ledger.share_overlaps``.
    """
    if not 0 <= share.equity <= 1:
        raise QinglianError("ledger.share_outside", share=str(share.equity))
    with book.write(actor, "ownership", unit=share.unit) as transaction:
        units = schema.organisational_unit
        if not transaction.connection.execute(select(units.c.code).where(units.c.code == share.unit)).first():
            raise QinglianError("ledger.unit_unknown", unit=share.unit)
        for known in ownership(transaction.connection).get(share.unit, []):
            if _ended(known, share) is not known:
                transaction.content["ends"] = known.valid_from
            elif _overlap(known, share):
                raise QinglianError(
                    "ledger.share_overlaps", unit=share.unit, start=known.valid_from.isoformat()
                )
        table = schema.ownership_share
        row = {
            "id": transaction.next_id(table),
            "unit": share.unit,
            "equity": str(share.equity),
            "financial_control": int(share.financial_control),
            "operational_control": int(share.operational_control),
            "valid_from": share.valid_from,
            "valid_to": share.valid_to,
            "reason": reason or None,
        }
        transaction.insert(table, [row])


def end_ownership(book: Book, actor: Actor, unit: str, day: date, *, reason: str) -> None:
    """End the open share of a unit: from this day on nothing of it counts, until a new share is recorded.

    Raises
    ------
    QinglianError
        ``ledger.share_not_open`` if no share is open on the day before; ``ledger.reason_missing``.
    """
    if not reason.strip():
        raise QinglianError("ledger.reason_missing")
    with book.read() as connection:
        shares = ownership(connection).get(unit, [])
    if not any(s.valid_to is None and s.valid_from < day and not s.gone for s in shares):
        raise QinglianError("ledger.share_not_open", unit=unit, day=day.isoformat())
    add_ownership(book, actor, replace(GONE, unit=unit, valid_from=day), reason=reason)


def _ended(known: OwnershipShare, later: OwnershipShare) -> OwnershipShare:
    """Return a share as a later one leaves it: an open one ends where its successor begins."""
    if known.valid_to is None and known.valid_from < later.valid_from:
        return replace(known, valid_to=later.valid_from)
    return known


def _overlap(one: OwnershipShare, other: OwnershipShare) -> bool:
    far = date.max
    return one.valid_from < (other.valid_to or far) and other.valid_from < (one.valid_to or far)


def ownership(connection: Connection, as_of: int | None = None) -> dict[str, list[OwnershipShare]]:
    """Shares of each unit, as the book knew them at chain entry ``as_of``; as it knows them now if None."""
    t = schema.ownership_share
    query = select(
        t.c.unit, t.c.equity, t.c.financial_control, t.c.operational_control, t.c.valid_from, t.c.valid_to
    )
    if as_of is not None:
        query = query.where(t.c.seq <= as_of)
    shares: dict[str, list[OwnershipShare]] = defaultdict(list)
    for unit, equity, financial, operational, start, end in connection.execute(query.order_by(t.c.id)):
        share = OwnershipShare(unit, Fraction(equity), bool(financial), bool(operational), start, end)
        shares[unit] = [*(_ended(known, share) for known in shares[unit]), share]
    return shares


def counted_share(
    shares: dict[str, list[OwnershipShare]], unit: str, consolidation: str, first_day: int, end_day: int
) -> Fraction:
    """Share of a unit's emissions that counts over days ``[first_day, end_day)``: pro rata by days.

    A unit nobody recorded a share of is wholly owned and controlled. Days before the first or after the
    last recorded share count for nothing.
    """
    if consolidation not in CONSOLIDATIONS:
        known = ", ".join(CONSOLIDATIONS)
        raise QinglianError("ledger.consolidation_unknown", consolidation=consolidation, known=known)
    if unit not in shares:
        return Fraction(1)
    first, end = from_day_number(first_day), from_day_number(end_day)
    counted = Fraction(0)
    for share in shares[unit]:
        days = (min(end, share.valid_to or end) - max(first, share.valid_from)).days
        counted += max(0, days) * share.counted(consolidation)
    return counted / (end - first).days

"""Contractual instruments in the book: certificates, contracts, supplier tariffs; each retired once.

They stand in an account of their own. A certificate changes the market-based scope 2 and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from qinglian.core.decimals import Scaled
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.places import place
from qinglian.core.units import parse_unit
from qinglian.ledger import evidence, schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.allocation import KINDS
from qinglian.ledger.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An instrument as it is entered. ``vintage_end`` is exclusive; ``factor`` is kg CO2e per kWh."""

    kind: str
    serial: str
    amount: Scaled
    unit: str
    vintage_start: date
    vintage_end: date
    market: str
    retired_for: str
    factor: Scaled
    facility: str | None = None
    hour_utc: int | None = None
    row: int | None = None

    def problem(self) -> Problem | None:
        """Return what is wrong with it, if anything."""
        where = Where(row=self.row)
        if self.kind not in KINDS:
            return Problem("ledger.instrument_kind", where, {"kind": self.kind, "known": KINDS})
        if parse_unit(self.unit).dimension != "energy":
            return Problem("ledger.instrument_unit", where, {"unit": self.unit})
        if self.amount.mantissa <= 0 or self.factor.mantissa < 0:
            return Problem("ledger.instrument_negative", where)
        if self.vintage_end <= self.vintage_start:
            return Problem("ledger.period_empty", where)
        if not self.retired_for:
            return Problem("ledger.instrument_not_retired", where, {"serial": self.serial})
        return None


def add_instruments(
    book: Book, actor: Actor, certificates: Iterable[Certificate], *, source: evidence.Stored | None = None
) -> int:
    """Enter instruments; all or none. Returns how many.

    Raises
    ------
    QinglianError
        ``ledger.instrument_twice`` for a kind and serial already in the book (it can be retired once),
        ``ledger.instrument_kind``, ``ledger.instrument_unit``, ``ledger.instrument_negative``,
        ``ledger.instrument_not_retired``, ``ledger.period_empty``.
    """
    entered = list(certificates)
    table = schema.instrument
    with book.write(actor, "instruments") as transaction:
        known = {tuple(row) for row in transaction.connection.execute(select(table.c.kind, table.c.serial))}
        problems = []
        for certificate in entered:
            key = (certificate.kind, certificate.serial)
            twice = Problem("ledger.instrument_twice", Where(row=certificate.row), {"serial": key[1]})
            problems += [twice] if key in known else [p for p in [certificate.problem()] if p]
            known.add(key)
        if problems:
            raise QinglianError.many(problems)
        evidence_id = evidence.register(transaction, source) if source else None
        first = transaction.next_id(table)
        rows = [_row(first + n, c, evidence_id) for n, c in enumerate(entered)]
        transaction.insert(table, rows)
    return len(entered)


def _row(identifier: int, certificate: Certificate, evidence_id: int | None) -> dict[str, object]:
    return {
        "id": identifier,
        "kind": certificate.kind,
        "serial": certificate.serial,
        "mantissa": certificate.amount.mantissa,
        "decimals": certificate.amount.decimals,
        "unit": certificate.unit,
        "vintage_start": certificate.vintage_start,
        "vintage_end": certificate.vintage_end,
        "hour_utc": certificate.hour_utc,
        "market": place(certificate.market).id,
        "facility": certificate.facility,
        "retired_for": certificate.retired_for,
        "factor": str(certificate.factor),
        "evidence_id": evidence_id,
        "row": certificate.row,
    }

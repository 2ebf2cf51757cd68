"""Readings → facts ``water.withdrawal.*`` with the table they stand in as their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import Problem, QinglianError
from qinglian.core.period import local_midnight_utc
from qinglian.ledger import evidence
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book
from qinglian.ledger.facts import Fact
from qinglian.ledger.organisation import facilities
from qinglian.ledger.posting import Posting, post
from qinglian_water.model import Reading


def post_readings(book: Book, actor: Actor, readings: Iterable[Reading], table: Path) -> Posting:
    """Post readings; doing it again posts nothing. Raises ``water.facility_unknown`` for every such row."""
    with book.read() as connection:
        zones = {code: site.zone for code, site in facilities(connection).items()}
    rows = list(readings)
    unknown = [row for row in rows if row.facility not in zones]
    if unknown:
        found = [Problem("water.facility_unknown", row.where, {"facility": row.facility}) for row in unknown]
        raise QinglianError.many(found)
    facts = [_fact(row, zones[row.facility]) for row in rows]
    return post(book, actor, facts, source=evidence.store(book, table), profile="water")


def _fact(row: Reading, zone: str) -> Fact:
    amount = parse_decimal(plain(row.volume))
    return Fact(
        facility=row.facility,
        activity=f"water.withdrawal.{row.kind}",
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit="m3",
        start_utc=local_midnight_utc(row.start, zone),
        end_utc=local_midnight_utc(row.end, zone),
        start_local=row.start,
        end_local=row.end,
        reference=row.reference,
        dimension="water",
        zone=zone,
        quantity_basis="metered",
        row=None if row.where is None else row.where.row,
    )

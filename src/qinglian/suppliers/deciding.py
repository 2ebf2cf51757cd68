"""Decide on a received footprint: rejected with a reason, or a factor by reversal and re-posting.

An accepted footprint becomes a factor pack of the book, and every line it answers for is reversed and posted
again in the partner's unit, all in one transaction. Lines that are not mapped keep their method.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import select

from qinglian.core.canonical import canonical_json
from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.ingest.table_archive import archived
from qinglian.ledger import evidence, schema
from qinglian.ledger.installed import install_packs
from qinglian.ledger.posting import correct_many
from qinglian.ledger.records import LIVE, Wanted, records
from qinglian.suppliers.account import Accepted, purchase_facts, sites_of
from qinglian.suppliers.supplier_pack import activity_of_part, technology_of, write_pack
from qinglian.suppliers.verify import checks

if TYPE_CHECKING:
    from datetime import date

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.suppliers.model import Footprint, Purchase
    from qinglian.suppliers.readers import SupplierFolder

NAME = "suppliers.footprint."
ACCEPTED, REJECTED = "accepted", "rejected"
MOST = 10_000_000
"""Records looked through for a line; a bound of the listing, not of the book."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a footprint, and how many lines were posted again."""

    footprint: str
    state: str
    reason: str
    decided: date
    lines: int


def accept(
    book: Book, actor: Actor, folder: SupplierFolder, path: Path, name: str, *, decided: date, reason: str
) -> Decision:
    """Make a footprint a factor of the book and post the lines it answers for again.

    Raises
    ------
    QinglianError
        Every check that speaks against it; ``suppliers.footprint_unknown``; ``ledger.reason_missing``;
        what installing and posting raise.
    """
    _need_reason(reason)
    footprint = folder.footprint(name)
    if problems := checks(folder, footprint):
        raise QinglianError.many(problems)
    bought = lines_of(folder, footprint)
    sites = sites_of(book, bought)
    boundaries = {one.elsewhere for one in bought} or {frozenset()}
    values = {technology_of(elsewhere): footprint.without(elsewhere) for elsewhere in boundaries}
    places = {sites[one.facility].place for one in bought} or {site.place for site in sites.values()}
    with TemporaryDirectory() as scratch:
        pack = write_pack(footprint, values, places, decided, Path(scratch))
        install_packs(book, actor, (pack,))
        stored = evidence.store(book, archived(path, Path(scratch)))
    lines = _post_again(book, actor, folder, footprint, bought, stored)
    return _record(book, actor, Decision(name, ACCEPTED, reason, decided, lines), footprint)


def reject(
    book: Book, actor: Actor, folder: SupplierFolder, name: str, *, decided: date, reason: str
) -> Decision:
    """Record that a footprint is not used, and why; raises as :func:`accept`."""
    _need_reason(reason)
    footprint = folder.footprint(name)
    return _record(book, actor, Decision(name, REJECTED, reason, decided, 0), footprint)


def decisions(book: Book) -> dict[str, dict[str, str]]:
    """Return the newest decision on each footprint."""
    table = schema.setting
    query = select(table.c.name, table.c.value).where(table.c.name.startswith(NAME)).order_by(table.c.id)
    with book.read() as connection:
        return {name.removeprefix(NAME): json.loads(value) for name, value in connection.execute(query)}


def lines_of(folder: SupplierFolder, footprint: Footprint) -> list[Purchase]:
    """Return the mapped purchase lines, by quantity, that lie within a footprint's period."""
    mapped = folder.mapped(footprint)
    return [
        one
        for one in folder.purchases
        if one.partner == footprint.partner
        and one.part in mapped
        and not one.by_spend
        and footprint.start <= one.start
        and one.end <= footprint.end
    ]


def _post_again(
    book: Book,
    actor: Actor,
    folder: SupplierFolder,
    footprint: Footprint,
    bought: list[Purchase],
    stored: evidence.Stored,
) -> int:
    accepted, zones = Accepted.of(book), {code: s.zone for code, s in sites_of(book, bought).items()}
    mapped, supplied = folder.mapped(footprint), activity_of_part(footprint.partner, footprint.their_part)
    corrections = []
    for purchase in bought:
        posted = _live(book, purchase)
        if posted is None:
            continue
        new = purchase_facts(purchase, mapped[purchase.part], accepted, zones)
        if any(fact.activity == supplied for fact in new):
            corrections.append((posted, new))
    if corrections:
        reason = f"footprint {footprint.id} of {footprint.partner}"
        correct_many(book, actor, corrections, reason=reason, source=stored)
    return len(corrections)


def _live(book: Book, purchase: Purchase) -> int | None:
    """Number of the live record of a line under its own method, if it was posted so."""
    found, _ = records(book, Wanted(facility=purchase.facility, activity=purchase.activity), MOST)
    for one in found:
        if (one.reference, one.state) == (purchase.reference, LIVE):
            return one.fact
    return None


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise QinglianError("ledger.reason_missing")


def _record(book: Book, actor: Actor, decision: Decision, footprint: Footprint) -> Decision:
    share: Fraction | None = footprint.primary_share
    with book.write(actor, "footprint", footprint=decision.footprint, state=decision.state) as transaction:
        value = {
            "state": decision.state,
            "reason": decision.reason,
            "decided": decision.decided,
            "partner": footprint.partner,
            "their_part": footprint.their_part,
            "total": plain(footprint.total),
            "unit": footprint.unit.symbol,
            "primary_share": None if share is None else plain(share),
            "lines": decision.lines,
        }
        row = {
            "id": transaction.next_id(schema.setting),
            "name": f"{NAME}{decision.footprint}",
            "value": canonical_json(value).decode(),
        }
        transaction.insert(schema.setting, [row])
    return decision

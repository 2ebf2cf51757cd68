"""Claims: avoided emissions and offsets, each in an account of its own, never netted into the inventory.

A claim names its baseline, method and factor. What was published without the inputs to recompute it is kept
as stated, with no figure of ours beside it: nothing is solved backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from qinglian.core.canonical import canonical_json
from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book

ACCOUNTS = ("avoided", "offset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement about emissions outside the inventory.

    ``kg_co2e`` is None where the inputs to recompute it were not published; ``stated`` is what was said.
    """

    account: str
    name: str
    period_start: date
    period_end: date
    baseline: str
    method: str
    factor: str | None = None
    kg_co2e: Fraction | None = None
    stated: str | None = None
    inputs: tuple[tuple[str, str], ...] = ()


def enter_claim(book: Book, actor: Actor, claim: Claim) -> int:
    """Enter a claim in its account; return its number.

    Raises
    ------
    QinglianError
        ``ledger.claim_account``; ``ledger.claim_bare`` for a figure without baseline, method or factor.
    """
    if claim.account not in ACCOUNTS:
        raise QinglianError("ledger.claim_account", account=claim.account, known=ACCOUNTS)
    if claim.kg_co2e is not None and not (claim.baseline and claim.method and claim.factor):
        raise QinglianError("ledger.claim_bare", name=claim.name)
    with book.write(actor, "claim", account=claim.account) as transaction:
        number = transaction.next_id(schema.claim)
        row = {
            "id": number,
            "account": claim.account,
            "name": claim.name,
            "period_start": claim.period_start,
            "period_end": claim.period_end,
            "baseline": claim.baseline,
            "method": claim.method,
            "factor": claim.factor,
            "kg_co2e": None if claim.kg_co2e is None else plain(claim.kg_co2e),
            "stated": claim.stated,
            "content": canonical_json(dict(claim.inputs)).decode(),
        }
        transaction.insert(schema.claim, [row])
    return number


def claims(connection: Connection, account: str | None = None) -> list[dict[str, Any]]:
    """Claims of an account, or all, in the order of entry."""
    query = select(schema.claim).order_by(schema.claim.c.id)
    if account is not None:
        query = query.where(schema.claim.c.account == account)
    return [dict(row) for row in connection.execute(query).mappings()]

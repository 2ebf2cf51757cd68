"""Explain a claim: what was said, from what it was recomputed, and that it is in no inventory."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.ledger.book import Book
from qinglian.ledger.claims import claims
from qinglian.ledger.explain import amount_text
from qinglian.present.figures import Tree

TOLD = ("baseline", "method", "factor", "stated")


def explain_claim(book: Book, number: int) -> Tree:
    """Tree of a claim: its figure, baseline, method, factor and inputs, and the chain entry that holds it.

    Raises
    ------
    QinglianError
        ``ledger.claim_unknown`` with the claims there are.
    """
    with book.read() as connection:
        known = {int(row["id"]): row for row in claims(connection)}
    if number not in known:
        listed = ", ".join(f"{key} {row['name']}" for key, row in known.items()) or "—"
        raise QinglianError("ledger.claim_unknown", claim=number, known=listed)
    claim = known[number]
    inputs = [Tree(f"{name}: {value}") for name, value in json.loads(claim["content"]).items()]
    children = [
        Tree(text("ledger.claim_account_of", account=text(f"ledger.account_{claim['account']}"))),
        Tree(text("ledger.claim_period", start=claim["period_start"], end=claim["period_end"])),
        *(Tree(text(f"ledger.claim_{name}", what=claim[name])) for name in TOLD if claim[name]),
        *([Tree(text("ledger.claim_inputs"), tuple(inputs))] if inputs else []),
        Tree(text("ledger.claim_entry", seq=claim["seq"])),
    ]
    return Tree(f"{claim['name']}: {_figure(claim)}", tuple(children))


def _figure(claim: dict[str, Any]) -> str:
    if claim["kg_co2e"] is None:
        return text("ledger.claim_not_recomputable")
    return amount_text(Fraction(claim["kg_co2e"]), "kg CO2e")

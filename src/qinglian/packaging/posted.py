"""The packaging room in a book: mass used and under each baseline, and what was claimed as avoided."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.ledger.claims import claims
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.posted import amounts
from qinglian.ledger.posted_figures import claim_table, posted_table
from qinglian.packaging.account import DIMENSION
from qinglian.packaging.claiming import TONNES
from qinglian.present.figures import Bar, Bars
from qinglian.present.numbers import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.core.period import Span
    from qinglian.ledger.book import Book
    from qinglian.ledger.posted import Amount
    from qinglian.present.figures import Figure

KG_A_TONNE = 1000


def figures(book: Book, span: Span) -> tuple[Figure, ...]:
    """Return tonnes used by product, by activity beside the baselines, avoided by material, and claims."""
    found = amounts(book, DIMENSION, span)
    table = posted_table(text("packaging.posted_title"), found, {"kg": "t"})
    return _by_product(found), table, *_avoided(book, span), claim_table(book, span, f"{DIMENSION}:")


def _avoided(book: Book, span: Span) -> tuple[Bars, ...]:
    """Tonnes avoided by material as each claim of the period states them; what got heavier is below zero."""
    with book.read() as connection:
        entered = [row for row in claims(connection, "avoided") if row["name"].startswith(f"{DIMENSION}:")]
    return tuple(
        Bars(
            text("packaging.posted_avoided", number=row["id"], name=row["name"].partition(":")[2]),
            "t",
            tuple(
                Bar(name.removeprefix(TONNES), Fraction(value))
                for name, value in json.loads(row["content"]).items()
                if name.startswith(TONNES)
            ),
        )
        for row in entered
        if row["period_start"] < span.end and row["period_end"] > span.start
    )


def headline(book: Book, span: Span) -> str:
    """Say in one line what packaging was used, and what is claimed as avoided."""
    claimed = claim_table(book, span, f"{DIMENSION}:").rows
    numbers = ", ".join(str(row[0]) for row in claimed) or "–"
    return text("packaging.headline", tonnes=shown(used_t(book, span)), claims=numbers)


def used_t(book: Book, span: Span) -> Fraction:
    """Return the tonnes of packaging used in a period."""
    masses = (
        one.quantity for one in amounts(book, DIMENSION, span) if one.scenario == ACTUAL and one.unit == "kg"
    )
    return sum(masses, Fraction(0)) / KG_A_TONNE


def _by_product(found: Iterable[Amount]) -> Bars:
    sums: dict[str, Fraction] = {}
    for one in found:
        if one.scenario == ACTUAL:
            sums[one.product] = sums.get(one.product, Fraction(0)) + one.quantity / KG_A_TONNE
    bars = tuple(Bar(name or "—", mass) for name, mass in sorted(sums.items()))
    return Bars(text("packaging.posted_by_product"), "t", bars)

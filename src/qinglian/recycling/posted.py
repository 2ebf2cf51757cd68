"""The recycling room in a book: what was recovered and thrown away, and what is claimed as avoided."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.posted import amounts
from qinglian.ledger.posted_figures import claim_table, posted_table
from qinglian.present.figures import Bar, Bars, Flow, Sankey
from qinglian.present.numbers import shown
from qinglian.recycling.account import DIMENSION, ROUTES
from qinglian.recycling.model import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.core.period import Span
    from qinglian.ledger.book import Book
    from qinglian.ledger.posted import Amount
    from qinglian.present.figures import Figure

TONNE = 1000


def figures(book: Book, span: Span) -> tuple[Figure, ...]:
    """Return recovery as flows, waste by route, everything posted beside its baselines, and the claims."""
    found = amounts(book, DIMENSION, span)
    table = posted_table(text("recycling.posted_title"), found, {"kg": "t"})
    return _flows(found), _routes(found), table, claim_table(book, span, f"{DIMENSION}:")


def headline(book: Book, span: Span) -> str:
    """Say in one line what came back, what was thrown away, and what is claimed as avoided."""
    found = amounts(book, DIMENSION, span)
    claimed = claim_table(book, span, f"{DIMENSION}:").rows
    numbers = ", ".join(str(row[0]) for row in claimed) or "–"
    tonnes = {name: shown(_sum(found, f"{name}.")) for name in ("recycling", "waste")}
    return text("recycling.headline", **tonnes, claims=numbers)


def _sum(found: Iterable[Amount], prefix: str) -> Fraction:
    masses = (one.quantity for one in found if one.scenario == ACTUAL and one.activity.startswith(prefix))
    return sum(masses, Fraction(0)) / TONNE


def _flows(found: Iterable[Amount]) -> Sankey:
    sums: dict[tuple[str, str], Fraction] = {}
    for one in found:
        kind, _, outcome = one.activity.partition(".")
        if one.scenario == ACTUAL and kind == DIMENSION:
            ends = one.product or "—", _outcome(outcome)
            sums[ends] = sums.get(ends, Fraction(0)) + one.quantity / TONNE
    return Sankey(
        text("recycling.sankey_title"), "t", tuple(Flow(*ends, mass) for ends, mass in sorted(sums.items()))
    )


def _routes(found: Iterable[Amount]) -> Bars:
    sums: dict[str, Fraction] = {}
    for one in found:
        kind, _, rest = one.activity.partition(".")
        if one.scenario == ACTUAL and kind == "waste":
            route = rest.rpartition(".")[2]
            sums[route] = sums.get(route, Fraction(0)) + one.quantity / TONNE
    return Bars(
        text("recycling.posted_routes"),
        "t",
        tuple(Bar(_route(name), mass) for name, mass in sorted(sums.items())),
    )


def _outcome(name: str) -> str:
    return text(f"recycling.outcome_{name}") if name in OUTCOMES else name


def _route(name: str) -> str:
    return text(f"recycling.ledger_route_{name}") if name in ROUTES.values() else name

"""The job that calculates a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qinglian.core.period import parse_period
from qinglian.core.text import text
from qinglian.ledger.calculation import calculate

if TYPE_CHECKING:
    from qinglian.hall.jobs.child import Teller
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book


def run(book: Book, actor: Actor, parameters: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """Calculate ``period``; return the run and its coverage."""
    span = parse_period(parameters["period"], book.identity.calendar, book.identity.zone)
    teller.say(text("ledger.calculating", period=span.label))
    found = calculate(book, actor, span)
    return {"run": found.id, "coverage": found.counts, "period": span.label}

"""Claims of the release: recomputed through the book where inputs exist, kept as stated where they do not."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING, Any

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import QinglianError
from qinglian.core.period import local_midnight_utc, parse_period
from qinglian.core.text import language
from qinglian.core.units import parse_unit
from qinglian.demo.equivalence import Equivalence
from qinglian.ledger.calculation import calculate
from qinglian.ledger.claims import Claim, enter_claim
from qinglian.ledger.facts import Fact
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posting import post

if TYPE_CHECKING:
    from qinglian.core.period import Span
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book

FILE = "claims.toml"


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim as it was published, with the inputs that were published beside it."""

    id: str
    name: str
    entry: dict[str, Any]

    @property
    def recomputable(self) -> bool:
        """Whether quantity, unit and activity were published."""
        return all(self.entry.get(name) for name in ("activity", "facility", "quantity", "unit", "years"))

    @property
    def missing(self) -> str:
        """What was not published, in the language in force."""
        return str(self.entry.get(f"missing_{language()}", ""))


@dataclass(frozen=True, slots=True)
class Saving:
    """A saving recomputed for a year: exact kg CO2e, and the factor that makes it."""

    year: str
    kg: Fraction
    factor: Fraction
    per_unit: str
    place: str
    citation: str


def read_claims(text: str | None = None) -> tuple[list[Statement], list[Equivalence]]:
    """Read claims and equivalences; those that come with the demonstration by default."""
    if text is None:
        text = (resources.files("qinglian.demo") / FILE).read_text(encoding="utf-8")
    document = tomllib.loads(text)
    statements = [Statement(e["id"], e[f"name_{language()}"], e) for e in document["claim"]]
    return statements, [Equivalence(**entry) for entry in document["equivalence"]]


def recompute(book: Book, actor: Actor, statement: Statement) -> list[Saving]:
    """Post a claimed saving as a baseline scenario of its own and calculate each year.

    The scenario holds the electricity that would have been used besides; inventories never read it.
    """
    calendar, zone = book.identity.calendar, book.identity.zone
    spans = [parse_period(year, calendar) for year in statement.entry["years"]]
    scenario = f"baseline:{statement.id}"
    post(book, actor, [_fact(statement, span, scenario, zone) for span in spans], reason="claimed saving")
    return [_saving(book, actor, span, scenario) for span in spans]


def _fact(statement: Statement, span: Span, scenario: str, zone: str) -> Fact:
    amount = parse_decimal(statement.entry["quantity"])
    start, end = span.start, span.end
    return Fact(
        facility=statement.entry["facility"],
        activity=statement.entry["activity"],
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=parse_unit(statement.entry["unit"]).symbol,
        start_utc=local_midnight_utc(start, zone),
        end_utc=local_midnight_utc(end, zone),
        start_local=start,
        end_local=end,
        scenario=scenario,
        quantity_basis="estimated",
        reference=f"claim {statement.id}",
        note=statement.entry["stated"],
    )


def _saving(book: Book, actor: Actor, span: Span, scenario: str) -> Saving:
    run = calculate(book, actor, span, scenario=scenario)
    inventory = read_inventory(book, run.id)
    emissions = list(inventory.select(scope="2", method="location"))
    factors = {e.line.factor.id: e.line.factor for e in emissions if e.line.factor}
    if len(factors) != 1:
        raise QinglianError("demo.claim_factor", year=span.label, count=len(factors))
    (factor,) = factors.values()
    per_unit = sum((gas.kg for gas in factor.gases), Fraction(0))
    total = sum((emission.kg_co2e for emission in emissions), Fraction(0))
    return Saving(span.label, total, per_unit, factor.per_unit, factor.place, factor.citation)


def enter(book: Book, actor: Actor, statement: Statement, savings: list[Saving], period: Span) -> None:
    """Enter a claim in its account: a row per recomputed year, or one row as stated."""
    entry = statement.entry
    common = {"account": entry["account"], "baseline": entry["baseline"], "method": entry["method"]}
    if not savings:
        claim = Claim(
            name=statement.id,
            period_start=period.start,
            period_end=period.end,
            stated=entry["stated"],
            **common,
        )
        enter_claim(book, actor, claim)
    for saving in savings:
        span = parse_period(saving.year, book.identity.calendar, book.identity.zone)
        claim = Claim(
            name=f"{statement.id} {saving.year}",
            period_start=span.start,
            period_end=span.end,
            factor=f"{plain(saving.factor)} kg CO2/{saving.per_unit}, {saving.place}: {saving.citation}",
            kg_co2e=saving.kg,
            stated=entry["stated"],
            inputs=(("quantity", entry["quantity"]), ("unit", entry["unit"])),
            **common,
        )
        enter_claim(book, actor, claim)

"""A small supplier's page of bills → scope 1, scope 2 and an intensity by revenue.

The bills go through a book of their own, made for the answer and thrown away, so that units, factors, rules
and citations are those of any other number. A field left empty stays missing, is named, and makes the
intensity unknown; zero is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qinglian.core.decimals import parse_decimal, plain
from qinglian.core.errors import QinglianError
from qinglian.core.period import Span, local_midnight_utc
from qinglian.core.units import parse_unit
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import create_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.facts import Fact
from qinglian.ledger.installed import install_packs
from qinglian.ledger.inventory import GROSS, read_inventory
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.posting import post

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = {
    "electricity": ("electricity.purchased", "kWh"),
    "heat": ("heat.purchased", "GJ"),
    "natural_gas": ("fuel.stationary.natural_gas", "Nm3"),
    "diesel": ("fuel.stationary.diesel", "kg"),
    "gasoline": ("fuel.stationary.gasoline", "kg"),
    "coal": ("fuel.stationary.bituminous_coal", "t"),
}
"""Fields of the form: activity of the ledger, and the unit their quantities are read in."""
SITE = "SITE"
METHOD = "scope 1 + 2 (location) of the whole company, allocated by revenue"


@dataclass(frozen=True, slots=True)
class FormResult:
    """What a page of bills says.

    Parameters
    ----------
    scope1, scope2
        Kilograms of CO2e of what was answered and has a factor.
    missing
        Fields left empty.
    unresolved
        Fields that were answered and that no factor answers at the place.
    """

    company: str
    span: Span
    scope1: Fraction
    scope2: Fraction
    missing: tuple[str, ...]
    unresolved: tuple[str, ...]
    factors: tuple[str, ...]
    revenue: Fraction | None
    currency: str

    @property
    def complete(self) -> bool:
        """Whether every field was answered and valued."""
        return not self.missing and not self.unresolved

    @property
    def intensity(self) -> Fraction | None:
        """Kilograms of CO2e per unit of currency; None unless everything is known."""
        if not self.complete or not self.revenue:
            return None
        return (self.scope1 + self.scope2) / self.revenue


def evaluate(row: Mapping[str, Any]) -> FormResult:
    """Evaluate one row of the form.

    Raises
    ------
    QinglianError
        ``core.place_unknown``; ``suppliers.days_backwards``; ``suppliers.currency_missing`` where revenue is
        given without one.
    """
    span = Span(row["start"], row["end"] + timedelta(days=1), "form") if row["start"] <= row["end"] else None
    if span is None:
        raise QinglianError("suppliers.days_backwards", first=row["start"], last=row["end"])
    if row["revenue"] is not None and not row["currency"]:
        raise QinglianError("suppliers.currency_missing")
    missing = [name for name in FIELDS if row[name] is None]
    missing += [] if row["revenue"] is not None else ["revenue"]
    with TemporaryDirectory() as scratch:
        scope1, scope2, unresolved, factors = _valued(Path(scratch) / "book", row, span)
    revenue = None if row["revenue"] is None else Fraction(row["revenue"])
    return FormResult(
        row["company"],
        span,
        scope1,
        scope2,
        tuple(missing),
        unresolved,
        factors,
        revenue,
        parse_unit(row["currency"]).symbol if row["currency"] else "",
    )


def _valued(
    folder: Path, row: Mapping[str, Any], span: Span
) -> tuple[Fraction, Fraction, tuple[str, ...], tuple[str, ...]]:
    actor = Actor("form")
    book = create_book(folder, organisation=row["company"], actor=actor)
    install_packs(book, actor)
    site = add_facility(book, actor, SITE, name=row["company"], where=row["place"])
    facts = [_fact(name, Fraction(row[name]), span, site.zone) for name in FIELDS if row[name]]
    if not facts:
        return Fraction(0), Fraction(0), (), ()
    post(book, actor, facts)
    inventory = read_inventory(book, calculate(book, actor, span).id)
    sums = {"1": Fraction(0), "2": Fraction(0)}
    factors = set()
    for emission in inventory.select(GROSS):
        rule, factor = emission.line.rule, emission.line.factor
        if rule.scope in sums and rule.method != "market":
            sums[rule.scope] += emission.kg_co2e
            if factor is not None:
                factors.add(f"{emission.line.stream.activity}: {factor.citation}")
    names = {activity: name for name, (activity, _) in FIELDS.items()}
    open_ = {
        names[line.stream.activity]
        for line in inventory.unresolved()
        if line.rule.scope in sums and line.rule.method != "market"
    }
    return sums["1"], sums["2"], tuple(sorted(open_)), tuple(sorted(factors))


def _fact(name: str, quantity: Fraction, span: Span, zone: str) -> Fact:
    activity, unit = FIELDS[name]
    amount = parse_decimal(plain(quantity))
    return Fact(
        facility=SITE,
        activity=activity,
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=unit,
        start_utc=local_midnight_utc(span.start, zone),
        end_utc=local_midnight_utc(span.end, zone),
        start_local=span.start,
        end_local=span.end,
        zone=zone,
        quantity_basis="invoiced",
    )

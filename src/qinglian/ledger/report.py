"""What an inventory says, as tables and data; rounding is display and happens in ``present``."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

from qinglian.core.text import text
from qinglian.ledger.facts import QUANTITY_BASES
from qinglian.ledger.inventory import BIOGENIC, GROSS, OUTSIDE_KYOTO, REMOVAL, Inventory
from qinglian.present.figures import Column, Table

CATEGORIES = range(1, 16)
TONNE = 1000


def scope_totals(inventory: Inventory) -> list[tuple[str, str, int, Fraction | None]]:
    """Rows ``(scope, method, category, kg CO2e)``; None where nothing was reported, which is not zero."""
    sums: dict[tuple[str, int, str], Fraction] = defaultdict(Fraction)
    for emission in inventory.select(GROSS):
        sums[emission.key] += emission.kg_co2e
    asked = {(line.rule.scope, line.rule.category or 0, line.rule.method) for line in inventory.lines}
    keys = [("1", 0, ""), ("2", 0, "location"), ("2", 0, "market")] + [
        ("3", category, "") for category in CATEGORIES
    ]
    return [
        (
            scope,
            method,
            category,
            sums.get((scope, category, method)) if (scope, category, method) in asked else None,
        )
        for scope, category, method in keys
    ]


def scope_table(inventory: Inventory) -> Table:
    """Scopes 1, 2 (twice) and 3 by category, with coverage, primary data and fallback share beside each."""
    rows = []
    for scope, method, category, kg in scope_totals(inventory):
        quality = quality_of(inventory, scope, method, category)
        rows.append(
            (
                line_name(scope, method, category),
                None if kg is None else kg / TONNE,
                quality["resolved"],
                quality["measured"],
                quality["fallback"],
            )
        )
    columns = (
        Column(text("ledger.column_line")),
        Column(text("ledger.column_emissions"), "t CO2e", "quantity"),
        Column(text("ledger.column_resolved"), kind="share", digits=4),
        Column(text("ledger.column_measured"), kind="share", digits=4),
        Column(text("ledger.column_fallback_share"), kind="share", digits=4),
    )
    title = text("ledger.inventory_of", organisation=inventory.organisation, period=inventory.label)
    return Table(title, columns, tuple(rows), _notes(inventory))


def _notes(inventory: Inventory) -> tuple[str, ...]:
    outside = [
        text(f"ledger.outside_{account}", tonnes=_tonnes(inventory.total(account)))
        for account in (BIOGENIC, REMOVAL)
        if any(e.account == account for e in inventory.emissions)
    ]
    apart = ", ".join(f"{gas} {_shown(kg)} kg" for gas, kg in outside_kyoto(inventory).items())
    outside += [text("ledger.outside_kyoto", gases=apart)] if apart else []
    view = inventory.view
    return (
        text("ledger.view_note", gwp=view.gwp, consolidation=text(f"ledger.by_{view.consolidation}")),
        *outside,
    )


def outside_kyoto(inventory: Inventory) -> dict[str, Fraction]:
    """Kilograms per gas of the Montreal Protocol gases and HFO: in no scope and in no total of CO2e."""
    masses: dict[str, Fraction] = defaultdict(Fraction)
    for emission in inventory.select(OUTSIDE_KYOTO):
        masses[emission.gas] += emission.kg
    return dict(sorted(masses.items()))


def _tonnes(kg: Fraction) -> str:
    return _shown(kg / TONNE)


def _shown(number: Fraction) -> str:
    from qinglian.present.numbers import shown

    return shown(number)


def line_name(scope: str, method: str, category: int) -> str:
    """Name a line of the scopes in the language in force."""
    if category:
        return f"3.{category} {text(f'ledger.category_{category}')}"
    return text(f"ledger.scope_{scope}_{method}" if method else f"ledger.scope_{scope}")


def quality_of(inventory: Inventory, scope: str, method: str, category: int) -> dict[str, Fraction | None]:
    """Shares of a total: records resolved; kg from metered or invoiced quantities; kg by declared fallback.

    A share of nothing is None, not zero.
    """
    lines = [
        line
        for line in inventory.lines
        if (line.rule.scope, line.rule.method, line.rule.category or 0) == (scope, method, category)
    ]
    records = sum(line.records for line in lines)
    resolved = sum(line.records for line in lines if line.resolved)
    measured = fallback = whole = Fraction(0)
    for emission in inventory.select(GROSS, scope=scope, method=method, category=category or None):
        size = abs(emission.kg_co2e)
        whole += size
        measured += size if emission.line.quantity_basis in _MEASURED else 0
        fallback += size if emission.line.penalty else 0
    return {
        "resolved": Fraction(resolved, records) if records else None,
        "measured": measured / whole if whole else None,
        "fallback": fallback / whole if whole else None,
    }


_MEASURED = {QUANTITY_BASES["metered"], QUANTITY_BASES["invoiced"]}


def iso_table(inventory: Inventory) -> Table:
    """ISO 14064-1:2018 categories 1 to 6, with scope 2 by location."""
    sums: dict[int, Fraction] = defaultdict(Fraction)
    for emission in inventory.select(GROSS):
        if emission.line.rule.method != "market":
            sums[emission.line.rule.iso] += emission.kg_co2e
    rows = tuple(
        (f"{n} {text(f'ledger.iso_{n}')}", sums[n] / TONNE if n in sums else None) for n in range(1, 7)
    )
    columns = (
        Column(text("ledger.column_line")),
        Column(text("ledger.column_emissions"), "t CO2e", "quantity"),
    )
    return Table(text("ledger.iso_title"), columns, rows, _notes(inventory))


def gas_table(inventory: Inventory) -> Table:
    """Mass and CO2e per gas and account; scope 2 by location."""
    sums: dict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for emission in inventory.emissions:
        if emission.line.rule.method != "market":
            entry = sums[emission.account, emission.gas]
            entry[0] += emission.kg
            entry[1] += emission.kg_co2e
    rows = tuple(
        (text(f"ledger.account_{account}"), gas, kg, None if account == OUTSIDE_KYOTO else co2e / TONNE)
        for (account, gas), (kg, co2e) in sorted(sums.items())
    )
    columns = (
        Column(text("ledger.column_account")),
        Column(text("ledger.column_gas")),
        Column(text("ledger.column_mass"), "kg", "quantity"),
        Column(text("ledger.column_emissions"), "t CO2e", "quantity"),
    )
    return Table(text("ledger.gas_title"), columns, rows)


def summary(inventory: Inventory) -> dict[str, Any]:
    """Return the inventory as data: exact numbers as strings."""
    return {
        "run": inventory.run,
        "period": inventory.label,
        "organisation": inventory.organisation,
        "view": inventory.view.record(),
        "sha256": inventory.sha256,
        "totals": [
            {"scope": scope, "method": method, "category": category or None, "kg_co2e": kg}
            for scope, method, category, kg in scope_totals(inventory)
        ],
        "biogenic_kg_co2": inventory.total(BIOGENIC),
        "removal_kg_co2e": inventory.total(REMOVAL),
        "outside_kyoto_kg": outside_kyoto(inventory),
        "coverage": inventory.counts,
    }

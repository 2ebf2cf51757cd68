"""Two versions side by side: a waterfall of the causes, and the table behind it."""

from __future__ import annotations

from fractions import Fraction

from qinglian.core.text import text
from qinglian.ledger.restatement import EFFECTS, Restatement
from qinglian.present.figures import Bar, Cell, Column, Table, Waterfall

KG = 1000


def waterfall(found: Restatement) -> Waterfall:
    """Return how the gross total by location went from one version to the other, by cause."""
    rows = [one for one in found.differences if one.account == "gross" and one.method != "market"]
    before = sum((one.before for one in rows), Fraction(0)) / KG
    steps = tuple(
        Bar(text(f"ledger.column_{name}_effect"), sum((one.effects[place] for one in rows), Fraction(0)) / KG)
        for place, name in enumerate(EFFECTS)
    )
    title = text("ledger.restatement_title", before=found.before, after=found.after)
    start = Bar(text("hall.version_number", number=found.before), before)
    return Waterfall(title, "t CO2e", start, steps, text("hall.version_number", number=found.after))


def difference_table(found: Restatement) -> Table:
    """Return before, causes and after by account, scope and method."""
    names = ("before", *(f"{name}_effect" for name in EFFECTS), "after")
    columns = tuple(Column(text(f"ledger.column_{name}")) for name in ("account", "scope", "method")) + tuple(
        Column(text(f"ledger.column_{name}"), "t CO2e", "quantity") for name in names
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.account,
            one.scope,
            one.method,
            *(Fraction(value) / KG for value in (one.before, *one.effects, one.after)),
        )
        for one in found.differences
    )
    return Table("", columns, rows)

"""What a room has in the book as tables: quantities beside each other by scenario, and claims by number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from qinglian.core.period import Span
from qinglian.core.text import text
from qinglian.core.units import parse_unit, ratio
from qinglian.ledger.book import Book
from qinglian.ledger.claims import claims
from qinglian.ledger.facts import ACTUAL
from qinglian.ledger.posted import Amount
from qinglian.present.figures import Cell, Column, Table


def posted_table(title: str, found: Iterable[Amount], units: Mapping[str, str]) -> Table:
    """Return a row per activity and a column per scenario, what was measured first.

    Parameters
    ----------
    units
        The unit to show instead of a base unit, such as ``{"kg": "t"}``. Quantities are exact.
    """
    cells: dict[tuple[str, str], dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for amount in found:
        unit = units.get(amount.unit, amount.unit)
        quantity = amount.quantity * ratio(parse_unit(amount.unit), parse_unit(unit))
        cells[amount.activity, unit][amount.scenario] += quantity
    scenarios = sorted(
        {name for row in cells.values() for name in row}, key=lambda name: (name != ACTUAL, name)
    )
    columns = (
        Column(text("ledger.posted_activity")),
        Column(text("ledger.posted_unit")),
        *(
            Column(text("ledger.posted_actual") if name == ACTUAL else name, kind="quantity")
            for name in scenarios
        ),
    )
    rows = tuple((*key, *(cells[key].get(name) for name in scenarios)) for key in sorted(cells))
    return Table(title, columns, rows, () if rows else (text("ledger.posted_nothing"),))


def claim_table(book: Book, span: Span, prefix: str) -> Table:
    """Return the claims that touch a period and whose name begins so; they are in no inventory."""
    with book.read() as connection:
        entered = claims(connection)
    rows: list[tuple[Cell, ...]] = [
        (
            str(row["id"]),
            row["name"],
            f"{row['period_start']} … {row['period_end']}",
            text(f"ledger.account_{row['account']}"),
            None if row["kg_co2e"] is None else Fraction(row["kg_co2e"]),
        )
        for row in entered
        if row["name"].startswith(prefix)
        and row["period_start"] < span.end
        and row["period_end"] > span.start
    ]
    names = ("number", "name", "period", "account")
    columns = (
        *(Column(text(f"ledger.posted_claim_{name}")) for name in names),
        Column("CO2e", "kg", "quantity"),
    )
    return Table(text("ledger.posted_claims"), columns, tuple(rows), (text("ledger.posted_claims_note"),))

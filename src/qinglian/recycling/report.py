"""Figures of the recycling room, as data: recovery, lots, yields, waste by GRI 306, circularity, returns."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.figures import Bar, Bars, Column, Flow, Sankey, Table
from qinglian.present.numbers import shown
from qinglian.recycling.circularity import circularity
from qinglian.recycling.lifetimes import expected_returns
from qinglian.recycling.model import DISPOSED, DIVERTED, OUTCOMES, balance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qinglian.present.figures import Cell
    from qinglian.recycling.avoided import Avoided
    from qinglian.recycling.circularity import MaterialFlow
    from qinglian.recycling.lifetimes import Weibull
    from qinglian.recycling.model import Disposition, ReturnLot, WasteNote
    from qinglian.recycling.readers import Recovery

TONNE = 1000


def recovery_sankey(recovery: Recovery) -> Sankey:
    """Return what came back, by category, to what became of it, to what was recovered; tonnes.

    What was not weighed after treatment ends as *not weighed*, never as loss.
    """
    lots = {lot.id: lot for lot in recovery.lots}
    flows: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for part in recovery.dispositions:
        outcome = text(f"recycling.outcome_{part.outcome}")
        flows[lots[part.lot].category, outcome] += part.mass_kg
        if part.recovered_kg is None:
            flows[outcome, text("recycling.not_weighed")] += part.mass_kg
            continue
        flows[outcome, part.material or text("recycling.whole_products")] += part.recovered_kg
        flows[outcome, text("recycling.lost")] += part.mass_kg - part.recovered_kg
    for lot in recovery.lots:
        stock = balance(lot, recovery.dispositions).stock_kg
        if stock > 0:
            flows[lot.category, text("recycling.in_stock")] += stock
    return Sankey(
        text("recycling.sankey_title"),
        "t",
        tuple(Flow(*ends, mass / TONNE) for ends, mass in sorted(flows.items()) if mass),
    )


def lot_table(recovery: Recovery) -> Table:
    """Return every lot: what came in, what went out, what is in stock."""
    titles = ("lot", "received", "category", "came", "went", "stock", "tolerance")
    columns = tuple(
        Column(
            text(f"recycling.column_{name}"),
            *(("kg", "quantity") if name in {"came", "went", "stock"} else ()),
        )
        for name in titles[:-1]
    ) + (Column(text("recycling.column_tolerance"), kind="share"),)
    rows = tuple(
        _lot_row(lot, recovery.dispositions) for lot in sorted(recovery.lots, key=lambda lot: lot.id)
    )
    return Table(text("recycling.lots_title"), columns, rows)


def _lot_row(lot: ReturnLot, dispositions: Iterable[Disposition]) -> tuple[Cell, ...]:
    found = balance(lot, dispositions)
    day = lot.received.isoformat()
    return lot.id, day, lot.category, lot.mass_kg, found.disposed_kg, found.stock_kg, lot.tolerance


def yield_table(dispositions: Sequence[Disposition]) -> Table:
    """Return mass and yield by outcome and material; a yield counts weighed parts only."""
    parts: dict[tuple[str, str], list[Disposition]] = defaultdict(list)
    for part in dispositions:
        parts[part.outcome, part.material].append(part)
    rows = tuple(
        _yield_row(*key, parts[key]) for key in sorted(parts, key=lambda k: (OUTCOMES.index(k[0]), k[1]))
    )
    columns = (
        Column(text("recycling.column_outcome")),
        Column(text("recycling.column_material")),
        Column(text("recycling.column_mass"), "kg", "quantity"),
        Column(text("recycling.column_recovered"), "kg", "quantity"),
        Column(text("recycling.column_yield"), kind="share"),
        Column(text("recycling.column_unweighed"), "kg", "quantity"),
    )
    return Table(text("recycling.yields_title"), columns, rows)


def _yield_row(outcome: str, material: str, parts: Sequence[Disposition]) -> tuple[Cell, ...]:
    total = sum((part.mass_kg for part in parts), Fraction(0))
    weighed = [part for part in parts if part.recovered_kg is not None]
    into = sum((part.mass_kg for part in weighed), Fraction(0))
    out = sum((part.recovered_kg or Fraction(0) for part in weighed), Fraction(0))
    name = text(f"recycling.outcome_{outcome}")
    return name, material or None, total, out if weighed else None, out / into if into else None, total - into


def waste_table(waste: Sequence[WasteNote]) -> Table:
    """Return waste generated, diverted from and directed to disposal (GRI 306-3, -4, -5), tonnes.

    A row per composition, hazardous apart, with a column for every route that occurs, on and off site apart.
    """
    used = [route for route in (*DIVERTED, *DISPOSED) if any(note.route == route for note in waste)]
    places = [(route, site) for route in used for site in (False, True) if _any(waste, route, site)]
    sums: dict[tuple[str, bool], dict[tuple[str, bool], Fraction]] = defaultdict(
        lambda: defaultdict(Fraction)
    )
    for note in waste:
        sums[note.composition, note.hazardous][note.route, note.on_site] += note.mass_kg / TONNE
    rows = [_waste_row(*key, row, places) for key, row in sorted(sums.items())]
    for hazardous in (False, True):
        total: dict[tuple[str, bool], Fraction] = defaultdict(Fraction)
        for (_, is_hazardous), row in sums.items():
            if is_hazardous == hazardous:
                for place, mass in row.items():
                    total[place] += mass
        if total:
            rows.append(_waste_row(text("recycling.total"), hazardous, total, places))
    columns = (
        Column(text("recycling.column_composition")),
        Column(text("recycling.column_hazardous")),
        Column(text("recycling.column_generated"), "t", "quantity"),
        Column(text("recycling.column_diverted"), "t", "quantity"),
        Column(text("recycling.column_disposed"), "t", "quantity"),
        *(Column(_route_title(*place), "t", "quantity") for place in places),
    )
    return Table(text("recycling.waste_title"), columns, tuple(rows))


def _any(waste: Iterable[WasteNote], route: str, site: bool) -> bool:
    return any((note.route, note.on_site) == (route, site) for note in waste)


def _route_title(route: str, on_site: bool) -> str:
    name = text(f"recycling.route_{route}")
    return f"{name} ({text('recycling.on_site')})" if on_site else name


def _waste_row(
    name: str, hazardous: bool, row: Mapping[tuple[str, bool], Fraction], places: Sequence[tuple[str, bool]]
) -> tuple[Cell, ...]:
    diverted = sum((mass for (route, _), mass in row.items() if route in DIVERTED), Fraction(0))
    disposed = sum((mass for (route, _), mass in row.items() if route in DISPOSED), Fraction(0))
    word = text("recycling.yes" if hazardous else "recycling.no")
    return name, word, diverted + disposed, diverted, disposed, *(row.get(place) for place in places)


def circularity_table(products: Mapping[str, MaterialFlow]) -> Table:
    """Return the Material Circularity Indicator of each product with the masses behind it."""
    found = {name: circularity(flow) for name, flow in sorted(products.items())}
    rows = tuple(
        (name, one.virgin, one.unrecoverable, one.linear_flow, one.utility, one.indicator)
        for name, one in found.items()
    )
    names = ("virgin", "unrecoverable", "linear_flow", "utility", "indicator")
    columns = (
        Column(text("recycling.column_product")),
        *(Column(text(f"recycling.column_{name}"), kind="quantity") for name in names),
    )
    return Table(text("recycling.circularity_title"), columns, rows)


def returns_bars(
    category: str, sold: Mapping[int, Fraction], lifetimes: Weibull, first: int, last: int
) -> Bars:
    """Return the tonnes of a category to expect back in each year, by its cohorts' lifetimes."""
    found = expected_returns(sold, lifetimes, first, last)
    note = text("recycling.still_in_use", year=last, tonnes=shown(found.in_use))
    bars = tuple(Bar(str(year), mass) for year, mass in sorted(found.by_year.items()))
    return Bars(text("recycling.returns_title", category=category), "t", bars, (note,))


def avoided_table(found: Avoided) -> Table:
    """Return what was avoided, activity by activity, in kilograms of CO2e."""
    rows: list[tuple[Cell, ...]] = [
        (part.activity, part.mass_kg / TONNE, part.kg_co2e, ", ".join(part.factors)) for part in found.parts
    ]
    rows.append((text("recycling.total"), None, found.kg_co2e, None))
    columns = (
        Column(text("recycling.column_activity")),
        Column(text("recycling.column_mass"), "t", "quantity"),
        Column("CO2e", "kg", "quantity"),
        Column(text("recycling.column_factor")),
    )
    title = text(
        "recycling.avoided_title",
        baseline=found.baseline,
        start=found.span.start.isoformat(),
        end=found.span.end.isoformat(),
    )
    return Table(title, columns, tuple(rows), (text("recycling.avoided_note"),))

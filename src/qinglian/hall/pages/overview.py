"""The overview: scopes, dimensions, the trend, coverage and quality, what is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe

from qinglian.core.text import language, text
from qinglian.hall.jobs.models import QUEUED, RUNNING, Job
from qinglian.hall.pages.calendar import SHOWN_DAYS
from qinglian.hall.pages.drawing import drawn
from qinglian.hall.pages.inventories import RunLine, inventory_of_run, organisation_seq, runs
from qinglian.hall.pages.kept import kept
from qinglian.hall.pages.navigation import dimensions, title_of
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.book import Book
from qinglian.ledger.collection import State, deliveries
from qinglian.ledger.inventory import GROSS, Inventory, View
from qinglian.ledger.report import quality_of, scope_totals
from qinglian.present.figures import Bar, Bars, Column, Flow, Sankey, Table
from qinglian.targets.report import figures

KG = 1000
SCOPES = (("1", ""), ("2", "location"), ("2", "market"), ("3", ""))
MOST_YEARS = 8


@at_desk(Right.READ)
def overview(desk: Desk) -> HttpResponse:
    """Show the newest year of the book."""
    found = runs(desk.book)
    running = Job.objects.filter(organisation=desk.organisation, state__in=(QUEUED, RUNNING)).count()
    context: dict[str, object] = {"runs": found, "running": running}
    context |= _of_today(desk.book)
    if found:
        context |= _shown(desk.book, found)
    return render(desk.request, "hall/overview.html", context)


def _of_today(book: Book) -> dict[str, object]:
    """Return what depends on the day and on everything in the book: pathways, and how much is overdue."""
    today = timezone.now().date()
    key = (book.folder, language(), "today", today, book.head())
    return kept(key, lambda: {"aims": figures(book, today)[1:], "overdue": _overdue(book, today)})


def _overdue(book: Book, today: date) -> int:
    """Return how many deliveries of the collection calendar are overdue."""
    found = deliveries(book, today, since=today - timedelta(days=SHOWN_DAYS))
    return sum(one.state is State.OVERDUE for one in found)


def _shown(book: Book, found: list[RunLine]) -> dict[str, object]:
    years = found[:MOST_YEARS]
    key = (book.folder, language(), "overview", tuple(one.id for one in years), organisation_seq(book))
    return kept(key, lambda: _built(book, years[0], years))


def _built(book: Book, run: RunLine, years: list[RunLine]) -> dict[str, object]:
    inventory = inventory_of_run(book, run.id, View())
    return {
        "run": run,
        "totals": list(totals(inventory)),
        "coverage": coverage_of(inventory),
        "drawings": [
            mark_safe(drawn(figure))  # noqa: S308 - escaped in `drawing`
            for figure in (
                by_dimension(inventory),
                trend([(one.label, inventory_of_run(book, one.id, View())) for one in reversed(years)]),
                flows(inventory),
            )
        ],
    }


def totals(inventory: Inventory) -> Iterator[dict[str, object]]:
    """Yield scope by scope: name, tonnes, and how good they are."""
    for scope, method in SCOPES:
        kg = [
            value
            for one, way, category, value in scope_totals(inventory)
            if (one, way) == (scope, method) and value is not None
        ]
        yield {
            "scope": scope,
            "method": method,
            "name": text(f"ledger.scope_{scope}_{method}" if method else f"hall.scope_{scope}"),
            "tonnes": sum(kg, Fraction(0)) / KG if kg else None,
            "quality": quality_of(inventory, scope, method, 0) if scope != "3" else None,
        }


def coverage_of(inventory: Inventory) -> dict[str, object]:
    """Return demands, how many were answered, and how."""
    names = ("demands", "exact", "fallback", "unresolved")
    sums = {name: sum(tally[name] for tally in inventory.counts.values()) for name in names}
    share = Fraction(sums["exact"] + sums["fallback"], sums["demands"]) if sums["demands"] else None
    return {**sums, "share": share}


def by_dimension(inventory: Inventory) -> Bars:
    """Return tonnes by dimension; scope 2 by location."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for emission in inventory.select(GROSS):
        if emission.line.rule.method != "market":
            sums[emission.line.stream.dimension or "production"] += emission.kg_co2e
    names = {one.name: title_of(one) for one in dimensions()}
    bars = tuple(
        Bar(names.get(name, name), kg / KG) for name, kg in sorted(sums.items(), key=lambda i: -i[1])
    )
    return Bars(text("hall.by_dimension"), "t CO2e", bars)


def trend(years: list[tuple[str, Inventory]]) -> Table:
    """Return scopes by period."""
    columns = (Column(text("hall.scope")), *(Column(label, "t CO2e", "quantity") for label, _ in years))
    found = [list(totals(inventory)) for _, inventory in years]
    rows = tuple(
        (str(line[0]["name"]), *(one["tonnes"] for one in line)) for line in zip(*found, strict=True)
    )
    return Table(text("hall.trend"), columns, rows)  # type: ignore[arg-type]


def flows(inventory: Inventory) -> Sankey:
    """Return facility → scope → the whole, by location; negative lines (credits) are left to the tables."""
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for emission in inventory.select(GROSS):
        if emission.line.rule.method != "market":
            scope = emission.line.rule.scope
            sums[emission.line.stream.facility, text(f"hall.scope_{scope}")] += emission.kg_co2e / KG
    whole: dict[str, Fraction] = defaultdict(Fraction)
    for (_, scope), tonnes in sums.items():
        whole[scope] += tonnes
    parts = [Flow(*ends, tonnes) for ends, tonnes in sorted(sums.items()) if tonnes > 0]
    parts += [Flow(scope, inventory.label, tonnes) for scope, tonnes in sorted(whole.items()) if tonnes > 0]
    return Sankey(text("hall.flows"), "t CO2e", tuple(parts))

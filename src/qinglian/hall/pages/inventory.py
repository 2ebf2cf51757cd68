"""The inventory: totals by scope and category, down to record and factor, and two versions compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qinglian.core.errors import QinglianError
from qinglian.hall.pages.inventories import RunLine, inventory_of_run, runs
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.commands.calculation import coverage_table, unresolved_table
from qinglian.ledger.explain import explanation
from qinglian.ledger.inventory import Inventory, View
from qinglian.ledger.organisation import CONSOLIDATIONS
from qinglian.ledger.report import gas_table, iso_table, line_name, quality_of, scope_totals
from qinglian.ledger.restatement import difference
from qinglian.ledger.unresolved import unresolved
from qinglian.ledger.versions import versions

GWP_SETS = ("AR6", "AR5", "AR4")
KG = 1000
RECORDS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """Which run is read, and how."""

    run: RunLine
    view: View

    def query(self, **more: object) -> str:
        """Return it as the query of an address."""
        told = {"run": self.run.id, "gwp": self.view.gwp, "consolidation": self.view.consolidation, **more}
        return urlencode({name: value for name, value in told.items() if value not in (None, "")})


def reading_of(request: HttpRequest, found: list[RunLine]) -> Reading | None:
    """Return what the address asks for: the newest run of the latest period by default.

    Raises
    ------
    Http404
        For a run or view there is not.
    """
    if not found:
        return None
    wanted = request.GET.get("run")
    run = found[0] if wanted is None else next((one for one in found if one.id == wanted), None)
    gwp = request.GET.get("gwp", GWP_SETS[0])
    consolidation = request.GET.get("consolidation", CONSOLIDATIONS[0])
    if run is None or gwp not in GWP_SETS or consolidation not in CONSOLIDATIONS:
        raise Http404
    return Reading(run, View(consolidation, gwp))


@at_desk(Right.READ)
def inventory(desk: Desk) -> HttpResponse:
    """Show a run: every total with its quality, and what is in no total."""
    found = runs(desk.book)
    reading = reading_of(desk.request, found)
    if reading is None:
        return render(desk.request, "hall/inventory.html", {"runs": found})
    read = inventory_of_run(desk.book, reading.run.id, reading.view)
    missing = unresolved(desk.book, read)
    figures: list[Any] = [gas_table(read), iso_table(read), coverage_table(read.counts)]
    figures += [unresolved_table(missing)] if missing else []
    context = {
        "runs": found,
        "reading": reading,
        "inventory": read,
        "lines": list(_lines(desk, reading, read)),
        "figures": figures,
        "gwp_sets": GWP_SETS,
        "consolidations": CONSOLIDATIONS,
    }
    return render(desk.request, "hall/inventory.html", context)


def _lines(desk: Desk, reading: Reading, read: Inventory) -> Any:
    address = reverse("explain", args=[desk.organisation.slug])
    for scope, method, category, kg in scope_totals(read):
        query = reading.query(scope=scope, method=method, category=category or None)
        yield {
            "name": line_name(scope, method, category),
            "tonnes": None if kg is None else kg / KG,
            "quality": quality_of(read, scope, method, category),
            "address": f"{address}?{query}" if kg is not None else "",
        }


@at_desk(Right.READ)
def explain(desk: Desk) -> HttpResponse:
    """Say why a number is what it is: rule, stream, factor and citation, records down to file and row."""
    reading = reading_of(desk.request, runs(desk.book))
    if reading is None:
        raise Http404
    where = _asked(desk.request)
    read = inventory_of_run(desk.book, reading.run.id, reading.view)
    account = desk.request.GET.get("account", "gross")
    total = explanation(desk.book, read, limit=RECORDS, account=account, **where)
    context = {"reading": reading, "total": total, "where": where, "account": account}
    return render(desk.request, "hall/explain.html", context)


def _asked(request: HttpRequest) -> dict[str, object]:
    """Return the attributes of the rules that are asked for."""
    found: dict[str, object] = {
        name: request.GET[name] for name in ("scope", "method", "id") if request.GET.get(name)
    }
    category = request.GET.get("category")
    if category:
        if not category.isascii() or not category.isdigit() or len(category) > 2:
            raise Http404
        found["category"] = int(category)
    return found


@at_desk(Right.READ)
def compare(desk: Desk) -> HttpResponse:
    """Split the difference of two versions by cause."""
    known = versions(desk.book)
    before, after = desk.request.GET.get("before"), desk.request.GET.get("after")
    context: dict[str, object] = {"versions": known, "before": before, "after": after}
    if before and after:
        if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in (before, after)):
            raise Http404
        try:
            context["figures"] = _differences(desk, int(before), int(after))
        except QinglianError as refusal:
            context["problems"] = [str(problem) for problem in refusal.problems]
    return render(desk.request, "hall/compare.html", context)


def _differences(desk: Desk, before: int, after: int) -> list[Any]:
    from qinglian.hall.pages.differences import difference_table, waterfall

    found = difference(desk.book, before, after)
    return [waterfall(found), difference_table(found)]

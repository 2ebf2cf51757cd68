"""A dimension's page: whatever its room reports of the book, for a period."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span, parse_period
from qinglian.hall.pages.inventories import runs
from qinglian.hall.pages.navigation import dimensions, title_of
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right


@at_desk(Right.READ)
def dimension(desk: Desk, name: str) -> HttpResponse:
    """Show a room's figures; a room that is not installed has no page."""
    found = next((one for one in dimensions() if one.name == name), None)
    if found is None:
        raise Http404
    known = runs(desk.book)
    wanted = desk.request.GET.get("period", "")
    context: dict[str, object] = {
        "dimension": found,
        "title": title_of(found),
        "runs": known,
        "period": wanted,
    }
    try:
        span = _span(desk, wanted, known[0].span if known else None)
    except QinglianError as refusal:
        context["problems"] = [str(problem) for problem in refusal.problems]
        return render(desk.request, "hall/dimension.html", context, status=400)
    figures = found.figures(desk.book, span)
    return render(desk.request, "hall/dimension.html", {**context, "span": span, "figures": figures})


def _span(desk: Desk, wanted: str, newest: Span | None) -> Span:
    """Return the period asked for; the newest that was calculated, or all time where nothing was."""
    if wanted:
        return parse_period(wanted, desk.book.identity.calendar, desk.book.identity.zone)
    return newest or Span(date(2000, 1, 1), date(2100, 1, 1), "")

"""The audit log of the hall, and the audit of the book itself."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.models import Event
from qinglian.hall.people.roles import Right
from qinglian.ledger.audit import audit as verify

PAGE = 100


@at_desk(Right.AUDIT)
def audit(desk: Desk) -> HttpResponse:
    """Show who did and read what; on request verify the whole book again."""
    events = Event.objects.filter(organisation=desk.organisation).select_related("user")
    page = Paginator(events, PAGE).get_page(desk.request.GET.get("page"))
    context: dict[str, object] = {"page": page, "head": desk.book.head()}
    if desk.request.method == "POST":
        against = desk.request.POST.get("against", "").strip() or None
        context["verified"] = verify(desk.book, against=against)
        desk.record("book verified")
    return render(desk.request, "hall/audit.html", context)

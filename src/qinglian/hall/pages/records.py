"""Posted records: filtered, with the file and row each came from; reversing one."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from qinglian.core.errors import QinglianError
from qinglian.core.period import parse_period
from qinglian.hall.pages.fields import LARGEST, Labelled, refused_as_error
from qinglian.hall.pages.suggested import known_activities
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.organisation import facilities
from qinglian.ledger.posting import reverse_fact, undo
from qinglian.ledger.records import Wanted, records

PAGE = 50


class Filter(Labelled):
    """Which records are shown."""

    facility = forms.CharField(required=False, max_length=60)
    activity = forms.CharField(required=False, max_length=120)
    period = forms.CharField(required=False, max_length=30)
    batch = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    limit = forms.IntegerField(required=False, min_value=1, max_value=500)


class Reversal(Labelled):
    """Why a record or batch is taken back."""

    reason = forms.CharField(max_length=500)
    adjustment = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)


@at_desk(Right.READ)
def list_records(desk: Desk) -> HttpResponse:
    """List records."""
    form = Filter(desk.request.GET or None)
    context: dict[str, object] = {"form": form}
    if not form.is_bound or form.is_valid():
        given = form.cleaned_data if form.is_bound else {}
        try:
            wanted = _wanted(desk, given)
            found, total = records(desk.book, wanted, given.get("limit") or PAGE)
            context |= {"records": found, "total": total}
        except QinglianError as refusal:
            refused_as_error(form, refusal)
    with desk.book.read() as connection:
        context["facilities"] = sorted(facilities(connection))
    context["activities"] = known_activities(desk.book)
    return render(desk.request, "hall/records.html", context)


def _wanted(desk: Desk, given: dict[str, object]) -> Wanted:
    identity = desk.book.identity
    period = str(given.get("period") or "")
    return Wanted(
        batch=given.get("batch") or None,  # type: ignore[arg-type]
        facility=str(given.get("facility") or "") or None,
        activity=str(given.get("activity") or "") or None,
        period=parse_period(period, identity.calendar, identity.zone) if period else None,
    )


@require_POST
@at_desk(Right.REVERSE)
def reverse_record(desk: Desk, fact: int) -> HttpResponse:
    """Reverse one record."""
    form = Reversal(desk.request.POST)
    if not form.is_valid():
        return render(desk.request, "hall/reversal.html", {"form": form, "fact": fact}, status=400)
    given = form.cleaned_data
    reverse_fact(desk.book, desk.actor, fact, reason=given["reason"], approval=given["adjustment"])
    desk.record("record reversed", fact)
    return redirect("records", desk.organisation.slug)


@at_desk(Right.REVERSE)
def ask_reversal(desk: Desk, fact: int) -> HttpResponse:
    """Ask why a record is taken back."""
    return render(desk.request, "hall/reversal.html", {"form": Reversal(), "fact": fact})


@at_desk(Right.REVERSE)
def undo_batch(desk: Desk, batch: int) -> HttpResponse:
    """Ask why, then reverse a whole batch."""
    form = Reversal(desk.request.POST or None)
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        undo(desk.book, desk.actor, batch, reason=given["reason"], approval=given["adjustment"])
        desk.record("batch undone", batch)
        return redirect("imports", desk.organisation.slug)
    return render(desk.request, "hall/reversal.html", {"form": form, "batch": batch})

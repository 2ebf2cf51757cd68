"""The collection calendar: what is due from whom, what came, explained gaps, jumps against last year."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from qinglian.core.errors import QinglianError
from qinglian.hall.pages.fields import Day, Labelled, refused_as_error
from qinglian.hall.pages.suggested import known_activities
from qinglian.hall.people.desk import Desk, actor_of, at_desk
from qinglian.hall.people.models import Membership
from qinglian.hall.people.roles import Right
from qinglian.ledger.actor import names
from qinglian.ledger.collection import EVERY, State, deliveries, end_expectation, expect, explain_gap
from qinglian.ledger.organisation import facilities

SHOWN_DAYS = 400
JUMP = 0.25
"""Change against last year from which a delivery is marked."""


class Expected(Labelled):
    """Data put on the calendar."""

    facility = forms.CharField(max_length=60)
    activity = forms.CharField(max_length=120)
    source = forms.CharField(required=False, max_length=120)
    every = forms.ChoiceField(choices=[(name, name) for name in EVERY])
    owner = forms.ChoiceField(required=False)
    first_day = Day()
    grace_days = forms.IntegerField(min_value=0, initial=15)


class Gap(Labelled):
    """Why data of a period are missing."""

    reason = forms.CharField(max_length=500)


@at_desk(Right.READ)
def calendar(desk: Desk) -> HttpResponse:
    """Show the calendar as of today, and take a new expectation."""
    today = timezone.now().date()
    form = Expected(desk.request.POST or None)
    owners = Membership.objects.filter(organisation=desk.organisation).select_related("user")
    form.fields["owner"].choices = [("", "–")] + [(m.user.username, str(m.user)) for m in owners]
    if desk.request.method == "POST":
        desk.require(Right.CALENDAR)
        if form.is_valid():
            try:
                _expect(desk, form.cleaned_data, owners)
                return redirect("calendar", desk.organisation.slug)
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    found = deliveries(desk.book, today, since=today - timedelta(days=SHOWN_DAYS))
    with desk.book.read() as connection:
        who, known = names(connection), sorted(facilities(connection))
    context = {
        "form": form,
        "today": today,
        "deliveries": [(one, who.get(one.expectation.owner, "–")) for one in reversed(found)],
        "overdue": sum(one.state is State.OVERDUE for one in found),
        "jump": JUMP,
        "facilities": known,
        "activities": known_activities(desk.book),
    }
    return render(desk.request, "hall/calendar.html", context, status=400 if form.errors else 200)


def _expect(desk: Desk, given: dict[str, object], owners: object) -> None:
    owner = next((m.user for m in owners if m.user.username == given["owner"]), None)  # type: ignore[attr-defined]
    expect(
        desk.book,
        desk.actor,
        str(given["facility"]),
        str(given["activity"]),
        first_day=given["first_day"],  # type: ignore[arg-type]
        every=str(given["every"]),
        owner=actor_of(owner) if owner is not None else None,
        source=str(given["source"]) or None,
        grace_days=given["grace_days"],  # type: ignore[arg-type]
    )


@at_desk(Right.IMPORT)
def gap(desk: Desk, number: int, day: str) -> HttpResponse:
    """Take the explanation of a gap."""
    form = Gap(desk.request.POST or None)
    if desk.request.method == "POST" and form.is_valid():
        first_day = _day(day)
        explain_gap(desk.book, desk.actor, number, first_day, reason=form.cleaned_data["reason"])
        return redirect("calendar", desk.organisation.slug)
    return render(desk.request, "hall/gap.html", {"form": form, "number": number, "day": day})


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Http404 from error


@at_desk(Right.CALENDAR)
def end(desk: Desk, number: int) -> HttpResponse:
    """Take data off the calendar from today on."""
    form = Gap(desk.request.POST or None)
    if desk.request.method == "POST" and form.is_valid():
        today = timezone.now().date()
        end_expectation(desk.book, desk.actor, number, today, reason=form.cleaned_data["reason"])
        return redirect("calendar", desk.organisation.slug)
    return render(desk.request, "hall/gap.html", {"form": form, "number": number, "day": ""})

"""Approvals: versions from draft to published, each step a fact of the ledger under a subject key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from qinglian.core.errors import QinglianError
from qinglian.hall.pages.fields import Labelled, refused_as_error
from qinglian.hall.pages.inventories import runs
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.actor import names
from qinglian.ledger.facts import from_day_number
from qinglian.ledger.inventory import View
from qinglian.ledger.locks import locked_spans
from qinglian.ledger.organisation import CONSOLIDATIONS
from qinglian.ledger.reopening import open_lock
from qinglian.ledger.versions import (
    APPROVED,
    DRAFT,
    PUBLISHED,
    REVIEWED,
    Version,
    approve_adjustment,
    create_version,
    decide,
    version,
    versions,
)

STEPS = {
    DRAFT: (REVIEWED, Right.REVIEW),
    REVIEWED: (APPROVED, Right.APPROVE),
    APPROVED: (PUBLISHED, Right.PUBLISH),
}
GWP_SETS = [(name, name) for name in ("AR6", "AR5", "AR4")]


class Draft(Labelled):
    """A new version of a run."""

    run = forms.ChoiceField()
    gwp = forms.ChoiceField(choices=GWP_SETS)
    consolidation = forms.ChoiceField(choices=[(name, name) for name in CONSOLIDATIONS])
    label = forms.CharField(required=False, max_length=100)
    reason = forms.CharField(required=False, max_length=500)


class Note(Labelled):
    """A word with a decision."""

    note = forms.CharField(required=False, max_length=500)


class Reason(Labelled):
    """Why a locked period is touched."""

    reason = forms.CharField(max_length=500)


@at_desk(Right.READ)
def approvals(desk: Desk) -> HttpResponse:
    """Show every version with its decisions; draft a new one."""
    known = runs(desk.book)
    form = Draft(desk.request.POST or None)
    form.fields["run"].choices = [(run.id, f"{run.label} · {run.id[:12]}") for run in known]
    if desk.request.method == "POST":
        desk.require(Right.DRAFT)
        if form.is_valid():
            given = form.cleaned_data
            try:
                view = View(given["consolidation"], given["gwp"])
                made = create_version(
                    desk.book, desk.actor, given["run"], view, given["label"], reason=given["reason"]
                )
                desk.record("version drafted", made.id)
                return redirect("approvals", desk.organisation.slug)
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    with desk.book.read() as connection:
        who = names(connection)
        locks = [
            (from_day_number(a), from_day_number(b - 1), n) for a, b, n in sorted(locked_spans(connection))
        ]
    context = {
        "form": form,
        "versions": [_shown(desk, one, who) for one in reversed(versions(desk.book))],
        "locks": locks,
        "single_user": desk.book.identity.single_user,
    }
    return render(desk.request, "hall/approvals.html", context, status=400 if form.errors else 200)


def _shown(desk: Desk, one: Version, who: dict[str, str]) -> dict[str, Any]:
    step, right = STEPS.get(one.state, ("", None))
    decisions = [(decision, who.get(decision.subject, decision.subject)) for decision in one.decisions]
    return {
        "version": one,
        "decisions": decisions,
        "step": step if right is not None and desk.may(right) else "",
        "is_locked": one.state in {APPROVED, PUBLISHED},
    }


@require_POST
@at_desk(Right.READ)
def decide_version(desk: Desk, number: int, state: str) -> HttpResponse:
    """Take a version a step further. Sent twice by the same person, it is done once."""
    right = next((right for step, right in STEPS.values() if step == state), None)
    if right is None:
        raise Http404
    desk.require(right)
    form = Note(desk.request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    decided(desk, number, state, note)
    return redirect("approvals", desk.organisation.slug)


def decided(desk: Desk, number: int, state: str, note: str) -> Version:
    """Decide in the ledger first, then write the hall's audit; repeated by the same person, only read.

    Raises
    ------
    QinglianError
        What `decide` raises.
    """
    current = version(desk.book, number)
    if current.state != state or not _is_own(desk, current, state):
        current = decide(desk.book, desk.actor, number, state, note=note)
    desk.record(f"version {state}", number)
    return current


def _is_own(desk: Desk, current: Version, state: str) -> bool:
    """Whether the decision that led to a state is this person's: then only the answer was lost."""
    last = next(one for one in reversed(current.decisions) if one.state == state)
    with desk.book.read() as connection:
        return names(connection).get(last.subject) == desk.actor.login


@at_desk(Right.APPROVE)
def reopen(desk: Desk, number: int, way: str) -> HttpResponse:
    """Allow one late batch into a locked period, or open the lock."""
    form = Reason(desk.request.POST or None)
    if way not in {"adjustment", "open"}:
        raise Http404
    if desk.request.method == "POST" and form.is_valid():
        act = approve_adjustment if way == "adjustment" else open_lock
        decision = act(desk.book, desk.actor, number, reason=form.cleaned_data["reason"])
        desk.record(f"lock {way}", number)
        context = {"decision": decision, "way": way, "number": number}
        return render(desk.request, "hall/reopened.html", context)
    return render(desk.request, "hall/reopening.html", {"form": form, "way": way, "number": number})

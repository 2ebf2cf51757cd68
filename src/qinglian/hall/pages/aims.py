"""Targets: pathways beside what was published, a new target, and what a public rule asks of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.hall.pages.fields import Day, Labelled, refused_as_error
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.models import Membership
from qinglian.hall.people.roles import Right
from qinglian.targets.account import set_target, targets
from qinglian.targets.checks import check_target
from qinglian.targets.commands import share
from qinglian.targets.model import KINDS, METHODS, SCOPES, Target
from qinglian.targets.report import check_table, figures
from qinglian.targets.rules import rule_versions


class Aim(Labelled):
    """A target to enter."""

    name = forms.CharField(max_length=100)
    kind = forms.ChoiceField()
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    scope2_method = forms.ChoiceField(required=False)
    base_year = forms.IntegerField(min_value=1990, max_value=2100)
    target_year = forms.IntegerField(min_value=1990, max_value=2100)
    reduction = forms.CharField(max_length=20)
    coverage = forms.CharField(required=False, max_length=20)
    base_kg = forms.CharField(required=False, max_length=40)
    base_source = forms.CharField(required=False, max_length=300)
    per = forms.CharField(required=False, max_length=60)
    base_output = forms.CharField(required=False, max_length=40)
    owner = forms.ChoiceField(required=False)
    review = Day(required=False)
    reason = forms.CharField(required=False, max_length=500)


@at_desk(Right.READ)
def aims(desk: Desk) -> HttpResponse:
    """Show the targets as of today, and enter one."""
    form = Aim(desk.request.POST or None)
    form.fields["kind"].choices = [(kind, text(f"targets.kind_{kind}")) for kind in KINDS]
    methods = [(method, text(f"targets.method_{method}")) for method in METHODS]
    form.fields["scope2_method"].choices = [("", "–"), *methods]
    members = Membership.objects.filter(organisation=desk.organisation).select_related("user")
    form.fields["owner"].choices = [("", "–"), *((m.user.username, str(m.user)) for m in members)]
    if desk.request.method == "POST":
        desk.require(Right.DRAFT)
        if form.is_valid():
            try:
                entered(desk, form.cleaned_data)
                return redirect("targets", desk.organisation.slug)
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    today = timezone.now().date()
    checks = [
        check_table(check_target(target, rule, today), f"{target.name} · {rule.title}")
        for target in targets(desk.book)
        for rule in rule_versions()
    ]
    context = {"form": form, "today": today, "figures": figures(desk.book, today), "checks": checks}
    return render(desk.request, "hall/targets.html", context, status=400 if form.errors else 200)


def entered(desk: Desk, given: dict[str, Any]) -> Target:
    """Enter a target in the book; raises what a target refuses."""
    exact: dict[str, Any] = {name: _exact(given[name]) for name in ("coverage", "base_kg", "base_output")}
    plain = ("name", "kind", "base_year", "target_year", "base_source", "per", "owner", "review")
    target = Target(
        scopes=tuple(sorted(given["scopes"])),
        method=given["scope2_method"],
        reduction=share(given["reduction"]),
        **{name: given[name] for name in plain},
        **exact,
    )
    set_target(desk.book, desk.actor, target, reason=given["reason"])
    desk.record("target entered", target.name)
    return target


def _exact(written: str) -> Fraction | None:
    return share(written) if written.strip() else None

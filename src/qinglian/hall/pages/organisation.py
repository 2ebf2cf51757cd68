"""The organisation: facilities, who owns how much of them, the fiscal year, the book's head."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from qinglian.core.errors import QinglianError
from qinglian.hall.pages.fields import Day, Labelled, refused_as_error
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right
from qinglian.ledger.organisation import OwnershipShare, add_facility, add_ownership, facilities, ownership


class Site(Labelled):
    """A facility to register."""

    code = forms.CharField(max_length=60)
    name = forms.CharField(max_length=200)
    place = forms.CharField(max_length=100)
    unit_of = forms.CharField(required=False, max_length=60)
    zone = forms.CharField(required=False, max_length=60)


class Share(Labelled):
    """The group's share of a unit from a day on."""

    unit_of = forms.CharField(max_length=60)
    equity = forms.CharField(max_length=20)
    financial_control = forms.BooleanField(required=False, initial=True)
    operational_control = forms.BooleanField(required=False, initial=True)
    valid_from = Day()
    reason = forms.CharField(required=False, max_length=500)


@at_desk(Right.READ)
def organisation(desk: Desk) -> HttpResponse:
    """Show facilities and shares; register either."""
    way = desk.request.POST.get("way", "")
    site = Site(desk.request.POST if way == "site" else None, prefix="site")
    share = Share(desk.request.POST if way == "share" else None, prefix="share")
    bound: Labelled | None = site if way == "site" else share if way == "share" else None
    if bound is not None:
        desk.require(Right.FACILITIES)
        if bound.is_valid():
            try:
                _register(desk, way, bound.cleaned_data)
                return redirect("organisation", desk.organisation.slug)
            except QinglianError as refusal:
                refused_as_error(bound, refusal)
    with desk.book.read() as connection:
        sites = [found for _, found in sorted(facilities(connection).items())]
        shares = [one for _, of_unit in sorted(ownership(connection).items()) for one in of_unit]
    context = {"site": site, "share": share, "facilities": sites, "shares": shares, "head": desk.book.head()}
    wrong = bound is not None and bool(bound.errors)
    return render(desk.request, "hall/organisation.html", context, status=400 if wrong else 200)


def _register(desk: Desk, way: str, given: dict[str, object]) -> None:
    if way == "site":
        add_facility(
            desk.book,
            desk.actor,
            str(given["code"]),
            name=str(given["name"]),
            where=str(given["place"]),
            unit=str(given["unit_of"]),
            zone=str(given["zone"]),
        )
        return
    from qinglian.core.decimals import parse_decimal

    share = OwnershipShare(
        str(given["unit_of"]),
        parse_decimal(str(given["equity"])).fraction(),
        bool(given["financial_control"]),
        bool(given["operational_control"]),
        given["valid_from"],  # type: ignore[arg-type]
        None,
    )
    add_ownership(desk.book, desk.actor, share, reason=str(given["reason"]))

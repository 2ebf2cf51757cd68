"""Members: roles, sites, invitations that work once, tokens of programs, erasure of a person."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.hall.api.models import Token
from qinglian.hall.pages.fields import Day, Labelled
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.models import Invitation, Membership
from qinglian.hall.people.roles import Right, Role
from qinglian.ledger.erasure import erase_person


def role_choices() -> list[tuple[str, str]]:
    """Return the roles in the reader's language."""
    return [(role.value, text(f"hall.role_{role.value}")) for role in Role]


class Invite(Labelled):
    """Who is invited, as what."""

    role = forms.ChoiceField()
    login = forms.CharField(required=False, max_length=150)
    sites = forms.CharField(required=False, max_length=500)


class Change(Labelled):
    """A member's role from now on."""

    role = forms.ChoiceField()
    sites = forms.CharField(required=False, max_length=500)
    until = Day(required=False)


class Reason(Labelled):
    """Why a person is erased."""

    reason = forms.CharField(max_length=500)


@at_desk(Right.MEMBERS)
def members(desk: Desk) -> HttpResponse:
    """List members, and make an invitation."""
    form = Invite(desk.request.POST or None)
    form.fields["role"].choices = role_choices()
    link = ""
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        token = Invitation.make(
            organisation=desk.organisation,
            role=given["role"],
            login=given["login"],
            sites=codes(given["sites"]),
            made_by=desk.user,
        )
        link = desk.request.build_absolute_uri(reverse("join", args=[token]))
        desk.record("invitation made", given["role"])
    found = Membership.objects.filter(organisation=desk.organisation).select_related("user")
    return render(desk.request, "hall/members.html", {"form": form, "members": found, "link": link})


def codes(written: str) -> list[str]:
    """Return facility codes that are parted by commas or spaces."""
    return [code for code in written.replace("，", ",").replace(",", " ").split() if code]


@at_desk(Right.MEMBERS)
def member(desk: Desk, number: int) -> HttpResponse:
    """Change a member's role; the last administrator stays one."""
    found = member_of(desk, number)
    initial = {"role": found.role, "sites": ", ".join(found.sites), "until": found.until}
    form = Change(desk.request.POST or None, initial=initial)
    form.fields["role"].choices = role_choices()
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        change_member(desk, found, given["role"], codes(given["sites"]), given["until"])
        return redirect("members", desk.organisation.slug)
    return render(desk.request, "hall/member.html", {"form": form, "member": found})


@require_POST
@at_desk(Right.MEMBERS)
def remove(desk: Desk, number: int) -> HttpResponse:
    """End a membership."""
    remove_member(desk, member_of(desk, number))
    return redirect("members", desk.organisation.slug)


def change_member(
    desk: Desk, found: Membership, role: str, sites: list[str], until: date | None
) -> Membership:
    """Change a role; raises ``hall.last_administrator``."""
    if role != Role.ADMINISTRATOR.value or until:
        _keep_an_administrator(desk, found)
    found.role, found.sites, found.until = role, sites, until
    found.save()
    desk.record("role changed", f"{found.user_id} {found.role}")
    return found


def remove_member(desk: Desk, found: Membership) -> None:
    """End a membership; raises ``hall.last_administrator``."""
    _keep_an_administrator(desk, found)
    found.delete()
    desk.record("member removed", found.user_id)


def erase_member(desk: Desk, found: Membership, reason: str) -> None:
    """Destroy a person's name: in the book first, then here, with every session.

    Raises
    ------
    QinglianError
        ``hall.last_administrator``, ``hall.erase_elsewhere``, and what `erase_person` refuses.
    """
    _keep_an_administrator(desk, found)
    user = found.user
    if user.memberships.exclude(organisation=desk.organisation).exists():
        raise QinglianError("hall.erase_elsewhere")
    try:
        erase_person(desk.book, desk.actor, user.username, reason=reason)
    except QinglianError as refusal:
        if refusal.code != "ledger.subject_unknown":  # never did anything in the book
            raise
    with transaction.atomic():
        _sign_out_everywhere(user.pk)
        user.delete()
    desk.record("person erased")


@at_desk(Right.ERASE)
def erase(desk: Desk, number: int) -> HttpResponse:
    """Destroy a person's name: in the book first, then here; what the person did stays under the key."""
    found, form = member_of(desk, number), Reason(desk.request.POST or None)
    if desk.request.method == "POST" and form.is_valid():
        erase_member(desk, found, form.cleaned_data["reason"])
        return redirect("members", desk.organisation.slug)
    return render(desk.request, "hall/erasure.html", {"form": form, "member": found})


def _sign_out_everywhere(user: int) -> None:
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user):
            session.delete()


def member_of(desk: Desk, number: int) -> Membership:
    """Return a membership of this organisation, or 404."""
    found = (
        Membership.objects.filter(organisation=desk.organisation, id=number).select_related("user").first()
    )
    if found is None:
        raise Http404
    return found


def _keep_an_administrator(desk: Desk, leaving: Membership) -> None:
    others = Membership.objects.filter(organisation=desk.organisation, role=Role.ADMINISTRATOR.value)
    if not any(one.is_current for one in others.exclude(id=leaving.id)):
        raise QinglianError("hall.last_administrator")


class NewToken(Labelled):
    """A key for a program."""

    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    until = Day(required=False)


@at_desk(Right.READ)
def tokens(desk: Desk) -> HttpResponse:
    """List one's own tokens, and make one with no more rights than one's role."""
    form = NewToken(desk.request.POST or None)
    form.fields["scopes"].choices = [(name, text(f"hall.right_{name}")) for name in sorted(desk.rights)]
    made = ""
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = Token.make(desk.user, desk.organisation, given["name"], given["scopes"], given["until"])
        desk.record("token made", given["name"])
    found = Token.objects.filter(user=desk.user, organisation=desk.organisation)
    return render(desk.request, "hall/tokens.html", {"form": form, "tokens": found, "made": made})


@require_POST
@at_desk(Right.READ)
def revoke(desk: Desk, number: int) -> HttpResponse:
    """Destroy one of one's own tokens."""
    Token.objects.filter(user=desk.user, organisation=desk.organisation, id=number).delete()
    desk.record("token revoked", number)
    return redirect("tokens", desk.organisation.slug)

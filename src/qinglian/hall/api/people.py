"""Routes of people: members, invitations, tokens, what was done and read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Path, Query, Schema
from pydantic import Field

from qinglian.core.errors import QinglianError
from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Call, Number
from qinglian.hall.api.models import Token
from qinglian.hall.api.once import once
from qinglian.hall.api.shapes import (
    Invited,
    Member,
    NewToken,
    Reasoned,
)
from qinglian.hall.api.strictness import routes
from qinglian.hall.pages.members import change_member, erase_member, member_of, remove_member
from qinglian.hall.people.models import Event, Invitation, Membership
from qinglian.hall.people.roles import Right

READ = needs(Right.READ)


class Before(Schema):
    """A page of events: those with lower numbers."""

    cursor: int | None = Field(default=None, ge=0, le=2**62)
    limit: int = Field(default=100, ge=1, le=1000)


@routes.get("/events", auth=needs(Right.AUDIT))
def list_events(request: Call, organisation: Path[str], which: Query[Before]) -> Any:
    """Return who did and read what, the newest first."""
    found = Event.objects.filter(organisation=request.auth.organisation).select_related("user")
    if which.cursor is not None:
        found = found.filter(id__lt=which.cursor)
    page = list(found[: which.limit])
    return {
        "events": [
            {
                "id": one.id,
                "at": one.at.isoformat(),
                "user": one.user.username if one.user else None,
                "action": one.action,
                "target": one.target,
            }
            for one in page
        ],
        "next_cursor": page[-1].id if len(page) == which.limit else None,
    }


@routes.get("/members", auth=needs(Right.MEMBERS))
def list_members(request: Call, organisation: Path[str]) -> Any:
    """Return the members."""
    found = Membership.objects.filter(organisation=request.auth.organisation).select_related("user")
    return {"members": [member_record(one) for one in found]}


@routes.post("/invitations", auth=needs(Right.MEMBERS))
def invite(request: Call, organisation: Path[str], body: Invited) -> Any:
    """Make an invitation: a link that works once. It is stored nowhere, so it takes no idempotency key."""
    desk = request.auth
    token = Invitation.make(
        organisation=desk.organisation, role=body.role, login=body.login, sites=body.sites, made_by=desk.user
    )
    desk.record("invitation made", body.role)
    return {"link": request.build_absolute_uri(reverse("join", args=[token]))}


@routes.patch("/members/{number}", auth=needs(Right.MEMBERS))
@once
def change_role(request: Call, organisation: Path[str], number: Number, body: Member) -> Any:
    """Change a member's role."""
    found = change_member(request.auth, member_of(request.auth, number), body.role, body.sites, body.until)
    return 200, member_record(found)


@routes.delete("/members/{number}", auth=needs(Right.MEMBERS))
@once
def end_membership(request: Call, organisation: Path[str], number: Number) -> Any:
    """End a membership."""
    remove_member(request.auth, member_of(request.auth, number))
    return 200, {"member": number}


@routes.post("/members/{number}/erase", auth=needs(Right.ERASE))
@once
def erase_person(request: Call, organisation: Path[str], number: Number, body: Reasoned) -> Any:
    """Destroy a person's name, in the book and here."""
    erase_member(request.auth, member_of(request.auth, number), body.reason)
    return 200, {"member": number}


@routes.get("/tokens", auth=READ)
def list_tokens(request: Call, organisation: Path[str]) -> Any:
    """Return one's own tokens, without the keys."""
    found = Token.objects.filter(user=request.auth.user, organisation=request.auth.organisation)
    return {"tokens": [{"id": t.id, "name": t.name, "scopes": t.scopes, "until": t.until} for t in found]}


@routes.post("/tokens", auth=READ)
def make_token(request: Call, organisation: Path[str], body: NewToken) -> Any:
    """Make a token with no more rights than one's own. The key is shown once: no idempotency key."""
    desk = request.auth
    allowed = desk.rights & scopes_of(request)
    if beyond := sorted(set(body.scopes) - allowed):
        raise QinglianError("hall.scope_beyond", scopes=beyond)
    token = Token.make(desk.user, desk.organisation, body.name, body.scopes, body.until)
    desk.record("token made", body.name)
    return {"token": token}


@routes.delete("/tokens/{number}", auth=READ)
@once
def revoke_token(request: Call, organisation: Path[str], number: Number) -> Any:
    """Destroy a token."""
    desk = request.auth
    Token.objects.filter(user=desk.user, organisation=desk.organisation, id=number).delete()
    desk.record("token revoked", number)
    return 200, {"token": number}


def scopes_of(request: HttpRequest) -> frozenset[str]:
    """Return what the caller's own token allows: a token makes none that may do more than itself."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = Token.open_for(key) if scheme == "Bearer" else None
    return frozenset(found.scopes) if found is not None else frozenset(right.value for right in Right)


def member_record(one: Membership) -> dict[str, Any]:
    """Return a membership as data."""
    return {
        "id": one.id,
        "login": one.user.username,
        "role": one.role,
        "sites": one.sites,
        "until": one.until,
    }

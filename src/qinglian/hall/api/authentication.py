"""Who calls: a token of a program, or the session of a page. Either way a `Desk` in the organisation."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from qinglian.hall.api.models import Token
from qinglian.hall.people.desk import Desk, desk_for
from qinglian.hall.people.roles import Right


class ByToken(HttpBearer):
    """``Authorization: Bearer ql_…``: as the token's person, within its organisation and scopes."""

    def __init__(self, right: Right) -> None:
        super().__init__()
        self.right = right

    def authenticate(self, request: HttpRequest, token: str) -> Desk | None:
        """Return the desk; None for a token that is not good."""
        found = Token.open_for(token)
        if found is None:
            return None
        if found.organisation.slug != _slug(request):
            raise Http404
        if self.right.value not in found.scopes:
            raise PermissionDenied(self.right.value)
        Token.objects.filter(id=found.id).update(used_at=timezone.now())
        return desk_for(request, found.user, found.organisation.slug, self.right)


class BySession(SessionAuth):
    """The session of a page, with its CSRF token on writes."""

    def __init__(self, right: Right) -> None:
        super().__init__(csrf=True)
        self.right = right

    def authenticate(self, request: HttpRequest, key: str | None) -> Desk | None:
        """Return the desk of whoever is signed in."""
        if not request.user.is_authenticated:
            return None
        return desk_for(request, request.user, _slug(request), self.right)


def needs(right: Right) -> list[Any]:
    """Return the ways to authenticate for a right."""
    return [ByToken(right), BySession(right)]


def _slug(request: HttpRequest) -> str:
    match = request.resolver_match
    return str(match.kwargs["organisation"]) if match is not None else ""

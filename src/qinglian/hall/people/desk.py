"""A person's place at an organisation's book: what every page and every route of the API is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from qinglian.core.errors import QinglianError
from qinglian.hall.books import book_of
from qinglian.hall.people.events import record
from qinglian.hall.people.models import Membership, Organisation
from qinglian.hall.people.permissions import PREFIX, membership_of
from qinglian.hall.people.roles import Right, may
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book


@dataclass(frozen=True)
class Desk:
    """Who works where, with which rights."""

    request: HttpRequest
    membership: Membership

    @property
    def organisation(self) -> Organisation:
        """The organisation."""
        return self.membership.organisation

    @property
    def user(self) -> Any:
        """The person."""
        return self.membership.user

    @cached_property
    def book(self) -> Book:
        """The organisation's book."""
        return book_of(self.organisation)

    @property
    def actor(self) -> Actor:
        """The person as the ledger knows one: somebody checked who it is."""
        return actor_of(self.user)

    @cached_property
    def rights(self) -> frozenset[str]:
        """Rights of the role."""
        return frozenset(right.value for right in Right if may(self.membership.role, right))

    @property
    def sites(self) -> tuple[str, ...]:
        """Facility codes the person may report for; empty for all."""
        return tuple(self.membership.sites)

    def may(self, right: Right) -> bool:
        """Return whether the role gives a right."""
        return right.value in self.rights

    def require(self, right: Right) -> None:
        """Raise `PermissionDenied` without the right."""
        if not self.may(right):
            raise PermissionDenied(right.value)

    def record(self, action: str, target: object = "") -> None:
        """Write down in the audit what was done or read."""
        record(action, request=self.request, user=self.user, organisation=self.organisation, target=target)


def actor_of(user: Any) -> Actor:
    """Return a signed-in person as an actor of the ledger."""
    return Actor(user.get_username(), user.get_full_name(), authenticated=True)


def desk_for(request: HttpRequest, user: Any, slug: str, right: Right) -> Desk:
    """Return the desk of a person in an organisation.

    Raises
    ------
    Http404
        Where there is no such organisation or the person is no member: the two look alike.
    PermissionDenied
        Where the role lacks the right.
    """
    organisation = Organisation.objects.filter(slug=slug).first()
    membership = membership_of(user, organisation) if organisation is not None else None
    if organisation is None or membership is None:
        raise Http404
    if not user.has_perm(PREFIX + right.value, organisation):
        raise PermissionDenied(right.value)
    return Desk(request, membership)


def at_desk(right: Right) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate a view of an organisation: it is called with a `Desk` in place of the request and the slug."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, organisation: str, **kwargs: Any) -> HttpResponse:
            desk = desk_for(request, request.user, organisation, right)
            request.desk = desk  # type: ignore[attr-defined]
            return view(desk, **kwargs)

        wrapped.right = right  # type: ignore[attr-defined]
        return login_required(wrapped)

    return decorate


def refuse_foreign_site(desk: Desk, facility: str) -> None:
    """Raise ``hall.site_not_yours`` where the person reports for other sites only."""
    if desk.sites and facility not in desk.sites:
        raise QinglianError("hall.site_not_yours", facility=facility, sites=list(desk.sites))

"""Writes the audit of the hall: sign-ins, restricted readings, decisions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from qinglian.hall.people.models import Event, Organisation


def record(
    action: str,
    *,
    request: HttpRequest | None = None,
    user: Any = None,
    organisation: Organisation | None = None,
    target: object = "",
) -> Event:
    """Store an event; the person is the request's if none is given."""
    who = user if user is not None else getattr(request, "user", None)
    return Event.objects.create(
        user=who if who is not None and who.is_authenticated else None,
        organisation=organisation,
        action=action,
        target=str(target)[:300],
        address=address_of(request),
    )


def address_of(request: HttpRequest | None) -> str:
    """Return the client's address: forwarded headers count only behind as many proxies as are declared."""
    if request is None:
        return ""
    proxies = settings.HOME.proxies
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies][:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]

"""Listens to Django's signals of sign-in and writes them down."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from qinglian.hall.people.events import record


def listen() -> None:
    """Connect once."""
    user_logged_in.connect(_signed_in, dispatch_uid="hall.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="hall.signed_out")
    user_login_failed.connect(_refused, dispatch_uid="hall.refused")


def _signed_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    record("sign-in", request=request, user=user)


def _signed_out(sender: Any, request: Any, user: Any, **_: Any) -> None:
    record("sign-out", request=request, user=user)


def _refused(sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    # The name that was tried, never a password: credentials arrive cleansed, and only the name is taken.
    name = credentials.get("username") or credentials.get("email") or ""
    record("sign-in refused", request=request, target=name)

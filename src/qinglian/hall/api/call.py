"""A request that was authenticated: ``auth`` is the desk of whoever calls."""

from __future__ import annotations

from django.http import HttpRequest

from qinglian.hall.people.desk import Desk


class Call(HttpRequest):
    """For the types only; Django makes the request."""

    auth: Desk

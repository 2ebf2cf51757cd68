"""A request that was authenticated: ``auth`` is the desk of whoever calls."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from django.http import HttpRequest
from ninja import Path
from pydantic import Field

from qinglian.hall.people.desk import Desk

LARGEST = 2**31 - 1
Bounded: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST)]
"""A number as the book's tables hold it."""
Number: TypeAlias = Path[Bounded]  # type: ignore[valid-type]
"""A number in an address."""


class Call(HttpRequest):
    """For the types only; Django makes the request."""

    auth: Desk

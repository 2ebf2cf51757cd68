"""Middleware: a refusal of the house becomes a page that says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from qinglian.core.errors import QinglianError
from qinglian.hall.pages.errors import refused


class Refusals:
    """Answers 409 or 400 with the problems where a view raises a `QinglianError`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into a page; leave anything else alone."""
        return refused(request, exception) if isinstance(exception, QinglianError) else None

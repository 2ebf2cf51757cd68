"""Errors as problem details (RFC 9457): ``application/problem+json`` with the house's code and fix."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.hall.pages.errors import status_of
from qinglian.hall.places import told

TYPE = "application/problem+json"


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """Return a problem."""
    body = {"type": f"urn:qinglian:{code}", "title": code, "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=TYPE)


def refusal(error: QinglianError) -> HttpResponse:
    """Return a refusal of the house, every problem with place and fix."""
    problems = [told(one) for one in error.problems]
    first = problems[0]
    return problem(status_of(error), first["code"], first["message"], fix=first["fix"], problems=problems)


def install(api: NinjaAPI) -> None:
    """Answer every error of the API as a problem."""

    def on(kind: type[Exception], answer: Any) -> None:
        api.add_exception_handler(kind, answer)

    def simple(status: int, name: str) -> Any:
        def answer(request: HttpRequest, error: Exception) -> HttpResponse:
            return problem(status, name, text(f"hall.{name}_said"))

        return answer

    on(QinglianError, lambda request, error: refusal(error))
    on(Http404, simple(404, "not_found"))
    on(PermissionDenied, simple(403, "forbidden"))
    on(AuthenticationError, _unauthenticated)
    on(Throttled, simple(429, "throttled"))
    on(ValidationError, _invalid)
    on(HttpError, lambda request, error: problem(error.status_code, "http", str(error)))
    on(Exception, _failed)


def _unauthenticated(request: HttpRequest, error: Exception) -> HttpResponse:
    answer = problem(401, "unauthenticated", text("hall.unauthenticated_said"))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [{"where": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors]
    return problem(422, "invalid", text("hall.invalid_said"), errors=errors)


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    import logging

    logging.getLogger("qinglian.api").error("failed: %s", request.path, exc_info=error)
    return problem(500, "failed", text("hall.failed_said"))

"""A router that refuses query parameters an operation does not know, and documents its problems."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja import Router

from qinglian.core.text import text
from qinglian.hall.api.problems import TYPE, problem

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
STATUSES = {
    400: "Refused",
    401: "Unauthenticated",
    403: "No right",
    404: "Not found",
    409: "Conflict",
    413: "Too large",
    422: "Invalid",
    429: "Too many requests",
}
WRITTEN = {201: "Written", 202: "Queued"}
LANGUAGE = "lang"


class StrictRouter(Router):
    """Routes of the API."""

    def add_api_operation(
        self, path: str, methods: list[str], view_func: Callable[..., Any], **options: Any
    ) -> None:
        """Add an operation; see `Router.add_api_operation`."""
        known = list(getattr(view_func, "_ninja_contribute_to_operation", []))
        view_func._ninja_contribute_to_operation = [*known, _strictly]  # type: ignore[attr-defined]
        answers: dict[int, Any] = {
            status: {"description": said, "content": {TYPE: {"schema": _PROBLEM}}}
            for status, said in STATUSES.items()
        }
        if methods != ["GET"]:
            answers |= {status: {"description": said} for status, said in WRITTEN.items()}
        extra = {**(options.pop("openapi_extra", None) or {})}
        extra["responses"] = {**answers, **extra.get("responses", {})}
        super().add_api_operation(path, methods, view_func, openapi_extra=extra, **options)


routes = StrictRouter()
"""All of them on one router: two routers with one path would each hide the other's methods."""


def _strictly(operation: Any) -> None:
    def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
        own = run.__self__  # type: ignore[attr-defined]

        @wraps(run)
        def strict(request: HttpRequest, **kwargs: Any) -> Any:
            unknown = sorted(set(request.GET) - _known(own) - {LANGUAGE})
            if unknown:
                return problem(422, "invalid", text("hall.parameter_unknown", names=unknown))
            return run(request, **kwargs)

        return strict

    operation._run_decorators = [decorate]
    operation.run = decorate(operation.run)


def _known(operation: Any) -> set[str]:
    """Return the names of an operation's query parameters."""
    names: set[str] = set()
    for model in operation.models:
        if model.__ninja_param_source__ == "query":
            names |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    return names

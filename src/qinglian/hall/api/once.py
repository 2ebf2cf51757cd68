"""Idempotency keys: a write that is sent again under its key is answered again, not done again."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from qinglian.core.text import text
from qinglian.hall.api.exact import exact_json
from qinglian.hall.api.models import Answered
from qinglian.hall.api.problems import problem

HEADER = "Idempotency-Key"
LONGEST = 200


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a write, which returns ``(status, data)``: under a key it is done once per person.

    The ledger commits before the answer is stored. Should the server die between the two, the ledger's own
    rules answer the repetition: a file posts no row twice, a decision is not taken twice.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
        key = request.headers.get(HEADER, "")
        if not key:
            return _answer(*view(request, *arguments, **named))
        if len(key) > LONGEST or not key.isprintable():
            return problem(422, "invalid", text("hall.idempotency_key", longest=LONGEST))
        desk, digest = request.auth, _digest(request)  # type: ignore[attr-defined]
        stored = Answered.objects.filter(user=desk.user, organisation=desk.organisation, key=key).first()
        if stored is not None:
            return _again(stored, digest)
        status, data = view(request, *arguments, **named)
        body = exact_json(data).decode()
        with suppress(IntegrityError):  # the same request came twice at once; both were answered
            Answered.objects.create(
                user=desk.user,
                organisation=desk.organisation,
                key=key,
                request_digest=digest,
                status=status,
                body=body,
            )
        return _answer(status, data)

    # The framework reads annotations by the wrapper's module, where their names are not.
    wrapped.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return wrapped


def _answer(status: int, data: Any) -> HttpResponse:
    return HttpResponse(exact_json(data), status=status, content_type="application/json")


def _again(stored: Answered, digest: str) -> HttpResponse:
    if stored.request_digest != digest:
        return problem(422, "idempotency", text("hall.idempotency_other"))
    answer = HttpResponse(stored.body.encode(), status=stored.status, content_type="application/json")
    answer.headers["Idempotent-Replay"] = "true"
    return answer


def _digest(request: HttpRequest) -> str:
    """Return the hash of what is asked: address and fields, and the content of files."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.FILES:
        for name, upload in sorted(request.FILES.items()):
            found.update(f"{name} {upload.name}\n".encode())
            for chunk in upload.chunks():
                found.update(chunk)
            upload.seek(0)
        found.update(repr(sorted(request.POST.lists())).encode())
    else:
        found.update(request.body)
    return found.hexdigest()

"""Pages of what went wrong: refusals, no right, not found, a form that was not ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.hall.places import told

CONFLICTS = {"ledger.book_busy", "ledger.fact_taken", "ledger.state_out_of_order", "ledger.four_eyes"}


def status_of(error: QinglianError) -> int:
    """Return the HTTP status of a refusal."""
    if error.code in CONFLICTS:
        return 409
    return 507 if error.code == "ledger.disk_full" else 400


def refused(request: HttpRequest, error: QinglianError) -> HttpResponse:
    """Say what was refused, where, and the fix."""
    problems = [told(problem) for problem in error.problems]
    return render(request, "hall/refused.html", {"problems": problems}, status=status_of(error))


def _said(request: HttpRequest, status: int, name: str) -> HttpResponse:
    said = {"title": text(f"hall.{name}"), "sentence": text(f"hall.{name}_said")}
    return render(request, "hall/said.html", said, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _said(request, 403, "forbidden")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _said(request, 404, "not_found")


def failed(request: HttpRequest) -> HttpResponse:
    """500: the error is in the log, not on the page. No template: it may be what failed."""
    title, said = text("hall.failed"), text("hall.failed_said")
    page = f"<!DOCTYPE html><meta charset='utf-8'><title>{title}</title><h1>{title}</h1><p>{said}</p>"
    return HttpResponse(page, status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from a page of ours."""
    return _said(request, 403, "csrf")

"""Jobs: what runs, how far it is, cancel, retry."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from qinglian.core.errors import QinglianError
from qinglian.hall.jobs.models import Job
from qinglian.hall.jobs.running import RIGHTS
from qinglian.hall.jobs.tasks import ask, cancel, retry
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.roles import Right

SHOWN = 100


@at_desk(Right.READ)
def jobs(desk: Desk) -> HttpResponse:
    """List the newest jobs."""
    found = Job.objects.filter(organisation=desk.organisation).select_related("asked_by")[:SHOWN]
    return render(desk.request, "hall/jobs.html", {"jobs": found})


@at_desk(Right.READ)
def job(desk: Desk, number: int) -> HttpResponse:
    """Show one job; a part of the page where htmx asks for it."""
    partial = desk.request.htmx and not desk.request.htmx.boosted  # type: ignore[attr-defined]
    template = "hall/job_state.html" if partial else "hall/job.html"
    return render(desk.request, template, {"job": job_of(desk, number)})


@require_POST
@at_desk(Right.READ)
def change_job(desk: Desk, number: int, way: str) -> HttpResponse:
    """Cancel or retry."""
    found = job_of(desk, number)
    desk.require(RIGHTS[found.kind])
    if way == "cancel":
        cancel(found)
    elif way == "retry":
        retry(found)
    else:
        raise Http404
    desk.record(f"job {way}", number)
    return redirect("job", desk.organisation.slug, number)


@require_POST
@at_desk(Right.CALCULATE)
def calculate(desk: Desk) -> HttpResponse:
    """Queue the calculation of a period."""
    from qinglian.core.period import parse_period

    period = desk.request.POST.get("period", "").strip()
    if not period:
        raise QinglianError("hall.period_missing")
    parse_period(period, desk.book.identity.calendar, desk.book.identity.zone)
    made = ask(desk.organisation, desk.user, "calculate", period, {"period": period})
    return redirect("job", desk.organisation.slug, made.id)


def job_of(desk: Desk, number: int) -> Job:
    """Return a job of this organisation, or 404."""
    found = Job.objects.filter(id=number, organisation=desk.organisation).select_related("asked_by").first()
    if found is None:
        raise Http404
    return found

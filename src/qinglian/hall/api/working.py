"""Routes of long work: jobs, calculations, production plans."""

from __future__ import annotations

from typing import Any

from ninja import File, Form, Path
from ninja.files import UploadedFile

from qinglian.core.period import parse_period
from qinglian.hall.api.authentication import needs
from qinglian.hall.api.call import Call, Number
from qinglian.hall.api.once import once
from qinglian.hall.api.shapes import Calculation
from qinglian.hall.api.strictness import routes
from qinglian.hall.jobs.models import Job
from qinglian.hall.jobs.running import RIGHTS
from qinglian.hall.jobs.tasks import ask, cancel, retry
from qinglian.hall.pages.jobs import job_of
from qinglian.hall.people.roles import Right


def job_record(job: Job) -> dict[str, Any]:
    """Return a job as data."""
    plain = ("id", "kind", "title", "state", "progress", "done", "total", "result", "problems", "attempts")
    moments = {name: getattr(job, name) for name in ("asked_at", "started_at", "ended_at")}
    return {
        **{name: getattr(job, name) for name in plain},
        **{name: None if at is None else at.isoformat() for name, at in moments.items()},
    }


@routes.get("/jobs", auth=needs(Right.READ))
def list_jobs(request: Call, organisation: Path[str]) -> Any:
    """Return the newest jobs."""
    found = Job.objects.filter(organisation=request.auth.organisation)[:100]
    return {"jobs": [job_record(job) for job in found]}


@routes.get("/jobs/{number}", auth=needs(Right.READ))
def read_job(request: Call, organisation: Path[str], number: Number) -> Any:
    """Return a job."""
    return job_record(job_of(request.auth, number))


@routes.post("/jobs/{number}/cancel", auth=needs(Right.READ))
@once
def cancel_job(request: Call, organisation: Path[str], number: Number) -> Any:
    """Ask a job to stop."""
    found = job_of(request.auth, number)
    request.auth.require(RIGHTS[found.kind])
    cancel(found)
    found.refresh_from_db()
    return 202, job_record(found)


@routes.post("/jobs/{number}/retry", auth=needs(Right.READ))
@once
def retry_job(request: Call, organisation: Path[str], number: Number) -> Any:
    """Queue a job again that failed or was cancelled."""
    found = job_of(request.auth, number)
    request.auth.require(RIGHTS[found.kind])
    return 202, job_record(retry(found))


@routes.post("/calculations", auth=needs(Right.CALCULATE))
@once
def calculate(request: Call, organisation: Path[str], body: Calculation) -> Any:
    """Queue the calculation of a period."""
    desk = request.auth
    parse_period(body.period, desk.book.identity.calendar, desk.book.identity.zone)
    made = ask(desk.organisation, desk.user, "calculate", body.period, {"period": body.period})
    return 202, job_record(made)


@routes.post("/plans", auth=needs(Right.PLAN))
@once
def plan_week(
    request: Call,
    organisation: Path[str],
    file: File[UploadedFile],
    seconds: Form[int] = 30,
    objective: Form[str] = "core",
) -> Any:
    """Queue the planning of a week."""
    from qinglian.hall.pages.production import ask_plan

    return 202, job_record(ask_plan(request.auth, file, seconds=seconds, objective=objective))


@routes.get("/plans/{number}", auth=needs(Right.READ))
def read_plan(request: Call, organisation: Path[str], number: Number) -> Any:
    """Return what the page of a plan shows, as tables."""
    from qinglian.hall.api.reading import table_record
    from qinglian.hall.pages.production import plan_figures_of, released
    from qinglian.present.figures import Table, as_table

    job, figures = plan_figures_of(request.auth, number)
    tables = [f if isinstance(f, Table) else as_table(f) for f in figures if not isinstance(f, str)]
    return {"released": released(job) is not None, "tables": [table_record(table) for table in tables]}


@routes.post("/plans/{number}/release", auth=needs(Right.RELEASE))
@once
def release_plan(request: Call, organisation: Path[str], number: Number) -> Any:
    """Release a plan to the floor."""
    from qinglian.hall.pages.production import release_job

    return 201, {"plan": number, "sha256": release_job(request.auth, number)}

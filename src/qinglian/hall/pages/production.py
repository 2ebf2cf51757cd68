"""Production: send a week, watch the search, see the plan as a Gantt chart over its power, release it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError
from qinglian.core.text import language
from qinglian.hall.jobs.models import SUCCEEDED, Job
from qinglian.hall.jobs.tasks import ask
from qinglian.hall.pages.fields import Labelled, refused_as_error
from qinglian.hall.pages.jobs import job_of
from qinglian.hall.pages.kept import kept
from qinglian.hall.pages.uploads import receive
from qinglian.hall.people.desk import Desk, at_desk
from qinglian.hall.people.models import Event
from qinglian.hall.people.roles import Right
from qinglian.production.wishes import OBJECTIVES, objective_of

KINDS = (".zip", ".xlsx")
SHORTEST, LONGEST = 5, 3600
"""Seconds of a search."""
RELEASED = "plan released"


class Week(Labelled):
    """A week to plan: the folder of its files as a zip, or the workbook."""

    file = forms.FileField()
    seconds = forms.IntegerField(min_value=SHORTEST, max_value=LONGEST, initial=30)
    objective = forms.ChoiceField(choices=[(name, name) for name in OBJECTIVES])


@at_desk(Right.READ)
def production(desk: Desk) -> HttpResponse:
    """Show plans, and take a week to plan."""
    form = Week(desk.request.POST or None, desk.request.FILES or None)
    if desk.request.method == "POST":
        desk.require(Right.PLAN)
        if form.is_valid():
            try:
                return _planned(desk, form.cleaned_data)
            except QinglianError as refusal:
                refused_as_error(form, refusal)
    plans = Job.objects.filter(organisation=desk.organisation, kind="plan").select_related("asked_by")[:50]
    return render(
        desk.request,
        "hall/production.html",
        {"form": form, "plans": plans},
        status=400 if form.errors else 200,
    )


def _planned(desk: Desk, given: dict[str, Any]) -> HttpResponse:
    made = ask_plan(desk, given["file"], seconds=given["seconds"], objective=given["objective"])
    return redirect("job", desk.organisation.slug, made.id)


def ask_plan(desk: Desk, upload: Any, *, seconds: int, objective: str) -> Job:
    """Queue the planning of an uploaded week.

    Raises
    ------
    QinglianError
        ``production.objective_unknown``, ``hall.seconds_outside``, and what receiving a file raises.
    """
    objective_of(objective)
    if not SHORTEST <= seconds <= LONGEST:
        raise QinglianError("hall.seconds_outside", low=SHORTEST, high=LONGEST)
    source = receive(desk.organisation, upload, KINDS)
    out = str(source.parent / "plan")
    parameters = {"source": str(source), "out": out, "seconds": seconds, "objective": objective}
    return ask(desk.organisation, desk.user, "plan", source.name, parameters)


@at_desk(Right.READ)
def plan(desk: Desk, number: int) -> HttpResponse:
    """Show a plan beside the one the dispatching rules make: schedule, power, carbon, late lots."""
    job, figures = plan_figures_of(desk, number)
    return render(desk.request, "hall/plan.html", {"job": job, "figures": figures, "released": released(job)})


def plan_figures_of(desk: Desk, number: int) -> tuple[Job, list[Any]]:
    """Return a plan's job and what its page shows."""
    job = _plan_job(desk, number)
    home = _home(job)
    key = (str(home), language(), (home / "plan.csv").stat().st_mtime_ns)
    return job, kept(key, lambda: _figures(home))


def _home(job: Job) -> Path:
    """Return the folder of a plan; below the uploads, whatever the row says."""
    home = Path(job.parameters["out"]).resolve()
    if not home.is_relative_to(Path(settings.HOME.folder).resolve()) or not (home / "plan.csv").is_file():
        raise Http404
    return home


def _figures(home: Path) -> list[Any]:
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.report_page import plan_figures
    from qinglian.production.verify import verify

    folder = PlanFolder.open(home)
    found = verify(folder.instance, folder.plan)
    baseline = None if folder.baseline is None else verify(folder.instance, folder.baseline)
    return plan_figures(found, folder.brief.objective, baseline=baseline)


@require_POST
@at_desk(Right.RELEASE)
def release(desk: Desk, number: int) -> HttpResponse:
    """Release a plan to the floor: written down with the person and the plan's hash."""
    release_job(desk, number)
    return redirect("plan", desk.organisation.slug, number)


def release_job(desk: Desk, number: int) -> str:
    """Write down that a plan is released; return the hash of its file."""
    job = _plan_job(desk, number)
    digest = sha256_file(_home(job) / "plan.csv")
    desk.record(RELEASED, f"{job.id} {digest}")
    return digest


def released(job: Job) -> Any:
    """Return the event that released a plan, if it was."""
    return Event.objects.filter(
        organisation=job.organisation, action=RELEASED, target__startswith=f"{job.id} "
    ).first()


@at_desk(Right.READ)
def plan_file(desk: Desk, number: int) -> FileResponse:
    """Return the plan as the file an ERP reads."""
    job = _plan_job(desk, number)
    return FileResponse(
        (_home(job) / "plan.csv").open("rb"), as_attachment=True, filename=f"plan-{job.id}.csv"
    )


def _plan_job(desk: Desk, number: int) -> Job:
    job = job_of(desk, number)
    if job.kind != "plan" or job.state != SUCCEEDED:
        raise Http404
    return job

"""What the hall writes down once a job's result is in the book or on disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

from qinglian.hall.jobs.models import Job
from qinglian.hall.people.models import Publication


def follow(job: Job, result: dict[str, Any]) -> None:
    """Enter what belongs to a finished job; doing it again changes nothing."""
    if job.kind == "report" and job.parameters.get("publish"):
        folder = settings.HOME.reports / job.organisation.slug / result["folder"]
        Publication.objects.get_or_create(
            organisation=job.organisation,
            version=result["version"],
            sha256=result["sha256"],
            defaults={"period": result["period"], "folder": str(folder), "published_by": job.asked_by},
        )


def tidy(job: Job, result: dict[str, Any]) -> None:
    """Remove what was sent once the job is written down as done: the book keeps it as evidence."""
    if job.kind == "import" and not result["refused"]:  # else it is needed to post the good rows
        shutil.rmtree(Path(job.parameters["file"]).parent, ignore_errors=True)

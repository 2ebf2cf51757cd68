"""Jobs as tasks of Django's tasks interface; the queue is a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from qinglian.core.errors import QinglianError
from qinglian.core.text import language
from qinglian.hall.jobs.models import (
    CANCELLED,
    FAILED,
    LOST_AFTER,
    MOST_ATTEMPTS,
    OVER,
    QUEUED,
    RUNNING,
    Job,
)
from qinglian.hall.jobs.running import run_job
from qinglian.hall.people.models import Organisation
from qinglian.hall.places import told

FORGET_AFTER = timedelta(days=90)


@task()
def perform(number: int) -> None:
    """Run a job."""
    run_job(number)


def ask(organisation: Organisation, user: Any, kind: str, title: str, parameters: dict[str, Any]) -> Job:
    """Queue a job and return it."""
    job = Job.objects.create(
        organisation=organisation,
        kind=kind,
        title=title[:300],
        parameters=parameters,
        asked_by=user,
        language=language(),
    )
    perform.enqueue(job.id)
    return job


def cancel(job: Job) -> None:
    """Ask a job to stop; one that waits ends at once."""
    Job.objects.filter(id=job.id).exclude(state__in=OVER).update(cancel_asked=True)
    Job.objects.filter(id=job.id, state=QUEUED).update(state=CANCELLED, ended_at=timezone.now())


def retry(job: Job) -> Job:
    """Queue a job again that failed or was cancelled; raises ``hall.job_not_over``."""
    if job.state not in {FAILED, CANCELLED}:
        raise QinglianError("hall.job_not_over", job=job.id)
    Job.objects.filter(id=job.id).update(
        state=QUEUED,
        cancel_asked=False,
        ended_at=None,
        problems=[],
        result=None,
        attempts=0,
        progress="",
        done=0,
    )
    perform.enqueue(job.id)
    job.refresh_from_db()
    return job


def recover() -> int:
    """Queue jobs again whose worker is gone; give up after `MOST_ATTEMPTS`. Return how many were found."""
    silent = Q(beat_at=None) | Q(beat_at__lt=timezone.now() - LOST_AFTER)
    found = 0
    for job in Job.objects.filter(silent, state=RUNNING):
        if job.attempts >= MOST_ATTEMPTS:
            lost = told(QinglianError("hall.job_lost", attempts=job.attempts).problem)
            Job.objects.filter(id=job.id, state=RUNNING).update(
                state=FAILED, ended_at=timezone.now(), problems=[lost]
            )
        elif Job.objects.filter(id=job.id, state=RUNNING, beat_at=job.beat_at).update(state=QUEUED):
            perform.enqueue(job.id)
        found += 1
    return found

"""Runs a job: starts its process, writes down how far it is, kills it when somebody cancels."""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Any

from django.db.models import F
from django.utils import timezone

from qinglian.core.errors import QinglianError
from qinglian.hall.books import folder_of
from qinglian.hall.jobs.following import follow, tidy
from qinglian.hall.jobs.models import CANCELLED, FAILED, QUEUED, RUNNING, SUCCEEDED, Job
from qinglian.hall.people.events import record
from qinglian.hall.people.permissions import PREFIX
from qinglian.hall.people.roles import Right
from qinglian.hall.places import told

ANSWERS = {"result", "problems"}
_idle: list[subprocess.Popen[str]] = []
_waiting = threading.Lock()
LOOK_EVERY = 0.5
"""Seconds between two looks at whether the job was cancelled."""
RIGHTS = {
    "import": Right.IMPORT,
    "calculate": Right.CALCULATE,
    "plan": Right.PLAN,
    "report": Right.DISCLOSE,
    "pack": Right.PACK,
}
log = logging.getLogger("qinglian.jobs")


def run_job(number: int) -> None:
    """Run a queued job to its end; a job somebody else took, or that is over, is left alone."""
    claimed = Job.objects.filter(id=number, state=QUEUED).update(
        state=RUNNING, started_at=timezone.now(), beat_at=timezone.now(), attempts=F("attempts") + 1
    )
    if not claimed:
        return
    job = Job.objects.select_related("organisation", "asked_by").get(id=number)
    if job.cancel_asked:
        _end(job, CANCELLED)
    elif job.asked_by is None or not job.asked_by.has_perm(PREFIX + RIGHTS[job.kind].value, job.organisation):
        # Whoever asked may have lost the role since.
        _end(job, FAILED, problems=[_problem(QinglianError("hall.job_no_right"))])
    else:
        _watch(job, _sent(job))


def _child() -> subprocess.Popen[str]:
    """Return a child that waits for work, the last one if it is still there: to start one takes a second."""
    with _waiting:
        while _idle:
            process = _idle.pop()
            if process.poll() is None:
                return process
    return subprocess.Popen(
        [sys.executable, "-m", "qinglian.hall.jobs.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # the solver's own processes are killed with it
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _sent(job: Job) -> subprocess.Popen[str]:
    """Send a job to a child."""
    process = _child()
    assert process.stdin is not None
    user: Any = job.asked_by
    request = {
        "kind": job.kind,
        "book": str(folder_of(job.organisation)),
        "actor": {"login": user.get_username(), "name": user.get_full_name()},
        "language": job.language,
        "parameters": job.parameters,
    }
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    return process


def _watch(job: Job, process: subprocess.Popen[str]) -> None:
    """Follow a child until it has answered, died, or somebody cancels."""
    lines: queue.Queue[str | None] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    last: dict[str, Any] = {}
    over = False
    try:
        while not over:
            told, over = _gather(lines)
            last.update(told)
            if not _beat(job, told) and not over:
                _kill(process)
                _end(job, CANCELLED)
                return
    except BaseException:
        _kill(process)
        raise
    answered = ANSWERS & set(last)
    if answered:
        _keep(process)
    else:
        _kill(process)
    if "result" in last:
        _end(job, SUCCEEDED, result=last["result"])
        return
    problems = last.get("problems") or [_problem(QinglianError("hall.job_died", code=process.returncode))]
    _end(job, FAILED, problems=problems)


def _read(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    """Hand on what a child says up to its answer, or to its end."""
    for line in stream:
        lines.put(line)
        if ANSWERS & set(json.loads(line)):
            return
    lines.put(None)


def _gather(lines: queue.Queue[str | None]) -> tuple[dict[str, Any], bool]:
    """Collect what the child says until it is time to look again; whether it has answered or died."""
    told: dict[str, Any] = {}
    until = time.monotonic() + LOOK_EVERY
    while (left := until - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        if line is None:
            return told, True
        told.update(json.loads(line))
        if ANSWERS & set(told):
            return told, True
    return told, False


def _keep(process: subprocess.Popen[str]) -> None:
    """Let a child that has answered wait for the next job; one is enough."""
    with _waiting:
        if not _idle and process.poll() is None:
            _idle.append(process)
            return
    _kill(process)


def _beat(job: Job, told: dict[str, Any]) -> bool:
    """Write down progress and that the worker lives; False once somebody has cancelled."""
    changed: dict[str, Any] = {"beat_at": timezone.now()}
    changed |= {name: told[name] for name in ("progress", "done", "total") if name in told}
    Job.objects.filter(id=job.id).update(**changed)
    return not Job.objects.filter(id=job.id, cancel_asked=True).exists()


def dismiss() -> None:
    """End the children that wait."""
    with _waiting:
        while _idle:
            _kill(_idle.pop())


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _end(job: Job, state: str, *, result: Any = None, problems: list[dict[str, Any]] | None = None) -> None:
    """Write down how it ended: after the book has changed, never before."""
    if state == SUCCEEDED:
        follow(job, result)
    Job.objects.filter(id=job.id).update(
        state=state, ended_at=timezone.now(), result=result, problems=problems or []
    )
    if state == SUCCEEDED:
        tidy(job, result)
    record(f"job {job.kind} {state}", user=job.asked_by, organisation=job.organisation, target=job.id)
    log.info("job %s %s: %s", job.id, job.kind, state)


def _problem(error: QinglianError) -> dict[str, Any]:
    return told(error.problem)

"""Jobs: progress, cancel, retry, and what remains when a worker or a child is killed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests.hall.conftest import HEADER, bill

PATIENCE = 90


def until(true, seconds=PATIENCE):
    """Wait for something another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail("waited in vain")


@pytest.fixture
def week(tmp_path):
    """A small synthetic week as the zip a planner sends."""
    from datetime import date

    from qinglian.production.synthetic import Week, write_week

    folder = write_week(
        Week(seed=3, lines=4, lots=24, families=6, platforms=2, load=60, start=date(2026, 3, 2)),
        tmp_path / "week",
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return stream.getvalue()


@pytest.fixture
def ask_plan(organisation, person, visit, at, week):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from qinglian.hall.jobs.models import Job

    def send(seconds=5, objective="core", content=week):
        planner = person("planner", organisation)
        given = {"file": SimpleUploadedFile("week.zip", content), "seconds": seconds, "objective": objective}
        assert visit(planner).post(at("production/plans/"), given).status_code == 302
        return planner, Job.objects.latest("id")

    return send


@pytest.fixture
def worker(home):
    """A real worker in a process of its own."""
    started = []

    def start():
        command = [sys.executable, "-m", "qinglian", "worker", "--home", str(home.folder)]
        started.append(subprocess.Popen(command, env=dict(os.environ), stdin=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_week_is_planned_shown_and_released(ask_plan, finish, visit, at, organisation, person):
    planner, asked = ask_plan()
    job = finish(asked.id)
    assert job.state == "succeeded", job.problems
    assert job.result["valid"]
    client = visit(planner)
    page = client.get(at(f"production/plans/{job.id}/")).content.decode()
    assert "Verified" in page or "no violation" in page
    assert page.count("<svg") >= 4
    assert '"gantt"' in page
    rows = b"".join(client.get(at(f"production/plans/{job.id}/plan.csv"))).decode("utf-8-sig")
    assert len(rows.splitlines()) > 24
    assert (
        visit(person("reader", organisation)).post(at(f"production/plans/{job.id}/release/")).status_code
        == 403
    )
    assert client.post(at(f"production/plans/{job.id}/release/")).status_code == 302
    assert f"Released by {planner.username}" in client.get(at(f"production/plans/{job.id}/")).content.decode()


def test_a_week_that_cannot_be_read_says_file_row_and_fix(ask_plan, finish):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("lots.csv", "lot,family\n1,\n")
    _, asked = ask_plan(content=stream.getvalue())
    job = finish(asked.id)
    assert job.state == "failed"
    assert job.problems
    assert all(problem["message"] for problem in job.problems)
    assert not any("/uploads/" in problem["where"] for problem in job.problems)


def test_a_search_outside_its_limits_is_refused(ask_plan, organisation, person, visit, at, week):
    from django.core.files.uploadedfile import SimpleUploadedFile

    planner = person("planner", organisation)
    for wrong in ({"seconds": 1}, {"seconds": 99_999}, {"objective": "profit"}):
        given = {"file": SimpleUploadedFile("w.zip", week), "seconds": 5, "objective": "core", **wrong}
        assert visit(planner).post(at("production/plans/"), given).status_code == 400


def test_a_running_solver_is_cancelled_and_its_process_is_gone(ask_plan, worker, visit, at):
    planner, job = ask_plan(seconds=600)
    process = worker()
    until(lambda: _refreshed(job).state == "running" and _refreshed(job).progress)
    children = _children(process)
    assert children
    assert visit(planner).post(at(f"jobs/{job.id}/cancel/")).status_code == 302
    until(lambda: _refreshed(job).state == "cancelled")
    until(lambda: not [pid for pid in children if _alive(pid)])
    page = visit(planner).get(at(f"jobs/{job.id}/")).content.decode()
    assert "cancelled" in page
    assert "Try again" in page


def test_a_job_survives_a_killed_worker(ask_plan, worker, home):
    """The worker is killed with its job half done; the child ends itself, the next worker starts it again."""
    from django.utils import timezone

    from qinglian.hall.jobs.models import Job

    _, job = ask_plan(seconds=8)
    first = worker()
    until(lambda: _refreshed(job).state == "running" and _refreshed(job).progress)
    children = _children(first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    until(lambda: not [pid for pid in children if _alive(pid)], 30)
    assert _refreshed(job).state == "running", "on paper it still runs"
    Job.objects.filter(id=job.id).update(beat_at=timezone.now() - timedelta(minutes=1))
    worker()
    until(lambda: _refreshed(job).is_over)
    assert _refreshed(job).state == "succeeded", _refreshed(job).problems
    assert _refreshed(job).attempts == 2


def test_an_import_whose_worker_is_killed_posts_its_file_once(admin, visit, at, book, worker, organisation):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from qinglian.hall.jobs.models import Job
    from qinglian.ledger.audit import audit
    from qinglian.ledger.records import Wanted, records

    rows = "".join(
        f"HEF,electricity.purchased,2022-{m:02d}-{d:02d},2022-{m:02d}-{d:02d},{n}.25,kWh,meter-{n},X\n"
        for m in range(3, 13)
        for d in range(1, 29)
        for n in range(1, 81)
    )
    visit(admin).post(at("imports/"), {"file": SimpleUploadedFile("many.csv", (HEADER + rows).encode())})
    job = Job.objects.latest("id")
    first = worker()
    until(lambda: _refreshed(job).state == "running")
    time.sleep(1.0)
    first.send_signal(signal.SIGKILL)
    first.wait()
    if _refreshed(job).state == "running":
        Job.objects.filter(id=job.id).update(beat_at=timezone.now() - timedelta(minutes=1))
    worker()
    until(lambda: _refreshed(job).is_over)
    found = _refreshed(job)
    assert found.state == "succeeded", found.problems
    _, total = records(book, Wanted(), 1)
    assert total == 4 + 22_400, "all rows, once"
    assert audit(book).passed


def test_jobs_of_a_dead_worker_are_given_up_after_three_attempts(organisation, admin, home):
    from qinglian.hall.jobs.models import Job
    from qinglian.hall.jobs.tasks import recover

    job = Job.objects.create(
        organisation=organisation, kind="calculate", state="running", attempts=3, asked_by=admin
    )
    recover()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problems[0]["code"] == "hall.job_lost"


def test_a_clock_that_jumps_neither_loses_nor_doubles_a_job(organisation, admin, home):
    from django.utils import timezone

    from qinglian.hall.jobs.models import Job
    from qinglian.hall.jobs.tasks import recover

    ahead = timezone.now() + timedelta(hours=3)
    job = Job.objects.create(
        organisation=organisation,
        kind="calculate",
        state="running",
        attempts=1,
        asked_by=admin,
        beat_at=ahead,
    )
    recover()
    job.refresh_from_db()
    assert job.state == "running", "a heart that beats in the future is a clock, not a death"


def test_cancel_and_retry_of_a_job_that_waits(admin, visit, at, organisation, finish):
    from qinglian.hall.jobs.models import Job

    client = visit(admin)
    client.post(at("jobs/calculate/"), {"period": "2022"})
    job = Job.objects.latest("id")
    client.post(at(f"jobs/{job.id}/cancel/"))
    assert _refreshed(job).state == "cancelled"
    assert finish(job.id).state == "cancelled", "a worker that comes late leaves it alone"
    client.post(at(f"jobs/{job.id}/retry/"))
    assert finish(job.id).state == "succeeded"
    assert client.post(at(f"jobs/{job.id}/retry/")).status_code == 400
    assert client.post(at(f"jobs/{job.id}/explode/")).status_code == 404


def test_a_job_is_run_by_one_worker_only(admin, visit, at, home):
    from qinglian.hall.jobs.models import Job
    from qinglian.hall.jobs.running import run_job

    visit(admin).post(at("jobs/calculate/"), {"period": "2022"})
    job = Job.objects.latest("id")
    Job.objects.filter(id=job.id).update(state="running")
    run_job(job.id)
    assert _refreshed(job).attempts == 0


def test_a_disk_that_is_full_is_said_and_leaves_the_book_whole(admin, upload, book, monkeypatch, tmp_path):
    """The child cannot grow a file beyond the limit, as on a full disk."""
    from qinglian.hall.jobs import running
    from qinglian.ledger.audit import audit

    real = subprocess.Popen

    def limited(command, **settings):
        script = "import resource,runpy,signal;signal.signal(signal.SIGXFSZ,signal.SIG_IGN);"
        script += "resource.setrlimit(resource.RLIMIT_FSIZE,(4096,4096));"
        script += "runpy.run_module('qinglian.hall.jobs.child',run_name='__main__')"
        return real([sys.executable, "-c", script], **settings)

    running.dismiss()
    monkeypatch.setattr(running.subprocess, "Popen", limited)
    head = book.head()
    job = upload(admin, HEADER + "".join(bill(m, source=f"m{n}") for m in range(3, 13) for n in range(40)))
    assert job.state == "failed"
    assert job.problems
    monkeypatch.undo()
    running.dismiss()
    assert book.head() == head
    assert audit(book).passed


def _refreshed(job):
    job.refresh_from_db()
    return job


def _children(worker):
    """Process numbers of a worker's children."""
    command = ["pgrep", "-P", str(worker.pid), "-f", "qinglian.hall.jobs.child"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def _alive(pid):
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

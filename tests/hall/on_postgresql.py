"""A company's year on PostgreSQL through the pages; run by ``test_postgresql`` in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path


def main(folder: Path) -> None:
    from qinglian.hall.starting import start

    home = start(folder)
    assert home.database.startswith("postgresql")
    start(folder)  # a second start finds everything in place

    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connection
    from django.test import Client

    from qinglian.hall.books import add_organisation, book_of
    from qinglian.hall.jobs.models import Job
    from qinglian.hall.jobs.running import run_job
    from qinglian.hall.people.models import Membership, User
    from qinglian.ledger.audit import audit
    from qinglian.ledger.versions import version
    from tests.hall.conftest import BACKEND, HEADER, bill

    assert connection.vendor == "postgresql"
    works = add_organisation("works", "Works 工厂")
    clients = []
    for login, role in (("engineer", "administrator"), ("reviewer", "reviewer")):
        user = User.objects.create_user(login, password="a long enough phrase 9")
        Membership.objects.create(user=user, organisation=works, role=role)
        clients.append(Client(HTTP_HOST="localhost"))
        clients[-1].force_login(user, backend=BACKEND)
    engineer, reviewer = clients

    def post(client, path, **given):
        answer = client.post(f"/o/works/{path}", given)
        assert answer.status_code == 302, answer.content.decode()

    def finished():
        job = Job.objects.latest("id")
        run_job(job.id)
        job.refresh_from_db()
        assert job.state == "succeeded", job.problems
        return job.result

    post(engineer, "factors/install/shipped/")
    site = {"way": "site", "site-code": "HEF", "site-name": "Hefei", "site-place": "CN-AH"}
    post(engineer, "organisation/", **site)
    post(engineer, "imports/", file=SimpleUploadedFile("b.csv", (HEADER + bill(1) + bill(2)).encode()))
    assert finished()["posted"] == 2
    post(engineer, "jobs/calculate/", period="2022")
    run = finished()["run"]
    post(engineer, "approvals/", run=run, gwp="AR6", consolidation="operational")
    for state in ("reviewed", "approved", "published"):
        post(reviewer, f"approvals/1/{state}/")
    for path in ("", "inventory/", "records/", "imports/", "approvals/", "evidence/", "calendar/", "audit/"):
        assert reviewer.get(f"/o/works/{path}").status_code == 200, path
    book = book_of(works)
    assert book.identity.namespace
    assert audit(book).passed
    print(version(book, 1).state)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

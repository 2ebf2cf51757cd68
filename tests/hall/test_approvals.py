"""Four eyes: who may draft, review, approve and publish; each step a fact of the ledger."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.hall.conftest import HEADER, bill


@pytest.fixture
def drafted(organisation, person, visit, at, book):
    """A version drafted by an engineer; the data were posted by somebody else before."""
    from qinglian.ledger.commands.calculation import newest_run

    engineer = person("engineer", organisation)
    given = {"run": newest_run(book), "gwp": "AR6", "consolidation": "operational", "label": "2022"}
    assert visit(engineer).post(at("approvals/"), given).status_code == 302
    return engineer


def state_of(book, number=1):
    from qinglian.ledger.versions import version

    return version(book, number).state


def test_a_version_goes_from_draft_to_published_under_subject_keys(
    drafted, organisation, person, visit, at, book
):
    from qinglian.hall.people.models import Event
    from qinglian.ledger.actor import names
    from qinglian.ledger.versions import version

    reviewer = person("reviewer", organisation)
    client = visit(reviewer)
    for state in ("reviewed", "approved", "published"):
        assert client.post(at(f"approvals/1/{state}/"), {"note": f"looks {state}"}).status_code == 302
    found = version(book, 1)
    assert found.state == "published"
    assert found.independently_reviewed
    assert found.head
    with book.read() as connection:
        who = names(connection)
    assert [who[d.subject] for d in found.decisions] == [drafted.username, *[reviewer.username] * 3]
    assert all(d.authenticated for d in found.decisions)
    assert Event.objects.filter(organisation=organisation, action="version approved", user=reviewer).exists()
    page = client.get(at("approvals/")).content.decode()
    assert "not independently reviewed" not in page
    assert found.head in page


def test_whoever_drafted_does_not_approve_even_as_administrator(admin, organisation, person, visit, at, book):
    from qinglian.ledger.commands.calculation import newest_run

    client = visit(admin)
    given = {"run": newest_run(book), "gwp": "AR6", "consolidation": "operational"}
    assert client.post(at("approvals/"), given).status_code == 302
    assert client.post(at("approvals/1/reviewed/")).status_code == 302
    answer = client.post(at("approvals/1/approved/"))
    assert answer.status_code == 409
    assert state_of(book) == "reviewed"
    assert visit(person("reviewer", organisation)).post(at("approvals/1/approved/")).status_code == 302


def test_whoever_posted_a_fact_does_not_approve(organisation, person, upload, visit, at, book, finish):
    poster = person("administrator", organisation)
    upload(poster, HEADER + bill(7))
    other = person("engineer", organisation)
    visit(other).post(at("jobs/calculate/"), {"period": "2022"})
    run = finish().result["run"]
    visit(other).post(at("approvals/"), {"run": run, "gwp": "AR6", "consolidation": "operational"})
    visit(poster).post(at("approvals/1/reviewed/"))
    assert visit(poster).post(at("approvals/1/approved/")).status_code == 409
    assert state_of(book) == "reviewed"


@pytest.mark.parametrize("role", ["data_owner", "engineer", "planner", "assurer", "reader"])
def test_other_roles_neither_review_nor_approve(role, drafted, organisation, person, visit, at, book):
    client = visit(person(role, organisation))
    for state in ("reviewed", "approved", "published"):
        assert client.post(at(f"approvals/1/{state}/")).status_code == 403
    assert state_of(book) == "draft"


def test_steps_come_in_order_and_a_repeated_one_is_done_once(drafted, organisation, person, visit, at, book):
    client = visit(person("reviewer", organisation))
    assert client.post(at("approvals/1/approved/")).status_code == 409
    assert client.post(at("approvals/1/reviewed/")).status_code == 302
    head = book.head()
    assert client.post(at("approvals/1/reviewed/")).status_code == 302, (
        "the answer was lost, not the decision"
    )
    assert book.head() == head
    second = visit(person("reviewer", organisation))
    assert second.post(at("approvals/1/reviewed/")).status_code == 409
    assert client.post(at("approvals/1/nonsense/")).status_code == 404


def test_an_approved_period_is_locked_until_one_batch_is_allowed(
    drafted, organisation, person, upload, visit, at
):
    reviewer, engineer = person("reviewer", organisation), person("engineer", organisation)
    for state in ("reviewed", "approved"):
        visit(reviewer).post(at(f"approvals/1/{state}/"))
    late = upload(engineer, HEADER + bill(9), "late.csv")
    assert late.state == "failed"
    assert late.problems[0]["code"] == "ledger.period_locked"
    answer = visit(reviewer).post(at("approvals/1/lock/adjustment/"), {"reason": "late bill"})
    decision = answer.context["decision"].id
    assert upload(engineer, HEADER + bill(9), "late.csv", adjustment=str(decision)).result["posted"] == 1
    assert upload(engineer, HEADER + bill(10), "later.csv", adjustment=str(decision)).state == "failed"
    assert visit(reviewer).post(at("approvals/1/lock/open/"), {"reason": "restated"}).status_code == 200
    assert upload(engineer, HEADER + bill(11), "open.csv").result["posted"] == 1


def test_a_firm_of_one_may_publish_and_is_marked(organise, person, visit, finish):
    from qinglian.hall.books import book_of
    from qinglian.ledger.installed import install_packs
    from qinglian.ledger.organisation import add_facility
    from tests.hall.conftest import POSTER

    small = organise(empty=True, single_user=True, actor=POSTER)
    owner = person("administrator", small)
    book = book_of(small)
    install_packs(book, POSTER)
    add_facility(book, POSTER, "HEF", name="Shop", where="CN-AH")
    from django.core.files.uploadedfile import SimpleUploadedFile

    client, home = visit(owner), f"/o/{small.slug}/"
    client.post(home + "imports/", {"file": SimpleUploadedFile("b.csv", (HEADER + bill(1)).encode())})
    finish()
    client.post(home + "jobs/calculate/", {"period": "2022"})
    run = finish().result["run"]
    client.post(home + "approvals/", {"run": run, "gwp": "AR6", "consolidation": "operational"})
    for state in ("reviewed", "approved", "published"):
        assert client.post(f"{home}approvals/1/{state}/").status_code == 302
    assert "not independently reviewed" in client.get(home + "approvals/").content.decode()


def test_two_versions_are_compared_by_cause(drafted, organisation, person, upload, visit, at, finish):
    engineer = person("engineer", organisation)
    upload(engineer, HEADER + bill(8, "5000"))
    visit(engineer).post(at("jobs/calculate/"), {"period": "2022"})
    run = finish().result["run"]
    visit(engineer).post(at("approvals/"), {"run": run, "gwp": "AR6", "consolidation": "operational"})
    page = visit(engineer).get(at("inventory/compare/?before=1&after=2")).content.decode()
    assert "Version 1" in page
    assert "<svg" in page
    assert visit(engineer).get(at("inventory/compare/?before=1&after=9")).status_code == 200


def test_a_write_of_the_ledger_inside_a_transaction_of_the_hall_is_refused(organisation, home):
    from django.db import transaction

    from qinglian.hall.books import _InsideTransactionError, book_of
    from tests.hall.conftest import POSTER

    book = book_of(organisation)
    head = book.head()
    with pytest.raises(_InsideTransactionError), transaction.atomic(), book.write(POSTER, "test"):
        pass
    assert book.head() == head


KILLED = """
import os, signal, sys
from pathlib import Path
from qinglian.hall.starting import start
start(Path(sys.argv[1]))
from django.test import Client
from qinglian.hall.people import events
from qinglian.hall.people.models import User
import qinglian.hall.people.desk as desk
def die(*a, **k):
    os.kill(os.getpid(), signal.SIGKILL)
desk.record = die   # the server dies after the ledger has committed and before the hall's row
client = Client(HTTP_HOST="localhost")
client.force_login(User.objects.get(username=sys.argv[2]), backend="allauth.account.auth_backends.AuthenticationBackend")
client.post(sys.argv[3])
"""


def test_a_server_killed_in_an_approval_leaves_the_decision_and_the_repetition_completes_it(
    drafted, organisation, person, visit, at, book, home
):
    from qinglian.hall.people.models import Event
    from qinglian.ledger.audit import audit

    reviewer = person("reviewer", organisation)
    assert visit(reviewer).post(at("approvals/1/reviewed/")).status_code == 302
    command = [sys.executable, "-c", KILLED, str(home.folder), reviewer.username, at("approvals/1/approved/")]
    died = subprocess.run(command, env=dict(os.environ), capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-2000:]
    assert state_of(book) == "approved"
    assert not Event.objects.filter(organisation=organisation, action="version approved").exists()
    head = book.head()
    assert visit(reviewer).post(at("approvals/1/approved/")).status_code == 302
    assert book.head() == head, "the decision is not taken a second time"
    assert Event.objects.filter(organisation=organisation, action="version approved").count() == 1
    assert audit(book).passed

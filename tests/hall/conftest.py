"""A hall on a home of its own per process, organisations with small real books, people in every role.

Django is set up once per process, on that home. Rows are not rolled back: the ledger commits for itself, and a
write inside a transaction of Django's is refused. Each test makes organisations and people of its own instead.
"""

from __future__ import annotations

import itertools
import logging
import os
import shutil
from pathlib import Path

import pytest

from qinglian.core.period import FiscalCalendar, parse_period
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import create_book, open_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.installed import install_packs
from qinglian.ledger.organisation import add_facility

ALL_ROLES = ("administrator", "data_owner", "engineer", "reviewer", "planner", "assurer", "reader")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HEADER = "facility,activity,start,end,quantity,unit,source,reference\n"
POSTER = Actor("wang.poster", "Wang", authenticated=True)
_numbers = itertools.count(1)


def bill(
    month=1, quantity="1000", facility="HEF", activity="electricity.purchased", unit="kWh", source="m-1"
):
    return f"{facility},{activity},2022-{month:02d}-01,2022-{month:02d}-28,{quantity},{unit},{source},B-{month}\n"


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The prepared hall of this process."""
    from qinglian.hall.starting import start

    # A home of an earlier test that set Django up in this process cannot be changed any more.
    folder = Path(os.environ["QINGLIAN_TEST_HOME"]) if "QINGLIAN_TEST_HOME" in os.environ else None
    if folder is None:
        folder = tmp_path_factory.mktemp("hall") / "home"
        os.environ["QINGLIAN_TEST_HOME"] = str(folder)
    made = start(folder)
    from django.test.utils import setup_test_environment

    setup_test_environment()  # answers carry the context of their template
    logging.getLogger("django.request").setLevel(
        logging.ERROR
    )  # every refusal that is tested would be a line
    return made


@pytest.fixture(scope="session")
def template(tmp_path_factory, home):
    """A book with two facilities and two months of electricity and gas, calculated."""
    from qinglian.ingest.posting import import_file

    folder = tmp_path_factory.mktemp("template") / "book"
    book = create_book(folder, organisation="Template", calendar=FiscalCalendar(), actor=POSTER)
    install_packs(book, POSTER)
    add_facility(book, POSTER, "HEF", name="Hefei", where="CN-AH")
    add_facility(book, POSTER, "SZX", name="Shenzhen", where="CN-GD")
    bills = folder.parent / "first-bills.csv"
    gas = bill(1, "500", activity="fuel.stationary.natural_gas", unit="Nm3", source="gas")
    bills.write_text(HEADER + bill(1) + bill(2) + gas + bill(1, "200", facility="SZX", source="m-2"))
    assert import_file(book, POSTER, bills).posted == 4
    calculate(book, POSTER, parse_period("2022", book.identity.calendar, book.identity.zone))
    return folder


@pytest.fixture
def organise(home, template):
    """Make an organisation with a copy of the template's book, or an empty one."""
    from qinglian.hall.books import add_organisation
    from qinglian.hall.people.models import Organisation

    def make(*, empty=False, **identity):
        slug = f"org{os.getpid()}x{next(_numbers)}"
        if empty:
            return add_organisation(slug, f"Organisation {slug}", **identity)
        shutil.copytree(template, home.books / slug)
        return Organisation.objects.create(slug=slug, name=f"Organisation {slug}", folder=slug)

    return make


@pytest.fixture
def organisation(organise):
    return organise()


@pytest.fixture
def person(home):
    """Make a person, in a role of an organisation if one is named."""
    from qinglian.hall.people.models import Membership, User

    def make(role="", organisation=None, sites=(), password="a long enough phrase 9", **more):
        user = User.objects.create_user(f"p{os.getpid()}x{next(_numbers)}", password=password, **more)
        if role:
            Membership.objects.create(user=user, organisation=organisation, role=role, sites=list(sites))
        return user

    return make


@pytest.fixture
def visit(home):
    """A client of a person who is signed in, or of nobody."""
    from django.test import Client

    def make(user=None, **settings):
        client = Client(HTTP_HOST="localhost", **settings)
        if user is not None:
            client.force_login(user, backend=BACKEND)
        return client

    return make


@pytest.fixture
def admin(person, organisation):
    return person("administrator", organisation)


@pytest.fixture
def at(organisation):
    """Address of a page of the organisation."""

    def address(path="", of=organisation):
        return f"/o/{of.slug}/{path}"

    return address


@pytest.fixture
def book(organisation):
    from qinglian.hall.books import folder_of

    return open_book(folder_of(organisation))


@pytest.fixture
def finish(home):
    """Run the newest job, or one that is named, to its end in this process's worker."""
    from qinglian.hall.jobs.models import Job
    from qinglian.hall.jobs.running import run_job

    def run(number=None):
        job = Job.objects.get(id=number) if number else Job.objects.latest("id")
        run_job(job.id)
        job.refresh_from_db()
        return job

    return run


@pytest.fixture
def upload(visit, at, finish):
    """Send a file to the import page as somebody and run the job."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(user, content, name="bills.csv", **more):
        content = content if isinstance(content, bytes) else content.encode()
        answer = visit(user).post(at("imports/"), {"file": SimpleUploadedFile(name, content), **more})
        assert answer.status_code == 302, answer.content.decode()
        return finish(int(answer.url.rstrip("/").rpartition("/")[2]))

    return send


@pytest.fixture
def published(book, organisation):
    """Version 1 of the organisation's book, published by people other than whoever posted."""
    from qinglian.ledger.commands.calculation import newest_run
    from qinglian.ledger.versions import create_version, decide

    create_version(book, POSTER, newest_run(book))
    other = Actor("li.reviewer", "Li", authenticated=True)
    for state in ("reviewed", "approved", "published"):
        last = decide(book, other, 1, state)
    return last

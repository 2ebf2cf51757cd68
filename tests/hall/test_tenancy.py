"""One organisation can never see another's data: every page and every route, as every role of another one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.hall.conftest import ALL_ROLES

SECRET = "SECRET-METER-4711"
VALUES = {
    "number": "1",
    "int": "1",
    "slug": "shipped",
    "day": "2022-01-01",
    "path": "electricity.purchased",
    "str": "2022",
}
METHODS = ("get", "post", "put", "patch", "delete")


def addresses(slug: str) -> Iterator[str]:
    """Every address below an organisation, pages and API, as the resolver knows them."""
    from django.urls import get_resolver

    def walk(patterns, before=""):
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, here)
            else:
                yield here

    for route in walk(get_resolver().url_patterns):
        if "organisation>" not in route or route.startswith("disclosure/"):
            continue
        filled = re.sub(r"<(?:\w+:)?organisation>", slug, route)
        yield "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: VALUES[m[1] or "str"], filled)


def test_there_are_addresses_to_walk(home):
    found = list(addresses("x"))
    assert len([one for one in found if one.startswith("/o/x/")]) > 40
    assert len([one for one in found if one.startswith("/api/v1/o/x/")]) > 40
    assert not [one for one in found if "<" in one]


@pytest.fixture
def theirs(organise, person):
    """Another organisation, with a record, evidence, a job, a token and a member."""
    from qinglian.hall.api.models import Token
    from qinglian.hall.books import book_of
    from qinglian.hall.jobs.models import Job
    from qinglian.ingest.posting import import_file
    from tests.hall.conftest import HEADER, POSTER, bill

    other = organise()
    book = book_of(other)
    path = book.folder.parent / f"{SECRET}.csv"
    path.write_text(HEADER + bill(5, source=SECRET))
    import_file(book, POSTER, path)
    owner = person("administrator", other)
    for kind in ("import", "plan", "pack"):
        Job.objects.create(organisation=other, kind=kind, title=SECRET, state="succeeded", asked_by=owner)
    Token.make(owner, other, SECRET, ["read"])
    return other


@pytest.mark.parametrize("role", ALL_ROLES)
def test_no_role_of_another_organisation_reaches_anything(role, organisation, theirs, person, visit):
    client = visit(person(role, organisation))
    for address in addresses(theirs.slug):
        for method in METHODS:
            answer = getattr(client, method)(address)
            assert answer.status_code in {404, 405}, (role, method, address, answer.status_code)
            assert SECRET not in b"".join(answer).decode(errors="replace") if answer.streaming else True
            if not answer.streaming:
                assert SECRET not in answer.content.decode(errors="replace")


@pytest.mark.parametrize("role", ALL_ROLES)
def test_numbers_of_another_organisation_are_not_found_in_ones_own(role, organisation, theirs, person, visit):
    from qinglian.hall.jobs.models import Job
    from qinglian.hall.people.models import Membership

    client = visit(person(role, organisation))
    jobs = Job.objects.filter(organisation=theirs).values_list("id", flat=True)
    member = Membership.objects.get(organisation=theirs).id
    for number in jobs:
        for path in (f"jobs/{number}/", f"production/plans/{number}/", f"disclosure/packs/{number}.zip"):
            assert client.get(f"/o/{organisation.slug}/{path}").status_code in {403, 404}
        assert client.get(f"/api/v1/o/{organisation.slug}/jobs/{number}").status_code == 404
    assert client.get(f"/o/{organisation.slug}/members/{member}/").status_code in {403, 404}


def test_nobody_reaches_anything_without_signing_in(theirs, visit):
    client = visit()
    for address in addresses(theirs.slug):
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            if address.startswith("/api/"):
                assert answer.status_code in {401, 405}, address
            else:
                assert answer.status_code in {302, 405}, address
                assert answer.status_code == 405 or answer.url.startswith("/accounts/login/")


def test_a_token_opens_only_its_own_organisation_and_scopes(organisation, theirs, person, visit):
    from qinglian.hall.api.models import Token
    from qinglian.hall.people.models import Membership

    user = person("administrator", organisation)
    Membership.objects.create(user=user, organisation=theirs, role="administrator")
    token = Token.make(user, organisation, "meter gateway", ["read"])
    client = visit(headers={"Authorization": f"Bearer {token}"})
    assert client.get(f"/api/v1/o/{organisation.slug}/runs").status_code == 200
    assert client.get(f"/api/v1/o/{theirs.slug}/runs").status_code == 404
    answer = client.post(
        f"/api/v1/o/{organisation.slug}/calculations", json.dumps({"period": "2022"}), "application/json"
    )
    assert answer.status_code == 403


def test_a_membership_that_has_ended_opens_nothing(organisation, person, visit, at):
    from datetime import date

    from qinglian.hall.people.models import Membership

    user = person("assurer", organisation)
    assert visit(user).get(at()).status_code == 200
    Membership.objects.filter(user=user).update(until=date(2020, 1, 1))
    assert visit(user).get(at()).status_code == 404

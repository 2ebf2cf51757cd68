"""The API: problems, idempotency, cursors, strictness, and schemathesis over every operation."""

from __future__ import annotations

import json

import pytest

from tests.hall.conftest import HEADER, bill

JSON = "application/json"


@pytest.fixture
def token(organisation, person):
    from qinglian.hall.api.models import Token
    from qinglian.hall.people.roles import Right

    user = person("administrator", organisation)
    return Token.make(user, organisation, "test", [right.value for right in Right])


@pytest.fixture
def api(visit, token, organisation):
    """Call the API as an administrator's program."""
    client = visit(headers={"Authorization": f"Bearer {token}"})

    def call(method, path, body=None, **headers):
        address = f"/api/v1/o/{organisation.slug}/{path}"
        if body is None:
            return getattr(client, method)(address, headers=headers)
        return getattr(client, method)(address, json.dumps(body), JSON, headers=headers)

    return call


def problem(answer, status, code=None):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = json.loads(answer.content)
    assert told["status"] == status
    assert told["detail"]
    if code is not None:
        assert told["title"] == code
    return told


def test_the_document_is_openapi_3_1_and_names_every_operation(visit, home):
    document = visit().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) > 55
    assert all({"401", "404", "422"} <= set(map(str, one["responses"])) for one in operations)


def test_exact_numbers_are_text(api, book):
    from qinglian.core.decimals import plain
    from qinglian.ledger.commands.calculation import newest_run
    from qinglian.ledger.inventory import read_inventory

    run = api("get", "runs").json()["runs"][0]["id"]
    told = api("get", f"runs/{run}/inventory?gwp=AR5").json()
    from qinglian.ledger.inventory import View

    exact = read_inventory(book, newest_run(book), View(gwp="AR5")).total(scope="1")
    found = next(one for one in told["totals"] if one["scope"] == "1")
    assert found["kg_co2e"] == plain(exact)
    tree = api("get", f"runs/{run}/explain?scope=1").json()
    assert tree["kind"] == "total"


def test_unknown_parameters_fields_and_values_are_refused(api):
    problem(api("get", "records?facilty=HEF"), 422)
    problem(api("get", "records?limit=0"), 422)
    problem(api("post", "calculations", {"period": "2022", "engine": "spark"}), 422)
    problem(api("post", "calculations", {}), 422)
    told = problem(api("post", "calculations", {"period": "someday"}), 400)
    assert told["fix"]


def test_what_is_missing_or_not_allowed_is_a_problem_too(api, visit, organisation, person):
    problem(api("get", "runs/nothing/inventory"), 400, "ledger.run_unknown")
    problem(api("get", "jobs/999999"), 404)
    problem(api("get", "dimensions/nonsense?period=2022"), 404)
    problem(visit().get(f"/api/v1/o/{organisation.slug}/runs"), 401)
    problem(
        visit(headers={"Authorization": "Bearer ql_wrong"}).get(f"/api/v1/o/{organisation.slug}/runs"), 401
    )
    reader = visit(person("reader", organisation))
    answer = reader.post(f"/api/v1/o/{organisation.slug}/calculations", json.dumps({"period": "2022"}), JSON)
    problem(answer, 403)


def test_records_come_page_by_page_without_gap_or_overlap(api):
    found, cursor = [], ""
    for _ in range(10):
        page = api("get", f"records?limit=1{cursor}").json()
        found += [one["fact"] for one in page["records"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [1, 2, 3, 4]


def test_a_write_under_a_key_is_done_once(api, book):
    body = {"code": "CTU", "name": "Chengdu", "place": "CN-SC"}
    first = api("post", "facilities", body, **{"Idempotency-Key": "k1"})
    head = book.head()
    again = api("post", "facilities", body, **{"Idempotency-Key": "k1"})
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Idempotent-Replay"] == "true"
    assert book.head() == head
    other = {**body, "code": "WUH"}
    problem(api("post", "facilities", other, **{"Idempotency-Key": "k1"}), 422)
    problem(api("post", "facilities", body), 400, "ledger.facility_exists")
    problem(api("post", "facilities", body, **{"Idempotency-Key": "x" * 300}), 422)


def test_a_refused_write_may_be_mended_under_the_same_key(api):
    body = {"code": "CTU", "name": "Chengdu", "place": "Atlantis"}
    problem(api("post", "facilities", body, **{"Idempotency-Key": "k2"}), 400)
    mended = {**body, "place": "CN-SC"}
    assert api("post", "facilities", mended, **{"Idempotency-Key": "k2"}).status_code == 201


def test_a_file_is_imported_once_under_a_key(visit, token, organisation, finish, book):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from qinglian.hall.jobs.models import Job

    client = visit(headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "file-1"})
    address = f"/api/v1/o/{organisation.slug}/imports"
    answers = [
        client.post(address, {"file": SimpleUploadedFile("b.csv", (HEADER + bill(3)).encode())})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    job = finish(answers[0].json()["id"])
    assert job.result["posted"] == 1
    assert client.get(f"{address[:-7]}jobs/{job.id}").json()["state"] == "succeeded"
    assert Job.objects.filter(organisation=organisation).count() == 1


def test_the_session_of_a_page_may_read_and_writes_need_its_csrf_token(admin, organisation, home):
    from django.test import Client

    from tests.hall.conftest import BACKEND

    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.force_login(admin, backend=BACKEND)
    address = f"/api/v1/o/{organisation.slug}/"
    assert client.get(address + "runs").status_code == 200
    assert client.post(address + "calculations", json.dumps({"period": "2022"}), JSON).status_code == 403


def test_too_many_requests_are_slowed_down(visit, organisation, home):
    from django.core.cache import cache

    cache.clear()
    client = visit(REMOTE_ADDR="203.0.113.9")
    statuses = {client.get("/api/v1/o/nowhere/runs").status_code for _ in range(70)}
    assert 401 in statuses or 404 in statuses
    cache.clear()


def test_a_year_goes_from_file_to_publication_through_the_api_alone(organise, person, visit, finish):
    """The pages use nothing that the API lacks."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from qinglian.hall.api.models import Token
    from qinglian.hall.people.roles import Right

    made = organise(empty=True)
    rights = [right.value for right in Right]
    keys = [Token.make(person("administrator", made), made, "t", rights) for _ in range(2)]
    engineer, reviewer = (visit(headers={"Authorization": f"Bearer {key}"}) for key in keys)
    root = f"/api/v1/o/{made.slug}/"

    def post(client, path, body, status):
        answer = client.post(root + path, json.dumps(body), JSON)
        assert answer.status_code == status, answer.content
        return answer.json()

    assert engineer.post(root + "factors/install").status_code == 201
    post(engineer, "facilities", {"code": "HEF", "name": "Hefei", "place": "CN-AH"}, 201)
    row = {"facility": "HEF", "activity": "electricity.purchased", "start": "2022-01-01", "end": "2022-12-31"}
    job = post(engineer, "rows", {"rows": [{**row, "quantity": "1000.5", "unit": "MWh"}]}, 202)
    assert finish(job["id"]).result["posted"] == 1
    upload = {"file": SimpleUploadedFile("scan.txt", b"the bill"), "batch": 1}
    assert engineer.post(root + "evidence", upload).status_code == 201
    job = post(engineer, "calculations", {"period": "2022"}, 202)
    run = finish(job["id"]).result["run"]
    version = post(engineer, "versions", {"run": run, "label": "2022"}, 201)["id"]
    for state in ("reviewed", "approved", "published"):
        told = post(reviewer, f"versions/{version}/decisions", {"state": state}, 201)
    assert told["state"] == "published"
    report = {
        "version": version,
        "as_of": "2026-11-23",
        "text_en": "{ghg.scope2.location}",
        "text_zh": "{ghg.scope2.location}",
    }
    job = post(reviewer, "reports", report, 202)
    assert finish(job["id"]).state == "succeeded"
    (publication,) = reviewer.get(root + "publications").json()["publications"]
    assert visit().get(publication["address"]).status_code == 200
    checks = reviewer.get(f"{root}publications/{publication['id']}/verification").json()["checks"]
    assert {one["outcome"] for one in checks} <= {"passed", "skipped", "not_checked"}
    assert post(reviewer, "audit", {}, 200)["passed"]
    assert reviewer.get(root + "events?limit=2").json()["next_cursor"]


def test_schemathesis_finds_no_server_error_and_no_undocumented_answer(token, organisation, home):
    """Every operation with generated and broken input: no 500, no status or content type that is not documented."""
    from django.core.cache import cache
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import openapi
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

    from qinglian.hall.wsgi import application

    schema = openapi.from_wsgi("/api/v1/openapi.json", application, headers={"Host": "localhost"})
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    few = settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def call(case):
        cache.clear()  # the counters of too many requests
        case.path_parameters = {**(case.path_parameters or {}), "organisation": organisation.slug}
        response = case.call(headers=headers)
        assert response.status_code < 500, response.content[:500]
        case.validate_response(response, checks=[status_code_conformance, content_type_conformance])

    failures, operations = [], [result.ok() for result in schema.get_all_operations()]
    for operation in operations:
        try:
            few(given(case=operation.as_strategy())(call))()
        except Exception as error:
            failures.append(f"{operation.label}: {error}")
    assert len(operations) > 55
    assert not failures, "\n\n".join(failures)

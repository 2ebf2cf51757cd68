"""Headers on every answer, and text that would run if it could, in every field that stores one."""

from __future__ import annotations

import re

import pytest

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}</script>"
MARK = "alert(2)"


def harmless(page):
    """Whether no tag of the text came through alive."""
    return "<img src=x" not in page and "<script>alert" not in page


def test_every_answer_has_a_strict_policy(admin, organisation, visit, at):
    for client in (visit(admin), visit()):
        for path in (
            at(),
            at("inventory/"),
            "/",
            "/accounts/login/",
            "/disclosure/",
            "/nothing/",
            "/healthy/",
        ):
            answer = client.get(path)
            policy = answer["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["Referrer-Policy"] == "same-origin"
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_page_has_inline_code_or_style_or_loads_anything_from_elsewhere(admin, visit, at):
    client = visit(admin)
    for path in (
        "",
        "inventory/",
        "inventory/explain/?scope=1",
        "factors/",
        "dimensions/production/",
        "approvals/",
    ):
        page = client.get(at(path)).content.decode()
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page), path
        assert not re.search(r"\s(?:style|onclick|onload|onerror)=", page), path
        assert "<style" not in page, path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page), path


def test_pages_of_people_are_not_kept_by_caches(admin, visit, at):
    assert visit(admin).get(at())["Cache-Control"] == "no-store"


def test_a_form_without_its_token_is_refused(admin, at, home):
    from django.test import Client

    from tests.hall.conftest import BACKEND

    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.force_login(admin, backend=BACKEND)
    for path in (at("jobs/calculate/"), at("imports/"), at("members/"), "/language/"):
        answer = client.post(path, {"period": "2022"})
        assert answer.status_code == 403, path
        assert "expired" in answer.content.decode()


def test_a_host_that_is_not_ours_is_refused(visit):
    assert visit().get("/disclosure/", HTTP_HOST="evil.example").status_code == 400


def test_reading_never_changes(admin, visit, at, book):
    client, head = visit(admin), book.head()
    for path in (
        "jobs/calculate/",
        "records/1/reverse/",
        "approvals/1/approved/",
        "factors/install/shipped/",
        "disclosure/versions/1/pack/",
        "members/1/remove/",
    ):
        assert client.get(at(path)).status_code in {302, 404, 405}, path
    assert book.head() == head


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_that_would_run_is_shown_as_text_everywhere(
    language, admin, organisation, visit, at, upload, finish, home
):
    from qinglian.hall.people.models import Organisation
    from tests.hall.conftest import HEADER

    client = visit(admin, headers={"Accept-Language": language})
    quoted = '"' + XSS.replace('"', '""') + '"'
    job = upload(
        admin,
        HEADER + f"HEF,electricity.purchased,2022-05-01,2022-05-28,10,kWh,{quoted},{quoted}\n",
        f"{XSS}.csv",
    )
    assert job.result["posted"] == 1, job.result
    bad = upload(admin, HEADER + f"{quoted},electricity.purchased,2022-05-01,2022-05-28,{quoted},kWh,a,b\n")
    client.post(
        at("organisation/"), {"way": "site", "site-code": XSS[:50], "site-name": XSS, "site-place": "CN-AH"}
    )
    client.post(at("records/1/reverse/"), {"reason": XSS})
    client.post(
        at("calendar/"),
        {"facility": "HEF", "activity": XSS, "every": "month", "first_day": "2026-01-01", "grace_days": 1},
    )
    client.post(at("calendar/1/gap/2026-01-01/"), {"reason": XSS})
    from qinglian.hall.books import book_of
    from qinglian.ledger.commands.calculation import newest_run

    run = newest_run(book_of(organisation))
    client.post(at("approvals/"), {"run": run, "gwp": "AR6", "consolidation": "operational", "label": XSS})
    client.post(at("approvals/1/reviewed/"), {"note": XSS})
    client.post(at("members/"), {"role": "reader", "login": XSS, "sites": XSS})
    client.post(at("tokens/"), {"name": XSS, "scopes": ["read"]})
    client.post(at("jobs/calculate/"), {"period": "2022"})
    finish()
    Organisation.objects.filter(id=organisation.id).update(name=XSS)
    admin.first_name = XSS[:150]
    admin.save()
    seen = 0
    for path in (
        "",
        "inventory/",
        "inventory/explain/?scope=2&method=location",
        "records/",
        f"records/?facility={XSS}",
        "imports/",
        "calendar/",
        "evidence/",
        "approvals/",
        "organisation/",
        "members/",
        "tokens/",
        "audit/",
        "jobs/",
        f"jobs/{job.id}/",
        f"jobs/{bad.id}/",
        f"dimensions/production/?period={XSS}",
        "dimensions/production/",
        "inventory/compare/",
        "disclosure/",
    ):
        page = client.get(at(path)).content.decode()
        assert harmless(page), path
        seen += MARK in page
    assert harmless(client.get("/").content.decode())
    assert seen > 10, "the text is shown, as text"


def test_data_inside_a_page_cannot_close_the_block_it_stands_in(home):
    import json

    from qinglian.hall.pages.drawing import drawn
    from qinglian.present.figures import Bar, Bars

    page = drawn(Bars(XSS, "t", (Bar(XSS, 1),)))
    assert harmless(page)
    block = re.search(r'<script type="application/json" class="options">(.*?)</script>', page, re.S)[1]
    assert json.loads(block)["option"]["yAxis"]["data"] == [XSS]

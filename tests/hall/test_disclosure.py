"""The builder and the public page: bound numbers, stable addresses, both languages, files as they were frozen."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from qinglian.core.text import use_language


@pytest.fixture
def client(published, organisation, person, visit):
    return visit(person("reviewer", organisation))


def given(**more):
    return {"version": 1, "as_of": "2026-11-23", "text_zh": "", "text_en": "", "way": "publish", **more}


@pytest.fixture
def report(client, at, finish):
    text = {"text_en": "Scope 1: {ghg.scope1}.", "text_zh": "范围一：{ghg.scope1}。"}
    answer = client.post(at("disclosure/"), given(**text))
    assert answer.status_code == 302, answer.content.decode()
    job = finish()
    assert job.state == "succeeded", job.problems
    return job


def test_a_report_is_read_without_a_login_in_both_languages(report, organisation, visit):
    public = visit()
    index = public.get("/disclosure/").content.decode()
    address = re.search(rf'href="(/disclosure/{organisation.slug}/2022/v1-[0-9a-f]{{16}}/)"', index)[1]
    english, chinese = (public.get(f"{address}?lang={name}").content.decode() for name in ("en", "zh"))
    assert "Scope 1: " in english
    assert "范围一：" in chinese
    assert "{ghg" not in english + chinese
    assert public.get(f"/disclosure/{organisation.slug}/2022/latest/").url == address
    assert english.count("<table") >= 3, "a table under every chart"


def test_every_file_stands_beside_the_page_with_its_hash(report, organisation, visit):
    from qinglian.hall.people.models import Publication

    one = Publication.objects.get(organisation=organisation)
    address = f"/disclosure/{organisation.slug}/2022/v1-{one.sha256[:16]}/"
    public = visit()
    manifest = json.loads(b"".join(public.get(address + "manifest.json")))
    assert {"statement.json", "report.xlsx", "report.en.html", "report.zh.html"} <= set(manifest["files"])
    for name, digest in manifest["files"].items():
        answer = public.get(address + name)
        assert hashlib.sha256(b"".join(answer)).hexdigest() == digest
        assert "immutable" in answer["Cache-Control"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
    for wrong in ("hall.db", "..%2f..%2fsecret.key", "secret.key", "report.en.exe"):
        assert public.get(address + wrong).status_code == 404
    assert public.get(f"/disclosure/{organisation.slug}/2022/v1-0000000000000000/").status_code == 404
    assert public.get(f"/disclosure/{organisation.slug}/1999/latest/").status_code == 404


def test_a_number_that_is_no_data_point_is_not_published(client, at):
    from qinglian.hall.jobs.models import Job

    before = Job.objects.count()
    answer = client.post(
        at("disclosure/"), given(text_en="We saved 2,696 MWh.", text_zh="我们节约了2,696兆瓦时。")
    )
    assert answer.status_code == 400
    assert "2,696" in answer.content.decode()
    assert Job.objects.count() == before
    kept = client.get(at("disclosure/")).content.decode()
    assert "We saved 2,696 MWh." in kept, "what was written is not lost"


def test_both_languages_have_the_same_paragraphs(client, at):
    answer = client.post(at("disclosure/"), given(text_en="One.\n\nTwo.", text_zh="一段。"))
    assert answer.status_code == 400
    assert "paragraphs" in answer.content.decode()


def test_a_preview_shows_what_would_be_published_and_publishes_nothing(client, at, organisation):
    from qinglian.hall.people.models import Publication

    answer = client.post(
        at("disclosure/"), given(way="preview", text_en="{ghg.scope1}", text_zh="{ghg.scope1}")
    )
    assert answer.status_code == 200
    assert "t CO2e" in answer.content.decode()
    assert not Publication.objects.filter(organisation=organisation).exists()


def test_a_published_report_is_recomputed_from_its_frozen_set_and_the_book(report, client, at, organisation):
    from qinglian.hall.people.models import Publication

    one = Publication.objects.get(organisation=organisation)
    page = client.get(at(f"disclosure/{one.id}/")).content.decode()
    assert "passed" in page
    assert "failed" not in page


def test_a_report_made_again_is_the_same_report(report, client, at, finish, organisation):
    from qinglian.hall.people.models import Publication

    text = {"text_en": "Scope 1: {ghg.scope1}.", "text_zh": "范围一：{ghg.scope1}。"}
    client.post(at("disclosure/"), given(**text))
    again = finish()
    assert again.result["sha256"] == report.result["sha256"]
    assert Publication.objects.filter(organisation=organisation).count() == 1


def test_nothing_is_disclosed_of_a_version_that_is_not_published(organisation, person, visit, at):
    page = visit(person("reviewer", organisation)).get(at("disclosure/")).content.decode()
    assert "No version is published yet" in page


def test_an_assurer_draws_a_sample_from_a_pack_that_verifies_offline(
    published, organisation, person, visit, at, finish, tmp_path
):
    import subprocess
    import sys
    import zipfile

    client = visit(person("assurer", organisation))
    assert client.post(at("disclosure/versions/1/pack/")).status_code == 302
    job = finish()
    assert job.state == "succeeded", job.problems
    content = b"".join(client.get(at(f"disclosure/packs/{job.id}.zip")))
    (tmp_path / "pack.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    command = [sys.executable, "-I", str(tmp_path / "verify.py"), str(tmp_path / "pack.zip")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    query = "code=ghg.scope2.location&size=2&seed=assurer-7&method=random"
    first = client.get(at(f"disclosure/packs/{job.id}/sample/?{query}")).content.decode()
    assert "first-bills.csv" not in first, "names stay in the book"
    assert "m-" in first
    use_language("en")
    assert re.findall(r"<td>\d+</td>", first) == re.findall(
        r"<td>\d+</td>", client.get(at(f"disclosure/packs/{job.id}/sample/?{query}")).content.decode()
    ), "the same seed draws the same records"
    from qinglian.hall.people.models import Event

    assert Event.objects.filter(organisation=organisation, action="sample drawn").count() == 2
    for role in ("engineer", "reader", "data_owner", "planner"):
        assert visit(person(role, organisation)).get(at(f"disclosure/packs/{job.id}.zip")).status_code == 403

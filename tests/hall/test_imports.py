"""Files people send: good ones, bad rows, and everything that is meant to do harm."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.hall.conftest import HEADER, bill

FORMULA = "=cmd|' /C calc'!A0"


def records_of(book):
    from qinglian.ledger.records import Wanted, records

    return records(book, Wanted(), 100)


def test_a_good_file_is_posted_and_its_evidence_kept(admin, upload, book):
    job = upload(admin, HEADER + bill(3) + bill(4))
    assert job.state == "succeeded"
    assert job.result["posted"] == 2
    found, total = records_of(book)
    assert total == 6
    assert {one.file for one in found[-2:]} == {"bills.csv"}


def test_refused_rows_post_nothing_until_somebody_says_so(admin, upload, book, visit, at, finish):
    before = book.head()
    job = upload(admin, HEADER + bill(3) + bill(4, quantity="many"))
    assert (job.state, job.result["posted"], job.result["refused"]) == ("succeeded", 0, 1)
    (problem,) = job.result["problems"]
    assert problem["where"] == "file bills.csv, row 3, column quantity"
    assert problem["fix"]
    assert book.head() == before
    client = visit(admin)
    rows = b"".join(client.get(at(f"imports/{job.id}/quarantine.csv"))).decode("utf-8-sig")
    assert "many" in rows
    assert problem["fix"] in rows
    answer = client.post(at(f"imports/{job.id}/accept/"))
    accepted = finish(int(answer.url.rstrip("/").rpartition("/")[2]))
    assert (accepted.result["posted"], accepted.result["refused"]) == (1, 1)


def test_the_mended_quarantine_file_is_sent_back_as_it_is(admin, upload, visit, at, book):
    job = upload(admin, HEADER + bill(4, quantity="many"))
    rows = b"".join(visit(admin).get(at(f"imports/{job.id}/quarantine.csv"))).decode("utf-8-sig")
    again = upload(admin, rows.replace("many", "400"), "mended.csv")
    assert again.result["posted"] == 1, again.result


def test_the_very_same_file_posts_nothing_twice(admin, upload):
    upload(admin, HEADER + bill(3))
    again = upload(admin, HEADER + bill(3))
    assert again.result["posted"] == 0
    assert again.result["same_file_as"]


def test_a_data_owner_reports_for_her_sites_only(organisation, person, upload):
    owner = person("data_owner", organisation, sites=["SZX"])
    job = upload(owner, HEADER + bill(3, facility="HEF"))
    assert (job.result["posted"], job.result["refused"]) == (0, 1)
    assert upload(owner, HEADER + bill(3, facility="SZX")).result["posted"] == 1


def test_whoever_lost_the_right_meanwhile_does_not_import(organisation, person, visit, at, finish):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from qinglian.hall.people.models import Membership

    owner = person("data_owner", organisation)
    visit(owner).post(at("imports/"), {"file": SimpleUploadedFile("a.csv", (HEADER + bill(3)).encode())})
    Membership.objects.filter(user=owner).update(role="reader")
    job = finish()
    assert job.state == "failed"
    assert job.problems[0]["code"] == "hall.job_no_right"


def test_typed_bills_go_through_the_same_checks(admin, visit, at, finish, book):
    form = {"row-TOTAL_FORMS": "3", "row-INITIAL_FORMS": "0"}
    names = ("facility", "activity", "start", "end", "quantity", "unit", "source", "reference")
    rows = [
        ("HEF", "electricity.purchased", "2022-06-01", "2022-06-30", "12.5", "MWh", "m-1", "A"),
        ("HEF", "electricity.purchased", "2022-07-01", "2022-07-31", "13.5", "MWh", "m-1", "B"),
        ("NOWHERE", "electricity.purchased", "2022-07-01", "2022-07-31", "1", "MWh", "m-9", "C"),
    ]
    for number, row in enumerate(rows):
        form |= {f"row-{number}-{name}": value for name, value in zip(names, row, strict=True)}
    client = visit(admin)
    assert client.post(at("imports/type/"), form).status_code == 302
    job = finish()
    assert (job.result["posted"], job.result["refused"]) == (0, 1)
    assert "NOWHERE" in job.result["problems"][0]["message"]
    form["row-2-facility"] = "HEF"
    client.post(at("imports/type/"), form)
    assert finish().result["posted"] == 3
    assert client.post(at("imports/type/"), {**form, "row-0-quantity": ""}).status_code == 400


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\windows\\win.csv", "win.csv"),
        ("/abs/olute.csv", "olute.csv"),
        ("a\x00b\n<img>.csv", "a"),
        ("电费 2022（合肥）.csv", "电费 2022（合肥）.csv"),
        (".htaccess.csv", "htaccess.csv"),
        ("con.csv", "file.csv"),
        ("x" * 400 + ".csv", "x" * 117 + ".csv"),
        ("", "file"),
    ],
)
def test_names_of_files_lead_nowhere(given, kept, home):
    from qinglian.hall.pages.uploads import harmless_name

    found = harmless_name(given)
    assert found.startswith(kept) or found == kept
    assert "/" not in found
    assert "\\" not in found
    assert "<" not in found
    assert len(found) <= 124


def test_an_upload_stays_in_the_halls_folder(admin, upload, home, organisation):
    from pathlib import Path

    job = upload(admin, HEADER + bill(3), "../../../evil.csv")
    sent = Path(job.parameters["file"])
    assert sent.is_relative_to(home.uploads / organisation.slug)
    assert job.result["file"] == "evil.csv"
    assert not sent.exists(), "the book keeps it as evidence; nothing of it stays here"


@pytest.mark.parametrize(
    ("name", "content"), [("virus.exe", b"MZ"), ("page.html", b"<script>"), ("empty.csv", b"")]
)
def test_files_of_another_kind_or_empty_are_refused_at_once(name, content, admin, visit, at):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = visit(admin).post(at("imports/"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("no-workbook.xlsx", b"this is no workbook"),
        ("binary.csv", bytes(range(256)) * 40),
        ("nul.csv", (HEADER + bill(3)).replace("HEF", "H\x00F").encode()),
        ("headless.csv", b"1,2,3\n4,5,6\n"),
        ("truncated.parquet", b"PAR1xxxx"),
    ],
)
def test_a_file_that_cannot_be_read_ends_the_job_with_a_reason(name, content, admin, upload, book):
    before = book.head()
    job = upload(admin, content, name)
    assert job.state == "failed" or job.result["posted"] == 0
    assert job.problems or job.result["problems"]
    assert book.head() == before


def test_a_zip_bomb_in_a_workbook_is_refused(admin, upload, book):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1_500_000_000)
    assert len(stream.getvalue()) < 3_000_000
    job = upload(admin, stream.getvalue(), "bomb.xlsx")
    assert job.state == "failed"
    assert job.problems


@pytest.mark.parametrize("member", ["../outside.csv", "/etc/outside.csv", "a/../../outside.csv"])
def test_an_archive_with_a_path_that_leads_out_is_refused(member, home, organisation, tmp_path):
    from qinglian.core.errors import QinglianError
    from qinglian.hall.jobs.planning import unpacked

    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(QinglianError) as refusal:
        unpacked(path)
    assert refusal.value.code == "hall.zip_refused"
    assert not (tmp_path / "outside.csv").exists()


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    from qinglian.core.errors import QinglianError
    from qinglian.hall.jobs.planning import unpacked

    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lots.csv", b"0" * (257 * 2**20))
    with pytest.raises(QinglianError) as refusal:
        unpacked(path)
    assert refusal.value.code == "hall.zip_refused"
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    with pytest.raises(QinglianError):
        unpacked(tmp_path / "no.zip")


def test_a_200_mb_upload_is_refused_before_it_is_read(admin, visit, at):
    class Unread(io.RawIOBase):
        def read(self, size=-1):
            raise AssertionError("the body was read")

    answer = visit(admin).generic(
        "POST",
        at("imports/"),
        CONTENT_LENGTH=str(200 * 2**20),
        CONTENT_TYPE="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413


def test_a_formula_in_a_cell_is_harmless_on_the_way_out(admin, upload, visit, at):
    row = bill(3, quantity="many").replace("B-3", f'"{FORMULA}"')
    job = upload(admin, HEADER + row)
    rows = b"".join(visit(admin).get(at(f"imports/{job.id}/quarantine.csv"))).decode("utf-8-sig")
    assert FORMULA in rows
    assert f"'{FORMULA}" in rows


def test_evidence_is_handed_out_as_a_download_whatever_it_claims_to_be(admin, visit, at):
    from django.core.files.uploadedfile import SimpleUploadedFile

    polyglot = b"%PDF-1.7\n<html><script>alert(1)</script></html>"
    client = visit(admin)
    assert (
        client.post(
            at("evidence/"), {"file": SimpleUploadedFile("bill.html", polyglot, "text/html")}
        ).status_code
        == 302
    )
    number = client.get(at("evidence/")).context["attachments"][0].number
    answer = client.get(at(f"evidence/{number}/"))
    assert b"".join(answer) == polyglot
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_personal_evidence_opens_for_few_and_each_reading_is_recorded(
    admin, organisation, person, visit, at, book
):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from qinglian.hall.people.models import Event
    from qinglian.ledger.audit import audit

    client = visit(admin)
    client.post(
        at("evidence/"), {"file": SimpleUploadedFile("commute-zhang.txt", b"Zhang drives"), "personal": "on"}
    )
    number = client.get(at("evidence/")).context["attachments"][0].number
    engineer, assurer = person("engineer", organisation), person("assurer", organisation)
    assert "commute-zhang" not in visit(engineer).get(at("evidence/")).content.decode()
    assert visit(engineer).get(at(f"evidence/{number}/")).status_code == 403
    assert visit(engineer).get(f"/api/v1/o/{organisation.slug}/evidence/{number}").status_code == 403
    assert visit(assurer).get(at(f"evidence/{number}/")).status_code == 200
    assert (
        Event.objects.filter(organisation=organisation, action="personal evidence read", user=assurer).count()
        == 1
    )
    assert client.post(at(f"evidence/{number}/erase/"), {"reason": "asked for it"}).status_code == 302
    assert client.get(at(f"evidence/{number}/")).status_code == 404
    assert audit(book).passed

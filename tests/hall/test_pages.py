import re

import pytest

from tests.hall.conftest import ALL_ROLES

READABLE = (
    "",
    "inventory/",
    "inventory/?gwp=AR4&consolidation=equity",
    "inventory/explain/?scope=1",
    "inventory/compare/",
    "records/",
    "records/?facility=HEF&limit=1",
    "imports/",
    "calendar/",
    "evidence/",
    "factors/",
    "factors/of/electricity.purchased/",
    "approvals/",
    "disclosure/",
    "organisation/",
    "tokens/",
    "jobs/",
    "production/plans/",
    "dimensions/production/",
    "dimensions/suppliers/",
    "dimensions/logistics/",
    "dimensions/recycling/",
    "dimensions/packaging/",
)
GUARDED = {
    "imports/type/": {"administrator", "data_owner", "engineer"},
    "members/": {"administrator"},
    "audit/": {"administrator", "reviewer", "assurer"},
    "records/1/": {"administrator", "engineer"},
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_both_languages(language, admin, visit, at):
    client = visit(admin)
    for path in (*READABLE, *GUARDED):
        answer = client.get(at(path), headers={"Accept-Language": language})
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}">' in page
        assert len(re.findall(r"<h1", page)) == 1, path
        assert not re.search(
            r"hall\.[a-z_]+|\{[a-z_]+\}",
            re.sub(r"<script.*?</script>|\{\{?ghg.*?\}|\{period\}|\{organisation\}", "", page, flags=re.S),
        ), path


@pytest.mark.parametrize("role", ALL_ROLES)
def test_a_role_sees_what_its_rights_open_and_no_link_to_the_rest(role, organisation, person, visit, at):
    client = visit(person(role, organisation))
    for path in READABLE:
        assert client.get(at(path)).status_code == 200, path
    for path, roles in GUARDED.items():
        assert client.get(at(path)).status_code == (200 if role in roles else 403), path
    page = client.get(at()).content.decode()
    assert ("members/" in page) == (role == "administrator")
    assert (at("audit/") in page) == (role in GUARDED["audit/"])


def test_pages_of_an_empty_book_say_what_to_do_first(organise, person, visit):
    empty = organise(empty=True)
    client = visit(person("administrator", empty))
    for path in READABLE:
        if path not in {"inventory/explain/?scope=1", "factors/of/electricity.purchased/"}:
            assert client.get(f"/o/{empty.slug}/{path}").status_code == 200, path
    assert "Register the facilities" in client.get(f"/o/{empty.slug}/").content.decode()


def test_a_number_is_shown_rounded_and_its_exact_value_beside_it(admin, visit, at, book):
    from qinglian.core.decimals import plain
    from qinglian.ledger.commands.calculation import newest_run
    from qinglian.ledger.inventory import read_inventory

    total = read_inventory(book, newest_run(book)).total(scope="2", method="location") / 1000
    page = visit(admin).get(at("inventory/")).content.decode()
    assert f'title="{plain(total)}"' in page


def test_unknown_runs_views_and_numbers_are_not_found(admin, visit, at):
    client = visit(admin)
    for path in (
        "inventory/?run=nothing",
        "inventory/?gwp=AR9",
        "inventory/explain/?scope=1&category=x",
        "inventory/compare/?before=1&after=x",
        "dimensions/nonsense/",
        "factors/of/no.such.activity/",
        "evidence/999/",
        "jobs/999999/",
        "imports/template.fr.csv",
        "calendar/1/gap/2022-13-40/",
    ):
        assert (
            client.post(at(path), {"reason": "x"}).status_code in {404, 405}
            or client.get(at(path)).status_code == 404
        ), path


def test_a_period_that_cannot_be_read_is_refused_with_its_fix(admin, visit, at):
    answer = visit(admin).get(at("dimensions/production/?period=yesterday"))
    assert answer.status_code == 400
    assert "yesterday" in answer.content.decode()


def test_a_dimension_that_is_not_installed_has_no_page(admin, visit, at, monkeypatch):
    from qinglian.hall.pages import dimension, navigation

    rest = tuple(one for one in navigation.dimensions() if one.name != "logistics")
    monkeypatch.setattr(navigation, "dimensions", lambda: rest)
    monkeypatch.setattr(dimension, "dimensions", lambda: rest)
    client = visit(admin)
    assert client.get(at("dimensions/logistics/")).status_code == 404
    assert "dimensions/logistics/" not in client.get(at("inventory/")).content.decode()


def test_templates_come_in_both_languages_as_csv_and_excel(admin, visit, at):
    client = visit(admin)
    for language, heading in (("zh", "设施"), ("en", "facility")):
        content = b"".join(client.get(at(f"imports/template.{language}.csv"))).decode("utf-8-sig")
        assert content.startswith(heading)
        assert b"".join(client.get(at(f"imports/template.{language}.xlsx")))[:2] == b"PK"


def test_the_collection_calendar_takes_expectations_and_gaps(admin, visit, at, book):
    from qinglian.ledger.collection import deliveries

    client = visit(admin)
    given = {
        "facility": "HEF",
        "activity": "electricity.purchased",
        "every": "month",
        "owner": admin.username,
        "first_day": "2026-01-01",
        "grace_days": "10",
    }
    assert client.post(at("calendar/"), given).status_code == 302
    assert client.post(at("calendar/"), given).status_code == 400, "the same data are not expected twice"
    page = client.get(at("calendar/")).content.decode()
    assert "overdue" in page
    assert admin.username in page
    assert client.post(at("calendar/1/gap/2026-01-01/"), {"reason": "meter broken"}).status_code == 302
    assert "meter broken" in client.get(at("calendar/")).content.decode()
    from datetime import date

    assert deliveries(book, date(2026, 11, 23))[0].gap == "meter broken"
    assert client.post(at("calendar/1/end/"), {"reason": "meter removed"}).status_code == 302


def test_facilities_and_shares_are_registered_with_clear_refusals(admin, visit, at):
    client = visit(admin)
    site = {"way": "site", "site-code": "CTU", "site-name": "Chengdu", "site-place": "CN-SC"}
    assert client.post(at("organisation/"), site).status_code == 302
    answer = client.post(at("organisation/"), site)
    assert answer.status_code == 400
    assert "CTU" in answer.content.decode()
    share = {
        "way": "share",
        "share-unit_of": "group",
        "share-equity": "60 %",
        "share-valid_from": "2022-01-01",
    }
    assert client.post(at("organisation/"), {**share, "share-equity": "1.5"}).status_code == 400
    assert client.post(at("organisation/"), {**share, "share-equity": "0.6"}).status_code == 302
    assert "60%" in client.get(at("organisation/")).content.decode()


def test_a_record_and_a_batch_are_taken_back_with_a_reason(admin, visit, at):
    client = visit(admin)
    assert client.post(at("records/1/reverse/"), {}).status_code == 400
    assert client.post(at("records/1/reverse/"), {"reason": "wrong meter"}).status_code == 302
    page = client.get(at("records/")).content.decode()
    assert "reversal" in page
    assert client.post(at("records/1/reverse/"), {"reason": "again"}).status_code in {400, 409}
    assert client.post(at("imports/batches/1/undo/"), {"reason": "all wrong"}).status_code == 302
    assert "all wrong" in client.get(at("imports/")).content.decode()


def test_the_book_is_verified_and_a_foreign_head_is_noticed(admin, visit, at, book):
    client = visit(admin)
    assert "Passed" in client.post(at("audit/"), {"against": book.head()}).content.decode()
    assert "Failed" in client.post(at("audit/"), {"against": "0" * 64}).content.decode()


def test_a_factor_pack_is_rehearsed_before_it_is_installed(admin, visit, at, book, tmp_path):
    import io
    import zipfile

    from django.core.files.uploadedfile import SimpleUploadedFile

    from qinglian.ledger.installed import installed_packs
    from tests.hall.packs import newer_electricity

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in newer_electricity(tmp_path / "pack"):
            archive.write(path, path.name)
    client = visit(admin)
    before = book.head()
    answer = client.post(at("factors/"), {"file": SimpleUploadedFile("pack.zip", stream.getvalue())})
    page = answer.content.decode()
    assert answer.status_code == 200, page[-2000:]
    assert "s2.location.electricity" in page
    assert book.head() == before, "nothing is stored by a rehearsal"
    token = re.search(r"factors/install/([0-9a-f]+)/", page)[1]
    assert client.post(at(f"factors/install/{token}/")).status_code == 302
    with book.read() as connection:
        assert "2099.1" in {pack.version for pack in installed_packs(connection)}
    assert client.post(at(f"factors/install/{token}/")).status_code == 404

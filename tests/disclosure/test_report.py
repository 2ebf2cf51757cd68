"""A report: the same bytes each time, one set of figures in every face, and a verification that catches changes."""

import io
import json
import re
from fractions import Fraction
from html.parser import HTMLParser

import openpyxl
import pypdf
import pytest

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.disclosure.public import public_page
from qinglian.disclosure.recomputing import verify_report
from qinglian.disclosure.report import publish_report, read_report
from qinglian.disclosure.statement import build_statement
from qinglian.ledger.organisation import OwnershipShare, add_ownership
from qinglian.ledger.posting import post
from qinglian.ledger.versions import approve_adjustment
from tests.disclosure.conftest import AS_OF, ZHANG
from tests.ledger import conftest as write

TOLD = [{"en": "In {period}: {ghg.scope2.location} <b>.", "zh": "{period}：{ghg.scope2.location} <b>。"}]


@pytest.fixture
def statement(book, drafted):
    return build_statement(book, drafted.id, AS_OF)


@pytest.fixture
def report(statement, tmp_path):
    return publish_report(statement, tmp_path / "report", narrative=TOLD, with_pdf=False)


def outcomes(report, book=None, **options):
    return {check.name: check.outcome for check in verify_report(report, book, **options)}


def test_the_same_statement_gives_the_same_files(statement, report, tmp_path):
    again = publish_report(statement, tmp_path / "again", narrative=TOLD, with_pdf=False)
    assert again.manifest == report.manifest
    for name in report.manifest["files"]:
        assert (again.folder / name).read_bytes() == (report.folder / name).read_bytes()


def test_a_report_is_never_written_over(statement, report):
    with pytest.raises(QinglianError) as caught:
        publish_report(statement, report.folder, with_pdf=False)
    assert caught.value.code == "disclosure.folder_taken"


def test_an_unbound_number_publishes_nothing(statement, tmp_path):
    with pytest.raises(QinglianError) as caught:
        publish_report(statement, tmp_path / "r", narrative=[{"en": "5 t", "zh": "{period}"}], with_pdf=False)
    assert caught.value.code == "disclosure.number_unbound"
    assert not (tmp_path / "r").exists()


def test_every_face_shows_the_frozen_figures(report):
    figures = {e["point"]["code"]: e["rounded"] for e in report.statement.data["points"] if e["rounded"]}
    for language in ("en", "zh"):
        html = (report.folder / f"report.{language}.html").read_text(encoding="utf-8")
        for value in figures.values():
            assert f">{int(value):,}<" in html
        assert "<script" not in html
        assert not re.search(r"(?:src|href)=|https?://(?!www\.w3\.org)", html)
        assert "&lt;b&gt;" in html
        _WellFormed().feed(html)
    book = openpyxl.load_workbook(report.folder / "report.xlsx")
    rows = {row[0]: row[4] for row in book["figures"].iter_rows(min_row=2, values_only=True)}
    assert {code: str(value) for code, value in rows.items() if value is not None} == figures


class _WellFormed(HTMLParser):
    """Complains about a tag that closes what is not open."""

    VOID = frozenset({"meta", "br", "rect", "line"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_unconfirmed_codes_are_marked(report):
    html = (report.folder / "report.en.html").read_text(encoding="utf-8")
    row = next(row for row in html.split("<tr") if "Part D 28(a)" in row)
    assert "UNCONFIRMED" in row
    assert 'class="u"' in row


def test_a_whole_report_verifies_with_and_without_its_book(report, book):
    assert set(outcomes(report).values()) == {"passed", "skipped"}
    with_book = outcomes(report, book, expected=report.sha256)
    assert set(with_book.values()) == {"passed"}
    assert {"files", "arithmetic", "text", "faces", "figures", "calculation"} == set(with_book)
    assert outcomes(report, expected="0" * 64)["files"] == "failed"


def test_the_old_report_still_verifies_when_the_book_has_moved_on(report, book, actor, drafted):
    approval = approve_adjustment(book, ZHANG, drafted.id, reason="late bill")
    late = write.fact("7000", start=write.date(2022, 6, 1), source="late")
    post(book, actor, [late], kind="adjustment", approval=approval.id)
    share = OwnershipShare("group", Fraction(1, 2), True, True, write.date(2020, 1, 1), None)
    add_ownership(book, actor, share, reason="found later")
    assert set(outcomes(read_report(report.folder), book).values()) == {"passed"}


@pytest.mark.parametrize("name", ["statement.json", "report.xlsx", "report.en.html"])
def test_a_changed_file_is_named(report, name):
    path = report.folder / name
    path.write_bytes(path.read_bytes().replace(b"2022", b"2023"))
    if name == "report.xlsx":
        path.write_bytes(path.read_bytes() + b"x")
    (check,) = verify_report(read_report(report.folder))
    assert check.outcome == "failed"
    assert name in check.detail


def test_an_added_or_lost_file_is_named(report):
    (report.folder / "extra.html").write_text("x", encoding="utf-8")
    (report.folder / "report.zh.html").unlink()
    (check,) = verify_report(report)
    assert "extra.html" in check.detail
    assert "report.zh.html" in check.detail


def forged(report, change):
    """Change the frozen set and make every hash fit again, as somebody would who wants to cheat."""
    path = report.folder / "statement.json"
    frozen = json.loads(path.read_bytes())
    change(frozen)
    path.write_bytes(canonical_json(frozen))
    manifest = json.loads((report.folder / "manifest.json").read_bytes())
    manifest["files"]["statement.json"] = sha256_hex(path.read_bytes())
    (report.folder / "manifest.json").write_bytes(canonical_json(manifest))
    return read_report(report.folder)


def point(frozen, code):
    return next(e for e in frozen["statement"]["points"] if e["point"]["code"] == code)


def test_a_forged_figure_is_caught(report, book):
    def smaller(frozen):
        point(frozen, "ghg.scope2.location").update(exact="1/1", rounded="1")

    found = outcomes(forged(report, smaller), book)
    assert found["arithmetic"] == "failed"  # the totals do not fit
    assert found["faces"] == "failed"
    assert found["figures"] == "failed"


def test_a_forged_rounding_and_a_forged_text_are_caught(report):
    def more(frozen):
        point(frozen, "waste.generated").update(rounded="4")
        frozen["narrative"][0]["en"] = "In 2022: 0 t."

    found = outcomes(forged(report, more))
    assert found["arithmetic"] == found["text"] == "failed"


def test_a_folder_without_a_report_is_refused(tmp_path):
    with pytest.raises(QinglianError) as caught:
        read_report(tmp_path)
    assert caught.value.code == "disclosure.report_unreadable"


def test_the_pdf_says_the_same_with_its_own_fonts_and_the_same_bytes(statement, tmp_path):
    from qinglian.disclosure.page import html_report
    from qinglian.disclosure.printing import pdf

    use_language("zh")
    page = html_report(statement.data, [])
    try:
        printed = pdf(page)
    except QinglianError as error:
        if error.code != "disclosure.pdf_missing":
            raise
        pytest.skip(f"no PDF is printed here: {error}")
    assert printed == pdf(page)
    reader = pypdf.PdfReader(io.BytesIO(printed))
    told = "".join(one.extract_text() for one in reader.pages)
    assert "温室气体与资源披露报表" in told
    assert "�" not in told
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    fonts = {}
    for one in reader.pages:
        for font in one["/Resources"].get("/Font", {}).values():
            kept = font.get_object()
            fonts[kept["/BaseFont"]] = (
                kept["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            )
    assert fonts
    for name, descriptor in fonts.items():
        assert re.match(r"/[A-Z]{6}\+Noto-?Sans-?SC", name), name
        assert any(key.startswith("/FontFile") for key in descriptor)
    assert len(printed) < 1_500_000  # a subset: the whole font has 8 MB


def test_the_public_page_has_lasting_addresses_and_the_same_figures(report):
    page = public_page(report, "test-works")
    assert page.address == f"/disclosure/test-works/2022/v1-{report.sha256[:16]}/"
    assert page.latest == "/disclosure/test-works/2022/latest/"
    table = page.figures[1]
    shown = {row[0]: row[2] for row in table.rows}
    wanted = report.statement.point("ghg.scope2.location")
    assert str(shown[wanted["point"]["label_en"]]) == wanted["rounded"]
    assert {file.name for file in page.files} == {path.name for path in report.folder.iterdir()}
    assert all(file.address.startswith(page.address) for file in page.files)
    use_language("zh")
    assert public_page(report, "test-works").title.endswith("披露报表")

"""A company's year in the browser: found, import with a bad row, question, approve, publish, read in public.

The steps of one year stand in order and in one process: `make test` hands out whole files.
"""

from __future__ import annotations

import re

import pytest

from tests.e2e import totp

PASSWORD = "a long enough phrase 9"
GOOD = "HEF,electricity.purchased,2022-{m:02d}-01,2022-{m:02d}-28,{q},kWh,meter-1,BILL-{m}"
HEADER = "facility,activity,start,end,quantity,unit,source,reference"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def join(visitor, link, login):
    page = visitor.page
    page.goto(link)
    page.fill("[name=username]", login)
    page.fill("[name=full_name]", login.title())
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("main button.primary")


def bills(months, bad=None):
    rows = [GOOD.format(m=m, q=1000 + m) for m in months]
    if bad is not None:
        rows.insert(1, bad)
    return "\n".join([HEADER, *rows]).encode()


def upload(visitor, slug, name, content):
    page = visitor.page
    page.goto(f"/o/{slug}/imports/")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content})
    page.click("main form[enctype] button.primary")
    visitor.wait_for_job()


@pytest.fixture(scope="module")
def told():
    return {}


def test_the_first_link_makes_the_administrator_and_works_once(visitor, served, told):
    first = visitor()
    join(first, served.link, "wang.fang")
    assert first.page.locator("h1").inner_text() == "Organisations"
    first.shot("home")
    told["state"] = first.context.storage_state()
    other = visitor()
    assert other.page.goto(served.link).status == 404
    assert not first.complaints


def signed_in(visitor, told, **settings):
    return visitor(storage_state=told["state"], **settings)


def test_an_organisation_gets_its_book_its_facilities_and_its_factors(visitor, told):
    admin = signed_in(visitor, told)
    page = admin.page
    page.goto("/")
    page.fill("[name=name]", "Hefei Laptops 合肥笔记本")
    page.fill("[name=slug]", "hefei")
    page.click("main form:has([name=slug]) button.primary")
    page.wait_for_url("**/o/hefei/")
    admin.shot("overview-empty")
    page.goto("/o/hefei/organisation/")
    page.locator("summary", has_text="Register a facility").click()
    page.fill("[name=site-code]", "HEF")
    page.fill("[name=site-name]", "Hefei factory")
    page.fill("[name=site-place]", "CN-AH")
    page.click("form:has([name=site-code]) button.primary")
    assert page.locator("td", has_text="Hefei factory").count() == 1
    page.goto("/o/hefei/factors/")
    page.click("text=Install them")
    assert page.locator("td", has_text="cn-electricity").count() >= 1
    assert not admin.complaints


def test_a_bad_row_is_shown_with_its_fix_and_nothing_is_posted_until_it_is_mended(visitor, told):
    admin = signed_in(visitor, told)
    page = admin.page
    upload(admin, "hefei", "bills.csv", bills(range(1, 13), bad=GOOD.format(m=2, q="1o72")))
    assert page.locator("strong", has_text="done").count() == 1
    assert "1 rows refused" in page.locator("#job").inner_text()
    problem = page.locator(".problems li").inner_text()
    assert "file bills.csv, row 3" in problem
    assert "1o72" in problem
    assert "Fix:" in problem
    admin.shot("import-refused")
    page.goto("/o/hefei/records/")
    assert page.locator("tbody tr").count() == 0
    upload(admin, "hefei", "bills.csv", bills(range(1, 13)))
    assert "12 rows posted" in page.locator("#job").inner_text()
    admin.shot("import-posted")
    assert not admin.complaints


def test_three_bills_are_typed(visitor, told):
    admin = signed_in(visitor, told)
    page = admin.page
    page.goto("/o/hefei/imports/type/")
    for number in range(3):
        for name, value in (
            ("facility", "HEF"),
            ("activity", "fuel.stationary.natural_gas"),
            ("start", f"2022-0{number + 1}-01"),
            ("end", f"2022-0{number + 1}-28"),
            ("quantity", "1200.5"),
            ("unit", "Nm3"),
            ("reference", f"GAS-{number}"),
        ):
            page.fill(f"[name=row-{number}-{name}]", value)
    admin.shot("typing")
    page.click("main button.primary")
    admin.wait_for_job()
    assert "3 rows posted" in page.locator("#job").inner_text()
    assert not admin.complaints


def test_a_total_leads_to_the_invoice_row_and_the_factor(visitor, told):
    admin = signed_in(visitor, told)
    page = admin.page
    page.goto("/o/hefei/")
    page.fill("#id_calculate", "2022")
    page.click("main form:has(#id_calculate) button")
    admin.wait_for_job()
    page.click("#job a")
    admin.shot("inventory")
    row = page.locator("tbody tr", has_text="Scope 2").first
    row.locator("a").click()
    page.locator("summary", has_text="records: 12").click()
    said = page.locator(".explained").inner_text()
    assert "bills.csv, row 2" in said
    assert "kg CO2" in said
    admin.shot("explain")
    with page.expect_download() as download:
        page.locator(".record a", has_text="open the file").first.click()
    assert download.value.suggested_filename == "bills.csv"
    assert not admin.complaints


def test_whoever_posted_the_data_cannot_approve_and_a_second_person_can(visitor, served, told):
    admin = signed_in(visitor, told)
    page = admin.page
    page.goto("/o/hefei/approvals/")
    page.fill("[name=label]", "2022")
    page.click("text=Draft a version >> nth=-1")
    page.click("text=Record the review")
    page.click("button:has-text('Approve and lock')")
    assert page.locator("h1").inner_text() == "Refused"
    assert "Fix:" in page.locator(".problems").inner_text()
    admin.shot("four-eyes-refused")

    page.goto("/o/hefei/members/")
    page.select_option("[name=role]", "reviewer")
    page.click("main form button.primary")
    link = page.locator("code.link").inner_text()
    admin.shot("members")
    told["reviewer"] = reviewer = visitor()
    join(reviewer, link, "li.na")
    reviewer.page.wait_for_url("**/o/hefei/")
    reviewer.page.goto("/o/hefei/approvals/")
    reviewer.page.click("button:has-text('Approve and lock')")
    reviewer.page.click("button:has-text('Publish')")
    assert "published" in reviewer.page.locator(".version strong").inner_text()
    assert "not independently reviewed" not in reviewer.page.content()
    reviewer.shot("approvals")
    told["reviewer_state"] = reviewer.context.storage_state()
    assert not reviewer.complaints


def test_the_report_is_published_and_read_in_both_languages_without_a_login(visitor, told):
    reviewer = visitor(storage_state=told["reviewer_state"])
    page = reviewer.page
    page.goto("/o/hefei/disclosure/")
    page.fill("[name=text_en]", "We emitted 7 tonnes.")
    page.fill("[name=text_zh]", "我们排放了 7 吨。")
    page.click("button[value=publish]")
    assert "7" in page.locator(".problems").inner_text()
    reviewer.shot("unbound-number")
    page.fill("[name=text_en]", "Scope 1 emissions were {ghg.scope1}.")
    page.fill("[name=text_zh]", "范围一排放为 {ghg.scope1}。")
    page.click("button[value=preview]")
    reviewer.shot("disclosure-preview")
    page.click("button[value=publish]")
    reviewer.wait_for_job()
    reviewer.shot("report-job")
    public = visitor()
    public.page.goto("/disclosure/")
    public.page.click("main li a")
    told["public"] = public.page.url
    assert "Scope 1 emissions were" in public.page.content()
    assert re.search(r"/disclosure/hefei/2022/v1-[0-9a-f]{16}/$", public.page.url)
    public.shot("public-en")
    public.page.click("main a[hreflang=zh-Hans]")
    assert "范围一排放为" in public.page.content()
    assert public.page.locator("html").get_attribute("lang") == "zh-Hans"
    public.shot("public-zh")
    names = public.page.locator("main section:last-of-type a").all_inner_texts()
    assert {"statement.json", "report.xlsx", "report.en.html", "report.zh.html", "manifest.json"} <= set(
        names
    )
    answer = public.page.request.get(told["public"] + "statement.json")
    assert answer.ok
    assert "statement" in answer.json()
    assert not public.complaints


def test_a_second_factor_is_asked_for_once_it_is_set(visitor, told):
    reviewer = visitor(storage_state=told["reviewer_state"])
    page = reviewer.page
    page.goto("/accounts/2fa/totp/activate/")
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
    secret = page.locator("#authenticator_secret, input[name=secret], input[readonly]").first.input_value()
    reviewer.shot("second-factor")
    page.fill("[name=code]", totp.code(secret))
    page.click("main button[type=submit]")
    assert not reviewer.complaints
    again = visitor()
    again.page.goto("/accounts/login/")
    again.page.fill("[name=login]", "li.na")
    again.page.fill("[name=password]", PASSWORD)
    again.shot("sign-in")
    again.page.click("main button[type=submit]")
    assert "2fa/authenticate" in again.page.url
    again.page.goto("/o/hefei/")
    assert "/accounts/" in again.page.url, "half signed in is not signed in"
    again.page.goto("/accounts/2fa/authenticate/")
    again.page.wait_for_timeout(1000 * totp.left())  # a code works once; wait for the next
    again.page.fill("[name=code]", totp.code(secret))
    again.page.click("main form:has([name=code]) button[type=submit]")
    again.page.wait_for_url("**/o/hefei/")
    assert not again.complaints


PAGES = (
    "",
    "inventory/",
    "inventory/explain/?scope=2&method=location",
    "inventory/compare/",
    "dimensions/production/",
    "dimensions/packaging/",
    "production/plans/",
    "records/",
    "imports/",
    "imports/type/",
    "calendar/",
    "evidence/",
    "factors/",
    "factors/of/electricity.purchased/",
    "approvals/",
    "disclosure/",
    "organisation/",
    "members/",
    "tokens/",
    "audit/",
    "jobs/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_axe(visitor, told, axe, scheme):
    admin = signed_in(visitor, told, color_scheme=scheme)
    found = {}
    for path in [
        *(f"/o/hefei/{page}" for page in PAGES),
        "/",
        told["public"],
        "/disclosure/",
        "/accounts/2fa/",
    ]:
        admin.page.goto(path)
        violations = axe.run(admin.page, options={"runOnly": TAGS}).response["violations"]
        if violations:
            found[path] = [
                (one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in violations
            ]
        admin.shot(
            f"{scheme}-{re.sub('[^a-z0-9]+', '-', path.rpartition('/o/hefei/')[2].lower()).strip('-') or 'start'}"
        )
    assert not found
    assert not admin.complaints


def test_pages_are_readable_on_a_phone(visitor, told):
    admin = signed_in(visitor, told, viewport={"width": 390, "height": 844})
    wide = []
    for page in PAGES:
        admin.page.goto(f"/o/hefei/{page}")
        if admin.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            wide.append(page)
    admin.shot("phone")
    assert not wide, "pages that scroll sideways"


def test_the_keyboard_alone_reaches_the_import(visitor, told):
    admin = signed_in(visitor, told)
    page = admin.page
    page.goto("/o/hefei/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto("/o/hefei/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Imports":
            break
    else:
        pytest.fail("the import is not reached by Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "where the focus is can be seen"
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/")


def test_everything_works_without_javascript(browser, served, told):
    context = browser.new_context(
        base_url=served.address, java_script_enabled=False, storage_state=told["state"]
    )
    try:
        page = context.new_page()
        page.goto("/o/hefei/")
        assert page.locator("figure.chart svg").count() >= 1
        assert page.locator("figure.chart svg").first.is_visible()
        page.fill("#id_calculate", "2022")
        page.click("main form:has(#id_calculate) button")
        for _ in range(200):
            if page.locator("#job a", has_text="Refresh").count() == 0:
                break
            page.wait_for_timeout(300)
            page.locator("#job a", has_text="Refresh").click()
        assert page.locator("strong", has_text="done").count() == 1
    finally:
        context.close()


def test_the_language_is_switched_and_kept(visitor, told):
    admin = signed_in(visitor, told)
    page = admin.page
    page.goto("/o/hefei/inventory/")
    page.click("button[lang=zh-Hans]")
    assert page.locator("h1").inner_text() == "清单"
    page.goto("/o/hefei/records/")
    assert page.locator("h1").inner_text() == "记录"
    admin.shot("records-zh")
    page.click("button[lang=en]")
    assert page.locator("h1").inner_text() == "Records"

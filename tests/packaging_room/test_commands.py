"""The room's commands as typed, into a real book and down to the row."""

from __future__ import annotations

import json
import shutil
import zipfile
from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.core.period import parse_period
from qinglian.ledger.book import open_book
from qinglian.ledger.claims import claims
from qinglian.packaging import DIMENSION
from qinglian.present.exits import Exit
from tests.packaging_room.folders import LOADS, TABLES, write

UK_2025 = {  # kg CO2e per t, UK Government 2025, material use; the pack uk-defra-2025
    "material.board.primary": Fraction("1199.72542"),
    "material.board.closed_loop": Fraction("1098.11442"),
    "material.ps.primary": Fraction("4376.80391"),
    "material.ldpe.primary": Fraction("2965.0779"),
    "material.ldpe.closed_loop": Fraction("1097.90131"),
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A book with one facility and the factor packs, to be copied."""
    book = tmp_path_factory.mktemp("fresh") / "book"
    for words in (
        ["init", "Works", "--zone", "Asia/Shanghai"],
        ["facility", "add", "HEF", "--name", "Hefei", "--place", "CN-AH"],
        ["factors", "install"],
    ):
        assert run(["--json", "--book", str(book), *words]) == Exit.OK
    return book


@pytest.fixture
def ask(tmp_path, capsys, fresh):
    """Run a verb in a book with one facility; return its exit code and its JSON."""
    book = shutil.copytree(fresh, tmp_path / "book")
    capsys.readouterr()

    def asked(*words, error=False):
        code = run(["--json", "--book", str(book), *map(str, words)])
        printed = capsys.readouterr()
        return code, json.loads(printed.err if error else printed.out or "null")

    return asked


def used(activity, grams):
    return grams * UK_2025[activity] / 10**6


def test_from_files_to_the_inventory_and_back_to_the_row(ask, tmp_path, capsys):
    folder = write(tmp_path / "pack")
    code, answer = ask("packaging", "import", folder)
    assert code == Exit.OK
    assert answer["actual"]["posted"] == 6
    assert answer["baseline:foam-2021"]["posted"] == 6
    code, answer = ask("packaging", "import", folder)
    assert (code, answer["actual"]["posted"]) == (Exit.OK, 0)
    assert ask("calculate", "--period", "2025")[0] == Exit.OK
    units = 20_000
    expected = (
        used("material.board.primary", units * 420 * Fraction(3, 10))
        + used("material.board.closed_loop", units * (420 * Fraction(7, 10) + 120))
        + used("material.ldpe.primary", 160 * 300 * Fraction(7, 10))
        + used("material.ldpe.closed_loop", 160 * 300 * Fraction(3, 10))
    )
    code, inventory = ask("inventory")
    assert code == Exit.OK
    assert str(round(float(expected), 6)) in json.dumps(inventory) or _holds(inventory, expected)
    assert run(["--book", str(tmp_path / "book"), "explain", "--scope", "3"]) == Exit.OK
    shown = capsys.readouterr().out
    assert "pack.zip" in shown
    assert "uses.csv" in shown
    stored = next(
        path for path in (tmp_path / "book").rglob("*") if path.is_file() and zipfile.is_zipfile(path)
    )
    assert set(zipfile.ZipFile(stored).namelist()) == {f"{name}.csv" for name in TABLES}


def _holds(document, value):
    """Whether a number stands somewhere in a document, exactly."""
    if isinstance(document, dict):
        return any(_holds(part, value) for part in document.values())
    if isinstance(document, list):
        return any(_holds(part, value) for part in document)
    try:
        return Fraction(str(document)) == value
    except (ValueError, ZeroDivisionError):
        return False


def test_avoided_material_and_its_claim(ask, tmp_path):
    folder = write(tmp_path / "pack")
    ask("packaging", "import", folder)
    code, report = ask("packaging", "report", folder)
    assert code == Exit.OK
    assert report["avoided_t"] == {"corrugated": "-2.8", "foam": "4"}
    assert report["uncovered"] == ["INV-3"]
    assert report["per_product_g"]["CARTON 2 foam"] == "200"
    code, valued = ask("packaging", "avoided", folder, "--period", "2025", "--enter")
    assert code == Exit.OK
    units = 20_000
    expected = (
        used("material.ps.primary", units * 200)
        + used("material.board.primary", units * (200 - 420 * Fraction(3, 10)))
        + used("material.board.closed_loop", units * (200 - 420 * Fraction(7, 10) - 120))
    )
    assert Fraction(valued["kg_co2e"]) == expected
    assert Fraction(valued["by_activity"]["material.board.closed_loop"]) < 0
    assert valued["method"] == "uk-material-use"
    again = ask("packaging", "avoided", folder, "--period", "2025", "--enter")[1]
    assert again["claim"] == valued["claim"]
    with open_book(tmp_path / "book").read() as connection:
        (claim,) = claims(connection, "avoided")
    assert "CARTON@2 against CARTON@1" in claim["baseline"]
    assert Fraction(claim["kg_co2e"]) == expected
    assert json.loads(claim["content"])["t.foam"] == "4"


def test_the_baseline_never_enters_the_inventory(ask, tmp_path):
    folder = write(tmp_path / "pack")
    ask("packaging", "import", folder)
    ask("calculate", "--period", "2025")
    assert "material.ps" not in json.dumps(ask("inventory")[1])


def test_a_material_no_pack_knows_stays_unresolved_and_is_not_claimed(ask, tmp_path):
    materials = TABLES["materials"].replace("corrugated,paper,board", "corrugated,paper,moulded_pulp")
    folder = write(tmp_path / "pack", materials=materials)
    ask("packaging", "import", folder)
    assert ask("calculate", "--period", "2025", "--complete")[0] == Exit.INCOMPLETE
    code, answer = ask("packaging", "avoided", folder, "--period", "2025", error=True)
    assert code == Exit.REFUSED
    assert answer["problems"][0]["code"] == "packaging.factor_missing"


def test_nothing_is_half_posted(ask, tmp_path):
    uses = TABLES["uses"].replace("INV-3,HEF", "INV-3,XXX")
    code, answer = ask("packaging", "import", write(tmp_path / "pack", uses=uses), error=True)
    assert code == Exit.REFUSED
    assert [problem["code"] for problem in answer["problems"]] == ["packaging.facility_unknown"]
    assert ask("batches")[1] in ([], {"batches": []})


def test_a_changed_table_conflicts_and_is_not_taken_over(ask, tmp_path):
    ask("packaging", "import", write(tmp_path / "pack"))
    heavier = TABLES["components"].replace("corrugated,420", "corrugated,430")
    code, answer = ask("packaging", "import", write(tmp_path / "pack2", components=heavier))
    assert code == Exit.CONFLICT
    assert answer["actual"]["conflicts"] == 4


def test_empty_space_at_49_9_and_50_1_per_cent(ask, tmp_path):
    folder = write(tmp_path / "pack")
    findings = {}
    for words in (["--act", "2026-12-01"], [], ["--on", "2029-12-31"]):
        code, answer = ask("packaging", "void", folder, *words)
        findings[tuple(words)] = (code, [(row["void_ratio"], row["finding"]) for row in answer])
    assert findings["--act", "2026-12-01"] == (
        Exit.AUDIT_FAILED,
        [("0.499", "met"), ("0.501", "broken")],
    )
    assert findings[()] == (Exit.OK, [("0.499", "met"), ("0.501", "start_unknown")])
    assert findings["--on", "2029-12-31"] == (Exit.OK, [("0.499", "met"), ("0.501", "not_yet")])


def test_a_vendors_load_plan(ask, tmp_path):
    code, (answer,) = ask(
        "packaging", "load", write(tmp_path / "good", LOADS, loads=LOADS["loads"].replace("0.5,32", "1,32"))
    )
    assert (code, answer["valid"], answer["cube_utilisation"]) == (Exit.OK, True, "1")
    code, (answer,) = ask("packaging", "load", write(tmp_path / "claims", LOADS))
    assert code == Exit.AUDIT_FAILED
    assert [failed["code"] for failed in answer["failed"]] == ["packaging.claimed_fill_wrong"]
    shifted = LOADS["placements"].replace("1,P1,NB,0,0,0", "1,P1,NB,10,0,0")
    code, (answer,) = ask("packaging", "load", write(tmp_path / "bad", LOADS, placements=shifted))
    assert code == Exit.AUDIT_FAILED
    assert {"packaging.load_overlap"} <= {failed["code"] for failed in answer["failed"]}
    assert all(failed["row"] for failed in answer["failed"])


def test_stated_masses(ask, tmp_path):
    assert ask("packaging", "verify", write(tmp_path / "pack")) == (Exit.OK, {"failed": [], "stated": 2})
    wrong = TABLES["specifications"].replace("1,,,,540", "1,,,,500")
    code, answer = ask("packaging", "verify", write(tmp_path / "wrong", specifications=wrong))
    assert (code, answer["failed"][0]["row"]) == (Exit.AUDIT_FAILED, 3)
    assert ask("packaging", "verify", tmp_path / "wrong", "--tolerance", "0.1")[0] == Exit.OK
    assert ask("packaging", "verify", tmp_path / "wrong", "--tolerance", "x", error=True)[0] == Exit.REFUSED


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("verb", ["check", "report", "void", "verify"])
def test_people_get_tables_in_both_languages(tmp_path, capsys, lang, verb):
    write(tmp_path / "pack")
    code = run(["--lang", lang, "packaging", verb, str(tmp_path / "pack")])
    assert code == Exit.OK
    assert capsys.readouterr().out


def test_a_load_plan_for_people(tmp_path, capsys):
    write(tmp_path / "plan", LOADS)
    assert run(["packaging", "load", str(tmp_path / "plan")]) == Exit.AUDIT_FAILED
    shown = capsys.readouterr().out
    assert "claimed" in shown
    assert "100" in shown


def test_templates(ask, tmp_path):
    assert len(ask("packaging", "template", tmp_path / "t")[1]["files"]) == 6
    assert len(ask("packaging", "template", tmp_path / "l", "--load-plan")[1]["files"]) == 3
    assert ask("--lang", "zh", "packaging", "template", tmp_path / "t.xlsx")[0] == Exit.OK


def test_what_the_hall_shows(ask, tmp_path):
    folder = write(tmp_path / "pack")
    ask("packaging", "import", folder)
    ask("packaging", "avoided", folder, "--period", "2025", "--enter")
    bars, table, avoided, entered = DIMENSION.figures(open_book(tmp_path / "book"), parse_period("2025"))
    assert {bar.label: bar.value for bar in bars.bars} == {
        "CARTON@2": Fraction(20_000 * 540, 10**6),
        "PALLET@1": Fraction(160 * 300, 10**6),
    }
    cells = {row[0]: row[1:] for row in table.rows}
    assert cells["material.ps.primary"] == ("t", None, 4)
    assert {bar.label: bar.value for bar in avoided.bars} == {"corrugated": Fraction(-14, 5), "foam": 4}
    assert [row[1] for row in entered.rows] == ["packaging:foam-2021"]


def test_verify_takes_a_vendors_load_plan(ask, tmp_path):
    plan = write(tmp_path / "plan", LOADS)
    code, (answer,) = ask("packaging", "verify", plan, "--load-plan")
    assert code == Exit.AUDIT_FAILED
    assert answer["failed"][0]["code"] == "packaging.claimed_fill_wrong"
    assert ask("packaging", "verify", plan, "--load-plan") == ask("packaging", "load", plan)


def test_the_waterfall_is_drawn(ask, tmp_path):
    folder = write(tmp_path / "pack")
    assert ask("packaging", "report", folder, "--svg", tmp_path / "w.svg")[0] == Exit.OK
    assert "corrugated" in (tmp_path / "w.svg").read_text(encoding="utf-8")
    code, answer = ask("packaging", "report", folder, "--svg", tmp_path / "no" / "w.svg", error=True)
    assert (code, answer["problems"][0]["code"]) == (Exit.REFUSED, "present.not_written")


def test_a_use_over_the_edge_of_the_period_is_told_and_not_counted(ask, tmp_path):
    uses = TABLES["uses"].replace("INV-2,HEF,2025-02-01,2025-02-28", "INV-2,HEF,2025-12-15,2026-01-14")
    folder = write(tmp_path / "pack", uses=uses)
    ask("packaging", "import", folder)
    valued = ask("packaging", "avoided", folder, "--period", "2025")[1]
    assert valued["crossing"] == ["INV-2"]
    assert valued["uncovered"] == ["INV-3"]
    assert Fraction(valued["by_activity"]["material.ps.primary"]) == used("material.ps.primary", 12_000 * 200)


def other_method(folder):
    """A pack of another method: moulded pulp as a difference between ends of life."""
    folder.mkdir()
    (folder / "pack.toml").write_text(
        'id = "epa-warm"\nversion = "1"\npublisher = "P"\ndataset = "D"\ntitle_en = "T"\ntitle_zh = "题"\n'
        'licence = "none"\npublished = 2025-01-01\n[sources.s]\ncitation = "A made-up set"\nclass = "secondary"\n'
        "published = 2025-01-01\n",
        encoding="utf-8",
    )
    heads = (
        "activity,technology,place,valid_from,valid_to,gas,value,mass_unit,per_unit,basis,gwp_set,biogenic,"
        "method,uncertainty,quality,source,locator,note"
    )
    row = "{},,admin:CN,2020-01-01,,CO2e,500,kg,t,lifecycle,AR5,false,,,3,s,t,\n"
    rows = "".join(row.format(f"material.moulded_pulp.{kind}") for kind in ("primary", "closed_loop"))
    (folder / "factors.csv").write_text(f"{heads}\n{rows}", encoding="utf-8")
    return folder


def test_factor_sets_that_disagree_in_method_do_not_meet_in_one_total(ask, tmp_path):
    """The new tray in moulded pulp by a set of differences, foam and board by one of material used."""
    assert ask("factors", "install", other_method(tmp_path / "epa-warm"))[0] == Exit.OK
    folder = write(
        tmp_path / "pack",
        materials=TABLES["materials"] + "pulp,paper,moulded_pulp\n",
        components=TABLES["components"].replace("CARTON,2,tray,corrugated", "CARTON,2,tray,pulp"),
    )
    assert ask("packaging", "import", folder)[0] == Exit.OK
    code, answer = ask("packaging", "avoided", folder, "--period", "2025", error=True)
    assert code == Exit.REFUSED
    (problem,) = answer["problems"]
    assert problem["code"] == "packaging.methods_mixed"
    assert "uk-material-use: uk-defra-2025; us-warm: epa-warm" in problem["message"]


def test_recycled_content_of_plastic(ask, tmp_path, capsys):
    folder = write(tmp_path / "pack")
    code, answer = ask("packaging", "plastic", folder, "--on", "2030-06-01", "--act", "2026-12-01")
    assert code == Exit.AUDIT_FAILED
    assert {row["specification"]: (row["post_consumer"], row["finding"]) for row in answer} == {
        "CARTON@1": ("0", "broken"),
        "CARTON@2": (None, "outside"),
        "PALLET@1": ("0", "broken"),
    }
    assert ask("packaging", "plastic", folder, "--on", "2030-06-01")[0] == Exit.OK
    assert run(["--lang", "zh", "packaging", "plastic", str(folder), "--on", "2029-01-01"]) == Exit.OK
    assert "不足，规则尚未适用" in capsys.readouterr().out

"""The room's verbs as typed, into a real book and down to the row; order, splitting and repetition change nothing."""

from __future__ import annotations

import json
import random
import shutil
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.recycling.folders import TABLES, write

from qinglian.cli import run
from qinglian.core.period import parse_period
from qinglian.ledger.book import open_book
from qinglian.ledger.claims import claims
from qinglian.present.exits import Exit
from qinglian.recycling import DIMENSION
from qinglian.recycling.account import facts
from qinglian.recycling.readers import read

UK_2025 = {  # kg CO2e per t, UK Government 2025, material use; the pack uk-defra-2025
    "aluminium.primary": Fraction("9115.90131"),
    "aluminium.closed_loop": Fraction("995.0779"),
    "plastics_average.primary": Fraction("3172.49932"),
    "plastics_average.closed_loop": Fraction("1575.39106"),
}
ZONES = {"HEF": "Asia/Shanghai"}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    book = tmp_path_factory.mktemp("fresh") / "book"
    for words in (
        ["init", "Works", "--zone", "Asia/Shanghai", "--single-user"],
        ["facility", "add", "HEF", "--name", "Hefei", "--place", "CN-AH"],
        ["factors", "install"],
    ):
        assert run(["--json", "--book", str(book), *words]) == Exit.OK
    return book


@pytest.fixture
def ask(tmp_path, capsys, fresh):
    book = shutil.copytree(fresh, tmp_path / "book")
    capsys.readouterr()

    def asked(*words, error=False):
        code = run(["--json", "--book", str(book), *map(str, words)])
        printed = capsys.readouterr()
        return code, json.loads(printed.err if error else printed.out or "null")

    return asked


def avoided_kg(until_june=True):
    aluminium = 380 * (UK_2025["aluminium.primary"] - UK_2025["aluminium.closed_loop"]) / 1000
    plastics = 75 * (UK_2025["plastics_average.primary"] - UK_2025["plastics_average.closed_loop"]) / 1000
    return aluminium + (plastics if until_june else 0)


def test_a_folder_is_posted_once_and_waste_reaches_category_5(ask, tmp_path):
    folder = write(tmp_path / "files")
    code, answer = ask("recycling", "import", folder)
    assert code == Exit.OK
    # four dispositions, two of three waste notes, two credits with what takes their place
    assert (answer["posted"], answer["on_site"]) == (4 + 2 + 4, 1)
    assert ask("recycling", "import", folder)[1]["posted"] == 0
    ask("calculate", "--period", "2025")
    code, inventory = ask("inventory")
    totals = {row["category"]: row["kg_co2e"] for row in inventory["totals"] if row["scope"] == "3"}
    assert Fraction(totals[5]) == 2 * Fraction("4.68568")
    _, found = ask("records", "--activity", "waste.board.recycling")
    assert (found["records"][0]["file"], found["records"][0]["sheet"], found["records"][0]["row"]) == (
        "files.zip",
        "waste.csv",
        2,
    )
    assert ask("audit")[0] == Exit.OK


def test_avoided_is_a_query_for_any_days(ask, tmp_path):
    ask("recycling", "import", write(tmp_path / "files"))
    asked = ("recycling", "avoided", "--baseline", "uk", "--since")
    code, whole = ask(*asked, "2025-01-01", "--until", "2025-12-31")
    assert code == Exit.OK
    assert Fraction(whole["kg_co2e"]) == avoided_kg()
    assert {part["activity"]: part["mass_kg"] for part in whole["parts"]}[
        "material.plastics_average.primary"
    ] == "75"
    code, part = ask(*asked, "2025-04-12", "--until", "2025-05-03")
    assert Fraction(part["kg_co2e"]) == avoided_kg(until_june=False)
    assert ask(*asked, "2025-01-01", "--until", "2025-12-31")[1]["kg_co2e"] == whole["kg_co2e"]
    code, refused = ask(*asked, "2025-01-01", "--until", "2025-05-02", error=True)
    assert (code, refused["problems"][0]["code"]) == (Exit.REFUSED, "recycling.nothing_credited")
    code, refused = ask(*asked, "2025-02-01", "--until", "2025-01-02", error=True)
    assert refused["problems"][0]["code"] == "recycling.days_backwards"


def test_a_claim_nets_nothing_and_is_entered_once(ask, tmp_path):
    ask("recycling", "import", write(tmp_path / "files"))
    ask("calculate", "--period", "2025")
    before = ask("inventory")[1]["totals"]
    words = ("recycling", "avoided", "--baseline", "uk", "--since", "2025-01-01", "--until", "2025-12-31")
    first = ask(*words, "--enter", "UK 2025")[1]["claim"]
    assert ask(*words, "--enter", "UK 2025")[1]["claim"] == first
    book = open_book(tmp_path / "book")
    with book.read() as connection:
        (entered,) = claims(connection, "avoided")
    assert Fraction(entered["kg_co2e"]) == avoided_kg()
    assert entered["name"] == "recycling:uk"
    ask("calculate", "--period", "2025")
    assert ask("inventory")[1]["totals"] == before
    titles = [figure.title for figure in DIMENSION.figures(book, parse_period("2025"))]
    assert len(titles) == 4


def test_an_activity_without_a_factor_is_refused(ask, tmp_path):
    rows = TABLES["credits"].replace("material.aluminium.primary", "material.unobtainium.primary")
    ask("recycling", "import", write(tmp_path / "files", credits=rows))
    words = ("recycling", "avoided", "--baseline", "uk", "--since", "2025-01-01", "--until", "2025-12-31")
    code, refused = ask(*words, error=True)
    assert (code, refused["problems"][0]["code"]) == (Exit.REFUSED, "recycling.factor_missing")


def test_nothing_is_posted_where_a_facility_is_unknown(ask, tmp_path):
    folder = write(tmp_path / "files", waste=TABLES["waste"].replace("WN-2,HEF", "WN-2,XXX"))
    code, refused = ask("recycling", "import", folder, error=True)
    assert code == Exit.REFUSED
    (problem,) = refused["problems"]
    assert (problem["code"], problem["where"]["row"]) == ("recycling.facility_unknown", 3)
    assert ask("records")[1]["count"] == 0


def test_verify_leaves_with_4_and_names_the_row(ask, tmp_path):
    code, answer = ask("recycling", "verify", write(tmp_path / "files"))
    assert code == Exit.AUDIT_FAILED
    assert [(one["code"], one["row"]) for one in answer["failed"]] == [("recycling.certified_unrecorded", 2)]


def test_reports(ask, tmp_path):
    folder = write(tmp_path / "files")
    code, report = ask("recycling", "report", folder, "--svg", tmp_path / "flows.svg")
    assert code == Exit.OK
    assert (tmp_path / "flows.svg").read_text(encoding="utf-8").startswith("<svg")
    assert report["lots"]["rows"] == [["R-1", "2025-04-12", "notebook", "1000", "950", "50", "0.01"]]
    assert ask("recycling", "circularity", folder)[1].keys() == {"NB"}
    code, returns = ask("recycling", "returns", folder, "--from", "2018", "--to", "2060")
    tonnes = returns["notebook"]
    assert sum(map(Fraction, tonnes["tonnes"].values())) + Fraction(tonnes["in_use"]) == 220
    code, refused = ask(
        "recycling",
        "returns",
        write(tmp_path / "b", lifetimes=""),
        "--from",
        "2018",
        "--to",
        "2019",
        error=True,
    )
    assert refused["problems"][0]["code"] == "recycling.no_lifetime"


@settings(max_examples=20)
@given(st.randoms(), st.integers(1, 399))
def test_order_and_splitting_of_dispositions_change_no_sum(tmp_path_factory, chance, cut):
    """A disposition cut in two, in any order of rows, posts the same masses by activity and scenario."""
    head, *rows = TABLES["dispositions"].splitlines()
    part = Fraction(380 * cut, 400)
    split = [
        f"R-1,2025-05-03,recycle,{cut},{float(part)},aluminium,Recycler A",
        f"R-1,2025-05-03,recycle,{400 - cut},{float(380 - part)},aluminium,Recycler A",
    ]
    other = [row for row in rows if "aluminium" not in row] + split
    chance.shuffle(other)
    folder = tmp_path_factory.mktemp("f")
    whole = facts(read(write(folder / "a")), ZONES)
    cut_up = facts(read(write(folder / "b", dispositions="\n".join([head, *other]) + "\n")), ZONES)
    assert sums(whole) == sums(cut_up)
    assert len({(f.reference, f.activity, f.scenario) for f in cut_up}) == len(cut_up)


def sums(found):
    total = {}
    for fact in found:
        key = fact.activity, fact.scenario
        total[key] = total.get(key, 0) + Fraction(fact.mantissa, 10**fact.decimals)
    return total


def test_references_do_not_depend_on_the_order_of_rows(tmp_path):
    head, *rows = TABLES["dispositions"].splitlines()
    rows += ["R-1,2025-06-03,landfill,20,,,Recycler A", "R-1,2025-06-03,landfill,30,,,Recycler A"]
    rows.remove("R-1,2025-06-03,landfill,50,,,Recycler A")
    found = []
    for seed in range(4):
        random.Random(seed).shuffle(rows)
        folder = write(tmp_path / str(seed), dispositions="\n".join([head, *rows]) + "\n")
        found.append({(f.reference, f.mantissa, f.decimals) for f in facts(read(folder), ZONES)})
    assert all(one == found[0] for one in found)

"""The golden case, from files through a real book and out of its inventory.

1000 at 0.5 and 500 at 0.8 are 900 kg on no primary data. When the second becomes 200 units at 1.2, of which 80 %
is primary, the total is 740 kg, of which 192/740 = 25.9459… % is primary.
"""

from __future__ import annotations

import json
import shutil
from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.ledger.packs import FACTOR_COLUMNS
from qinglian.present.exits import Exit
from tests.suppliers.folders import TABLES, write

PACK = """id = "golden"
version = "1"
publisher = "tests"
dataset = "golden case"
title_en = "Golden case"
title_zh = "标准算例"
licence = "CC0"
published = 2024-01-01

[sources.s]
citation = "made for a test"
class = "secondary"
published = 2024-01-01
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fresh")
    pack = folder / "golden"
    pack.mkdir()
    (pack / "pack.toml").write_text(PACK, encoding="utf-8")
    rows = [
        f"material.{name}.primary,,admin:CN,2020-01-01,,CO2e,{value},kg,kg,lifecycle,AR5,false,,,3,s,x,"
        for name, value in (("one", "0.5"), ("two", "0.8"))
    ]
    (pack / "factors.csv").write_text("\n".join([",".join(FACTOR_COLUMNS), *rows]) + "\n", encoding="utf-8")
    for words in (
        ["init", "Works", "--zone", "Asia/Shanghai"],
        ["facility", "add", "HEF", "--name", "Hefei", "--place", "CN-AH"],
        ["factors", "install", str(pack)],
    ):
        assert run(["--json", "--book", str(folder / "book"), *words]) == Exit.OK
    return folder / "book"


@pytest.fixture
def ask(tmp_path, capsys, fresh):
    book = shutil.copytree(fresh, tmp_path / "book")
    capsys.readouterr()

    def asked(*words, error=False):
        code = run(["--json", "--book", str(book), *map(str, words)])
        printed = capsys.readouterr()
        return code, json.loads(printed.err if error else printed.out or "null")

    return asked


def reported(ask, folder):
    assert ask("calculate", "--period", "2025")[0] in {Exit.OK, Exit.INCOMPLETE}
    code, report = ask("suppliers", "report", folder, "--period", "2025")
    assert code == Exit.OK
    return report


ACCEPT = ("--on", "2026-05-31", "--reason", "checked against the maker's study")


def test_900_kg_become_740_of_which_a_quarter_is_primary(ask, tmp_path):
    folder = write(tmp_path / "files")
    assert ask("suppliers", "import", folder)[1]["posted"] == 2
    before = reported(ask, folder)
    assert (before["kg_co2e"], before["primary_share"]) == ("900", "0")
    code, said = ask("suppliers", "accept", folder, "F-1", *ACCEPT)
    assert (code, said["lines"]) == (Exit.OK, 1)
    after = reported(ask, folder)
    assert after["kg_co2e"] == "740"
    assert Fraction(after["primary_share"]) == Fraction(192, 740)
    assert f"{float(Fraction(after['primary_share'])):.6%}".startswith("25.9459")
    assert Fraction(after["quality"]) == Fraction(500 * 3 + 240 * 2, 740)
    assert after["by_method"] == {"supplier_specific": "240", "hybrid": "0", "average": "500", "spend": "0"}
    assert ask("audit")[0] == Exit.OK


def test_the_record_is_reversed_and_posted_again_in_their_unit(ask, tmp_path):
    folder = write(tmp_path / "files")
    ask("suppliers", "import", folder)
    ask("suppliers", "accept", folder, "F-1", *ACCEPT)
    records = ask("records")[1]["records"]
    states = [(one["reference"], one["value"], one["unit"], one["state"]) for one in records]
    assert states == [
        ("PO-1", "1000", "kg", "live"),
        ("PO-2", "500", "kg", "reversed"),
        ("PO-2", "-500", "kg", "reversal"),
        ("PO-2", "200", "item", "live"),
    ]
    assert records[-1]["file"] == "files.zip"


def test_deciding_after_an_import_and_importing_after_a_decision_agree(ask, tmp_path, fresh, capsys):
    folder = write(tmp_path / "files")
    ask("suppliers", "import", folder)
    ask("suppliers", "accept", folder, "F-1", *ACCEPT)
    once = reported(ask, folder)
    longer = TABLES["purchases"] + "PO-3,HEF,2025-02-01,2025-02-28,urn:p:b,P-2,material.two.primary,50,kg,,\n"
    folder = write(tmp_path / "files", purchases=longer)
    code, again = ask("suppliers", "import", folder)
    assert (code, again["posted"], again["already"]) == (Exit.OK, 1, 2)
    assert Fraction(reported(ask, folder)["kg_co2e"]) == Fraction(once["kg_co2e"]) + 20 * Fraction("1.2")


def test_what_is_not_mapped_keeps_its_method(ask, tmp_path):
    part = "part,partner,their_part,their_unit,per_ours,share\nP-2,urn:p:b,B-1,item,0.4,0.75\n"
    folder = write(tmp_path / "files", parts=part)
    ask("suppliers", "import", folder)
    ask("suppliers", "accept", folder, "F-1", *ACCEPT)
    found = reported(ask, folder)
    assert found["by_method"]["supplier_specific"] == "180"  # 500 × 0.75 × 0.4 × 1.2
    assert found["by_method"]["average"] == "600"  # 500 and 125 × 0.8


def test_what_is_booked_elsewhere_is_taken_out_or_refused(ask, tmp_path):
    lines = TABLES["purchases"].replace("currency\n", "currency,transport,packaging\n")
    lines = lines.replace("100,CNY\n", "100,CNY,elsewhere,inside\n")
    lines = lines.replace("300,CNY\n", "300,CNY,inside,inside\n")
    folder = write(tmp_path / "files", purchases=lines)
    ask("suppliers", "import", folder)
    assert ask("suppliers", "accept", folder, "F-1", *ACCEPT)[1]["lines"] == 1
    assert reported(ask, folder)["by_method"]["supplier_specific"] == "220"  # 200 × (1.2 − 0.1)
    packed = write(tmp_path / "packed", purchases=lines.replace("elsewhere,inside", "inside,elsewhere"))
    code, refused = ask("suppliers", "accept", packed, "F-1", *ACCEPT, error=True)
    assert (code, refused["problems"][0]["code"]) == (Exit.REFUSED, "suppliers.boundary_unstated")


def test_a_rejected_footprint_changes_nothing_and_is_remembered(ask, tmp_path):
    folder = write(tmp_path / "files")
    ask("suppliers", "import", folder)
    assert (
        ask("suppliers", "reject", folder, "F-1", "--on", "2026-05-31", "--reason", "no study")[0] == Exit.OK
    )
    assert reported(ask, folder)["kg_co2e"] == "900"
    (listed,) = ask("suppliers", "proposals", folder)[1]
    assert (listed["decision"]["state"], listed["decision"]["reason"]) == ("rejected", "no study")


def test_nothing_is_posted_where_a_facility_is_unknown(ask, tmp_path):
    folder = write(tmp_path / "files", purchases=TABLES["purchases"].replace("PO-2,HEF", "PO-2,XXX"))
    code, refused = ask("suppliers", "import", folder, error=True)
    assert (code, refused["problems"][0]["where"]["row"]) == (Exit.REFUSED, 3)
    assert ask("records")[1]["count"] == 0


def test_coverage_by_spend_and_by_emissions(ask, tmp_path):
    folder = write(tmp_path / "files")
    ask("suppliers", "import", folder)
    coverage = reported(ask, folder)["coverage"]
    assert sorted(coverage.values()) == sorted(
        ["0.75", "5/9"]
    )  # 300 of 400; 500 of 900: committed does not count

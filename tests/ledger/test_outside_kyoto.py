"""Gases of the Montreal Protocol and HFO: reported by mass apart from the scopes, in no total of CO2e."""

from __future__ import annotations

from fractions import Fraction

import pytest

from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.ledger.calculation import calculate
from qinglian.ledger.evidence_pack import write_evidence_pack
from qinglian.ledger.explain import explain
from qinglian.ledger.inventory import GROSS, OUTSIDE_KYOTO, View, read_inventory
from qinglian.ledger.packs import shipped_packs
from qinglian.ledger.posting import post
from qinglian.ledger.replay import replay
from qinglian.ledger.report import gas_table, outside_kyoto, scope_table, summary
from qinglian.ledger.versions import create_version
from tests.ledger.conftest import ACTOR, YEAR, fact
from tests.ledger.test_evidence_pack import verify

GWP = tuple(path for path in shipped_packs() if path.name == "gwp")


@pytest.fixture
def leaks(make_book, tiny_pack):
    def made(*gases):
        book = make_book(packs=(tiny_pack, *GWP) if gases != ("CH4-fossil",) else (tiny_pack,))
        post(book, ACTOR, [fact("2.5", "kg", activity=f"fugitive.{gas}", source=gas) for gas in gases])
        return book, calculate(book, ACTOR, YEAR)

    return made


@pytest.mark.parametrize("gwp", ["AR4", "AR5", "AR6"])
def test_r22_is_reported_by_mass_and_kyoto_gases_are_counted_beside_it(leaks, gwp):
    book, run = leaks("HCFC-22", "HFO-1234yf", "HFC-134a")
    read = read_inventory(book, run.id, View(gwp=gwp))
    assert {e.gas for e in read.select(GROSS)} == {"HFC-134a"}
    assert read.total(scope="1") == Fraction("2.5") * {"AR4": 1430, "AR5": 1300, "AR6": 1530}[gwp]
    assert outside_kyoto(read) == {"HCFC-22": Fraction("2.5"), "HFO-1234yf": Fraction("2.5")}
    assert run.counts["s1.fugitive"]["exact"] == run.counts["s1.fugitive"]["demands"] == 3


def test_a_name_of_the_trade_is_the_same_gas(leaks):
    book, run = leaks("R-22")
    assert outside_kyoto(read_inventory(book, run.id)) == {"HCFC-22": Fraction("2.5")}


def test_a_kyoto_gas_without_a_gwp_in_the_set_still_raises(leaks):
    book, run = leaks("CH4-fossil")  # a pack of CH4 and N2O alone
    with pytest.raises(QinglianError) as raised:
        read_inventory(book, run.id)
    assert raised.value.code == "ledger.gwp_unknown"


@pytest.mark.parametrize(("language", "word"), [("en", "Montreal"), ("zh", "蒙特利尔")])
def test_it_stands_in_every_report_without_a_figure_of_co2e(leaks, language, word):
    use_language(language)
    book, run = leaks("HCFC-22")
    read = read_inventory(book, run.id)
    assert any(word in note and "HCFC-22 2.5 kg" in note for note in scope_table(read).notes)
    (row,) = gas_table(read).rows
    assert row[1:] == ("HCFC-22", Fraction("2.5"), None)
    assert summary(read)["outside_kyoto_kg"] == {"HCFC-22": Fraction("2.5")}
    tree = explain(book, read, account=OUTSIDE_KYOTO)
    assert "HCFC-22: 2.5 kg" in [leaf.label for leaf in tree.children[0].children[0].children]


def test_a_version_with_it_replays_and_its_evidence_verifies(leaks, tmp_path):
    book, run = leaks("HCFC-22", "HFC-134a")
    frozen = create_version(book, ACTOR, run.id)
    assert replay(book, frozen.id).same
    write_evidence_pack(book, frozen.id, tmp_path / "pack.zip")
    done = verify(tmp_path / "pack.zip")
    assert done.returncode == 0, done.stdout + done.stderr

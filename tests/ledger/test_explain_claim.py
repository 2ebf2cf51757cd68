"""Explain a claim: its figure and what it rests on; what nobody can recompute has no figure of ours."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from qinglian.cli import run
from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.ledger.claims import Claim, enter_claim
from qinglian.ledger.explain_claim import explain_claim
from qinglian.present.exits import Exit
from tests.ledger.conftest import ACTOR

ABOUT = {
    "account": "avoided",
    "period_start": date(2022, 4, 1),
    "period_end": date(2023, 4, 1),
    "baseline": "grid electricity",
    "method": "quantity x grid factor",
}


@pytest.fixture
def claimed(lite):
    factor = "0.7 kg CO2/kWh, grid:CN-AH"
    inputs = (("quantity", "2696"), ("unit", "MWh"))
    enter_claim(
        lite,
        ACTOR,
        Claim(
            name="saving", factor=factor, kg_co2e=Fraction(1887200), inputs=inputs, stated="2,000 t", **ABOUT
        ),
    )
    enter_claim(lite, ACTOR, Claim(name="recycled", stated="60,000 t recycled", **ABOUT))
    return lite


def told(tree):
    return [tree.label, *(line for child in tree.children for line in told(child))]


def test_a_recomputed_claim_says_from_what(claimed):
    use_language("en")
    lines = told(explain_claim(claimed, 1))
    assert lines[0] == "saving: 1887200 kg CO2e"
    for part in ("avoided emissions; in no inventory total", "0.7 kg CO2/kWh", "quantity: 2696", "2,000 t"):
        assert any(part in line for line in lines)


def test_a_bare_statement_has_no_figure_of_ours(claimed):
    use_language("zh")
    lines = told(explain_claim(claimed, 2))
    assert lines[0] == "recycled: 无法由已公布的内容重算"
    assert not any("kg CO2e" in line for line in lines)


def test_an_unknown_claim_names_those_there_are(claimed, capsys):
    with pytest.raises(QinglianError, match="1 saving, 2 recycled"):
        explain_claim(claimed, 9)
    assert run(["--book", str(claimed.folder), "explain", "--claim", "1"]) == Exit.OK
    assert "1887200 kg CO2e" in capsys.readouterr().out

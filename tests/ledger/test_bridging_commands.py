"""A bill of coal in tonnes, as typed: import, calculate, explain, trace, version, replay; both engines."""

from __future__ import annotations

import json

import pytest

from qinglian.cli import run
from qinglian.present.exits import Exit

BILLS = """facility,activity,start,end,quantity,unit,reference,price_year
HF1,fuel.stationary.bituminous_coal,2022-01-01,2022-01-31,120,吨,K1,
HF1,fuel.stationary.measured_coal,2022-01-01,2022-01-31,35.5,t,K2,
HF1,spend.335911,2022-01-01,2022-01-31,20,万元,P1,2022
HF1,spend.335911,2022-02-01,2022-02-28,20,万元,P2,2012
"""
PACK = """id = "works"
version = "1"
publisher = "Works"
dataset = "laboratory"
title_en = "Laboratory"
title_zh = "化验室"
licence = "own"
published = 2022-01-01
[sources.lab]
citation = "Laboratory report 7"
class = "primary"
published = 2022-01-01
[sources.guide]
citation = "A guide per net energy"
class = "secondary"
published = 2021-01-01
"""
FACTORS = (
    "activity,technology,place,valid_from,valid_to,gas,value,mass_unit,per_unit,basis,gwp_set,biogenic,"
    "method,uncertainty,quality,source,locator,note\n"
    "fuel.stationary.measured_coal,,admin:CN,2020-01-01,,CO2,95,kg,GJ(net),direct,,false,,,2,guide,table 1,\n"
)
PROPERTIES = (
    "fuel,property,value,unit,per_unit,place,valid_from,valid_to,source,locator,note\n"
    "measured_coal,heating_value,20,GJ(net),t,admin:CN-AH,2022-01-01,2023-01-01,lab,sample 3,\n"
)


@pytest.fixture
def ask(tmp_path, capsys):
    folder = tmp_path / "works"
    folder.mkdir()
    for name, content in (("pack.toml", PACK), ("factors.csv", FACTORS), ("properties.csv", PROPERTIES)):
        (folder / name).write_text(content, encoding="utf-8")
    (tmp_path / "bills.csv").write_text(BILLS, encoding="utf-8")

    def asked(*words):
        code = run(["--json", "--lang", "en", "--book", str(tmp_path / "book"), *words])
        printed = capsys.readouterr()
        assert code == Exit.OK, printed.err
        return json.loads(printed.out)

    asked("init", "Works", "--zone", "Asia/Shanghai", "--single-user")
    asked("facility", "add", "HF1", "--place", "Anhui")
    asked("factors", "install", str(folder))
    asked("import", str(tmp_path / "bills.csv"))
    return asked


def labels(tree):
    return [tree["label"], *(line for child in tree["children"] for line in labels(child))]


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def test_from_the_bill_to_the_replay(ask, engine, request):
    if engine == "spark":
        request.getfixturevalue("spark")  # skips loudly where Spark cannot run
    counts = ask("calculate", "--period", "2022", "--engine", engine)["coverage"]
    assert counts["s1.stationary"] == {"demands": 2, "exact": 2, "fallback": 0, "unresolved": 0}
    assert counts["s3.1.spend"] == {"demands": 2, "exact": 0, "fallback": 1, "unresolved": 1}

    told = "\n".join(labels(ask("explain", "--scope", "1")))
    assert "HF1 · fuel.stationary.measured_coal: 67450 kg CO2e" in told  # 35.5 t x 20 GJ/t x 95 kg/GJ
    for part in ("1900 kg CO2 per t", "Laboratory report 7", "A guide per net energy", "sample 3", "row 3"):
        assert part in told
    assert "HF1 · fuel.stationary.bituminous_coal: 248581.110624 kg CO2e" in told

    (bridge,) = (
        entry
        for entry in ask("trace", "--activity", "fuel.stationary.measured_coal")
        if entry["rule"] == "s1.stationary" and entry["measure"] == "mass"
    )
    assert (bridge["chosen"], len(bridge["parts"])) == (True, 2)

    unresolved = ask("inventory")["unresolved"]
    (money,) = (entry for entry in unresolved if entry["rule"] == "s3.1.spend")
    assert "fx.CNY_per_USD 2012" in money["reasons"][0]

    assert ask("version", "create")["state"] == "draft"
    assert ask("replay", "1", "--engine", engine)["same"]

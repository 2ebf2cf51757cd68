"""Files, verification, assessment, and the page of a small supplier."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglian.cli import run
from qinglian.core.errors import QinglianError
from qinglian.present.exits import Exit
from qinglian.suppliers.assessment import parse_method, score, shipped_methods
from qinglian.suppliers.form import evaluate
from qinglian.suppliers.readers import read, read_form
from qinglian.suppliers.synthetic import TABLES as SYNTHETIC
from qinglian.suppliers.synthetic import content, write_folder
from qinglian.suppliers.verify import verify_footprints
from tests.suppliers.folders import TABLES, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "laptop-maker" / "suppliers"
MIIT = shipped_methods()["miit-generic"]


def codes(folder):
    with pytest.raises(QinglianError) as caught:
        read(folder)
    return {(p.code, Path(p.where.file).name, p.where.row) for p in caught.value.problems}


@pytest.mark.parametrize(
    ("table", "row", "found"),
    [
        ("parts", "P-2,urn:p:b,B-9,item,1,1", ("suppliers.mapped_twice", "parts.csv", 3)),
        ("parts", "P-3,urn:p:b,B-9,furlong,1,1", ("core.unit_unknown", "parts.csv", 3)),
        ("parts", "P-3,urn:p:b,B-9,item,0,1", ("suppliers.not_positive", "parts.csv", 3)),
        (
            "purchases",
            "PO-9,HEF,2025-02-01,2025-01-01,urn:p:a,,material.one.primary,1,kg,,",
            ("suppliers.days_backwards", "purchases.csv", 4),
        ),
        (
            "purchases",
            "PO-1,HEF,2025-02-01,2025-02-02,urn:p:a,,material.one.primary,1,kg,,",
            ("ingest.value_twice", "purchases.csv", 4),
        ),
        (
            "purchases",
            "PO-9,HEF,2025-02-01,2025-02-02,urn:p:z,,material.one.primary,1,kg,,",
            ("ingest.reference_unknown", "purchases.csv", 4),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path, table, row, found):
    problems = codes(write(tmp_path, **{table: TABLES[table] + row + "\n"}))
    assert found[1:] in {problem[1:] for problem in problems}, problems
    if found[0].startswith(("suppliers", "core")):
        assert found in problems


HEAD = TABLES["footprints"].splitlines()[0] + ",waste\n"


@pytest.mark.parametrize(
    ("row", "failed"),
    [
        ("F,urn:p:b,B-1,item,product,1.2,,,,,2,2025-01-01,2025-12-31,s,", []),
        ("F,urn:p:b,B-1,item,product,1.2,0.8,0.5,,,2,2025-01-01,2025-12-31,s,", ["suppliers.sum_differs"]),
        ("F,urn:p:b,B-1,item,hybrid,1.2,0.5,0.5,0.1,,2,2025-01-01,2025-12-31,s,0.1", []),
        (
            "F,urn:p:b,B-1,item,hybrid,1.2,0.5,0.5,0.1,,2,2025-01-01,2025-12-31,s,",
            ["suppliers.hybrid_incomplete"],
        ),
        (
            "F,urn:p:b,B-1,item,hybrid,1.5,0.5,0.5,0.1,,2,2025-01-01,2025-12-31,s,0.1",
            ["suppliers.sum_differs"],
        ),
        ("F,urn:p:b,B-1,kg,product,1.2,,,,,2,2025-01-01,2025-12-31,s,", ["suppliers.unit_differs"]),
        ("F,urn:p:b,B-7,item,product,1.2,,,,,2,2025-01-01,2025-12-31,s,", ["suppliers.unmapped"]),
        ("F,urn:p:b,B-1,item,product,1.2,,,,,2,2024-01-01,2024-12-31,s,", ["suppliers.period_apart"]),
    ],
)
def test_a_footprint_is_recomputed_and_the_statement_that_fails_is_named(tmp_path, row, failed):
    folder = read(write(tmp_path, footprints=HEAD + row + "\n"))
    assert [problem.code for problem in verify_footprints(folder)] == failed


def test_verify_leaves_with_4(tmp_path, capsys):
    assert run(["--json", "suppliers", "verify", str(write(tmp_path / "a"))]) == Exit.OK
    capsys.readouterr()
    assert run(["--json", "suppliers", "verify", str(EXAMPLE)]) == Exit.AUDIT_FAILED
    assert [(one["code"], one["row"]) for one in json.loads(capsys.readouterr().out)["failed"]] == [
        ("suppliers.sum_differs", 3)
    ]


def test_the_example_folder_is_what_the_program_writes(tmp_path):
    for path in write_folder(tmp_path):
        assert path.read_bytes() == (EXAMPLE / path.name).read_bytes()
    assert all(
        "SYNTHETIC 合成数据" in row for name in SYNTHETIC for row in content(name).decode().splitlines()[1:]
    )


def test_the_table_of_the_ministry_has_twenty_indicators_and_100_points():
    assert len(MIIT.indicators) == 20
    assert sum(one.points for one in MIIT.indicators) == 100
    assert MIIT.source_class == "secondary"


def test_without_an_answer_nobody_is_rated():
    nothing = score(MIIT, {})
    assert (nothing.rated, nothing.open_points) == (False, 100)
    zero = score(MIIT, {one.id: Fraction(0) for one in MIIT.indicators})
    assert (zero.rated, zero.reached, zero.open_points) == (True, 0, 0)


@given(st.dictionaries(st.sampled_from([one.id for one in MIIT.indicators]), st.fractions(0, 1) | st.none()))
def test_points_reached_and_open_never_pass_100_and_answers_add_up(answers):
    found = score(MIIT, answers)
    assert 0 <= found.reached <= found.highest <= 100
    points = {one.id: one.points for one in MIIT.indicators}
    assert found.reached == sum(points[name] * share for name, share in answers.items() if share is not None)
    assert found.open_points == 100 - sum(points[n] for n, share in answers.items() if share is not None)


METHOD = (
    'id="m"\ntitle_en="M"\ntitle_zh="方法"\ncitation="c"\nclass="secondary"\n[group.G]\nen="g"\nzh="组"\n'
)
LINE = '[[indicator]]\nid="{}"\ngroup="G"\nen="e"\nzh="z"\npoints={}\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (METHOD + LINE.format("a", 60) + LINE.format("b", 39.5), "suppliers.weights_wrong"),
        (METHOD + LINE.format("a", 60) + LINE.format("a", 40), "suppliers.indicator_twice"),
        (METHOD + LINE.format("a", -1), "suppliers.method_unreadable"),
        ("not toml", "suppliers.method_unreadable"),
    ],
)
def test_a_method_that_does_not_add_up_is_refused(text, code):
    with pytest.raises(QinglianError) as caught:
        parse_method(text, "m.toml")
    assert (caught.value.code, caught.value.problem.where.file) == (code, "m.toml")


def test_an_answer_to_no_indicator_is_refused():
    with pytest.raises(QinglianError) as caught:
        score(MIIT, {"X9-1": Fraction(1)})
    assert caught.value.code == "suppliers.indicator_unknown"


FORM = "company,place,start,end,electricity_kWh,heat_GJ,natural_gas_Nm3,diesel_kg,gasoline_kg,coal_t,revenue,currency\n"


def form(folder, row):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.csv").write_text(FORM + row + "\n", encoding="utf-8")
    (found,) = read_form(folder)
    return evaluate(found)


def test_bills_become_scopes_and_an_intensity(tmp_path):
    """Anhui 2022: 0.6782 kg CO2/kWh; gas 21,621.88809 kg CO2 per 万Nm3 (NDRC defaults, pack cn-fuels)."""
    found = form(tmp_path, "Screw Works,Anhui,2022-01-01,2022-12-31,1000,0,100,0,0,0,1000000,CNY")
    assert found.complete
    assert found.scope2 == Fraction("678.2")
    assert found.scope1 == Fraction("216.2188809")
    assert found.intensity == (found.scope1 + found.scope2) / 1_000_000


def test_what_is_missing_stays_missing(tmp_path):
    found = form(tmp_path, "Screw Works,Anhui,2022-01-01,2022-12-31,1000,,100,0,0,0,1000000,CNY")
    assert (found.missing, found.intensity, found.scope2) == (("heat",), None, Fraction("678.2"))
    found = form(tmp_path / "b", "Screw Works,Anhui,2022-01-01,2022-12-31,1000,5,100,0,0,0,,")
    assert found.missing == ("revenue",)
    assert found.intensity is None


def test_the_form_has_twelve_fields_in_both_languages(tmp_path, capsys):
    for lang in ("en", "zh"):
        path = tmp_path / f"{lang}.xlsx"
        assert run(["--json", "--lang", lang, "suppliers", "template", "--form", str(path)]) == Exit.OK
        capsys.readouterr()
        assert len(next(iter(read_form(path)))) <= 12
        assert run(["--json", "suppliers", "form", str(path)]) in {Exit.OK, Exit.INCOMPLETE}
        (answer,) = json.loads(capsys.readouterr().out)
        assert answer["method"].startswith("scope 1 + 2")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("S,Atlantis,2022-01-01,2022-12-31,1,0,0,0,0,0,1,CNY", "core.place_unknown"),
        ("S,Anhui,2022-12-31,2022-01-01,1,0,0,0,0,0,1,CNY", "suppliers.days_backwards"),
        ("S,Anhui,2022-01-01,2022-12-31,1,0,0,0,0,0,1,", "suppliers.currency_missing"),
    ],
)
def test_a_form_is_refused_with_its_row(tmp_path, capsys, row, code):
    tmp_path.joinpath("form.csv").write_text(FORM + row + "\n", encoding="utf-8")
    assert run(["--json", "suppliers", "form", str(tmp_path)]) == Exit.REFUSED
    (problem,) = json.loads(capsys.readouterr().err)["problems"]
    assert (problem["code"], problem["where"]["row"]) == (code, 2)

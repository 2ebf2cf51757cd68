"""The demonstration on the packs that come with the product, as `make demo` runs it."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from click.testing import CliRunner

from qinglian.cli import run
from qinglian.core.errors import QinglianError
from qinglian.demo.command import demo
from qinglian.demo.run import MARK, run_demo
from qinglian.ledger.audit import audit
from qinglian.ledger.book import open_book
from qinglian.present.console import Console
from qinglian.present.options import with_global_options


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "d"
    outcome = run_demo(folder, Console())
    return folder, outcome


def _totals(outcome):
    rows = outcome.data["inventory"]["totals"]
    return {(row["scope"], row["method"], row["category"]): row["kg_co2e"] for row in rows}


def test_every_row_of_every_file_is_posted(made):
    posted = {entry["file"]: entry["rows"] for entry in made[1].data["imported"]}
    assert {name.partition("/")[0] for name in posted} == {
        "production",
        "suppliers",
        "logistics",
        "recycling",
        "packaging",
    }
    assert posted["production/用电-合肥.csv"] == 44 * 12
    assert sum(posted.values()) == 2_492


def test_scope_2_has_the_size_of_the_public_figure_it_is_scaled_from(made):
    """165,443 t in China in 2022/23 (secondary: read through an extraction of the report)."""
    location = _totals(made[1])["2", "location", None]
    assert Fraction(95, 100) < location / 165_443_000 < Fraction(105, 100)


def test_certificates_change_the_market_method_only_and_never_below_zero(made):
    totals = _totals(made[1])
    assert 0 < totals["2", "market", None] != totals["2", "location", None]


def test_all_three_scopes_hold_something(made):
    totals = _totals(made[1])
    assert totals["1", "", None] > 0
    for category in (1, 2, 4, 9):
        assert totals["3", "", category], f"category {category}"


def test_what_no_factor_answers_is_listed_and_counted(made):
    listed = {}
    for entry in made[1].data["unresolved"]:
        listed[entry["rule"]] = listed.get(entry["rule"], 0) + entry["records"]
    coverage = made[1].data["inventory"]["coverage"]
    assert listed == {rule: c["unresolved"] for rule, c in coverage.items() if c["unresolved"]}
    assert coverage["s2.location.electricity"] == {
        "demands": 660,
        "exact": 660,
        "fallback": 0,
        "unresolved": 0,
    }


def test_the_book_it_leaves_verifies_and_is_not_written_to_by_looking(made):
    folder, outcome = made
    found = audit(open_book(folder / "book"))
    assert found.passed
    assert found.head == outcome.data["audit"]["head"]


def test_a_number_is_explained_down_to_file_and_row(made):
    def labels(node):
        yield node.label
        for child in node.children:
            yield from labels(child)

    (tree,) = (figure for figure in made[1].figures if hasattr(figure, "children"))
    assert any("用电-合肥.csv" in label and "row 2" in label for label in labels(tree))


def test_each_dimension_has_a_line_that_leads_to_its_rows(made, capsys):
    lines = made[1].data["dimensions"]
    assert [line["dimension"] for line in lines] == [
        "production",
        "suppliers",
        "logistics",
        "recycling",
        "packaging",
    ]
    for line in lines:
        assert line["t_co2e"] > 0
        words = line["rows"].split()
        assert words[:2] == ["qinglian", "records"]
        assert run([*words[1:], "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["count"] > 0
        assert all(record["file"] and record["row"] for record in found["records"])


def test_claims_are_beside_the_inventory(made):
    claims = made[1].data["claims"]
    assert [c["t_co2"] is None for c in claims] == [False, False, False, True, True, True]


def test_it_can_be_made_again_in_the_same_folder_with_the_same_inventory(made):
    folder, outcome = made
    again = run_demo(folder, Console())
    assert again.data["inventory"]["sha256"] == outcome.data["inventory"]["sha256"]
    assert again.data["production"] == outcome.data["production"]


def test_it_does_not_touch_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(QinglianError) as caught:
        run_demo(tmp_path, Console())
    assert caught.value.code == "demo.folder_taken"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.fixture
def _short_searches(monkeypatch):
    monkeypatch.setattr("qinglian.demo.production.STEPS", 2_000)


@pytest.mark.usefixtures("_short_searches")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_ends_well_without_a_terminal(tmp_path, language):
    command = with_global_options(demo)
    words = ["--dir", str(tmp_path / "d"), "--no-serve", "--lang", language]
    result = CliRunner().invoke(command, words, obj=Console(), catch_exceptions=False)
    assert result.exit_code == 0
    assert "SYNTHETIC" in result.output or "合成" in result.output
    assert (tmp_path / "d" / MARK).exists()


@pytest.mark.usefixtures("_short_searches")
def test_the_command_answers_programs_with_one_document(tmp_path):
    words = ["--dir", str(tmp_path / "d"), "--json"]
    result = CliRunner().invoke(with_global_options(demo), words, obj=Console(), catch_exceptions=False)
    assert json.loads(result.stdout)["audit"]["passed"] is True


def test_laps_saves_energy_on_the_synthetic_week_and_posts_it(made):
    folder, outcome = made
    laps = outcome.data["production"]
    assert laps["valid"]
    assert laps["plan"]["violations"] == laps["baseline"]["violations"] == []
    claim = laps["claims"]["kwh"]
    assert claim["verdict"] == "saved"
    assert len(claim["by_seed"]) == 5
    assert 0 < claim["low"] <= claim["median"] <= claim["high"]
    assert sum(claim["causes"].values()) == sum(claim["by_seed"].values()) / 5
    assert (folder / "plan" / "plan.html").is_file()
    assert any("SYNTHETIC" in figure for figure in outcome.figures if isinstance(figure, str))
    assert any("plan:laps-2022-w48" in figure for figure in outcome.figures if isinstance(figure, str))


def test_the_plan_it_leaves_verifies_from_its_folder(made):
    from qinglian.production.plan_files import read_plan
    from qinglian.production.readers import read_instance
    from qinglian.production.verify import verify

    folder, outcome = made
    instance = read_instance(folder / "week")
    found = verify(instance, read_plan(folder / "plan" / "plan.csv", instance))
    assert found.valid
    assert found.energy.bought_kwh == outcome.data["production"]["plan"]["kwh_bought"]


def test_without_the_scheduler_it_says_what_to_install(monkeypatch, tmp_path):
    from qinglian.demo.production import planned
    from qinglian.production import planner

    monkeypatch.setattr(planner, "find_spec", lambda name: None)
    data, figures = planned(None, None, tmp_path / "week", tmp_path / "plan")
    assert data == {"missing": ["numba", "ortools"]}
    assert "qinglian[production]" in figures[0]
    assert not list(tmp_path.iterdir())

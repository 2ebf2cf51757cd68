"""The published figures of ledger design note §4, from the files in examples/published-inventory.

Emissions are secondary (read through an extraction); revenues are from the company's own filings.
"""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from qinglian.core.errors import QinglianError
from qinglian.ledger.published import grouped, percent, read_published
from qinglian.ledger.published_command import published as command
from qinglian.present.console import Console

FOLDER = Path(__file__).parents[2] / "examples" / "published-inventory"


@pytest.fixture(scope="module")
def figures():
    return read_published(FOLDER)


@pytest.mark.parametrize(
    ("year", "intensity"),
    [("2015/16", "5.25"), ("2016/17", "5.16"), ("2017/18", "4.41"), ("2018/19", "4.06"), ("2019/20", "3.36")],
)
def test_the_five_published_intensities_follow_from_emissions_and_revenue(figures, year, intensity):
    recomputed = figures.intensity(year)
    assert grouped(recomputed.value, 2) == intensity
    assert figures.stated(year, "intensity.scope12.location").value == Fraction(intensity)
    assert {source.source_class for source in recomputed.sources} == {"primary", "secondary"}


def test_an_intensity_is_exact_until_it_is_shown(figures):
    assert figures.intensity("2019/20").value == Fraction(7766 + 162597, 50716)


@pytest.mark.parametrize(
    ("measures", "change"),
    [
        (("scope1", "scope2.location"), "-17.8 %"),
        (("scope1", "scope2.market"), "-1.4 %"),
        (("scope3",), "+10.9 %"),
    ],
)
def test_changes_against_the_base_year_depend_on_the_scope_2_method(figures, measures, change):
    assert percent(figures.change(measures, "2019/20", "2018/19").value) == change


def test_what_is_not_disclosed_is_not_zero(figures):
    assert figures.stated("2022/23", "scope2.location").value is None
    assert figures.intensity("2022/23").value is None
    assert figures.change("scope3", "2018/19", "2015/16").value is None


def test_a_breakdown_that_does_not_reach_its_total_is_refused(figures):
    with pytest.raises(QinglianError) as caught:
        figures.reconcile()
    assert [problem.code for problem in caught.value.problems] == ["ledger.rollup_short"]
    for number in ("4,924", "6,303", "1,379"):
        assert number in str(caught.value)


def test_a_breakdown_without_a_total_has_nothing_to_reconcile_with(figures):
    (electricity,) = [r for r in figures.roll_ups() if r.measure == "scope2.location"]
    assert (electricity.missing, electricity.problem()) == (None, None)
    assert electricity.parts == 165443 + 2080 + 2817 + 1087 + 961


def _edited(folder, old, new, name="statements.csv"):
    shutil.copytree(FOLDER, folder)
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    return folder


def test_a_breakdown_with_the_missing_part_found_is_accepted(tmp_path):
    part = "2022/23,scope1,market 9,896,t"
    folder = _edited(tmp_path / "f", part, "2022/23,scope1,market 10,1379,t,esg-2023,\n" + part)
    read_published(folder).reconcile()


def test_a_breakdown_over_its_total_is_refused(tmp_path):
    folder = _edited(tmp_path / "f", "market 9,896", "market 9,9896")
    with pytest.raises(QinglianError) as caught:
        read_published(folder).reconcile()
    assert caught.value.code == "ledger.rollup_over"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2016/17,scope1,,8294,t", "2015/16,scope1,,8294,t", "ledger.statement_twice"),
        ("8294,t,esg-2020", "8294,t,hearsay", "ledger.published_source_unknown"),
        ("8294,t", "8.294.0,t", "core.number_unreadable"),
    ],
)
def test_bad_statements_are_refused_with_their_row(tmp_path, old, new, code):
    with pytest.raises(QinglianError) as caught:
        read_published(_edited(tmp_path / "f", old, new))
    assert caught.value.code == code
    assert caught.value.where.row == 8


def test_a_recalled_source_marks_what_leans_on_it(tmp_path):
    folder = _edited(tmp_path / "f", "lenovo-results,primary", "lenovo-results,recalled", "sources.csv")
    figures = read_published(folder)
    assert figures.intensity("2016/17").recalled
    assert not figures.intensity("2019/20").recalled


def test_the_command_prints_all_of_it_and_fails():
    result = CliRunner().invoke(command, [str(FOLDER)], obj=Console())
    assert isinstance(result.exception, QinglianError)
    assert result.exception.code == "ledger.rollup_short"
    for shown in ("5.25", "5.16", "4.41", "4.06", "3.36", "-17.8 %", "-1.4 %", "+10.9 %"):
        assert shown in result.stdout


def test_the_command_speaks_json():
    result = CliRunner().invoke(command, [str(FOLDER)], obj=Console(as_json=True))
    document = json.loads(result.stdout)
    assert [row["shown"] for row in document["intensities"]][:5] == ["5.25", "5.16", "4.41", "4.06", "3.36"]
    assert [problem["code"] for problem in document["problems"]] == ["ledger.rollup_short"]

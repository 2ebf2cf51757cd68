"""The how-to page on savings does what it says: its Python runs from top to bottom."""

from __future__ import annotations

import re
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from qinglian.ledger.actor import Actor
from qinglian.ledger.book import create_book
from qinglian.ledger.organisation import add_facility
from qinglian.production.decide.construct import ATCS, EDD, dispatch
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.plan_files import write_plan
from qinglian.production.readers import read_instance
from qinglian.production.synthetic import Week, write_week
from qinglian.production.verify import verify
from tests.production.meter_files import meters

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "production-savings.md"
ACTOR = Actor("planner")


def test_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = _prepared(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    printed = capsys.readouterr().out
    assert "saved" in printed
    assert "proved" in printed


def _prepared(folder: Path) -> dict[str, object]:
    week = folder / "week48"
    write_week(
        Week(seed=3, lines=5, lots=40, families=6, platforms=2, load=70, shifts=False, crews=False), week
    )
    instance = read_instance(week)
    problem = Problem.of(instance)
    plans = [decode(problem, dispatch(problem, rule)[1]) for rule in (*ATCS, EDD)]
    aware, blind = _pair([verify(instance, plan) for plan in plans])
    for name, found in (("week48/plan.csv", aware), ("plan.csv", aware), ("baseline.csv", blind)):
        write_plan(found.plan, instance, folder / name)
    book = create_book(folder / "book", organisation="Savings", zone="Asia/Shanghai")
    add_facility(book, ACTOR, "HEF", name="Hefei", where="CN-AH")
    for name, start, saving in (
        ("onoff.csv", date(2026, 3, 2), 0.08),
        ("before.csv", date(2025, 12, 1), 0.0),
    ):
        (folder / name).write_text(meters(start, saving), encoding="utf-8")
    return {
        "plan": aware.plan,
        "other_plan": blind.plan,
        "aware": dict.fromkeys(range(7), aware.plan),
        "blind": dict.fromkeys(range(7), blind.plan),
        "own_plan": blind.plan,
        "rule_plan": plans[-1],
        "book": book,
        "actor": ACTOR,
        "aware_found": aware,
        "blind_found": blind,
    }


def _pair(found: list) -> tuple:
    """A plan that uses less and is as punctual as another one."""
    for one, other in permutations(found, 2):
        punctual = one.kpis.weighted_tardiness <= other.kpis.weighted_tardiness
        if punctual and one.kpis.lots_on_time >= other.kpis.lots_on_time and one.co2e() < other.co2e():
            return one, other
    raise AssertionError("no such pair: take another seed")

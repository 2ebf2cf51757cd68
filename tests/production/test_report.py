from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from qinglian.core.text import use_language
from qinglian.present.figures import Curves, Gantt
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.lots import with_lots
from qinglian.production.makers import maker
from qinglian.production.model import Order
from qinglian.production.objective import CORE
from qinglian.production.plan import Plan, Task
from qinglian.production.report import (
    figures_table,
    late_table,
    line_load,
    objective_table,
    orders_table,
    power_curves,
    price_curves,
)
from qinglian.production.report_page import plan_figures, plan_page, verdict
from qinglian.production.savings import compare
from qinglian.production.savings_report import split_table
from qinglian.production.schedule import gantt
from qinglian.production.verify import verify

from .weeks import random_week, small_week

BY_HAND = Plan(
    (Task("a1", "L1", 0, 0, 0, 100), Task("b1", "L1", 100, 120, 120, 220), Task("a2", "L2", 60, 60, 60, 160))
)


def by_hand():
    return verify(
        small_week(
            lots=(*small_week().lots[:1], replace(small_week().lots[1], due=200), small_week().lots[2])
        ),
        BY_HAND,
    )


def column(table, name):
    place = [column.title for column in table.columns].index(name)
    return {row[0]: row[place] for row in table.rows}


def test_figures_are_those_of_verification():
    found = by_hand()
    values = column(figures_table({"plan": found}), "plan")
    assert values["Weighted tardiness"] == 40
    assert values["Setup time"] == 20
    assert values["Energy used"] == found.energy.used_kwh
    assert values["Energy cost"] == found.cost
    assert values["CO2e, location-based (grid average)"] == found.co2e()
    states = [value for name, value in values.items() if name.startswith("–")]
    assert sum(states) == found.energy.used_kwh


def test_two_plans_show_the_change():
    week = random_week(1)
    problem = Problem.of(week)
    found = verify(week, decode(problem, construct(problem)))
    table = figures_table({"before": found, "after": found})
    assert all(row[4] in (0, None) for row in table.rows)
    assert table.columns[-1].digits == 3
    assert column(figures_table({"a": by_hand(), "b": by_hand()}), "change in %")["Setup time"] == 0


def test_the_schedule_shows_lots_setups_and_what_is_late():
    figure = gantt(by_hand())
    assert figure.rows == ("L1", "L2")
    assert [(group.name, group.kin) for group in figure.groups] == [("A", "P"), ("B", "Q")]
    shown = {block.label: block for block in figure.blocks}
    assert shown["b1"].marked
    assert not shown["a1"].marked
    assert shown["setup for b1"].group is None
    assert (shown["b1"].begins, shown["b1"].ends) == ("Mon 01-01 02:00", "Mon 01-01 03:40")
    assert "20 min late" in shown["b1"].hint


def test_curves_share_the_axis_of_the_schedule():
    found = by_hand()
    power = power_curves({"plan": found})
    assert power.axis == gantt(found).axis == price_curves(found)[0].axis
    total = sum(power.curves[0].values)
    assert total == found.energy.bought_kwh - Fraction(sum(found.energy.fed_in), 60_000)
    assert [curve.title for curve in price_curves(found)] == [
        "Electricity price",
        "Carbon intensity of the grid",
    ]
    assert "synthetic" in price_curves(found)[1].notes[0]


def test_a_page_draws_everything_on_the_axis_of_the_longer_plan():
    found, longer = by_hand(), verify(small_week(), Plan((Task("a1", "L1", 5000, 5000, 5000, 5100),)))
    drawn = [part for part in plan_figures(found, CORE, baseline=longer) if isinstance(part, Curves | Gantt)]
    assert len(drawn) == 4
    assert {chart.axis.end for chart in drawn} == {longer.energy.minutes}
    assert longer.energy.minutes > found.energy.minutes


def test_a_page_without_late_lots_says_so():
    found = verify(small_week(), BY_HAND)
    assert "No lot is late." in plan_figures(found, CORE, causes={})


def test_late_lots_come_by_weight_with_their_cause():
    table = late_table(by_hand(), causes={"b1": "why"})
    assert [row[0] for row in table.rows] == ["b1"]
    assert table.rows[0][-1] == "why"
    assert late_table(by_hand(), most=0).notes == ("1 more late lots are in the plan file.",)


def test_load_and_objective():
    found = by_hand()
    assert [bar.label for bar in line_load(found).bars] == ["L1", "L2"]
    assert objective_table(found, CORE).rows[-1][1] == found.kpis.core


def test_orders_are_followed():
    week = with_lots(small_week(orders=(Order(id="o1", family="A", units=5, due=500),)))
    plan = Plan((*BY_HAND.tasks, Task("LOT-o1", "L2", 160, 160, 160, 170)))
    rows = orders_table(verify(week, plan)).rows
    assert rows == (("o1", "A", 5, "LOT-o1", "Mon 01-01 08:20", "Mon 01-01 02:50", 0),)
    assert orders_table(verify(week, plan), ["other"]).rows == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_asks_nobody_for_anything(language):
    use_language(language)
    found = by_hand()
    written = plan_page(found, CORE, baseline=found, more=[split_table(compare(found, found))])
    assert f'lang="{language}"' in written
    assert written.count("<svg ") == 6
    assert "svg{max-width:100%;height:auto}" in written  # the whole week in the window, and on paper
    assert not any(word in written for word in ("href", "src=", "<script", "@import"))
    assert ("capacity" in written) == (language == "en") or "setup" in written


@pytest.mark.parametrize(
    ("origin", "english", "chinese"),
    [
        ("qinglian, seed 3, 5 seconds", "qinglian, seed 3, 5 seconds", "qinglian（随机种子 3，5 秒）"),
        ("qinglian, seed 3, 5 seconds; repaired", "qinglian, seed 3, 5 seconds, repaired", "已修复"),
        ("dispatching rules (best of ATCS)", "dispatching rules", "派工规则"),
        ("SAP; night shift", "SAP; night shift", "SAP; night shift"),
        ("", "", ""),
    ],
)
def test_who_made_a_plan_is_said_in_both_languages(origin, english, chinese):
    plan = Plan((), origin=origin, facts={"seed": "3", "seconds": "5"})
    assert maker(plan) == english
    use_language("zh")
    assert chinese in maker(plan)
    assert not chinese or "seconds" not in maker(plan)


def test_a_plan_that_breaks_rules_is_called_so():
    found = verify(small_week(), Plan((Task("b1", "L2", 0, 0, 0, 100),)))
    assert "violations" in verdict(found)
    assert plan_page(found, CORE)

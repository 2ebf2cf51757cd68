"""Figures with everything that goes wrong in print: Chinese, gaps, negatives, markup and formulas."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from qinglian.present.figures import (
    Axis,
    Bar,
    Bars,
    Block,
    Column,
    Curve,
    Curves,
    Flow,
    Gantt,
    Group,
    Sankey,
    Table,
    Tick,
    Tree,
    Waterfall,
)
from qinglian.present.lanes import Lane, LaneChart, Leg

TABLE = Table(
    "安徽电网 & <grid>",
    (
        Column("年份", kind="identifier"),
        Column("排放", unit="tCO2", kind="quantity"),
        Column("share", kind="share", digits=3),
        Column("来源 source"),
    ),
    (
        (2021, Decimal("1907.3512345"), Fraction(1, 3), "生态环境部 a|b"),
        (2022, None, None, "<MEE> [bold]"),
        (2023, -1767, 0, '=HYPERLINK("x")'),
    ),
    ("覆盖率 100%",),
)
BARS = Bars(
    "强度 <&>", "t", (Bar("2018", Decimal("5.25")), Bar("缺失", None), Bar('a & "b"', -3), Bar("nil", 0))
)
WATERFALL = Waterfall(
    "change", "t", Bar("FY21", 100), (Bar("activity", 12), Bar("factor", Fraction(-61, 2))), "FY22"
)
TREE = Tree("total 10 t", (Tree("甲\nfile a.csv, row 3", (Tree("leaf"),)), Tree("last")))
SANKEY = Sankey("flows", "t", (Flow("factory", "recycler", 3), Flow("factory", "landfill", Fraction(1, 2))))
AXIS = Axis(2880, (Tick(0, "周一 Mon"), Tick(1440, "Tue"), Tick(2879, "cut")))
GANTT = Gantt(
    "排程 <plan>",
    ("L1", "线 2"),
    (Group("F1", "P"), Group("F2", "P"), Group("F&3", "Q")),
    (
        Block(0, 0, 15, "setup for J1", None),
        Block(0, 15, 700, "J1 <a>", 0, "Mon 00:15", "Mon 11:40", "due Tue"),
        Block(1, 1500, 2880, "J2", 2, marked=True),
    ),
    AXIS,
    mark="late 延期",
    beside="setup",
    notes=("a note",),
)
CURVES = Curves(
    "power",
    "kW",
    (Curve("plan 计划", (Decimal("5.5"), None, 2)), Curve("baseline", (-1, 3, Fraction(1, 3)))),
    AXIS,
    960,
    ("Mon 00:00", "Mon 16:00", "Tue 08:00"),
)
LANES = LaneChart(
    "合肥 → Berlin <10 t>",
    (
        Lane(
            "S-1",
            (
                Leg("合肥", "上海", "公路 road", 470, Fraction("364.297")),
                Leg("上海", "上海", "hub", None, None, "not measured"),
                Leg("上海", "Hamburg", "sea", 19531, Decimal("3194.1")),
                Leg("Hamburg", "Berlin & Co", "公路 road", 0, -3),
            ),
        ),
        Lane("", (Leg("A", "B", "rail", Fraction(1, 3), 0),)),
    ),
    notes=("a note",),
)
LOOP = Sankey(
    "闭环",
    "t",
    (
        Flow("factory <1>", "users", 10),
        Flow("users", "returns", 6),
        Flow("users", "nothing", 0),
        Flow("returns", "factory <1>", Fraction(13, 3)),
        Flow("returns", "landfill", Fraction(5, 3)),
    ),
    ("a note",),
)

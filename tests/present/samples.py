"""Figures with everything that goes wrong in print: Chinese, gaps, negatives, markup and formulas."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from qinglian.present.figures import Bar, Bars, Column, Flow, Sankey, Table, Tree, Waterfall

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

"""LAPS: the production room. Orders become lots, lots a plan; the plan is verified without its optimiser."""

from __future__ import annotations

from qinglian.core.dimension import Dimension

DIMENSION = Dimension(
    "production",
    "Green production",
    "绿色生产",
    "qinglian.production.commands:production",
    "qinglian.production.posted:figures",
)

__all__ = ["DIMENSION"]

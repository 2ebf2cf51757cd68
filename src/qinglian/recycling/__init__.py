"""The recycling room: what came back, what became of it, waste, circularity, and what recovery avoids."""

from __future__ import annotations

from qinglian.core.dimension import Dimension

DIMENSION = Dimension(
    "recycling",
    "Green recycling",
    "绿色回收",
    "qinglian.recycling.commands:recycling",
    "qinglian.recycling.posted:figures",
)

__all__ = ["DIMENSION"]

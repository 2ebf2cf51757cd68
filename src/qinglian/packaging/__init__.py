"""The packaging room: what packaging is made of, how it is loaded, which rules it meets, what it avoids."""

from __future__ import annotations

from qinglian.core.dimension import Dimension

DIMENSION = Dimension(
    "packaging",
    "Green packaging",
    "绿色包装",
    "qinglian.packaging.commands:packaging",
    "qinglian.packaging.posted:figures",
)

__all__ = ["DIMENSION"]

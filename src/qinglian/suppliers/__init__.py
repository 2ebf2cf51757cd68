"""The suppliers room: purchases, received footprints as proposals, assessments, small suppliers' bills."""

from __future__ import annotations

from qinglian.core.dimension import Dimension

DIMENSION = Dimension(
    "suppliers",
    "Green suppliers",
    "绿色供应商",
    "qinglian.suppliers.commands:suppliers",
    "qinglian.suppliers.posted:figures",
)

__all__ = ["DIMENSION"]

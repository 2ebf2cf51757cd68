"""The logistics room: shipments, transport chains and their elements, in the terms of ISO 14083 and GLEC."""

from __future__ import annotations

from qinglian.core.dimension import Dimension

DIMENSION = Dimension(
    "logistics",
    "Green logistics",
    "绿色物流",
    "qinglian.logistics.commands:logistics",
    "qinglian.logistics.posted:figures",
)

__all__ = ["DIMENSION"]

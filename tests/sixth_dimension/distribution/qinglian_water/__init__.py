"""Water withdrawn, by meter: what was read, what the utility billed, whether both agree."""

from __future__ import annotations

from qinglian.core.dimension import Dimension

DIMENSION = Dimension(
    "water", "Water", "水", "qinglian_water.commands:water", "qinglian_water.report:figures"
)

__all__ = ["DIMENSION"]

"""What a synthetic week is like: its size, load, shifts, crews and stages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What a synthetic week is like.

    Parameters
    ----------
    lots, orders
        Lots are given, or that many raw orders with kits, which are still to be grouped.
    load
        Work in percent of what the lines can do while their calendars are open.
    shifts, crews, halls
        Whether lines have shifts, breaks and maintenance; setup groups with crews; halls with a base load and
        generation on their roofs.
    stages
        Operations each lot passes; a quarter of the families, never the first one, leaves out the first.
    """

    seed: int
    lines: int = 43
    lots: int = 1500
    orders: int = 0
    families: int = 60
    platforms: int = 6
    load: int = 95
    shifts: bool = False
    crews: bool = False
    halls: int = 0
    stages: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"
    start: date = date(2026, 11, 30)

    def __post_init__(self) -> None:
        if min(self.lines, self.families, self.platforms, self.load) < 1:
            raise ValueError("a week has lines, families, platforms and a load")
        if self.stages and self.lines < len(self.stages):
            raise ValueError("each stage needs a line")

    @property
    def name(self) -> str:
        """Name of the week: lines, lots or orders, seed."""
        return f"{self.lines}x{self.orders or self.lots}-{self.seed}"

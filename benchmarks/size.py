"""How much data a run makes; its folder's name says it, so that a kept folder is used again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ACTIVITIES = 200
APPENDED = 100_000


@dataclass(frozen=True)
class Size:
    """How much of the synthetic company to make."""

    rows: int
    streams_per_facility: int = 25
    chronological: bool = True
    seed: int = 7

    @property
    def name(self) -> str:
        """Folder of a company of this size."""
        order = "chronological" if self.chronological else "random"
        return f"company-{self.rows}-{self.streams_per_facility}-{order}-{self.seed}"

    @property
    def meters(self) -> str:
        """Folder of meters with this many readings."""
        return f"meters-{self.rows}-25-chronological-{self.seed}"

    @classmethod
    def of(cls, folder: Path) -> Size:
        """Read a folder's name back."""
        _, rows, streams, order, seed = folder.name.split("-")
        return cls(int(rows), int(streams), order == "chronological", int(seed))

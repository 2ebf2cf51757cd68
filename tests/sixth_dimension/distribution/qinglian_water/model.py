"""A meter read twice: the water between is exact cubic metres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qinglian.core.errors import QinglianError, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Water of one meter in a period; `end` is the first day after it."""

    reference: str
    facility: str
    start: date
    end: date
    kind: str
    first: Fraction
    last: Fraction
    billed: Fraction | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.last < self.first or self.end <= self.start:
            raise QinglianError("water.runs_back", self.where, reference=self.reference)

    @property
    def volume(self) -> Fraction:
        """Cubic metres between the readings."""
        return self.last - self.first

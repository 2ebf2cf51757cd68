"""Open minutes of a line as arrays: every place where a piece of work fits, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qinglian.production.decide.rates import Amounts
    from qinglian.production.model import Calendar

Minutes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OpenTime:
    """Open minutes in order over ``[0, size)``, and for each minute whether it is open."""

    minutes: Minutes
    opened: NDArray[np.bool_]
    resumable: bool

    @classmethod
    def of(cls, calendar: Calendar | None, size: int, limit: int) -> OpenTime:
        """Spread a calendar out; None is always open, and so is the time after `limit`."""
        opened = np.full(size, calendar is None)
        opened[limit:] = True
        for window in calendar.open if calendar is not None else ():
            opened[window.start : window.end] = True
        return cls(np.flatnonzero(opened), opened, calendar is None or calendar.resumable)

    def places(self, work: int) -> tuple[Minutes, Minutes]:
        """Starts and ends of every interval that holds this much work and begins and ends in open minutes."""
        if work > len(self.minutes):
            return self.minutes[:0], self.minutes[:0]
        starts = self.minutes[: len(self.minutes) - work + 1]
        ends = self.minutes[work - 1 :] + 1
        if self.resumable:
            return starts, ends
        whole = ends - starts == work
        return starts[whole], ends[whole]

    def open_only(self, summed: Amounts) -> Amounts:
        """Running sum of a cost per minute in open minutes only."""
        out = np.zeros_like(summed)
        np.cumsum(np.where(self.opened, np.diff(summed), 0), out=out[1:])
        return out

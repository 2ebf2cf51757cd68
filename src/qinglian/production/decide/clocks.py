"""Working time of a line: where a piece of work of so many open minutes fits, at the earliest or the latest.

After the horizon's limit every clock is open, so that a search never runs out of time; a plan that needs it
breaks its calendar, and `verify` says so.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qinglian.production.model import Calendar

Ints = NDArray[np.int32]
_NEVER = 2**30


@dataclass(frozen=True, eq=False)
class Clock:
    """Open minutes of a calendar; `starts` and `ends` are its windows, the last one without an end."""

    starts: Ints
    ends: Ints
    resumable: bool
    limit: int

    @classmethod
    def of(cls, calendar: Calendar | None, limit: int) -> Clock:
        """Make the clock of a calendar; None is always open."""
        if calendar is None:
            return cls(np.zeros(1, np.int32), np.full(1, _NEVER, np.int32), True, limit)
        windows = [(w.start, min(w.end, limit)) for w in calendar.open if w.start < limit]
        if windows and windows[-1][1] == limit:
            windows[-1] = (windows[-1][0], _NEVER)
        else:
            windows.append((limit, _NEVER))
        table = np.array(windows, dtype=np.int32)
        return cls(table[:, 0].copy(), table[:, 1].copy(), calendar.resumable, limit)

    @cached_property
    def always(self) -> bool:
        """Whether the line works day and night."""
        return len(self.starts) == 1 and bool(self.starts[0] == 0)

    @cached_property
    def before(self) -> Ints:
        """Open minutes before each window."""
        lengths = (self.ends - self.starts).astype(np.int64)
        return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)

    @cached_property
    def _lists(self) -> tuple[list[int], list[int], list[int]]:
        """Starts, ends and open minutes before as lists: one look-up in these is quicker than in arrays."""
        return self.starts.tolist(), self.ends.tolist(), self.before.tolist()

    def worked(self, minute: int) -> int:
        """Open minutes before a minute."""
        starts, ends, before = self._lists
        index = bisect_right(starts, minute) - 1
        return before[index] + min(minute, ends[index]) - starts[index] if index >= 0 else 0

    def opening(self, work: int) -> int:
        """The first minute from which the open minute number `work` (from 0) is next."""
        starts, _, before = self._lists
        index = bisect_right(before, work) - 1
        return starts[index] + work - before[index]

    def earliest(self, minute: int, work: int) -> tuple[int, int]:
        """Place work of so many open minutes from `minute` on, as early as it fits."""
        if work <= 0:
            return minute, minute
        if self.resumable:
            done = self.worked(minute)
            return self.opening(done), self.opening(done + work - 1) + 1
        starts, ends, _ = self._lists
        index = bisect_right(ends, minute)
        start = max(minute, starts[index])
        while start + work > ends[index]:
            index += 1
            start = starts[index]
        return start, start + work

    def latest(self, minute: int, work: int) -> tuple[int, int] | None:
        """Place work so that it ends at `minute` or as little before as it can; None where it cannot."""
        if work <= 0:
            return minute, minute
        if self.resumable:
            done = self.worked(minute)
            return None if done < work else (self.opening(done - work), self.opening(done - 1) + 1)
        starts, ends, _ = self._lists
        for index in range(bisect_left(starts, minute) - 1, -1, -1):
            end = min(minute, ends[index])
            if end - work >= starts[index]:
                return end - work, end
        return None

"""Working time of a calendar: how many open minutes an interval holds, and where it pauses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.production.model import Calendar, Instance, Window


@dataclass(frozen=True)
class WorkingTime:
    """Open windows of a line; None is open always."""

    windows: tuple[Window, ...] | None = None
    resumable: bool = True

    @classmethod
    def of(cls, calendar: Calendar | None) -> WorkingTime:
        """Working time of a calendar, or of none."""
        return cls() if calendar is None else cls(calendar.open, calendar.resumable)

    @cached_property
    def _starts(self) -> list[int]:
        return [window.start for window in self.windows or ()]

    @cached_property
    def _before(self) -> list[int]:
        """Open minutes before each window."""
        total, sums = 0, []
        for window in self.windows or ():
            sums.append(total)
            total += window.end - window.start
        return sums

    def worked(self, start: int, end: int) -> int:
        """Open minutes in ``[start, end)``."""
        return end - start if self.windows is None else self._until(end) - self._until(start)

    def _until(self, minute: int) -> int:
        assert self.windows is not None
        index = bisect_right(self._starts, minute) - 1
        if index < 0:
            return 0
        window = self.windows[index]
        return self._before[index] + min(minute, window.end) - window.start

    def holds(self, start: int, end: int) -> bool:
        """Whether work may lie there: it begins and ends at open minutes, and is unbroken if it must be."""
        if start >= end or self.windows is None:
            return True
        if not self.resumable:
            return self.worked(start, end) == end - start
        return self.worked(start, start + 1) == 1 and self.worked(end - 1, end) == 1

    def pauses(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Closed stretches inside ``[start, end)``."""
        if self.windows is None:
            return
        closed_from = start
        first = max(0, bisect_right(self._starts, start) - 1)
        for window in self.windows[first:]:
            if window.start >= end:
                break
            if window.end <= start:
                continue
            if window.start > closed_from:
                yield closed_from, window.start
            closed_from = window.end
        if closed_from < end:
            yield closed_from, end


def working_times(instance: Instance) -> dict[str, WorkingTime]:
    """Working time of each line."""
    calendars = {name: WorkingTime.of(calendar) for name, calendar in instance.calendar_of.items()}
    always = WorkingTime()
    return {line.id: calendars.get(line.calendar, always) for line in instance.lines}

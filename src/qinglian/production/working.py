"""Working minutes of a calendar: where work of a given length ends, or must begin."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from qinglian.production.model import Calendar


def forward(calendar: Calendar | None, earliest: int, minutes: int) -> tuple[int, int] | None:
    """Return start and end of work that begins as early as it can; None if the calendar ends before."""
    if calendar is None or not minutes:
        return earliest, earliest + minutes
    windows = calendar.open
    index = bisect_right([window.end for window in windows], earliest)
    while index < len(windows):
        start = max(earliest, windows[index].start)
        left = minutes
        for window in windows[index:]:
            room = window.end - max(start, window.start)
            if room >= left:
                return start, max(start, window.start) + left
            if not calendar.resumable:
                break
            left -= room
        else:
            return None
        index += 1
    return None


def backward(calendar: Calendar | None, latest: int, minutes: int) -> tuple[int, int] | None:
    """Return start and end of work that ends as late as it can, by `latest`."""
    if calendar is None or not minutes:
        return latest - minutes, latest
    windows = calendar.open
    index = bisect_left([window.start for window in windows], latest) - 1
    while index >= 0:
        end = min(latest, windows[index].end)
        left = minutes
        for window in reversed(windows[: index + 1]):
            room = min(end, window.end) - window.start
            if room >= left:
                return min(end, window.end) - left, end
            if not calendar.resumable:
                break
            left -= room
        else:
            return None
        index -= 1
    return None


def open_minutes(calendar: Calendar | None, start: int, end: int) -> int:
    """Return how many minutes of ``[start, end)`` are open."""
    if calendar is None:
        return max(0, end - start)
    return sum(max(0, min(end, window.end) - max(start, window.start)) for window in calendar.open)

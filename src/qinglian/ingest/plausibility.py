"""Warnings about rows that are well-formed and may still be wrong: slips of a unit, overlaps, gaps.

Nothing is refused here. Rows are watched as they pass; what is kept grows with the number of series and of
breaks in them, not with the number of rows. Sizes are compared as binary fractions: a warning is no fact.

* A size far from the rest: per facility, activity and dimension the size per second of every row is counted
  in classes of 1/16 of a decade, whatever unit it is written in. A class 40 steps (316 times) above or below
  the median class is named; near 1 000, 10 000 (万) or 1 000 000 times a
  slip of the unit is named.
* Overlap and gap: per source of a continuous flow (electricity, heat, steam, cooling) or of a meter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, Where
from qinglian.core.units import UNITS
from qinglian.ingest.activities import continuous

if TYPE_CHECKING:
    from datetime import datetime

    from qinglian.ingest.rows import FactRow

STEPS = 16
"""Classes per decade."""
FAR = 40
"""Classes from the median that make a size doubtful: 10**(40/16) = 316 times."""
FEWEST = 5
"""Rows a series needs before one of them can stand out."""
NAMED_ROWS = 10
"""Rows named in one warning."""

_SLIPS = {3: 1_000, 4: 10_000, 6: 1_000_000}
_SLIP_STEPS = 6


@dataclass(slots=True)
class _Sizes:
    """Counts of the size classes of one series, and the first rows of each."""

    counts: dict[int, int] = field(default_factory=dict)
    rows: dict[int, list[int]] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)

    def add(self, size: int, row: int, unit: str) -> None:
        self.counts[size] = self.counts.get(size, 0) + 1
        named = self.rows.setdefault(size, [])
        if len(named) < NAMED_ROWS:
            named.append(row)
        self.units.setdefault(size, unit)

    def median(self) -> int:
        """Return the class that holds the lower median."""
        left = (sum(self.counts.values()) + 1) // 2
        for size in sorted(self.counts):
            left -= self.counts[size]
            if left <= 0:
                return size
        raise ValueError("an empty series has no median")


@dataclass(slots=True)
class _Cover:
    """What a source has reported: disjoint stretches in order, and the rows that fell on one of them."""

    starts: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    overlapping: list[tuple[int, int]] = field(default_factory=list)
    overlaps: int = 0

    def add(self, start: datetime, end: datetime, row: int) -> None:
        """Join a stretch to its neighbours; what it covers a second time is an overlap."""
        if self.ends and start == self.ends[-1]:  # the usual case: the file is in order of time
            self.ends[-1] = end
            return
        low = bisect_left(self.ends, start)
        high = low
        while high < len(self.starts) and self.starts[high] <= end:
            high += 1
        touched = range(low, high)
        for index in touched:
            if self.starts[index] < end and start < self.ends[index]:
                self.overlaps += 1
                if len(self.overlapping) < NAMED_ROWS:
                    self.overlapping.append((row, self.rows[index]))
                break
        if touched:
            start, end = min(start, self.starts[low]), max(end, self.ends[high - 1])
            row = self.rows[low]
        self.starts[low:high], self.ends[low:high], self.rows[low:high] = [start], [end], [row]


class Plausibility:
    """Watches the rows of one file; `warnings` says in the end what stood out."""

    def __init__(self, file: str, columns: dict[str, str] | None = None) -> None:
        """Take the file's name and, by fact column, the headings that warnings name."""
        self.file = file
        self.columns = columns or {}
        self.sheet: str | None = None
        self._sizes: dict[tuple[str, str, str], _Sizes] = {}
        self._covers: dict[tuple[str, ...], _Cover] = {}

    def watch(self, rows: Sequence[FactRow]) -> None:
        """Take in a batch of checked rows."""
        if rows:
            self.sheet = rows[0].sheet
        for row, size in zip(rows, _size_classes(rows), strict=True):
            if size is not None:
                dimension = UNITS[row.unit].dimension
                key = (row.facility, row.activity, dimension)
                sizes = self._sizes.get(key) or self._sizes.setdefault(key, _Sizes())
                sizes.add(size, row.row, row.unit)
            if continuous(row.activity) or row.quantity_basis == "metered":
                source = (
                    row.scenario,
                    row.facility,
                    row.activity,
                    row.technology,
                    row.source,
                    row.product,
                    row.lot,
                    row.counterparty,
                )
                cover = self._covers.get(source) or self._covers.setdefault(source, _Cover())
                cover.add(row.start_utc, row.end_utc, row.row)

    def warnings(self) -> list[Problem]:
        """Return what stood out, in the order of the file."""
        found = [*self._far_sizes(), *self._overlaps(), *self._gaps()]
        return sorted(
            found, key=lambda problem: (problem.where.row or 0 if problem.where else 0, problem.code)
        )

    def _far_sizes(self) -> Iterator[Problem]:
        for (facility, activity, _), sizes in self._sizes.items():
            if sum(sizes.counts.values()) < FEWEST:
                continue
            median = sizes.median()
            for larger in (True, False):
                far = [
                    size
                    for size in sorted(sizes.counts)
                    if (size - median if larger else median - size) >= FAR
                ]
                if far:
                    yield self._far(facility, activity, sizes, far, median, larger=larger)

    def _far(
        self, facility: str, activity: str, sizes: _Sizes, far: list[int], median: int, *, larger: bool
    ) -> Problem:
        rows = sorted(row for size in far for row in sizes.rows[size])[:NAMED_ROWS]
        nearest = min(far, key=lambda size: abs(size - median))
        steps = abs(nearest - median)
        params = {
            "facility": facility,
            "activity": activity,
            "rows": rows,
            "count": sum(sizes.counts[size] for size in far),
            "times": int(float(f"{10 ** (steps / STEPS):.1e}")),
            "unit": sizes.units[nearest],
        }
        code = "size_large" if larger else "size_small"
        if any(abs(steps - decades * STEPS) <= _SLIP_STEPS for decades in _SLIPS):
            code += "_unit"
        return Problem(f"ingest.{code}", self._where("quantity", rows[0]), params)

    def _overlaps(self) -> Iterator[Problem]:
        for source, cover in self._covers.items():
            if cover.overlapping:
                row, other = cover.overlapping[0]
                params = {"source": _named(source), "other": other, "count": cover.overlaps}
                yield Problem("ingest.period_overlaps", self._where("start", row), params)

    def _gaps(self) -> Iterator[Problem]:
        for source, cover in self._covers.items():
            gaps = list(pairwise(zip(cover.starts, cover.ends, cover.rows, strict=True)))
            if gaps:
                (_, until, _), (since, _, row) = gaps[0]
                params = {"source": _named(source), "until": until, "since": since, "count": len(gaps)}
                yield Problem("ingest.period_gap", self._where("start", row), params)

    def _where(self, column: str, row: int) -> Where:
        return Where(self.file, self.sheet, row, self.columns.get(column, column))


def _named(source: tuple[str, ...]) -> str:
    return " · ".join(part for part in source[1:] if part)


def _size_classes(rows: Sequence[FactRow]) -> list[int | None]:
    """Return the class of each row's size per second in base units; None for zero."""
    import numpy as np

    if not rows:
        return []
    mantissas = np.array([row.mantissa for row in rows], np.float64)
    with np.errstate(divide="ignore"):
        logs = np.log10(mantissas) - np.array([row.decimals for row in rows])
    logs += np.array([_log_scale(row.unit) for row in rows])
    seconds = np.array([(row.end_utc - row.start_utc).total_seconds() for row in rows])
    classes = np.floor(STEPS * (logs - np.log10(seconds)))
    return [int(size) if np.isfinite(size) else None for size in classes]


@cache
def _log_scale(unit: str) -> float:
    from math import log10

    scale = UNITS[unit].scale
    return log10(scale.numerator) - log10(scale.denominator)

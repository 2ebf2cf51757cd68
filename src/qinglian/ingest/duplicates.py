"""Records of one file that describe the same thing twice, found in 16 bytes a row.

Keys are kept as sorted runs of 64-bit hashes with a 32-bit check, so a file of ten million rows takes
160 MB here, not the gigabytes that the keys themselves would. Two different keys agree in all 96 bits with a
probability below 1e-15 for such a file; the later row would then be shown as a duplicate, not lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PART_BITS = 5
PARTS = 1 << PART_BITS
_CHECKED = "\x1e"

Run = tuple[Any, Any, Any]
"""Sorted hashes, their checks, their row numbers: numpy arrays of one length."""


class SeenKeys:
    """The keys of the rows read so far, in parts by their highest bits, so that a merge needs little room."""

    def __init__(self) -> None:
        self._parts: list[list[Run]] = [[] for _ in range(PARTS)]

    def add(self, keys: Sequence[str], rows: Sequence[int]) -> dict[int, int]:
        """Take in a chunk; return, by index, the row that had the same key first. Those are not kept."""
        import numpy as np

        hashes = np.fromiter(map(hash, keys), np.int64, len(keys))
        order = np.argsort(hashes, kind="stable")
        checks = np.fromiter(map(hash, map(_CHECKED.__add__, keys)), np.int64, len(keys)).astype(np.uint32)
        run = (hashes[order], checks[order], np.fromiter(rows, np.uint32, len(rows))[order])
        cuts = np.searchsorted(run[0] >> (64 - PART_BITS), np.arange(-(PARTS // 2), PARTS // 2 + 1))
        repeated = dict(_within(run, order))
        slices = list(map(slice, cuts[:-1].tolist(), cuts[1:].tolist()))
        for part, here in zip(self._parts, slices, strict=True):
            for earlier in part:
                repeated.update(_across(earlier, _cut(run, here), order[here]))
        fresh = np.isin(order, list(repeated), invert=True)
        for part, here in zip(self._parts, slices, strict=True):
            _keep(part, _cut(_cut(run, here), fresh[here]))
        return repeated


def _cut(run: Run, where: Any) -> Run:
    return run[0][where], run[1][where], run[2][where]


def _keep(runs: list[Run], run: Run) -> None:
    """Add a run and merge those of like size, so that there are few of them."""
    import numpy as np

    runs.append(run)
    while len(runs) > 1 and len(runs[-2][0]) <= 2 * len(runs[-1][0]):
        late, early = runs.pop(), runs.pop()
        hashes, checks, rows = (np.concatenate(pair) for pair in zip(early, late, strict=True))
        runs.append(_cut((hashes, checks, rows), np.argsort(hashes, kind="stable")))


def _within(run: Run, order: Any) -> Iterator[tuple[int, int]]:
    """Compare neighbours of equal hash in one chunk; the first of them stands."""
    import numpy as np

    hashes, checks, rows = run
    firsts: dict[tuple[int, int], int] = {}
    equal = np.flatnonzero(hashes[1:] == hashes[:-1])
    for at in np.union1d(equal, equal + 1).tolist():
        key = (int(hashes[at]), int(checks[at]))
        if key in firsts:
            yield int(order[at]), firsts[key]
        else:
            firsts[key] = int(rows[at])


def _across(earlier: Run, run: Run, order: Any) -> Iterator[tuple[int, int]]:
    import numpy as np

    begin: Any = np.searchsorted(earlier[0], run[0], side="left")
    end: Any = np.searchsorted(earlier[0], run[0], side="right")
    for at in np.flatnonzero(end > begin).tolist():
        same = slice(int(begin[at]), int(end[at]))
        for check, row in zip(earlier[1][same], earlier[2][same], strict=True):
            if check == run[1][at]:
                yield int(order[at]), int(row)
                break

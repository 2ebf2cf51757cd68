"""What a plan implies for each stage by itself: when a lot comes to it, and when it is to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.decide.decode import Placed
    from qinglian.production.decide.problem import Floats, Ints, Problem

PULL = 0.3
"""Weight of handing a lot on in time, as a share of the lot's own; late lots count in full."""


def implied(problem: Problem, placed: Iterable[Placed]) -> tuple[Ints, Ints, Floats]:
    """Return release, due date and weight of each operation with the other stages as they are placed."""
    release, due, weight = problem.release.copy(), problem.due.copy(), problem.weight.copy()
    start = np.zeros(problem.size, dtype=np.int32)
    end = np.zeros(problem.size, dtype=np.int32)
    for item in placed:
        start[item.operation], end[item.operation] = item.start, item.end
    price = float(problem.objective.tardiness)
    for op in (int(place) for place in np.flatnonzero(problem.previous >= 0)):
        release[op] = max(release[op], end[problem.previous[op]])
    for op in range(problem.size - 1, -1, -1):
        after = problem.following[op]
        if after >= 0:
            lot = problem.instance.lots[problem.lot[op]]
            late = weight[after] > 0 and end[after] >= due[after]
            due[op] = start[after]
            weight[op] = lot.weight * price * (1.0 if late else PULL)
    return release, due, weight

"""The linear programme of assigning operations to lines, and the prices of line time that prove its value.

Solved by GLOP inside OR-Tools. Its answer is taken for what it suggests only: shares to round, and prices
from which `bounds` reckons exact bounds. Without OR-Tools all prices are 0, and bounds are weaker but still
true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Room:
    """Further capacity of lines: up to `most`, at a cost each, for all of `lines` at once."""

    lines: tuple[int, ...]
    cost: float
    most: float = float("inf")


@dataclass(frozen=True, eq=False)
class Solution:
    """Prices of the lines' capacities, and the share of each operation (column) on each line (row)."""

    prices: Floats
    shares: Floats


def solve(
    able: NDArray[np.bool_],
    need: Table,
    cost: Floats,
    capacity: Sequence[float],
    rooms: Sequence[Room] = (),
) -> Solution | None:
    """Minimise cost with each operation on able lines and no line over its capacity and rooms.

    Returns None where there is no solution, or no OR-Tools.
    """
    try:
        from ortools.linear_solver import pywraplp
    except ImportError:
        return None
    solver = pywraplp.Solver.CreateSolver("GLOP")
    infinity = solver.infinity()
    scale = max(
        float(np.abs(cost[able]).max(initial=0)), max((abs(room.cost) for room in rooms), default=0), 1e-12
    )
    size = max(float(need[able].max(initial=1)), 1.0)
    objective = solver.Objective()
    lots = [solver.Constraint(1.0, infinity) for _ in range(able.shape[1])]
    lines = [solver.Constraint(-infinity, float(room) / size) for room in capacity]
    chosen = []
    which_line, which_lot = np.nonzero(able)
    for line, lot in zip(which_line.tolist(), which_lot.tolist(), strict=True):
        share = solver.NumVar(0.0, infinity, "")
        objective.SetCoefficient(share, float(cost[line, lot]) / scale)
        lots[lot].SetCoefficient(share, 1.0)
        lines[line].SetCoefficient(share, float(need[line, lot]) / size)
        chosen.append(share)
    for room in rooms:
        used = solver.NumVar(0.0, min(room.most / size, infinity), "")
        objective.SetCoefficient(used, room.cost * size / scale)
        for line in room.lines:
            lines[line].SetCoefficient(used, -1.0)
    objective.SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    shares = np.zeros(able.shape)
    shares[which_line, which_lot] = [share.solution_value() for share in chosen]
    prices = np.array([-line.dual_value() for line in lines]) * scale / size
    return Solution(prices, shares)

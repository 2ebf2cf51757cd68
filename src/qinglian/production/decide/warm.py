"""Compile, or load from disk, everything a search calls, on a plan of two lots."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal

_LOCK = threading.Lock()


def warm() -> None:
    """Make the kernels ready; a second caller waits for the first."""
    with _LOCK:
        import numpy as np

        from qinglian.production.decide.islands import Team
        from qinglian.production.decide.problem import Problem
        from qinglian.production.model import Eligibility, Family, Horizon, Instance, Line, Lot, Power

        names = ("A", "B")
        instance = Instance(
            horizon=Horizon(datetime(2024, 1, 1, tzinfo=UTC), 60, 60),
            lines=tuple(Line(id=name, power=Power(run=1)) for name in names),
            families=(Family("F"),),
            eligibility=tuple(Eligibility(name, "F", Decimal(1)) for name in names),
            lots=tuple(Lot(id=name, family="F", units=2, due=1) for name in names),
        )
        problem = Problem.of(instance)
        team = Team(problem, [np.arange(2, dtype=np.int32), np.zeros(0, np.int32)], 1, 0)
        team.round(1.0, 2)
        team.close()

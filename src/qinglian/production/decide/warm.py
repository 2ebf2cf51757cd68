"""Compile, or load from disk, everything a search calls, on a plan of two lots."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.production.decide.islands import Team
    from qinglian.production.decide.populations import Populations
    from qinglian.production.decide.problem import Problem

_LOCK = threading.Lock()


def warm(asked: Problem | None = None) -> None:
    """Make the kernels ready that a search of a problem calls; a second caller waits for the first.

    Without a problem, those for several lines: only one line, or a makespan, is also ruined and recreated.
    """
    with _LOCK:
        import numpy as np

        from qinglian.production.decide.problem import Problem
        from qinglian.production.model import Eligibility, Family, Horizon, Instance, Line, Lot, Power

        ruins = asked is not None and (asked.lines == 1 or asked.makespan)
        names = ("A",) if ruins else ("A", "B")
        instance = Instance(
            horizon=Horizon(datetime(2024, 1, 1, tzinfo=UTC), 60, 60),
            lines=tuple(Line(id=name, power=Power(run=1)) for name in names),
            families=(Family("F"),),
            eligibility=tuple(Eligibility(name, "F", Decimal(1)) for name in names),
            lots=tuple(Lot(id=name, family="F", units=2, due=1) for name in ("A", "B")),
        )
        rows = [np.arange(2, dtype=np.int32)] + [np.zeros(0, np.int32)] * (len(names) - 1)
        small = Problem.of(instance)
        team = workers_for(small if asked is None else asked)(small, rows, 1, 0)
        team.round(1.0, 2)
        team.close()


def workers_for(problem: Problem) -> type[Team | Populations]:
    """Return the kind of workers that suits a problem; importing them takes a second."""
    from qinglian.production.decide.islands import Team
    from qinglian.production.decide.populations import Populations

    return Populations if problem.alone else Team

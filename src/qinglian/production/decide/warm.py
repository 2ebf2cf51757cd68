"""Compile, or load from disk, everything a search calls, on a plan of two lots."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.production.decide.alone import Breeders
    from qinglian.production.decide.islands import Team
    from qinglian.production.decide.problem import Problem, Sequences

_LOCK = threading.Lock()


def warm(alone: bool = False) -> None:
    """Make the kernels ready, `alone` those for a line alone; a second caller waits for the first."""
    with _LOCK:
        import numpy as np

        from qinglian.production.decide.problem import Problem
        from qinglian.production.model import Eligibility, Family, Horizon, Instance, Line, Lot, Power

        names = ("A",) if alone else ("A", "B")
        instance = Instance(
            horizon=Horizon(datetime(2024, 1, 1, tzinfo=UTC), 60, 60),
            lines=tuple(Line(id=name, power=Power(run=1)) for name in names),
            families=(Family("F"),),
            eligibility=tuple(Eligibility(name, "F", Decimal(1)) for name in names),
            lots=tuple(Lot(id=name, family="F", units=2, due=1) for name in ("A", "B")),
        )
        rows = [np.arange(2, dtype=np.int32)] + [np.zeros(0, np.int32)] * (len(names) - 1)
        team = team_of(Problem.of(instance), rows, 1, 0)
        team.round(1.0, 2)
        team.close()


def team_of(problem: Problem, sequences: Sequences, workers: int, seed: int) -> Team | Breeders:
    """Return the workers that suit a problem; importing them takes a second."""
    from qinglian.production.decide.alone import Breeders
    from qinglian.production.decide.islands import Team

    return (Breeders if problem.alone else Team)(problem, sequences, workers, seed)

"""What may go otherwise than planned, drawn per lot and per line, so that every plan faces the same luck.

Draws depend on the seed, the replication and the names of lots and lines, never on a plan (common random
numbers; Law, Simulation Modeling and Analysis, 5th ed., section 11.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinglian.production.model import Instance

Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How uncertain the plant is; take them from its own records.

    Parameters
    ----------
    rate_cv, setup_cv
        Coefficients of variation of run and setup minutes; lognormal with mean 1 of what is planned.
    failure_minutes, repair_minutes
        Mean minutes between failures of a line and mean minutes of a repair, both exponential; 0 failure
        minutes means that lines do not fail.
    late_share, late_minutes
        Share of lots whose material comes late, and by how much on average (exponential).
    """

    rate_cv: float = 0.05
    setup_cv: float = 0.2
    failure_minutes: float = 4_000.0
    repair_minutes: float = 40.0
    late_share: float = 0.03
    late_minutes: float = 240.0

    def __post_init__(self) -> None:
        values = (self.rate_cv, self.setup_cv, self.failure_minutes, self.repair_minutes, self.late_minutes)
        if min(values) < 0 or not 0 <= self.late_share <= 1:
            raise ValueError("chances are not negative, and a share is at most 1")


CERTAIN = Chances(rate_cv=0, setup_cv=0, failure_minutes=0, late_share=0)
"""Everything goes as planned."""


@dataclass(frozen=True, slots=True)
class Luck:
    """One week as it may go: factors by (lot, stage), release by lot, outages by line."""

    run: dict[tuple[str, str], float]
    setup: dict[tuple[str, str], float]
    release: dict[str, int]
    outages: dict[str, Intervals]


def draw(instance: Instance, chances: Chances, seed: int, replication: int) -> Luck:
    """Draw one week's luck."""

    def stream(kind: int) -> np.random.Generator:
        return np.random.default_rng([seed, replication, kind])

    operations = sorted((lot.id, stage) for lot in instance.lots for stage in instance.operations(lot))
    return Luck(
        run=dict(zip(operations, _factors(stream(0), chances.rate_cv, len(operations)), strict=True)),
        setup=dict(zip(operations, _factors(stream(1), chances.setup_cv, len(operations)), strict=True)),
        release=_releases(instance, chances, stream(2)),
        outages=_outages(instance, chances, stream),
    )


def _factors(random: np.random.Generator, cv: float, count: int) -> list[float]:
    sigma = sqrt(log1p(cv * cv))
    return [float(value) for value in random.lognormal(-sigma * sigma / 2, sigma, count)]


def _releases(instance: Instance, chances: Chances, random: np.random.Generator) -> dict[str, int]:
    lots = sorted(instance.lots, key=lambda lot: lot.id)
    late = random.random(len(lots)) < chances.late_share
    delays = random.exponential(1.0, len(lots)) * chances.late_minutes
    rows = zip(lots, late, delays, strict=True)
    return {lot.id: lot.release + int(is_late) * round(by) for lot, is_late, by in rows}


def _outages(
    instance: Instance, chances: Chances, stream: Callable[[int], np.random.Generator]
) -> dict[str, Intervals]:
    lines = sorted(line.id for line in instance.lines)
    return {
        line: _failures(chances, stream(10 + number), instance.horizon.limit)
        for number, line in enumerate(lines)
    }


def _failures(chances: Chances, random: np.random.Generator, limit: int) -> Intervals:
    if not chances.failure_minutes:
        return ()
    found, at = [], 0.0
    while (at := at + random.exponential(chances.failure_minutes)) < limit:
        start = round(at)
        at += max(1.0, random.exponential(chances.repair_minutes))
        if round(at) > start:
            found.append((start, round(at)))
    return tuple(found)

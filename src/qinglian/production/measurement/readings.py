"""Sub-metered energy of the lines in the measurement boundary, with what drives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from qinglian.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

Boundary = Literal["lines", "site"]
Floats = npt.NDArray[np.float64]
UNITS = "units"
LEAST_SITE_SHARE = Fraction(1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All lines in the boundary together on one day.

    Lines are added up on purpose: a model by line would explain away the saving of moving work to a better
    line.

    Parameters
    ----------
    kwh
        Sum of the sub-meters, exact.
    drivers
        What the energy depends on: ``units`` (or several ``units.FAMILY``), ``changeovers``, ``shifts``, …
    block
        Days that hang together and are switched together; the ISO week if empty.
    on
        Whether the plans were energy-aware.
    """

    day: date
    kwh: Fraction
    drivers: dict[str, Fraction]
    block: str = ""
    on: bool = False

    @property
    def week(self) -> str:
        """Block of the reading."""
        year, week, _ = self.day.isocalendar()
        return self.block or f"{year}-W{week:02}"


@dataclass(frozen=True)
class Design:
    """Energy and drivers as arrays, in the order of days; drivers that never change are left out."""

    kwh: Floats
    matrix: Floats
    names: tuple[str, ...]
    weeks: tuple[str, ...]
    on: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> Design:
        """Arrange readings; the first column is the constant."""
        ordered = sorted(readings, key=lambda reading: reading.day)
        named = {name: {reading.drivers[name] for reading in ordered} for name in sorted(ordered[0].drivers)}
        names = tuple(name for name, values in named.items() if len(values) > 1)
        rows = [[1.0, *(float(reading.drivers[name]) for name in names)] for reading in ordered]
        return cls(
            kwh=np.array([float(reading.kwh) for reading in ordered]),
            matrix=np.array(rows),
            names=("constant", *names),
            weeks=tuple(reading.week for reading in ordered),
            on=np.array([reading.on for reading in ordered]),
        )

    @property
    def scaled(self) -> Floats:
        """Columns of equal size, so that a rank can be told."""
        scaled: Floats = self.matrix / np.maximum(np.abs(self.matrix).max(axis=0), 1e-300)
        return scaled

    @property
    def singular(self) -> bool:
        """Whether drivers say the same, or are as many as the readings."""
        return len(self.kwh) <= self.matrix.shape[1] + 1 or int(
            np.linalg.matrix_rank(self.scaled, tol=1e-9 * len(self.kwh))
        ) < len(self.names)


def doubts(readings: Sequence[Reading], boundary: Boundary, expected: Fraction | None) -> Iterator[Problem]:
    """Find reasons why readings cannot prove anything, whatever they say."""
    if boundary == "site" and (expected is None or expected < LEAST_SITE_SHARE):
        yield reason("site", least=f"{float(LEAST_SITE_SHARE):.0%}")
    if not readings:
        yield reason("no_readings")
        return
    names = set(readings[0].drivers)
    if any(set(reading.drivers) != names for reading in readings):
        yield reason("drivers_differ")
    elif not any(name.split(".")[0] == UNITS for name in names):
        yield reason("no_units")
    days = [reading.day for reading in readings]
    if len(set(days)) < len(days):
        yield reason("day_twice")


def out_of_range(known: Sequence[Reading], asked: Sequence[Reading]) -> Iterator[Problem]:
    """Find drivers that are, on average, outside what the model has seen: there it would guess."""
    for name in sorted(known[0].drivers) if known and asked else ():
        mean = sum((reading.drivers[name] for reading in asked), Fraction(0)) / len(asked)
        values = [reading.drivers[name] for reading in known]
        if not min(values) <= mean <= max(values):
            yield reason("out_of_range", driver=name, mean=f"{float(mean):.6g}")


def reason(name: str, **params: object) -> Problem:
    """Make a reason for a refusal."""
    return Problem(f"production.measured_{name}", None, params)

"""Transport as lanes without a map: places in a row, between them legs with mode, distance and emissions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.present.numbers import Number


@dataclass(frozen=True, slots=True)
class Leg:
    """What happens between two places; a hub has one place at both ends and no distance.

    Parameters
    ----------
    mode
        What carries the goods (road, sea, a hub), in the reader's words.
    distance, amount
        In the chart's units; `None` is unknown (a hub has no distance) and is not drawn as zero.

    Raises
    ------
    ValueError
        If a place or the mode has no name, or a distance is negative.
    """

    start: str
    end: str
    mode: str
    distance: Number | None
    amount: Number | None
    hint: str = ""

    def __post_init__(self) -> None:
        if not (self.start and self.end and self.mode):
            raise ValueError("a leg has two places and a mode")
        if self.distance is not None and self.distance < 0:
            raise ValueError(f"the distance from {self.start!r} to {self.end!r} is negative")


@dataclass(frozen=True, slots=True)
class Lane:
    """Legs from an origin to a destination, each beginning where the one before ended.

    Raises
    ------
    ValueError
        If there is no leg, or a leg begins elsewhere.
    """

    label: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        if not self.legs:
            raise ValueError(f"the lane {self.label!r} has no leg")
        for before, after in itertools.pairwise(self.legs):
            if before.end != after.start:
                raise ValueError(
                    f"the lane {self.label!r} ends in {before.end!r} and goes on in {after.start!r}"
                )


@dataclass(frozen=True, slots=True)
class LaneChart:
    """Lanes below each other, on one scale of distance and one of amounts."""

    title: str
    lanes: tuple[Lane, ...]
    unit: str = "kg CO2e"
    distance_unit: str = "km"
    notes: tuple[str, ...] = ()

"""Whether a load plan can stand: bounds, overlap, turning, support, weight on top, centre of gravity.

Every answer is exact: whole millimetres, exact grams, fractions. A box rests on the floor (z = 0) or on tops
that are exactly at its bottom. Its weight, with all that stands on it, goes down in proportion to the areas
it rests on. Nothing here knows how a plan was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem
from qinglian.packaging.load_plan import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.packaging.load_plan import LoadPlan, Placement

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True)
class LoadCheck:
    """What a load plan is, recomputed from its placements alone."""

    plan: LoadPlan

    @property
    def mass_g(self) -> Fraction:
        """Grams of all boxes."""
        return sum((placed.box.mass_g for placed in self.plan.placements), Fraction(0))

    @property
    def cube_utilisation(self) -> Fraction:
        """Volume of the boxes in the volume of the space."""
        return Fraction(sum(placed.volume for placed in self.plan.placements), self.plan.space.volume)

    @property
    def centre(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """Centre of gravity in millimetres, boxes taken as even; None for an empty plan."""
        if not self.plan.placements:
            return None
        sums = [Fraction(0)] * 3
        for placed in self.plan.placements:
            for axis in range(3):
                sums[axis] += placed.box.mass_g * Fraction(placed.at[axis] + placed.end[axis], 2)
        x, y, z = (total / self.mass_g for total in sums)
        return x, y, z

    @cached_property
    def contacts(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each box the boxes it rests on, with the area of contact in square millimetres."""
        tops: dict[int, list[int]] = {}
        for index, placed in enumerate(self.plan.placements):
            tops.setdefault(placed.end[2], []).append(index)
        return tuple(
            tuple(
                (below, area)
                for below in tops.get(placed.at[2], ())
                if (area := _area(_shared(placed, self.plan.placements[below]))) > 0
            )
            for placed in self.plan.placements
        )

    def support(self, index: int) -> Fraction:
        """Return the share of a box's bottom that rests on the floor or on boxes."""
        placed = self.plan.placements[index]
        if placed.at[2] == 0:
            return Fraction(1)
        others = [_shared(placed, self.plan.placements[below]) for below, _ in self.contacts[index]]
        return Fraction(union_area(others), placed.bottom)

    @cached_property
    def on_top(self) -> tuple[Fraction, ...]:
        """Grams that stand on each box in all, carried down from the highest."""
        boxes = self.plan.placements
        bears = [Fraction(0)] * len(boxes)
        for index in sorted(range(len(boxes)), key=lambda index: -boxes[index].at[2]):
            touching = sum(area for _, area in self.contacts[index])
            for below, area in self.contacts[index]:
                bears[below] += (boxes[index].box.mass_g + bears[index]) * Fraction(area, touching)
        return tuple(bears)

    @cached_property
    def violations(self) -> tuple[Problem, ...]:
        """Everything the plan breaks, by box; empty for a plan that can stand."""
        found = [problem for index in range(len(self.plan.placements)) for problem in self._of_box(index)]
        return (*found, *self._overlaps(), *self._of_load())

    @property
    def unknown(self) -> tuple[str, ...]:
        """Boxes that carry something though nobody has said what they bear: not checked, not passed."""
        pairs = zip(self.plan.placements, self.on_top, strict=True)
        return tuple(placed.id for placed, load in pairs if load > 0 and placed.box.bears_g is None)

    def _of_box(self, index: int) -> Iterator[Problem]:
        placed, space = self.plan.placements[index], self.plan.space
        if any(start < 0 for start in placed.at) or any(
            end > limit for end, limit in zip(placed.end, space.size, strict=True)
        ):
            values = {"name": placed.id, "start": placed.at, "end": placed.end, "size": space.size}
            yield Problem("packaging.load_outside", placed.where, values)
        if placed.rotation not in ALLOWED[placed.box.turning]:
            values = {"name": placed.id, "rotation": placed.rotation, "turning": placed.box.turning}
            yield Problem("packaging.load_turned", placed.where, values)
        share = self.support(index)
        if share < space.support:
            values = {"name": placed.id, "share": percent(share), "least": percent(space.support)}
            yield Problem("packaging.load_unsupported", placed.where, values)
        bears = placed.box.bears_g
        if bears is not None and self.on_top[index] > bears:
            values = {"name": placed.id, "load": kilograms(self.on_top[index]), "bears": kilograms(bears)}
            yield Problem("packaging.load_crushed", placed.where, values)

    def _overlaps(self) -> Iterator[Problem]:
        """Sweep along x: only boxes that share a stretch of it are compared."""
        active: list[Placement] = []
        for placed in sorted(self.plan.placements, key=lambda placed: (placed.at[0], placed.id)):
            active = [other for other in active if other.end[0] > placed.at[0]]
            for other in active:
                if all(
                    other.at[axis] < placed.end[axis] and placed.at[axis] < other.end[axis] for axis in (1, 2)
                ):
                    first, second = sorted((other.id, placed.id))
                    yield Problem("packaging.load_overlap", placed.where, {"name": first, "other": second})
            active.append(placed)

    def _of_load(self) -> Iterator[Problem]:
        space, centre = self.plan.space, self.centre
        if space.max_g is not None and self.mass_g > space.max_g:
            values = {"name": space.id, "mass": kilograms(self.mass_g), "most": kilograms(space.max_g)}
            yield Problem("packaging.load_heavy", space.where, values)
        if centre is None:
            return
        for axis, name in ((0, "x"), (1, "y")):
            off = abs(centre[axis] - Fraction(space.size[axis], 2)) / space.size[axis]
            if space.off_centre is not None and off > space.off_centre:
                values = {"axis": name, "off": percent(off), "most": percent(space.off_centre)}
                yield Problem("packaging.load_off_centre", space.where, values)
        high = centre[2] / space.size[2]
        if space.highest_centre is not None and high > space.highest_centre:
            values = {"high": percent(high), "most": percent(space.highest_centre)}
            yield Problem("packaging.load_top_heavy", space.where, values)


def union_area(rectangles: list[Rectangle]) -> int:
    """Return the area that rectangles (x0, y0, x1, y1) cover together, each part counted once."""
    xs = sorted({x for rectangle in rectangles for x in (rectangle[0], rectangle[2])})
    area = 0
    for left, right in pairwise(xs):
        spans = sorted((r[1], r[3]) for r in rectangles if r[0] <= left and right <= r[2])
        covered, reached = 0, None
        for low, high in spans:
            start = low if reached is None else max(low, reached)
            covered += max(0, high - start)
            reached = high if reached is None else max(reached, high)
        area += covered * (right - left)
    return area


def percent(share: Fraction) -> str:
    """Return a share in percent, rounded for reading to four digits after the point."""
    return f"{_rounded(share * 100, 4):f} %"


def kilograms(grams: Fraction) -> str:
    """Return grams as kilograms, rounded for reading to the gram."""
    return f"{_rounded(grams / 1000, 3):f} kg"


def _rounded(value: Fraction, places: int) -> Decimal:
    return Decimal(round(value * 10**places)).scaleb(-places)


def _shared(one: Placement, other: Placement) -> Rectangle:
    return (
        max(one.at[0], other.at[0]),
        max(one.at[1], other.at[1]),
        min(one.end[0], other.end[0]),
        min(one.end[1], other.end[1]),
    )


def _area(rectangle: Rectangle) -> int:
    return max(0, rectangle[2] - rectangle[0]) * max(0, rectangle[3] - rectangle[1])

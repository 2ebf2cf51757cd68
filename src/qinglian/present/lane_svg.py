"""Lanes as SVG: a line per leg, as long as its way where its words leave room, and a bar of its amount."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.cells import width
from qinglian.present.colours import colours
from qinglian.present.figures import Group
from qinglian.present.numbers import ABSENT, shown
from qinglian.present.svg_parts import GAP, SIGN, document, pixels, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qinglian.present.lanes import Lane, LaneChart, Leg

PLOT, TOP, HEAD, LINE, PLACE, FOOT, BAR = 900, 30, 20, 46, 66, 92, 48
"""Pixels: the longest lane, the title; from a lane's top to label, line, places and bars; the tallest bar."""

LANE = FOOT + BAR + 24
"""Pixels a lane takes."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Pixels per distance and per amount, and the colour of each mode."""

    along: Fraction
    up: Fraction
    fills: Mapping[str, str]
    figure: LaneChart

    @classmethod
    def over(cls, figure: LaneChart) -> _Scale:
        legs = [leg for lane in figure.lanes for leg in lane.legs]
        longest = max((_distance(lane) for lane in figure.lanes), default=Fraction(0))
        largest = max((abs(Fraction(leg.amount)) for leg in legs if leg.amount is not None), default=0)
        modes = list(dict.fromkeys(leg.mode for leg in legs))
        fills = [fill for fill, _ in colours([Group(mode) for mode in modes])]
        return cls(
            PLOT / longest if longest else Fraction(0),
            BAR / Fraction(largest) if largest else Fraction(0),
            dict(zip(modes, fills, strict=True)),
            figure,
        )

    def length(self, leg: Leg) -> Fraction:
        """Length of a leg's line, never shorter than its words."""
        said = max(
            width(self.way(leg)), width(self.amount(leg)), (width(leg.start) + width(leg.end)) // 2 + 1
        )
        floor = Fraction(SIGN * said + 2 * GAP)
        return floor if leg.distance is None else max(floor, Fraction(leg.distance) * self.along)

    def way(self, leg: Leg) -> str:
        """Mode and distance."""
        if leg.distance is None:
            return leg.mode
        return f"{leg.mode} · {shown(leg.distance)} {self.figure.distance_unit}"

    def amount(self, leg: Leg) -> str:
        """The amount with its unit; the bare dash where it is unknown."""
        return ABSENT if leg.amount is None else f"{shown(leg.amount)} {self.figure.unit}"


def lanes_svg(figure: LaneChart) -> str:
    """Draw lanes; the bars share one scale, so that legs of different lanes can be compared."""
    scale = _Scale.over(figure)
    heading = f"{figure.title} ({figure.unit})"
    notes = (*figure.notes, text("present.lane_note"))
    parts = [words(GAP, 18, heading, weight="bold")]
    wide = Fraction(max(2 * GAP + SIGN * width(line) for line in (heading, *notes)))
    for number, lane in enumerate(figure.lanes):
        drawn, end = _lane(lane, scale, TOP + LANE * number)
        parts += drawn
        wide = max(wide, end)
    bottom = TOP + LANE * len(figure.lanes)
    parts += [words(GAP, bottom + 18 * (n + 1), note, soft=True) for n, note in enumerate(notes)]
    return document(int(wide) + GAP, bottom + 18 * len(notes) + GAP, heading, parts)


def _lane(lane: Lane, scale: _Scale, top: int) -> tuple[list[str], Fraction]:
    """Draw one lane; return its parts and where it ends at the right."""
    parts = [words(GAP, top + HEAD - 4, lane.label)]
    x = Fraction(GAP + SIGN * width(lane.legs[0].start) // 2 + GAP)
    parts.append(_place(lane.legs[0].start, x, top))
    for leg in lane.legs:
        length = scale.length(leg)
        parts += _leg(leg, scale, x, length, top)
        x += length
        parts.append(_place(leg.end, x, top))
    label = Fraction(2 * GAP + SIGN * width(lane.label))
    return parts, max(label, x + SIGN * width(lane.legs[-1].end) // 2 + GAP)


def _leg(leg: Leg, scale: _Scale, x: Fraction, length: Fraction, top: int) -> Iterator[str]:
    fill, middle = scale.fills[leg.mode], x + length / 2
    dashed = ' stroke-dasharray="4 4"' if leg.distance is None else ""
    line = f'd="M{pixels(x)} {top + LINE}H{pixels(x + length)}"'
    yield f'<path {line} stroke="{fill}" stroke-width="4" fill="none"{dashed}/>'
    yield words(pixels(middle), top + LINE - 8, scale.way(leg), anchor="middle", size=12)
    yield words(pixels(middle), top + FOOT - 6, scale.amount(leg), anchor="middle", size=12)
    if leg.amount:
        high = abs(Fraction(leg.amount)) * scale.up
        box = f'x="{pixels(middle - 12)}" y="{top + FOOT}" width="24" height="{pixels(high)}"'
        edge = "" if leg.amount > 0 else ' fill-opacity="0.3"'
        yield f'<rect {box} fill="{fill}"{edge}/>'


def _place(name: str, x: Fraction, top: int) -> str:
    dot = f'<circle cx="{pixels(x)}" cy="{top + LINE}" r="5" class="ink" fill="#222"/>'
    return dot + words(pixels(x), top + PLACE, name, anchor="middle", size=12)


def _distance(lane: Lane) -> Fraction:
    return sum((Fraction(leg.distance) for leg in lane.legs if leg.distance is not None), Fraction(0))

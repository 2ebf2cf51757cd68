"""Charts as self-contained SVG: bars and waterfalls here, the other kinds in modules of their own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.present.cells import width
from qinglian.present.curve_svg import curves_svg
from qinglian.present.figures import Curves, Gantt, Heatmap, Sankey, Waterfall
from qinglian.present.gantt_svg import gantt_svg
from qinglian.present.heat_svg import heat_svg
from qinglian.present.lane_svg import lanes_svg
from qinglian.present.lanes import LaneChart
from qinglian.present.numbers import ABSENT, shown
from qinglian.present.sankey_svg import sankey_svg
from qinglian.present.svg_parts import GAP, SIGN, document, pixels, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qinglian.present.figures import Bar, Chart

ROW, BAR, PLOT = 26, 18, 420
"""Pixels: a row, the bar in it, the widest plot."""

LEVEL, RISE, FALL = "#2f6f4f", "#b4532a", "#4f8fbf"
"""A level (start, end, plain bar), an increase, a decrease; they differ in lightness, not by hue alone."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """One bar to draw, from one value to another; `None` where the value is unknown."""

    label: str
    low: Fraction | None
    high: Fraction | None
    value: Fraction | None
    colour: str


def to_svg(figure: Chart) -> str:
    """Draw a figure as one SVG document.

    Every bar keeps the zero line in view, so lengths can be compared.
    """
    if isinstance(figure, Gantt):
        return gantt_svg(figure)
    if isinstance(figure, Curves):
        return curves_svg(figure)
    if isinstance(figure, Sankey):
        return sankey_svg(figure)
    if isinstance(figure, LaneChart):
        return lanes_svg(figure)
    if isinstance(figure, Heatmap):
        return heat_svg(figure)
    strips = list(_waterfall(figure) if isinstance(figure, Waterfall) else map(_level, figure.bars))
    return _drawing(figure.title, figure.unit, strips, figure.notes)


def _level(bar: Bar) -> _Strip:
    if bar.value is None:
        return _Strip(bar.label, None, None, None, LEVEL)
    value = Fraction(bar.value)
    return _Strip(bar.label, min(value, Fraction(0)), max(value, Fraction(0)), value, LEVEL)


def _waterfall(figure: Waterfall) -> Iterator[_Strip]:
    yield _level(figure.start)
    height = Fraction(figure.start.value or 0)
    for step in figure.steps:
        change = Fraction(step.value or 0)
        after = height + change
        yield _Strip(step.label, min(height, after), max(height, after), change, RISE if change > 0 else FALL)
        height = after
    yield _level(figure.end)


def _drawing(title: str, unit: str, strips: Sequence[_Strip], notes: Sequence[str]) -> str:
    left = GAP + SIGN * max((width(strip.label) for strip in strips), default=0) + GAP
    values = [ABSENT if strip.value is None else shown(strip.value) for strip in strips]
    full = left + PLOT + GAP + SIGN * max(map(len, values), default=0) + GAP
    heading = f"{title} ({unit})" if unit else title
    full = max(full, *(2 * GAP + SIGN * width(line) for line in (heading, *notes)))
    height = ROW * (len(strips) + 1 + len(notes)) + GAP
    scale = _Scale.over(strips, left)
    parts = [words(GAP, 18, heading, weight="bold")]
    parts += [
        _row(scale, strip, value, ROW * (n + 1))
        for n, (strip, value) in enumerate(zip(strips, values, strict=True))
    ]
    parts.append(_zero_line(scale, len(strips)))
    parts += [words(GAP, ROW * (len(strips) + 1 + n) + 18, note, soft=True) for n, note in enumerate(notes)]
    return document(full, height, heading, parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values to pixels."""

    left: int
    low: Fraction
    span: Fraction

    @classmethod
    def over(cls, strips: Sequence[_Strip], left: int) -> _Scale:
        low = min((strip.low for strip in strips if strip.low is not None), default=Fraction(0))
        high = max((strip.high for strip in strips if strip.high is not None), default=Fraction(0))
        low, high = min(low, Fraction(0)), max(high, Fraction(0))
        return cls(left, low, high - low or Fraction(1))

    def x(self, value: Fraction) -> str:
        return pixels(self.left + (value - self.low) / self.span * PLOT)

    def size(self, value: Fraction) -> str:
        return pixels(value / self.span * PLOT)


def _row(scale: _Scale, strip: _Strip, value: str, top: int) -> str:
    label = words(scale.left - GAP, top + 14, strip.label, anchor="end")
    number = words(scale.left + PLOT + GAP, top + 14, value)
    if strip.low is None or strip.high is None:
        return label + number
    box = f'x="{scale.x(strip.low)}" y="{top}" width="{scale.size(strip.high - strip.low)}" height="{BAR}"'
    return f'{label}<rect {box} fill="{strip.colour}"/>{number}'


def _zero_line(scale: _Scale, rows: int) -> str:
    x = scale.x(Fraction(0))
    return f'<path d="M{x} {ROW - 4}V{ROW * (rows + 1) - 4}" class="axis" stroke="#333" fill="none"/>'

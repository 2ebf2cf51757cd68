"""Bars and waterfalls as self-contained SVG: no script, no style sheet, no font or address from outside.

Each drawing carries its title and its numbers as text, so that it can be read aloud and searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from qinglian.present.cells import width
from qinglian.present.figures import Waterfall
from qinglian.present.numbers import ABSENT, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qinglian.present.figures import Bar, Bars

ROW, BAR, PLOT, GAP, SIGN = 26, 18, 420, 10, 8
"""Pixels: a row, the bar in it, the widest plot, the space between parts, a letter's width."""

LEVEL, RISE, FALL = "#2f6f4f", "#b4532a", "#4f8fbf"
"""A level (start, end, plain bar), an increase, a decrease; they differ in lightness, not by hue alone."""

_NOT_XML = {*map(chr, range(0xD800, 0xE000)), "\ufffe", "\uffff"}


@dataclass(frozen=True, slots=True)
class _Strip:
    """One bar to draw, from one value to another; `None` where the value is unknown."""

    label: str
    low: Fraction | None
    high: Fraction | None
    value: Fraction | None
    colour: str


def to_svg(figure: Bars | Waterfall) -> str:
    """Draw a figure as one SVG document.

    Every bar keeps the zero line in view, so lengths can be compared.
    """
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
    parts = [_text(GAP, 18, heading, weight="bold")]
    parts += [
        _row(scale, strip, value, ROW * (n + 1))
        for n, (strip, value) in enumerate(zip(strips, values, strict=True))
    ]
    parts.append(_zero_line(scale, len(strips)))
    parts += [
        _text(GAP, ROW * (len(strips) + 1 + n) + 18, note, colour="#666") for n, note in enumerate(notes)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{full}" height="{height}" '
        f'viewBox="0 0 {full} {height}" '
        f'role="img" aria-label={quoteattr(_clean(heading))} font-family="sans-serif" font-size="13">'
        f"<title>{escape(_clean(heading))}</title>{''.join(parts)}</svg>\n"
    )


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
        return _pixels(self.left + (value - self.low) / self.span * PLOT)

    def size(self, value: Fraction) -> str:
        return _pixels(value / self.span * PLOT)


def _pixels(value: Fraction) -> str:
    """Write to a tenth of a pixel, by integers, so that equal figures give equal bytes."""
    whole, tenth = divmod(round(value * 10), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def _row(scale: _Scale, strip: _Strip, value: str, top: int) -> str:
    label = _text(scale.left - GAP, top + 14, strip.label, anchor="end")
    number = _text(scale.left + PLOT + GAP, top + 14, value)
    if strip.low is None or strip.high is None:
        return label + number
    box = f'x="{scale.x(strip.low)}" y="{top}" width="{scale.size(strip.high - strip.low)}" height="{BAR}"'
    return f'{label}<rect {box} fill="{strip.colour}"/>{number}'


def _zero_line(scale: _Scale, rows: int) -> str:
    x = scale.x(Fraction(0))
    return f'<path d="M{x} {ROW - 4}V{ROW * (rows + 1) - 4}" stroke="#333" fill="none"/>'


def _text(
    x: int, y: int, content: str, *, anchor: str = "start", weight: str = "normal", colour: str = "#222"
) -> str:
    style = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x}" y="{y}" {style}>{escape(_clean(content))}</text>'


def _clean(content: str) -> str:
    """Drop what XML 1.0 cannot hold: control characters, lone surrogates and the two non-characters."""
    return "".join(sign for sign in content if sign in "\t\n\r" or (sign >= " " and sign not in _NOT_XML))

"""Step lines over time as SVG, on the same time axis as a schedule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.present.cells import width
from qinglian.present.numbers import shown
from qinglian.present.svg_parts import GAP, LEFT, PLOT, SIGN, document, pixels, time_axis, words, x_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.present.figures import Curve, Curves

HIGH, TOP = 150, 48
INKS = (("#2f6f4f", ""), ("#b4532a", ' stroke-dasharray="6 3"'), ("#4f8fbf", ' stroke-dasharray="2 3"'))
"""Line colours; the dashes tell lines apart without colour."""


def curves_svg(figure: Curves) -> str:
    """Draw curves; the zero line stays in view."""
    heading = f"{figure.title} ({figure.unit})" if figure.unit else figure.title
    low, high = _range(figure)
    bottom = TOP + HIGH
    parts = [words(GAP, 18, heading, weight="bold"), time_axis(figure.axis, TOP, bottom)]
    for value in _marks(low, high):
        level = _y(value, low, high)
        parts.append(f'<path class="grid" d="M{LEFT} {pixels(level)}h{PLOT}" stroke="#ddd" fill="none"/>')
        parts.append(words(LEFT - GAP, pixels(level + 4), shown(value, 4), anchor="end", size=11))
    for place, curve in enumerate(figure.curves):
        ink, dash = INKS[place % len(INKS)]
        path = _path(figure, curve, low, high)
        parts.append(f'<path d="{path}" stroke="{ink}" stroke-width="1.6" fill="none"{dash}/>')
    x, y = LEFT, bottom + 20
    for place, curve in enumerate(figure.curves if len(figure.curves) > 1 else ()):
        ink, dash = INKS[place % len(INKS)]
        parts.append(f'<path d="M{x} {y - 4}h24" stroke="{ink}" stroke-width="2" fill="none"{dash}/>')
        parts.append(words(x + 30, y, curve.label, size=12))
        x += 30 + SIGN * width(curve.label) + 24
    y += 20 if len(figure.curves) > 1 else 0
    for note in figure.notes:
        parts.append(words(GAP, y, note, soft=True))
        y += 18
    return document(LEFT + PLOT + 2 * GAP, y, heading, parts)


def _range(figure: Curves) -> tuple[Fraction, Fraction]:
    values = [Fraction(value) for curve in figure.curves for value in curve.values if value is not None]
    low, high = min([Fraction(0), *values]), max([Fraction(0), *values])
    return low, high if high > low else low + 1


def _y(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    return TOP + HIGH * (high - value) / (high - low)


def _marks(low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """Yield round numbers from low to high, four or so."""
    rough = (high - low) / 4
    power = Fraction(1)
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    value = -(-low // step) * step
    while value <= high:
        yield value
        value += step


def _path(figure: Curves, curve: Curve, low: Fraction, high: Fraction) -> str:
    moves, level = [], None
    for place, value in enumerate(curve.values):
        start = place * figure.step
        if start >= figure.axis.end:
            break
        x, end = x_of(figure.axis, start), x_of(figure.axis, min(start + figure.step, figure.axis.end))
        if value is None:
            level = None
            continue
        y = pixels(_y(Fraction(value), low, high))
        moves.append(f"M{pixels(x)} {y}" if level is None else f"V{y}" if y != level else "")
        moves.append(f"H{pixels(end)}")
        level = y
    return "".join(moves)

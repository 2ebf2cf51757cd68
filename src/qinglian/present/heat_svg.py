"""A heat map as SVG: a cell per row and column, darker where there is more, empty where nothing is known."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.present.cells import width
from qinglian.present.numbers import shown
from qinglian.present.svg_parts import GAP, SIGN, document, words

if TYPE_CHECKING:
    from qinglian.present.figures import Heatmap
    from qinglian.present.numbers import Number

CELL_WIDTH, CELL_HEIGHT = 22, 18
LIGHT, DARK = (0xE6, 0xF1, 0xEA), (0x1C, 0x4F, 0x35)


def heat_svg(figure: Heatmap) -> str:
    """Draw a heat map; the scale is said in words below, as colour alone says no number."""
    heading = f"{figure.title} ({figure.unit})" if figure.unit else figure.title
    left = GAP + SIGN * max((width(row) for row in figure.rows), default=0) + GAP
    top = 48
    known = [Fraction(value) for line in figure.values for value in line if value is not None]
    low, high = (min(known), max(known)) if known else (Fraction(0), Fraction(0))
    parts = [words(GAP, 18, heading, weight="bold")]
    parts += [_column(figure, n, left, top) for n in _labelled(figure)]
    for place, line in enumerate(figure.values):
        y = top + place * CELL_HEIGHT
        parts.append(words(left - GAP, y + 13, figure.rows[place], anchor="end"))
        parts += [_cell(left + n * CELL_WIDTH, y, _share(value, low, high)) for n, value in enumerate(line)]
    bottom = top + len(figure.rows) * CELL_HEIGHT + 20
    notes = [f"{shown(low)} – {shown(high)} {figure.unit}".strip() if known else "–", *figure.notes]
    parts += [words(GAP, bottom + 18 * n, note, soft=True) for n, note in enumerate(notes)]
    full = max(
        left + len(figure.columns) * CELL_WIDTH + GAP, *(2 * GAP + SIGN * width(n) for n in (heading, *notes))
    )
    return document(full, bottom + 18 * len(notes), heading, parts)


def _labelled(figure: Heatmap) -> range:
    """Return which columns are named: so few that their names do not touch."""
    widest = max((width(name) for name in figure.columns), default=1)
    return range(0, len(figure.columns), max(1, -(-SIGN * widest // CELL_WIDTH)))


def _column(figure: Heatmap, place: int, left: int, top: int) -> str:
    return words(left + place * CELL_WIDTH + 2, top - 6, figure.columns[place], soft=True)


def _share(value: Number | None, low: Fraction, high: Fraction) -> Fraction | None:
    if value is None:
        return None
    return (Fraction(value) - low) / (high - low) if high > low else Fraction(1)


def _cell(x: int, y: int, share: Fraction | None) -> str:
    box = f'x="{x}" y="{y}" width="{CELL_WIDTH - 1}" height="{CELL_HEIGHT - 1}"'
    if share is None:
        return f'<rect {box} fill="none" stroke="#999" stroke-dasharray="2 2"/>'
    colour = "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(LIGHT, DARK, strict=True))
    return f'<rect {box} fill="#{colour}"/>'

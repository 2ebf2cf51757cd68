"""A schedule as SVG: a row per resource, a colour per kin, shades within it, a flag on what is late."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from qinglian.present.cells import width
from qinglian.present.colours import colours
from qinglian.present.svg_parts import (
    GAP,
    LEFT,
    PLOT,
    SIGN,
    clean,
    document,
    pixels,
    time_axis,
    words,
    x_of,
)

if TYPE_CHECKING:
    from qinglian.present.figures import Block, Gantt

ROW, BAR, TOP, SWATCH, LETTER, SLIT = 22, 16, 48, 12, Fraction(57, 10), Fraction(3, 5)
"""Pixels: a row, the block in it, title and axis, a square of the legend, a small letter, between blocks."""


def gantt_svg(figure: Gantt) -> str:
    """Draw a schedule; each block says on hover what it is."""
    bottom = TOP + ROW * len(figure.rows)
    fills = colours(figure.groups)
    parts = [words(GAP, 18, figure.title, weight="bold"), time_axis(figure.axis, TOP, bottom)]
    for place, name in enumerate(figure.rows):
        parts.append(words(LEFT - GAP, TOP + ROW * place + 15, name, anchor="end", size=12))
    parts += [_block(figure, block, fills) for block in figure.blocks]
    legend = _Legend(bottom + 20)
    legend.draw(figure, fills)
    y = legend.y + ROW
    for note in figure.notes:
        parts.append(words(GAP, y, note, soft=True))
        y += 18
    return document(LEFT + PLOT + 2 * GAP, y, figure.title, [*parts, *legend.parts])


def _block(figure: Gantt, block: Block, fills: list[tuple[str, str]]) -> str:
    start, end = (x_of(figure.axis, min(minute, figure.axis.end)) for minute in (block.start, block.end))
    wide = max(end - start - SLIT, Fraction(1, 2))
    top = TOP + ROW * block.row + (ROW - BAR) // 2
    said = " · ".join(part for part in (block.label, _when(block), block.hint) if part)
    title = f"<title>{escape(clean(said))}</title>"
    if block.group is None:
        box = f'x="{pixels(start)}" y="{top + 4}" width="{pixels(wide)}" height="{BAR - 8}"'
        return f'<rect class="beside" {box} fill="#8a8a8a">{title}</rect>'
    fill, letters = fills[block.group]
    box = f'x="{pixels(start)}" y="{top}" width="{pixels(wide)}" height="{BAR}"'
    edge = ' class="late" stroke="#c8102e" stroke-width="1.5"' if block.marked else ""
    parts = [f'<rect {box} fill="{fill}"{edge}>{title}</rect>']
    if block.marked:
        x = pixels(end)
        parts.append(f'<path class="flag" d="M{x} {top - 1}h-7l7 7z" fill="#c8102e"/>')
    if wide > LETTER * width(block.label) + 4:
        style = f'font-size="10" fill="{letters}" pointer-events="none"'
        parts.append(
            f'<text x="{pixels(start + 3)}" y="{top + 12}" {style}>{escape(clean(block.label))}</text>'
        )
    return "".join(parts)


def _when(block: Block) -> str:
    return f"{block.begins} – {block.ends}" if block.begins and block.ends else ""


class _Legend:
    """Entries from left to right, a new row for each kin and where there is no room."""

    def __init__(self, top: int) -> None:
        self.x, self.y = LEFT, top
        self.parts: list[str] = []

    def draw(self, figure: Gantt, fills: list[tuple[str, str]]) -> None:
        kin: str | None = None
        entries = zip(figure.groups, fills, strict=True)
        for group, (fill, _) in sorted(entries, key=lambda entry: entry[0].kin):
            if group.kin != kin:
                self._row(group.kin, new=kin is not None)
                kin = group.kin
            self._entry(group.name, f'fill="{fill}"')
        if figure.beside or figure.mark:
            self._row("", new=True)
        if figure.beside:
            self._entry(figure.beside, 'class="beside" fill="#8a8a8a"', SWATCH - 4)
        if figure.mark:
            self._entry(figure.mark, 'class="late" fill="none" stroke="#c8102e" stroke-width="1.5"')

    def _row(self, name: str, *, new: bool) -> None:
        self.x, self.y = LEFT, self.y + (18 if new else 0)
        if name:
            self.parts.append(words(LEFT - GAP, self.y, name, anchor="end", size=12))

    def _entry(self, name: str, style: str, high: int = SWATCH) -> None:
        wide = SWATCH + 18 + SIGN * width(name)
        if self.x + wide > LEFT + PLOT:
            self._row("", new=True)
        box = f'x="{self.x}" y="{self.y - SWATCH + 2}" width="{SWATCH}" height="{high}"'
        self.parts += [f"<rect {box} {style}/>", words(self.x + SWATCH + 4, self.y, name, size=12)]
        self.x += wide

"""Parts that all drawings share: no script, no font and no address from outside; readable on light and dark.

Each drawing carries its title and its numbers as text, so that it can be read aloud and searched.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from qinglian.present.cells import width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.present.figures import Axis

GAP, SIGN = 10, 8
"""Pixels: the space between parts, a letter's width."""

LEFT, PLOT = 110, 1460
"""Pixels: what stands left of a time axis, and its length; equal everywhere, so that figures line up."""

DARK = (
    "<style>@media (prefers-color-scheme:dark){.ink{fill:#e4e4e4}.soft{fill:#aaa}"
    ".axis{stroke:#ccc}.grid{stroke:#444}.beside{fill:#999}.late{stroke:#ff6b5e}.flag{fill:#ff6b5e}}</style>"
)

_NOT_XML = {*map(chr, range(0xD800, 0xE000)), "\ufffe", "\uffff"}


def document(full: int, height: int, heading: str, parts: Iterable[str]) -> str:
    """Wrap parts in one SVG document with its title."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{full}" height="{height}" '
        f'viewBox="0 0 {full} {height}" '
        f'role="img" aria-label={quoteattr(clean(heading))} font-family="sans-serif" font-size="13">'
        f"<title>{escape(clean(heading))}</title>{DARK}{''.join(parts)}</svg>\n"
    )


def pixels(value: Fraction) -> str:
    """Write to a tenth of a pixel, by integers, so that equal figures give equal bytes."""
    whole, tenth = divmod(round(value * 10), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def words(
    x: int | str,
    y: int | str,
    content: str,
    *,
    anchor: str = "start",
    weight: str = "normal",
    soft: bool = False,
    size: int | None = None,
) -> str:
    """Write a text; `soft` is less dark."""
    kind, colour = ("soft", "#666") if soft else ("ink", "#222")
    style = f'class="{kind}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    if size is not None:
        style += f' font-size="{size}"'
    return f'<text x="{x}" y="{y}" {style}>{escape(clean(content))}</text>'


def clean(content: str) -> str:
    """Drop what XML 1.0 cannot hold: control characters, lone surrogates and the two non-characters."""
    return "".join(sign for sign in content if sign in "\t\n\r" or (sign >= " " and sign not in _NOT_XML))


def x_of(axis: Axis, minute: int) -> Fraction:
    """Return where a moment stands on a time axis."""
    return LEFT + Fraction(minute * PLOT, axis.end)


def time_axis(axis: Axis, top: int, bottom: int) -> str:
    """Draw a line for each tick, and its label where there is room."""
    parts = []
    free = Fraction(0)
    for tick in axis.ticks:
        x = x_of(axis, tick.at)
        parts.append(f'<path class="grid" d="M{pixels(x)} {top}V{bottom}" stroke="#ddd" fill="none"/>')
        wide = 7 * width(tick.label)
        if tick.label and free <= x <= LEFT + PLOT + GAP - wide:
            parts.append(words(pixels(x + 3), top - 5, tick.label, soft=True, size=11))
            free = x + wide + GAP
    return "".join(parts)

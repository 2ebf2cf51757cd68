"""Figures as plain text, for pipes, logs and terminals without colour. Nothing is cut or wrapped."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.present.cells import grid, padded, width
from qinglian.present.figures import Bar, Bars, Curves, Gantt, Sankey, Table, Tree, as_table
from qinglian.present.lanes import LaneChart
from qinglian.present.numbers import shown
from qinglian.present.strips import curve_lines, gantt_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.present.figures import Figure

BAR_COLUMNS = 40
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def plain_text(figure: Figure) -> str:
    """Write a figure as lines of text; columns line up in a terminal, Chinese or not."""
    if isinstance(figure, Tree):
        return "\n".join(_tree(figure))
    if isinstance(figure, Bars):
        return "\n".join(_table(as_table(figure), bar_strips(figure)))
    if isinstance(figure, Gantt):
        return "\n".join(gantt_lines(figure))
    if isinstance(figure, Curves):
        return "\n".join(curve_lines(figure))
    if isinstance(figure, LaneChart):
        return "\n".join(lane_lines(figure))
    if isinstance(figure, Sankey):
        return "\n".join(_table(as_table(figure), bar_strips(flow_bars(figure))))
    return "\n".join(_table(figure if isinstance(figure, Table) else as_table(figure)))


def _table(table: Table, bars: list[str] | None = None) -> Iterator[str]:
    cells = grid(table)
    widths = [max(width(row[place]) for row in cells) for place in range(len(table.columns))]
    if table.title:
        yield table.title
    for number, row in enumerate(cells):
        parts = [padded(cell, widths[i], table.columns[i].align) for i, cell in enumerate(row)]
        strip = bars[number - 1] if bars and number else ""
        yield "  ".join([*parts, strip]).rstrip()
        if not number:
            yield "  ".join("─" * columns for columns in widths)
    yield from table.notes


def lane_lines(figure: LaneChart) -> Iterator[str]:
    """Write lanes from origin to destination: a line per place, between them a leg with numbers and bar."""
    legs = [leg for lane in figure.lanes for leg in lane.legs]
    distances = [
        f"{shown(leg.distance)} {figure.distance_unit}" if leg.distance is not None else "" for leg in legs
    ]
    amounts = [f"{shown(leg.amount)} {figure.unit}" for leg in legs]
    strips = iter(bar_strips(Bars("", figure.unit, tuple(Bar("", leg.amount) for leg in legs))))
    columns = [
        max(map(width, texts), default=0) for texts in ([leg.mode for leg in legs], distances, amounts)
    ]
    said = iter(zip(distances, amounts, strict=True))
    if figure.title:
        yield figure.title
    for lane in figure.lanes:
        if lane.label:
            yield lane.label
        yield f"● {lane.legs[0].start}"
        for leg in lane.legs:
            distance, amount = next(said)
            cells = [padded(leg.mode, columns[0], "left"), padded(distance, columns[1], "right")]
            cells += [padded(amount, columns[2], "right"), next(strips), leg.hint]
            yield "│   " + "  ".join(cell for cell in cells if cell).rstrip()
            yield f"● {leg.end}"
    yield from figure.notes


def flow_bars(figure: Sankey) -> Bars:
    """Return flows as bars, to be drawn beside their rows."""
    return Bars("", figure.unit, tuple(Bar("", flow.value) for flow in figure.flows))


def bar_strips(figure: Bars, columns: int = BAR_COLUMNS) -> list[str]:
    """Draw each bar in block characters, the longest over so many columns, to an eighth of a column.

    A negative value is drawn in light shade, so that it cannot be taken for a positive one.
    """
    values = [None if bar.value is None else Fraction(bar.value) for bar in figure.bars]
    top = max((abs(value) for value in values if value is not None), default=Fraction(0))
    return [_strip(value / top, columns) if value else "" for value in values]


def _strip(value: Fraction, columns: int) -> str:
    """Draw a value between -1 and 1."""
    if value < 0:
        return "░" * max(1, round(-value * columns))
    full, eighths = divmod(round(value * columns * 8), 8)
    return "█" * full + (_EIGHTHS[eighths] if eighths else "")


def _tree(tree: Tree, lead: str = "", below: str = "") -> Iterator[str]:
    first, *rest = tree.label.split("\n")
    yield lead + first
    for line in rest:
        yield below + ("│  " if tree.children else "   ") + line
    for position, child in enumerate(tree.children):
        last = position == len(tree.children) - 1
        yield from _tree(child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  "))

"""Schedules and curves in the columns of a terminal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.cells import padded, width
from qinglian.present.numbers import ABSENT, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.present.figures import Axis, Curves, Gantt
    from qinglian.present.numbers import Number

COLUMNS = 96
LETTERS = "abcdefghijklmnopqrstuvwxyzαβγδεζηθικλμνξοπρστυφχψω"
BESIDE = "·"
HEIGHTS = "▁▂▃▄▅▆▇█"


def gantt_lines(figure: Gantt, columns: int = COLUMNS) -> Iterator[str]:
    """Write a schedule, a letter per kin (or group) and time; a capital letter needs attention."""
    letters = _letters(figure)
    left = max((width(row) for row in figure.rows), default=0)
    if figure.title:
        yield figure.title
    yield " " * (left + 2) + _ruler(figure.axis, columns)
    strips = _strips(figure, letters, columns)
    for row, strip in zip(figure.rows, strips, strict=True):
        yield f"{padded(row, left, 'left')}  {strip}".rstrip()
    kinds = dict.fromkeys(group.kin or group.name for group in figure.groups)
    named = [f"{letters[kind]} {kind}" for kind in kinds]
    named += [f"{BESIDE} {figure.beside}"] if figure.beside else []
    named += [text("present.capital", mark=figure.mark)] if figure.mark else []
    yield "  ".join(named)
    yield from figure.notes


def _letters(figure: Gantt) -> dict[str, str]:
    kinds = dict.fromkeys(group.kin or group.name for group in figure.groups)
    return {kind: LETTERS[place % len(LETTERS)] for place, kind in enumerate(kinds)}


def _strips(figure: Gantt, letters: dict[str, str], columns: int) -> list[str]:
    """In each column the sign of what takes most of it."""
    most = [[(0, " ")] * columns for _ in figure.rows]
    for block in figure.blocks:
        group = None if block.group is None else figure.groups[block.group]
        sign = BESIDE if group is None else letters[group.kin or group.name]
        sign = sign.upper() if block.marked else sign
        first = block.start * columns // figure.axis.end
        for place in range(first, min(columns, -(-block.end * columns // figure.axis.end))):
            low, high = place * figure.axis.end, (place + 1) * figure.axis.end
            taken = min(block.end * columns, high) - max(block.start * columns, low)
            if 2 * taken > figure.axis.end or taken > most[block.row][place][0]:
                most[block.row][place] = (taken, sign)
    return ["".join(sign for _, sign in row) for row in most]


def _ruler(axis: Axis, columns: int) -> str:
    line = ""
    for tick in axis.ticks:
        place = tick.at * columns // axis.end
        if tick.label and place >= width(line) + (1 if line else 0) and place + width(tick.label) <= columns:
            line += " " * (place - width(line)) + tick.label
    return line


def curve_lines(figure: Curves, columns: int = COLUMNS) -> Iterator[str]:
    """Write curves as columns of eight heights, with their lowest and highest value."""
    heading = f"{figure.title} ({figure.unit})" if figure.unit else figure.title
    left = max((width(curve.label) for curve in figure.curves), default=0)
    if heading:
        yield heading
    yield " " * (left + 2) + _ruler(figure.axis, columns)
    for curve in figure.curves:
        means = _means(curve.values, figure.axis.end // figure.step or 1, columns)
        known = [Fraction(value) for value in curve.values if value is not None]
        ends = f"{shown(min(known), 4)} … {shown(max(known), 4)}" if known else ABSENT
        yield f"{padded(curve.label, left, 'left')}  {_heights(means)}  {ends}"
    yield from figure.notes


def _means(values: tuple[Number | None, ...], steps: int, columns: int) -> list[Fraction | None]:
    """Mean of the known values of each column; fewer columns where there are fewer steps."""
    columns = min(columns, steps)
    found: list[Fraction | None] = []
    for place in range(columns):
        part = values[place * steps // columns : (place + 1) * steps // columns]
        known = [Fraction(value) for value in part if value is not None]
        found.append(sum(known, Fraction(0)) / len(known) if known else None)
    return found


def _heights(means: list[Fraction | None]) -> str:
    known = [value for value in means if value is not None]
    low, high = min([Fraction(0), *known]), max([Fraction(0), *known])
    span = high - low or Fraction(1)
    return "".join(
        " " if value is None else HEIGHTS[min(7, int((value - low) / span * 8))] for value in means
    )

"""What a room reports, as data: tables, trees, bars, waterfalls, flows, lanes, schedules, curves, heat maps.

Renderers decide how they look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from qinglian.core.text import text
from qinglian.present.lanes import LaneChart
from qinglian.present.numbers import Number

Cell: TypeAlias = str | int | Decimal | Fraction | None
Kind: TypeAlias = Literal["text", "quantity", "share", "identifier"]
Align: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    title
        The heading, without the unit.
    unit
        The unit of every number in the column, or empty.
    kind
        ``quantity`` is rounded for display to `digits`, ``share`` is shown in percent (1 is 100 %),
        ``identifier`` and ``text`` are shown as they are.
    digits
        Significant digits shown of a quantity or share; `None` shows the number exactly where it terminates.
    """

    title: str
    unit: str = ""
    kind: Kind = "text"
    digits: int | None = 6

    def __post_init__(self) -> None:
        if self.digits is not None and self.digits < 1:
            raise ValueError(f"column {self.title!r} shows {self.digits} digits")

    @property
    def align(self) -> Align:
        """Numbers stand at the right, everything else at the left."""
        return "right" if self.kind in {"quantity", "share"} else "left"

    @property
    def heading(self) -> str:
        """The title with its unit."""
        return f"{self.title} ({self.unit})" if self.title and self.unit else self.title or self.unit


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, with notes below.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are columns, or a number column holds text.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for position, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {position} has {len(row)} cells under {len(self.columns)} columns")
            for column, cell in zip(self.columns, row, strict=True):
                if column.align == "right" and isinstance(cell, str):
                    raise ValueError(
                        f"row {position} has the text {cell!r} under the number {column.title!r}"
                    )


@dataclass(frozen=True, slots=True)
class Tree:
    """A number and what it is made of, to any depth: what ``explain`` prints."""

    label: str
    children: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label and its value in the figure's unit; `None` is unknown and drawn as a gap."""

    label: str
    value: Number | None


@dataclass(frozen=True, slots=True)
class Bars:
    """Values side by side from a common zero."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A start, the steps that lead from it, and the end they reach.

    Raises
    ------
    ValueError
        If a value is unknown: a waterfall with a gap would not add up.
    """

    title: str
    unit: str
    start: Bar
    steps: tuple[Bar, ...]
    end_label: str
    notes: tuple[str, ...] = ()
    end: Bar = field(init=False)

    def __post_init__(self) -> None:
        values = [bar.value for bar in (self.start, *self.steps)]
        known = [Fraction(value) for value in values if value is not None]
        if len(known) != len(values):
            raise ValueError("every step of a waterfall needs a value")
        object.__setattr__(self, "end", Bar(self.end_label, sum(known, Fraction(0))))


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount that goes from one node to another."""

    source: str
    target: str
    value: Number

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"the flow from {self.source!r} to {self.target!r} is negative")


@dataclass(frozen=True, slots=True)
class Sankey:
    """Flows between nodes, each as wide as its amount."""

    title: str
    unit: str
    flows: tuple[Flow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on a time axis and what is written there."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Time from 0 to `end` in steps nobody needs to know; figures with equal axes line up."""

    end: int
    ticks: tuple[Tick, ...] = ()

    def __post_init__(self) -> None:
        if self.end < 1:
            raise ValueError("a time axis has a length")


@dataclass(frozen=True, slots=True)
class Block:
    """Something that occupies a row of a schedule from `start` to `end`.

    Parameters
    ----------
    row
        Index of the row.
    group
        Index into the schedule's `groups`, which gives the colour; `None` is work beside them (a setup).
    marked
        Whether it needs attention (is late).
    begins, ends
        Start and end as a person reads them; `hint` is anything more to say.
    """

    row: int
    start: int
    end: int
    label: str
    group: int | None
    begins: str = ""
    ends: str = ""
    hint: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of block; those of one `kin` have shades of one colour."""

    name: str
    kin: str = ""


@dataclass(frozen=True, slots=True)
class Gantt:
    """What occupies which row when.

    Raises
    ------
    ValueError
        If a block is in no row, of no group, or ends before it starts.
    """

    title: str
    rows: tuple[str, ...]
    groups: tuple[Group, ...]
    blocks: tuple[Block, ...]
    axis: Axis
    mark: str = ""
    beside: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for block in self.blocks:
            if not 0 <= block.row < len(self.rows) or block.start > block.end:
                raise ValueError(f"the block {block.label!r} is in no row or ends before it starts")
            if block.group is not None and not 0 <= block.group < len(self.groups):
                raise ValueError(f"the block {block.label!r} is of no group")


@dataclass(frozen=True, slots=True)
class Curve:
    """A value per step of the axis, each holding until the next; `None` is unknown and drawn as a gap."""

    label: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Step lines over time in one unit: value `i` holds from ``i * step`` on, `times` says when that is."""

    title: str
    unit: str
    curves: tuple[Curve, ...]
    axis: Axis
    step: int
    times: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.step < 1:
            raise ValueError("a step has a length")


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A value per row and column, such as the load of each hour of each day; `None` is unknown.

    Raises
    ------
    ValueError
        If there is not one line of values per row, or not one value per column.
    """

    title: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Number | None, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.values) != len(self.rows) or any(len(line) != len(self.columns) for line in self.values):
            raise ValueError("a heat map has one value per row and column")


Figure: TypeAlias = Table | Tree | Bars | Waterfall | Sankey | Gantt | Curves | LaneChart | Heatmap
Chart: TypeAlias = Bars | Waterfall | Sankey | Gantt | Curves | LaneChart | Heatmap


def as_table(figure: Chart) -> Table:
    """Return a chart's data as a table, so that every chart can also be read and audited."""
    if isinstance(figure, Gantt):
        return _schedule(figure)
    if isinstance(figure, Curves):
        return _steps(figure)
    if isinstance(figure, LaneChart):
        return _legs(figure)
    if isinstance(figure, Heatmap):
        return _cells(figure)
    amount = Column("", figure.unit, "quantity")
    if isinstance(figure, Sankey):
        flows = tuple((flow.source, flow.target, flow.value) for flow in figure.flows)
        ends = Column(text("present.lane_from")), Column(text("present.lane_to"))
        return Table(figure.title, (*ends, amount), flows, figure.notes)
    bars = figure.bars if isinstance(figure, Bars) else (figure.start, *figure.steps, figure.end)
    return Table(
        figure.title, (Column(""), amount), tuple((bar.label, bar.value) for bar in bars), figure.notes
    )


def _cells(figure: Heatmap) -> Table:
    columns = (Column(""), *(Column(name, figure.unit, "quantity") for name in figure.columns))
    rows = tuple((row, *line) for row, line in zip(figure.rows, figure.values, strict=True))
    return Table(figure.title, columns, rows, figure.notes)


def _legs(figure: LaneChart) -> Table:
    names = ("lane", "lane_from", "lane_to", "lane_mode")
    columns = (
        *(Column(text(f"present.{name}")) for name in names),
        Column(text("present.lane_distance"), figure.distance_unit, "quantity"),
        Column("", figure.unit, "quantity"),
        Column(text("present.lane_hint")),
    )
    rows = tuple(
        (lane.label, leg.start, leg.end, leg.mode, leg.distance, leg.amount, leg.hint)
        for lane in figure.lanes
        for leg in lane.legs
    )
    return Table(figure.title, columns, rows, figure.notes)


def _schedule(figure: Gantt) -> Table:
    titles = ("", "", text("present.begins"), text("present.ends"), "", figure.mark, "")
    ordered = sorted(figure.blocks, key=lambda block: (block.row, block.start, block.end, block.label))
    rows = tuple(
        (
            figure.rows[block.row],
            block.label,
            block.begins or str(block.start),
            block.ends or str(block.end),
            figure.beside if block.group is None else figure.groups[block.group].name,
            "▲" if block.marked else "",
            block.hint,
        )
        for block in ordered
    )
    return Table(figure.title, tuple(map(Column, titles)), rows, figure.notes)


def _steps(figure: Curves) -> Table:
    columns = (Column(""), *(Column(curve.label, figure.unit, "quantity") for curve in figure.curves))
    count = max((len(curve.values) for curve in figure.curves), default=0)
    rows = tuple(
        (
            figure.times[place] if place < len(figure.times) else str(place * figure.step),
            *(curve.values[place] if place < len(curve.values) else None for curve in figure.curves),
        )
        for place in range(count)
    )
    return Table(figure.title, columns, rows, figure.notes)

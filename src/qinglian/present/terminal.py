"""Figures on a colour terminal, by rich. Imported only where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.table import Table as RichTable
from rich.text import Text
from rich.tree import Tree as RichTree

from qinglian.present.cells import grid
from qinglian.present.figures import Bars, Curves, Gantt, Sankey, Table, Tree, as_table
from qinglian.present.lanes import LaneChart
from qinglian.present.plain import bar_strips, flow_bars, lane_lines
from qinglian.present.strips import curve_lines, gantt_lines

if TYPE_CHECKING:
    from rich.console import RenderableType

    from qinglian.present.figures import Figure


def show(figure: Figure, console: Console | None = None) -> None:
    """Print a figure to the terminal; texts are shown as they are, never read as markup."""
    (console or Console(highlight=False)).print(rendered(figure))


def rendered(figure: Figure) -> RenderableType:
    """Turn a figure into what rich prints."""
    if isinstance(figure, Tree):
        return _tree(figure)
    if isinstance(figure, Bars):
        return _table(as_table(figure), bar_strips(figure, 24))
    if isinstance(figure, Sankey):
        return _table(as_table(figure), bar_strips(flow_bars(figure), 24))
    if isinstance(figure, LaneChart):
        return Text("\n".join(lane_lines(figure)))
    if isinstance(figure, Gantt | Curves):
        lines = gantt_lines(figure) if isinstance(figure, Gantt) else curve_lines(figure)
        return Text("\n".join(lines), no_wrap=True, overflow="crop")
    return _table(figure if isinstance(figure, Table) else as_table(figure))


def _table(table: Table, strips: list[str] | None = None) -> RenderableType:
    headings, *rows = grid(table)
    view = RichTable(
        title=Text(table.title) if table.title else None, box=box.SIMPLE_HEAD, title_justify="left"
    )
    for column, heading in zip(table.columns, headings, strict=True):
        view.add_column(Text(heading), justify=column.align, overflow="fold")
    if strips is not None:
        view.add_column("", style="green", no_wrap=True)
    for number, row in enumerate(rows):
        view.add_row(*(Text(cell) for cell in row), *([Text(strips[number])] if strips is not None else []))
    return Group(view, *(Text(note, style="dim") for note in table.notes))


def _tree(tree: Tree) -> RichTree:
    view = RichTree(Text(tree.label))
    for child in tree.children:
        view.add(_tree(child))
    return view

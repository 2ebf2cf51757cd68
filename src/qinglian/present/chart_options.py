"""Charts as options of Apache ECharts, as plain data: no function, nothing that a strict policy refuses.

Numbers become floats here, for pixels only; the exact ones stand in the table of each chart. A Gantt chart
is handed over as rows, which the page's own script draws.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qinglian.present.colours import colours
from qinglian.present.figures import Bars, Curves, Gantt, Heatmap, Sankey, Waterfall

if TYPE_CHECKING:
    from qinglian.present.figures import Chart
    from qinglian.present.numbers import Number

LEVEL, RISE, FALL = "#2f6f4f", "#b4532a", "#4f8fbf"
ROW = 26
"""Pixels of a row of a bar chart or schedule."""


def chart_options(figure: Chart) -> dict[str, Any] | None:
    """Return ``{"height": pixels, "option": …}``; None for a figure that stays a drawing (lanes).

    The tooltip is rendered as rich text on the canvas: as HTML it would need inline styles.
    """
    if isinstance(figure, Bars):
        return _bars(figure)
    if isinstance(figure, Waterfall):
        return _waterfall(figure)
    if isinstance(figure, Sankey):
        return _sankey(figure)
    if isinstance(figure, Curves):
        return _curves(figure)
    if isinstance(figure, Heatmap):
        return _heatmap(figure)
    if isinstance(figure, Gantt):
        return _gantt(figure)
    return None


def _pixel(value: Number | None) -> float | None:
    return None if value is None else float(Fraction(value))


def _option(title: str, unit: str, **more: Any) -> dict[str, Any]:
    return {
        "aria": {"enabled": True, "label": {"description": title}},
        "tooltip": {"renderMode": "richText", "confine": True},
        "unit": unit,
        **more,
    }


def _categories(labels: list[str]) -> dict[str, Any]:
    return {"type": "category", "data": labels, "inverse": True, "axisTick": {"show": False}}


def _bars(figure: Bars) -> dict[str, Any]:
    labels = [bar.label for bar in figure.bars]
    series = {
        "type": "bar",
        "data": [_pixel(bar.value) for bar in figure.bars],
        "itemStyle": {"color": LEVEL},
        "barMaxWidth": 18,
    }
    axes = {"xAxis": {"type": "value"}, "yAxis": _categories(labels)}
    grid = {"containLabel": True, "left": 8, "right": 60, "top": 8, "bottom": 24}
    return {
        "height": ROW * len(labels) + 60,
        "option": _option(figure.title, figure.unit, grid=grid, series=[series], **axes),
    }


def _waterfall(figure: Waterfall) -> dict[str, Any]:
    labels, bases, sizes, tints = [figure.start.label], [0.0], [_pixel(figure.start.value)], [LEVEL]
    height = Fraction(figure.start.value or 0)
    for step in figure.steps:
        change = Fraction(step.value or 0)
        labels.append(step.label)
        bases.append(float(min(height, height + change)))
        sizes.append(float(abs(change)))
        tints.append(RISE if change > 0 else FALL)
        height += change
    labels.append(figure.end.label)
    bases.append(0.0)
    sizes.append(_pixel(figure.end.value))
    tints.append(LEVEL)
    hidden = {
        "type": "bar",
        "stack": "all",
        "silent": True,
        "itemStyle": {"color": "transparent"},
        "data": bases,
    }
    shown = {
        "type": "bar",
        "stack": "all",
        "barMaxWidth": 18,
        "data": [
            {"value": size, "itemStyle": {"color": tint}} for size, tint in zip(sizes, tints, strict=True)
        ],
    }
    axes = {"xAxis": {"type": "value"}, "yAxis": _categories(labels)}
    grid = {"containLabel": True, "left": 8, "right": 60, "top": 8, "bottom": 24}
    return {
        "height": ROW * len(labels) + 60,
        "option": _option(figure.title, figure.unit, grid=grid, series=[hidden, shown], **axes),
    }


def _sankey(figure: Sankey) -> dict[str, Any]:
    names = dict.fromkeys(name for flow in figure.flows for name in (flow.source, flow.target))
    series = {
        "type": "sankey",
        "data": [{"name": name} for name in names],
        "links": [
            {"source": flow.source, "target": flow.target, "value": _pixel(flow.value)}
            for flow in figure.flows
        ],
        "lineStyle": {"color": "gradient", "opacity": 0.35},
        "emphasis": {"focus": "adjacency"},
        "nodeAlign": "left",
        "right": 170,
    }
    return {
        "height": max(260, 22 * len(names)),
        "option": _option(figure.title, figure.unit, series=[series]),
    }


def _curves(figure: Curves) -> dict[str, Any]:
    count = max((len(curve.values) for curve in figure.curves), default=0)
    times = [figure.times[n] if n < len(figure.times) else str(n * figure.step) for n in range(count)]
    series = [
        {
            "type": "line",
            "name": curve.label,
            "step": "end",
            "showSymbol": False,
            "data": [_pixel(value) for value in curve.values],
        }
        for curve in figure.curves
    ]
    option = _option(
        figure.title,
        figure.unit,
        legend={"bottom": 0},
        grid={"containLabel": True, "left": 8, "right": 24, "top": 24, "bottom": 70},
        xAxis={"type": "category", "data": times, "boundaryGap": False},
        yAxis={"type": "value", "scale": True},
        dataZoom=[
            {"type": "slider", "bottom": 28, "height": 18},
            {"type": "inside", "zoomOnMouseWheel": "ctrl"},
        ],
        series=series,
    )
    option["tooltip"]["trigger"] = "axis"
    return {"height": 320, "option": option}


def _heatmap(figure: Heatmap) -> dict[str, Any]:
    known = [float(Fraction(value)) for line in figure.values for value in line if value is not None]
    data = [
        [column, row, _pixel(value)]
        for row, line in enumerate(figure.values)
        for column, value in enumerate(line)
        if value is not None
    ]
    option = _option(
        figure.title,
        figure.unit,
        grid={"containLabel": True, "left": 8, "right": 24, "top": 8, "bottom": 60},
        xAxis={"type": "category", "data": list(figure.columns)},
        yAxis=_categories(list(figure.rows)),
        visualMap={
            "min": min(known, default=0),
            "max": max(known, default=1),
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "inRange": {"color": ["#e6f1ea", "#1c4f35"]},
        },
        series=[{"type": "heatmap", "data": data}],
    )
    return {"height": 20 * len(figure.rows) + 120, "option": option}


def _gantt(figure: Gantt) -> dict[str, Any]:
    """Rows for the page's script: ``[row, start, end, label, group or -1, hint, late]``, and the ticks."""
    tints = [fill for fill, _ in colours(figure.groups)]
    blocks = [
        [b.row, b.start, b.end, b.label, -1 if b.group is None else b.group, _said(figure, b), int(b.marked)]
        for b in figure.blocks
    ]
    return {
        "height": ROW * len(figure.rows) + 110,
        "option": _option(figure.title, ""),
        "gantt": {
            "rows": list(figure.rows),
            "blocks": blocks,
            "colours": tints,
            "end": figure.axis.end,
            "ticks": [[tick.at, tick.label] for tick in figure.axis.ticks],
        },
    }


def _said(figure: Gantt, block: Any) -> str:
    group = figure.beside if block.group is None else figure.groups[block.group].name
    mark = figure.mark if block.marked else ""
    times = f"{block.begins} – {block.ends}" if block.begins or block.ends else ""
    return "\n".join(
        part for part in (block.label, figure.rows[block.row], group, times, block.hint, mark) if part
    )

"""Flows as SVG: a column per step from the first sources, a ribbon per flow as wide as its amount.

What flows back to an earlier node (a closed loop) does not push that node to the right.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from qinglian.present.cells import width
from qinglian.present.colours import colours
from qinglian.present.figures import Group
from qinglian.present.numbers import shown
from qinglian.present.svg_parts import GAP, SIGN, clean, document, pixels, words

if TYPE_CHECKING:
    from qinglian.present.figures import Flow, Sankey

TOP, TALL, NODE, BETWEEN, WAY = 36, 320, 14, 22, 160
"""Pixels: the title, the column that carries most, a node's width, space between nodes, between columns."""


@dataclass(slots=True)
class _Node:
    name: str
    column: int
    amount: Fraction
    x: int = 0
    y: Fraction = Fraction(0)
    left: Fraction = field(default=Fraction(0))
    """How much of the left side is taken by ribbons already; `right` likewise."""
    right: Fraction = field(default=Fraction(0))


def sankey_svg(figure: Sankey) -> str:
    """Draw flows; each node and ribbon says on hover what it carries."""
    flows = [flow for flow in figure.flows if flow.value]
    nodes = _nodes(flows)
    scale = _placed(nodes, figure.unit)
    fills = [fill for fill, _ in colours([Group(name) for name in nodes])]
    paint = dict(zip(nodes, fills, strict=True))
    heading = f"{figure.title} ({figure.unit})" if figure.unit else figure.title
    parts = [words(GAP, 18, heading, weight="bold")]
    parts += [_ribbon(flow, nodes, scale, paint[flow.source], figure.unit) for flow in flows]
    parts += [_node(node, scale, paint[node.name], figure.unit) for node in nodes.values()]
    bottom = max((int(node.y + node.amount * scale) for node in nodes.values()), default=TOP) + 2 * GAP
    parts += [words(GAP, bottom + 18 * (n + 1), note, soft=True) for n, note in enumerate(figure.notes)]
    ends = [node.x + NODE + 2 * GAP + SIGN * width(_said(node, figure.unit)) for node in nodes.values()]
    wide = max([2 * GAP + SIGN * width(line) for line in (heading, *figure.notes)] + ends)
    return document(wide, bottom + 18 * len(figure.notes) + GAP, heading, parts)


def _nodes(flows: list[Flow]) -> dict[str, _Node]:
    """Nodes in the order in which they are named, each in the column of its longest way from a source."""
    sent: dict[str, Fraction] = defaultdict(Fraction)
    got: dict[str, Fraction] = defaultdict(Fraction)
    targets: dict[str, list[str]] = {}
    for flow in flows:
        sent[flow.source] += Fraction(flow.value)
        got[flow.target] += Fraction(flow.value)
        targets.setdefault(flow.source, []).append(flow.target)
        targets.setdefault(flow.target, [])
    columns = _columns(targets)
    return {name: _Node(name, columns[name], max(sent[name], got[name])) for name in targets}


def _columns(targets: dict[str, list[str]]) -> dict[str, int]:
    """Longest way to each node, leaving out what closes a loop."""
    order: list[str] = []
    forward: dict[str, list[str]] = {name: [] for name in targets}
    state: dict[str, int] = {}
    for root in targets:
        stack = [(root, iter(targets[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state.get(following) != 1:
                forward[name].append(following)
                if following not in state:
                    state[following] = 1
                    stack.append((following, iter(targets[following])))
    columns = dict.fromkeys(targets, 0)
    for name in reversed(order):
        for following in forward[name]:
            columns[following] = max(columns[following], columns[name] + 1)
    return columns


def _placed(nodes: dict[str, _Node], unit: str) -> Fraction:
    """Give every node its place; return pixels per amount."""
    columns: dict[int, list[_Node]] = defaultdict(list)
    for node in nodes.values():
        columns[node.column].append(node)
    most = max((sum(node.amount for node in column) for column in columns.values()), default=Fraction(0))
    scale = TALL / Fraction(most) if most else Fraction(0)
    x = GAP
    for number in sorted(columns):
        y = Fraction(TOP)
        for node in columns[number]:
            node.x, node.y = x, y
            y += node.amount * scale + BETWEEN
        x += NODE + max(WAY, 2 * GAP + SIGN * max(width(_said(node, unit)) for node in columns[number]))
    return scale


def _ribbon(flow: Flow, nodes: dict[str, _Node], scale: Fraction, fill: str, unit: str) -> str:
    source, target, amount = nodes[flow.source], nodes[flow.target], Fraction(flow.value)
    x1, x2 = source.x + NODE, target.x
    y1, y2 = source.y + source.right * scale, target.y + target.left * scale
    source.right, target.left = source.right + amount, target.left + amount
    high, bend = amount * scale, Fraction(x1 + x2, 2)
    a, b, c, d, m = (pixels(value) for value in (y1, y1 + high, y2, y2 + high, bend))
    shape = f"M{x1} {a}C{m} {a} {m} {c} {x2} {c}V{d}C{m} {d} {m} {b} {x1} {b}Z"
    said = f"{flow.source} → {flow.target}: {_amount(amount, unit)}"
    title = f"<title>{escape(clean(said))}</title>"
    return f'<path d="{shape}" fill="{fill}" fill-opacity="0.4">{title}</path>'


def _node(node: _Node, scale: Fraction, fill: str, unit: str) -> str:
    high = node.amount * scale
    box = f'x="{node.x}" y="{pixels(node.y)}" width="{NODE}" height="{pixels(high)}"'
    label = words(node.x + NODE + 6, pixels(node.y + high / 2 + 4), _said(node, unit), size=12)
    return f'<rect {box} fill="{fill}"/>{label}'


def _said(node: _Node, unit: str) -> str:
    return f"{node.name} {_amount(node.amount, unit)}"


def _amount(amount: Fraction, unit: str) -> str:
    return f"{shown(amount)} {unit}".strip()

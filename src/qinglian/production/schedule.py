"""The schedule of a verified plan as a figure: lines as rows, platforms as colours, families as shades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinglian.core.text import text
from qinglian.present.figures import Block, Gantt, Group
from qinglian.production.model import SINGLE_STAGE
from qinglian.production.timescale import moment, time_axis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qinglian.production.model import Instance
    from qinglian.production.plan import Task
    from qinglian.production.verify import Verification


def gantt(found: Verification, title: str = "") -> Gantt:
    """Return the schedule; late lots are marked where they end."""
    instance = found.instance
    used = {lot.family for lot in instance.lots if lot.units}
    families = [family for family in instance.families if family.id in used]
    groups = tuple(Group(family.id, family.platform) for family in families)
    index = {family.id: place for place, family in enumerate(families)}
    rows = {line.id: place for place, line in enumerate(instance.lines)}
    blocks: list[Block] = []
    for line, tasks in found.plan.by_line.items():
        if line not in rows:
            continue
        for task in tasks:
            if task.lot in instance.lot_of:
                blocks += _blocks(found, task, rows[line], index)
    return Gantt(
        title or text("production.report_gantt"),
        tuple(line.id for line in instance.lines),
        groups,
        tuple(blocks),
        time_axis(instance, max(1, found.energy.minutes)),
        mark=text("production.report_mark"),
        beside=text("production.report_setup"),
        notes=(text("production.report_hover"),),
    )


def _blocks(found: Verification, task: Task, row: int, index: dict[str, int]) -> Iterator[Block]:
    instance = found.instance
    lot = instance.lot_of[task.lot]
    if task.setup_end > task.setup_start:
        yield Block(
            row,
            task.setup_start,
            task.setup_end,
            text("production.report_setup_for", lot=task.lot),
            None,
            moment(instance, task.setup_start),
            moment(instance, task.setup_end),
        )
    late = found.kpis.late.get(task.lot, 0) if task.stage == instance.operations(lot)[-1] else 0
    label = task.lot if task.stage == SINGLE_STAGE else f"{task.lot} {task.stage}"
    yield Block(
        row,
        task.start,
        task.end,
        label,
        index.get(lot.family),
        moment(instance, task.start),
        moment(instance, task.end),
        _hint(instance, task, late),
        bool(late),
    )


def _hint(instance: Instance, task: Task, late: int) -> str:
    lot = instance.lot_of[task.lot]
    said = text(
        "production.report_hint",
        family=lot.family,
        units=lot.units,
        line=task.line,
        due=moment(instance, lot.due),
    )
    return f"{said} · {text('production.report_late_by', minutes=late)}" if late else said

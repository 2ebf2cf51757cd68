"""A plan as files that an ERP or a spreadsheet reads, and back.

CSV: tasks in ``plan.csv``, the lines' other states in ``plan.spans.csv``, where it comes from in
``plan.about.csv``. Excel: one workbook with a sheet for each. Only the tasks are needed to read a plan; one
of another program in the same columns is as good. States that were decided for other tasks than those in the
file (someone edited them) are left out, and the plan says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qinglian.core.text import language
from qinglian.ingest.atomic_files import write_atomically
from qinglian.ingest.local_time import local_text
from qinglian.ingest.workbook_writing import Cell, workbook_bytes
from qinglian.production.fingerprint import instance_hash, tasks_hash
from qinglian.production.plan_reading import plan_schema, read_plan

if TYPE_CHECKING:
    from qinglian.production.model import Horizon, Instance
    from qinglian.production.plan import Plan, Span, Task

__all__ = ["of_instance", "read_plan", "write_plan"]

Row = Sequence[Cell]
_TIMES = ("setup_start", "setup_end", "start", "end")


def write_plan(plan: Plan, instance: Instance, path: Path) -> list[Path]:
    """Write a plan, CSV or Excel by the suffix of `path`; return the files written, the tasks' last.

    The same plan gives the same bytes.

    Raises
    ------
    QinglianError
        ``ingest.file_unwritable``; ``production.plan_suffix`` for a suffix that is neither.
    """
    path = Path(path)
    sheets = {
        "plan": _tasks(plan, instance),
        "spans": _spans(plan, instance),
        "about": _about(plan, instance),
    }
    if path.suffix.lower() == ".xlsx":
        labels = {plan_schema().sheets[name].label(language()): rows for name, rows in sheets.items()}
        write_atomically(path, workbook_bytes(labels))
        return [path]
    _require_csv(path)
    files = {name: path if name == "plan" else path.with_suffix(f".{name}.csv") for name in sheets}
    for name in ("about", "spans", "plan"):
        write_atomically(files[name], _csv(sheets[name]))
    return [files[name] for name in ("about", "spans", "plan")]


def of_instance(plan: Plan, instance: Instance) -> bool:
    """Whether a plan that was read says that it was made from this very input."""
    return plan.facts.get("instance") == instance_hash(instance)


def _require_csv(path: Path) -> None:
    from qinglian.core.errors import QinglianError, Where

    if path.suffix.lower() != ".csv":
        raise QinglianError("production.plan_suffix", Where(file=str(path)), suffix=path.suffix or "-")


def _csv(rows: Sequence[Row]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    return stream.getvalue().encode("utf-8-sig")


def _headings(sheet: str, names: Sequence[str]) -> list[Cell]:
    """Return headings in the language in force: ``start_min`` for minutes, ``start`` for local time."""
    columns = plan_schema().sheets[sheet].columns
    lang = language()
    headings: list[Cell] = []
    for name in names:
        bare = name.removesuffix("_min")
        label = columns[bare].zh if lang == "zh" else columns[bare].en
        headings.append(f"{label}_min" if name != bare else label)
    return headings


def _tasks(plan: Plan, instance: Instance) -> list[Row]:
    names = [
        *("lot", "line", "stage", "family", "units"),
        *(f"{name}_min" for name in _TIMES),
        *_TIMES,
        *("due", "late"),
    ]
    ordered = sorted(plan.tasks, key=lambda task: (task.line, task.start, task.end, task.lot, task.stage))
    return [_headings("plan", names), *(_task(task, instance) for task in ordered)]


def _task(task: Task, instance: Instance) -> Row:
    lot = instance.lot_of.get(task.lot)
    minutes = [getattr(task, name) for name in _TIMES]
    known: list[Cell] = ["", None] if lot is None else [lot.family, lot.units]
    last = lot is not None and instance.operations(lot)[-1] == task.stage
    due: list[Cell] = ["", None]
    if lot is not None:
        late = max(0, task.end - lot.due) if last else None
        due = [_local(instance.horizon, lot.due), late]
    times = [_local(instance.horizon, minute) for minute in minutes]
    return [task.lot, task.line, task.stage, *known, *minutes, *times, *due]


def _local(horizon: Horizon, minute: int) -> str:
    return local_text(horizon.start, minute, horizon.zone)


def _spans(plan: Plan, instance: Instance) -> list[Row]:
    def row(span: Span) -> Row:
        times = [_local(instance.horizon, minute) for minute in (span.start, span.end)]
        return [span.line, span.state, span.start, span.end, *times]

    names = ("line", "state", "start_min", "end_min", "start", "end")
    return [_headings("spans", names), *map(row, sorted(plan.spans, key=lambda s: (s.line, s.start, s.end)))]


def _about(plan: Plan, instance: Instance) -> list[Row]:
    own: Mapping[str, str] = {
        "origin": plan.origin,
        "bound": "" if plan.bound is None else repr(plan.bound),
        "instance": instance_hash(instance),
        "tasks": tasks_hash(plan.tasks),
    }
    facts = {**plan.facts, **own}
    return [_headings("about", ("key", "value")), *([key, _inert(facts[key])] for key in sorted(facts))]


def _inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; readers drop the space again."""
    return f" {text}" if text.startswith(("=", "+", "-", "@", "#")) else text

"""A plan from its files: every row checked against the instance, what is left open reckoned from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ingest.proposals import Proposals
from qinglian.ingest.schema import Schema, load_schema
from qinglian.ingest.table_folder import WORKBOOKS, open_tables
from qinglian.ingest.tables import read_table
from qinglian.ingest.typed_cells import Frame
from qinglian.ingest.typed_rows import Rows, limited, read_rows
from qinglian.production.fingerprint import tasks_hash
from qinglian.production.open_setups import OpenSetup, places
from qinglian.production.plan import Plan, Span, Task
from qinglian.production.working import forward

if TYPE_CHECKING:
    from qinglian.ingest.tables import Table
    from qinglian.production.model import Instance

EDITED = "edited"
"""Fact of a plan whose tasks are not those it was written with."""


@cache
def plan_schema() -> Schema:
    """Return the tables and columns of a plan."""
    return load_schema(Path(__file__).with_name("plan_schema.toml"))


def read_plan(path: Path, instance: Instance) -> Plan:
    """Read a plan, ours or another's, from a CSV file or a workbook.

    An empty end is reckoned from the lot's minutes, an empty setup is placed as late as it can be, or earlier
    where its crew has time only then.

    Raises
    ------
    QinglianError
        With every problem of every row: ``ingest.*`` of tables and cells, ``production.plan_*``.
    """
    path = Path(path)
    problems: list[Problem] = []
    found = _found(path, Frame(instance.horizon.zone, instance.horizon.start), problems)
    tasks: list[Task] = []
    if "plan" in found:
        problems += _names(found["plan"], instance)
    if not problems and "plan" in found:
        tasks, faults = _tasks(found["plan"], instance)
        problems += faults
    if "spans" in found:
        problems += _span_faults(found["spans"], instance)
    if problems:
        raise QinglianError.many(limited(problems))
    return _plan(tasks, found)


def _plan(tasks: list[Task], found: Mapping[str, Rows]) -> Plan:
    about = found.get("about")
    facts = (
        dict(zip(about.cells["key"], (value or "" for value in about.cells["value"]), strict=True))
        if about
        else {}
    )
    spans = tuple(Span(row["line"], row["state"], row["start"], row["end"]) for row in found.get("spans", ()))
    written = facts.pop("tasks", "")
    if written and written != tasks_hash(tasks):
        facts[EDITED] = "yes"
        spans = ()
    origin, bound = facts.pop("origin", ""), facts.pop("bound", "")
    return Plan(tuple(tasks), spans, origin, float(bound) if bound and EDITED not in facts else None, facts)


def _found(path: Path, frame: Frame, problems: list[Problem]) -> dict[str, Rows]:
    tables: dict[str, Table] = {}
    if path.suffix.lower() in WORKBOOKS:
        opened = open_tables(path, plan_schema())
        tables.update(opened.found)
        problems += opened.problems
        if "plan" not in tables and not problems:
            tables["plan"] = read_table(path)
    else:
        tables["plan"] = read_table(path)
        for name in ("spans", "about"):
            beside = path.with_suffix(f".{name}.csv")
            if beside.is_file():
                tables[name] = read_table(beside)
    found = {}
    for name, table in tables.items():
        rows, faults = read_rows(plan_schema().sheets[name], table, frame)
        problems += faults
        if rows is not None and not faults:
            found[name] = rows
    return found


def _names(rows: Rows, instance: Instance) -> list[Problem]:
    """Name lots, lines and stages that the instance does not know, and tasks that stand twice."""
    problems = []
    first: dict[tuple[str, str], int] = {}
    lots, lines = Proposals(instance.lot_of), Proposals(instance.line_of)
    for index, row in enumerate(rows):
        for column, known in (("lot", lots), ("line", lines)):
            if row[column] not in (instance.lot_of if column == "lot" else instance.line_of):
                params = {"name": row[column], "near": known.near(row[column])}
                problems.append(Problem(f"production.plan_{column}", rows.where(index, column), params))
        lot, line = instance.lot_of.get(row["lot"]), instance.line_of.get(row["line"])
        stage = row["stage"] or (line.stage if line else "")
        if lot and line and stage not in instance.operations(lot):
            where = rows.where(index, "stage" if row["stage"] else "line")
            stages = {"lot": lot.id, "stage": stage or "-", "stages": instance.operations(lot)}
            problems.append(Problem("production.plan_stage", where, stages))
        if first.setdefault((row["lot"], stage), index) != index:
            twice = {"name": row["lot"], "row": rows.numbers[first[row["lot"], stage]]}
            problems.append(Problem("ingest.schema_row_twice", rows.where(index, "lot"), twice))
    return problems


def _tasks(rows: Rows, instance: Instance) -> tuple[list[Task], list[Problem]]:
    problems: list[Problem] = []
    tasks: list[Task] = []
    open_setups: set[int] = set()
    for index, row in enumerate(rows):
        end = row["end"] if row["end"] is not None else _reckoned_end(row, instance)
        if end is None:
            params = {"lot": row["lot"], "line": row["line"]}
            problems.append(Problem("production.plan_end_open", rows.where(index, "end"), params))
            continue
        setup_end = row["start"] if row["setup_end"] is None else row["setup_end"]
        setup_start = setup_end if row["setup_start"] is None else row["setup_start"]
        stage = row["stage"] or instance.line_of[row["line"]].stage
        task = Task(row["lot"], row["line"], setup_start, setup_end, row["start"], end, stage)
        if row["setup_start"] is None and row["setup_end"] is None:
            open_setups.add(len(tasks))
        problems += _order_fault(task, rows.where(index, "start"))
        tasks.append(task)
    return _set_up(tasks, open_setups, instance), problems


def _order_fault(task: Task, where: Where) -> list[Problem]:
    if 0 <= task.setup_start <= task.setup_end <= task.start <= task.end:
        return []
    times = [task.setup_start, task.setup_end, task.start, task.end]
    return [Problem("production.plan_times", where, {"lot": task.lot, "times": times})]


def _reckoned_end(row: Mapping[str, Any], instance: Instance) -> int | None:
    minutes = instance.run_minutes(instance.lot_of[row["lot"]], row["line"])
    if minutes is None:
        return None
    calendar = instance.calendar_of.get(instance.line_of[row["line"]].calendar)
    work = forward(calendar, row["start"], minutes)
    return work[1] if work and work[0] == row["start"] else None


def _set_up(tasks: list[Task], open_setups: set[int], instance: Instance) -> list[Task]:
    """Place setups that a row leaves open, by the order of runs on the line."""
    wanted = {
        index: setup for index, setup in _wanted(tasks, instance) if index in open_setups and setup.minutes
    }
    given = [
        (task.line, task.setup_start, task.setup_end)
        for index, task in enumerate(tasks)
        if index not in open_setups
    ]
    found = places(instance, list(wanted.values()), given)
    for index, place in zip(wanted, found, strict=True):
        if place is not None and place[0] < place[1]:
            tasks[index] = replace(tasks[index], setup_start=place[0], setup_end=place[1])
    return tasks


def _wanted(tasks: list[Task], instance: Instance) -> Iterator[tuple[int, OpenSetup]]:
    """Yield the setup of each task, between the task before it on its line and its run."""
    by_line: dict[str, list[int]] = defaultdict(list)
    for index, task in enumerate(tasks):
        by_line[task.line].append(index)
    for name, indexes in by_line.items():
        line = instance.line_of[name]
        family, low = line.family, line.available
        for index in sorted(indexes, key=lambda i: (tasks[i].start, tasks[i].end, tasks[i].lot)):
            task = tasks[index]
            after = instance.lot_of[task.lot].family
            yield index, OpenSetup(name, instance.setup_minutes(name, family, after), low, task.start)
            family, low = after, max(low, task.end)


def _span_faults(rows: Rows, instance: Instance) -> list[Problem]:
    problems = []
    lines = Proposals(instance.line_of)
    for index, row in enumerate(rows):
        if row["line"] not in instance.line_of:
            params = {"name": row["line"], "near": lines.near(row["line"])}
            problems.append(Problem("production.plan_line", rows.where(index, "line"), params))
        if row["start"] >= row["end"]:
            problems.append(Problem("production.plan_span_backwards", rows.where(index, "end")))
    return problems

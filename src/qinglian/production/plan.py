"""A plan: which lot runs where and when, with the state of each line between the runs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from qinglian.production.model import SINGLE_STAGE

Gap = Literal["idle", "off", "start_up"]


@dataclass(frozen=True, slots=True)
class Task:
    """One operation of a lot on a line: setup from `setup_start` to `setup_end`, run from `start` to `end`.

    Minutes of the horizon, half-open; pauses of a resumable calendar lie inside. Without a setup
    ``setup_start == setup_end``, by habit both equal `start`.
    """

    lot: str
    line: str
    setup_start: int
    setup_end: int
    start: int
    end: int
    stage: str = SINGLE_STAGE


@dataclass(frozen=True, slots=True)
class Span:
    """A line is idle, off or starting up from `start` to `end`."""

    line: str
    state: Gap
    start: int
    end: int


@dataclass(frozen=True)
class Plan:
    """Tasks, and the spans between them where they were decided.

    A line without spans follows the declared rule of `verify`: in each gap the cheaper in energy of staying
    idle and of going off and starting up again, off before the first and after the last task.

    `origin` says who made it (program, version, seed, budget) and `bound` the best lower bound of the
    objective that is known, or None.
    """

    tasks: tuple[Task, ...]
    spans: tuple[Span, ...] = ()
    origin: str = ""
    bound: float | None = None
    facts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_line(self) -> dict[str, tuple[Task, ...]]:
        """Tasks of each line in the order of their starts."""
        lines: dict[str, list[Task]] = defaultdict(list)
        for task in self.tasks:
            lines[task.line].append(task)
        ordered = {
            line: sorted(tasks, key=lambda t: (t.start, t.end, t.lot)) for line, tasks in lines.items()
        }
        return {line: tuple(tasks) for line, tasks in sorted(ordered.items())}

    @cached_property
    def task_of(self) -> dict[tuple[str, str], Task]:
        """Tasks by (lot, stage)."""
        return {(task.lot, task.stage): task for task in self.tasks}

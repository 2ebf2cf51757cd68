"""Minutes in problems, told with their local time where the user gave local times."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from qinglian.core.errors import Problem
from qinglian.production.plant import NO_START
from qinglian.production.timescale import local

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.model import Instance

MOMENTS = frozenset(
    {"available", "deadline", "end", "limit", "minute", "pinned", "release", "setup", "start", "until"}
)
"""Parameters of problems that are minutes of the horizon where they are whole numbers."""


class ToldMinute(int):
    """A minute of the horizon that a sentence shows with its local time; as data it is the minute."""

    local: datetime

    @classmethod
    def of(cls, minute: int, when: datetime) -> Self:
        """Join a minute and its local time."""
        made = cls(minute)
        made.local = when
        return made

    def __format__(self, spec: str) -> str:
        """Write both: ``561 (2026-10-19 09:21)``."""
        return f"{int(self):{spec}} ({self.local:%Y-%m-%d %H:%M})"


def told(instance: Instance, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems whose minutes are told with local times, if the plant says when its minute 0 is."""
    if instance.horizon.start == NO_START:
        return tuple(problems)
    return tuple(_told(instance, problem) for problem in problems)


def _told(instance: Instance, problem: Problem) -> Problem:
    params = {name: _moment(instance, name, value) for name, value in problem.params.items()}
    return Problem(problem.code, problem.where, params)


def _moment(instance: Instance, name: str, value: object) -> object:
    if name not in MOMENTS or type(value) is not int:
        return value
    return ToldMinute.of(value, local(instance, value))

"""A plan on disk: its files, what it was made from, and what has happened since.

``plan.csv`` (with ``plan.spans.csv`` and ``plan.about.csv``) is what an ERP reads; ``plan.json`` names the
input folder, the objective and the events since, so that later commands need no more than the folder's name;
``baseline.csv`` is the plan it is compared with; ``plan.html`` is for people; ``history`` keeps older plans.
Every file is replaced whole: a killed run leaves the last plan that was written.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError, Where
from qinglian.ingest.atomic_files import write_atomically
from qinglian.production.events import Event, apply_all, from_json, to_json
from qinglian.production.lots import Lotting, with_lots
from qinglian.production.objective import CORE, Objective
from qinglian.production.plan_files import read_plan, write_plan
from qinglian.production.readers import Read, read

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.plan import Plan

PLAN, BASELINE, ABOUT, PAGE, HISTORY = "plan.csv", "baseline.csv", "plan.json", "plan.html", "history"
_PRICES = ("tardiness", "setup", "energy", "carbon", "peak", "deviation", "deviation_minute", "allowance")


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a plan was made from and how: all that is needed to make or judge it again."""

    source: Path
    objective: Objective = CORE
    lotting: Lotting = field(default_factory=Lotting)
    seed: int = 0
    seconds: str = ""
    iterations: int | None = None
    events: tuple[Event, ...] = ()

    @cached_property
    def read(self) -> Read:
        """The input as it was read."""
        return read(self.source)

    @cached_property
    def instance(self) -> Instance:
        """The input with its orders in lots, after all events."""
        return apply_all(with_lots(self.read.instance, self.lotting), self.events, self.lotting)

    def to_json(self, home: Path) -> bytes:
        """Write it; the input is named relative to the plan's folder."""
        objective = {**asdict(self.objective), "levels": [list(level) for level in self.objective.levels]}
        document = {
            "format": 1,
            "input": _relative(self.source, home),
            "objective": objective,
            "lots": asdict(self.lotting),
            "seed": self.seed,
            "seconds": self.seconds,
            "iterations": self.iterations,
            "events": [to_json(event) for event in self.events],
        }
        return canonical_json(document) + b"\n"


def _relative(path: Path, home: Path) -> str:
    """Name a path from a folder; where there is no way between them (another drive) in full."""
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def brief_of(home: Path, name: str = ABOUT) -> Brief:
    """Read what a plan was made from; `name` may be one of the history.

    Raises
    ------
    QinglianError
        ``production.plan_folder_none`` where the folder holds no plan; ``production.plan_folder_unreadable``.
    """
    path = home / name
    if not path.is_file():
        raise QinglianError("production.plan_folder_none", Where(file=str(home)))
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        told = document["objective"]
        return Brief(
            source=home / document["input"],
            objective=Objective(
                **{name: Decimal(told[name]) for name in _PRICES},
                intensity=told["intensity"],
                levels=tuple(tuple(level) for level in told["levels"]),
            ),
            lotting=Lotting(**document["lots"]),
            seed=document["seed"],
            seconds=document["seconds"],
            iterations=document["iterations"],
            events=tuple(from_json(event) for event in document["events"]),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise QinglianError(
            "production.plan_folder_unreadable", Where(file=str(path)), reason=str(error)
        ) from None


@dataclass(frozen=True)
class PlanFolder:
    """A plan with its brief."""

    home: Path
    brief: Brief

    @classmethod
    def open(cls, home: Path) -> PlanFolder:
        """Open the folder of a plan.

        Raises
        ------
        QinglianError
            What `brief_of` raises.
        """
        return cls(home, brief_of(home))

    @classmethod
    def prepare(cls, home: Path, brief: Brief) -> PlanFolder:
        """Make a folder ready for a new plan; an older plan of the same input goes to its history.

        Raises
        ------
        QinglianError
            ``production.plan_folder_taken`` where the folder holds something else.
        """
        if home.exists() and any(home.iterdir()):
            if not (home / ABOUT).is_file() or brief_of(home).source.resolve() != brief.source.resolve():
                raise QinglianError("production.plan_folder_taken", Where(file=str(home)))
            cls.open(home).keep()
        home.mkdir(parents=True, exist_ok=True)
        made = cls(home, brief)
        write_atomically(home / ABOUT, brief.to_json(home))
        return made

    @classmethod
    def of_file(cls, file: Path) -> PlanFolder | None:
        """Return the folder of a plan file, as it was when the file was written; None without one."""
        if file.parent.name == HISTORY and file.with_suffix(".json").is_file():
            home = file.parent.parent
            return cls(home, brief_of(home, f"{HISTORY}/{file.stem}.json"))
        return cls.open(file.parent) if (file.parent / ABOUT).is_file() else None

    @property
    def instance(self) -> Instance:
        """The instance the plan is for."""
        return self.brief.instance

    @cached_property
    def plan(self) -> Plan:
        """The plan as it is on disk."""
        return read_plan(self.home / PLAN, self.instance)

    @cached_property
    def baseline(self) -> Plan | None:
        """The plan it is compared with, where there is one and it still fits what happened since."""
        if self.brief.events or not (self.home / BASELINE).is_file():
            return None
        return read_plan(self.home / BASELINE, self.instance)

    def write(self, plan: Plan, name: str = PLAN) -> list[Path]:
        """Replace a plan file."""
        return write_plan(plan, self.instance, self.home / name)

    def keep(self) -> None:
        """Copy the plan and its brief to the history."""
        folder = self.home / HISTORY
        folder.mkdir(exist_ok=True)
        number = 1 + max((int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit()), default=0)
        for suffix in (".csv", ".spans.csv", ".about.csv", ".json"):
            file = self.home / f"plan{suffix}"
            if file.is_file():
                write_atomically(folder / f"{number:04d}{suffix}", file.read_bytes())

    def after(self, event: Event, plan: Plan) -> PlanFolder:
        """Keep the old plan, and write the one that an event led to."""
        self.keep()
        brief = replace(self.brief, events=(*self.brief.events, event))
        changed = PlanFolder(self.home, brief)
        changed.write(plan)
        write_atomically(self.home / ABOUT, brief.to_json(self.home))
        return changed

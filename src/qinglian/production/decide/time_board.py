"""A plan while its times are changed line by line: where each piece of work may be, and what all costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qinglian.production.decide.beginnings import Beginning
from qinglian.production.decide.line_times import Piece, Timing, cheapest
from qinglian.production.decide.open_time import OpenTime
from qinglian.production.decide.rates import Rates
from qinglian.production.decide.site import Cap, Marginal, Site
from qinglian.production.decide.states import drawn
from qinglian.production.plan import Plan, Span, Task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from qinglian.production.decide.line_times import Minutes
    from qinglian.production.decide.rates import Amounts
    from qinglian.production.decide.site import Watts
    from qinglian.production.model import Instance, Line
    from qinglian.production.objective import Objective


@dataclass
class _Row:
    """A line's tasks in order, and its spans (none: by the rule)."""

    tasks: tuple[Task, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, eq=False)
class Rest:
    """The part of a plan that may be timed: the tasks of some lines that have not begun at a minute.

    Parameters
    ----------
    since
        Nothing that may be timed begins before.
    begun
        What stands of each line that may be timed; other lines stand as they are.
    fixed
        (lot, stage) of tasks that keep their minutes.
    """

    since: int
    begun: Mapping[str, Beginning]
    fixed: Collection[tuple[str, str]] = ()


class Board:
    """A plan while its times are changed line by line, with what it costs.

    With a `rest` only that is timed, and no lot ends later than it did, or than it is due.
    """

    def __init__(
        self,
        instance: Instance,
        plan: Plan,
        objective: Objective,
        released: Plan | None = None,
        *,
        rest: Rest | None = None,
    ) -> None:
        self.instance = instance
        self.rest = rest
        self.settled: set[str] = set()
        self.strict = _lateness_first(objective) or rest is not None
        makespan = max((task.end for task in plan.tasks), default=0)
        self.rates = Rates.of(instance, objective, max(instance.horizon.minutes, makespan))
        self.released = {} if released is None else released.task_of
        self.given = plan.task_of
        self.site = Site(instance, self.rates)
        self.rows: dict[str, _Row] = {}
        self.at: dict[tuple[str, str], Task] = {}
        self.pins = {(p.lot, p.stage): p.start for p in instance.pins if p.start is not None}
        clocks = {line.calendar for line in instance.lines}
        limit = instance.horizon.limit
        self.open = {
            name: OpenTime.of(instance.calendar_of.get(name), self.rates.minutes, limit) for name in clocks
        }
        self.crews = _Crews(instance, self.rates.minutes)
        for line in instance.lines:
            spans = tuple(span for span in plan.spans if span.line == line.id)
            self._put(line, _Row(plan.by_line.get(line.id, ()), spans))

    @property
    def coupled(self) -> bool:
        """Whether what one line does changes what is best for another."""
        instance = self.instance
        stages = any(len(family.stages) > 1 for family in instance.families)
        return bool(
            stages or instance.crews or instance.generation.watts or instance.halls or self.rates.peak
        )

    def cost(self) -> float:
        """Everything that times decide, in units of the rates."""
        empty = sum(
            self.rates.late[lot.id] * max(0, lot.release - lot.due)
            for lot in self.instance.lots
            if not lot.units
        )
        return empty + self.site.cost() + sum(self._times_cost(row.tasks) for row in self.rows.values())

    def improve(self, line: Line, cap: Cap | None = None) -> bool:
        """Retime a line with the others as they are; keep the change only if the whole gets cheaper.

        With a cap the whole is the account under the cap's price instead of the charge on the peak.
        """
        row, begun = self.rows[line.id], self._begun(line)
        if begun is None or len(row.tasks) == begun.standing:
            return False
        before = self.site.cost(cap) + self._times_cost(row.tasks)
        marginal = self.site.marginal(line, cap)
        free = _Row(row.tasks[begun.standing :], ())
        found = cheapest(begun.line, self._pieces(line, free, marginal), marginal)
        if found is None:
            return False
        timed = self._timed(free, found)
        standing = row.tasks[: begun.standing]
        self._put(line, _Row((*standing, *timed.tasks), (*begun.spans, *timed.spans)))
        unsettled = self._settle(line)
        if unsettled or self.site.cost(cap) + self._times_cost(self.rows[line.id].tasks) < before:
            return True
        self._put(line, row)
        return False

    def _begun(self, line: Line) -> Beginning | None:
        """Return what stands of a line; None where all of it does."""
        return Beginning(line) if self.rest is None else self.rest.begun.get(line.id)

    def _settle(self, line: Line) -> bool:
        """Say whether a line's states were until now those of the rule, which knows nothing of its past."""
        if self.rest is None or line.id in self.settled:
            return False
        self.settled.add(line.id)
        return True

    def result(self, plan: Plan) -> Plan:
        """Return the plan with the times found; the plan itself where nothing changed."""
        tasks = tuple(self.at[task.lot, task.stage] for task in plan.tasks)
        spans = tuple(span for row in self.rows.values() for span in row.spans)
        return replace(plan, tasks=tasks, spans=spans)

    def restore(self, rows: dict[str, _Row]) -> None:
        """Go back to rows remembered earlier."""
        for line in self.instance.lines:
            if self.rows[line.id] is not rows[line.id]:
                self._put(line, rows[line.id])

    def _put(self, line: Line, row: _Row) -> None:
        before = self.rows.get(line.id)
        if before is not None:
            self.crews.add(line, before.tasks, -1)
        self.crews.add(line, row.tasks, 1)
        self.rows[line.id] = row
        self.at.update({(task.lot, task.stage): task for task in row.tasks})
        self.site.set(line, *drawn(self.instance, line, row.tasks, row.spans, self.open[line.calendar]))

    def _times_cost(self, tasks: tuple[Task, ...]) -> float:
        total: float = 0
        for task in tasks:
            lot, old = self.instance.lot_of[task.lot], self.released.get((task.lot, task.stage))
            if task.stage == self.instance.operations(lot)[-1]:
                total += self.rates.late[lot.id] * max(0, task.end - lot.due)
            if old is not None:
                total += self.rates.moved * abs(task.start - old.start)
        return total

    def _late(self, task: Task, ends: Minutes) -> Amounts:
        lot = self.instance.lot_of[task.lot]
        if task.stage != self.instance.operations(lot)[-1]:
            return np.zeros(len(ends), dtype=self.rates.dtype)
        return (np.maximum(ends - lot.due, 0) * self.rates.late[lot.id]).astype(self.rates.dtype)

    def _pieces(self, line: Line, row: _Row, marginal: Marginal) -> list[Piece]:
        """Setups and runs of a line in their order, with all places they may have."""
        opened = self.open[line.calendar]
        work = _Work(line, opened, marginal)
        full = self.crews.full(line, row.tasks)
        pieces: list[Piece] = []
        for task in row.tasks:
            setup = int(np.count_nonzero(opened.opened[task.setup_start : task.setup_end]))
            if setup:
                pieces.append(self._kept_setup(task, work.setup(setup, full)))
            pieces.append(self._run(line, task, work, joined=bool(setup)))
        return pieces

    def _kept_setup(self, task: Task, piece: Piece) -> Piece:
        """Leave a setup only the places that the rest of a plan may have."""
        if self.rest is None:
            return piece
        allowed = piece.starts >= self.rest.since
        if (task.lot, task.stage) in self.rest.fixed:
            allowed = piece.starts == task.setup_start
        return replace(
            piece, starts=piece.starts[allowed], ends=piece.ends[allowed], cost=piece.cost[allowed]
        )

    def _run(self, line: Line, task: Task, work: _Work, *, joined: bool) -> Piece:
        opened = work.opened
        minutes = int(np.count_nonzero(opened.opened[task.start : task.end]))
        starts, ends = opened.places(minutes)
        low, high = self._window(task)
        first, last = np.searchsorted(starts, low), np.searchsorted(ends, high, "right")
        starts, ends = starts[first:last], ends[first:last]
        watts = self.instance.run_power(line.id, self.instance.lot_of[task.lot].family)
        cost = work.cost(watts, starts, ends) + self._late(task, ends)
        old = self.released.get((task.lot, task.stage))
        if old is not None and self.rates.moved:
            cost = cost + self.rates.moved * np.abs(starts - old.start)
        return Piece(starts, ends, cost, joined)

    def _window(self, task: Task) -> tuple[int, int]:
        """Return the earliest start and the latest end that lot, neighbouring stages and pins allow."""
        lot = self.instance.lot_of[task.lot]
        stages = self.instance.operations(lot)
        place = stages.index(task.stage)
        low, high = max(lot.release, self.instance.line_of[task.line].available), self.rates.minutes
        if self.rest is not None:
            low = max(low, self.rest.since)
            if (task.lot, task.stage) in self.rest.fixed:
                return task.start, task.end
        if place:
            low = max(low, self.at[lot.id, stages[place - 1]].end)
        if place + 1 < len(stages):
            high = self.at[lot.id, stages[place + 1]].start
        else:
            before = self.given[lot.id, task.stage].end
            high = high if lot.deadline is None else min(high, max(lot.deadline, before))
            high = min(high, max(lot.due, before)) if self.strict else high
        pinned = self.pins.get((task.lot, task.stage))
        if pinned is not None and pinned == task.start:
            return pinned, task.end
        return low, high

    def _timed(self, row: _Row, found: Timing) -> _Row:
        pieces = iter(found.pieces)
        tasks = []
        for task in row.tasks:
            setup = next(pieces) if task.setup_end > task.setup_start else None
            start, end = next(pieces)
            setup_start, setup_end = setup or (start, start)
            tasks.append(replace(task, setup_start=setup_start, setup_end=setup_end, start=start, end=end))
        return _Row(tuple(tasks), found.spans)


@dataclass
class _Work:
    """Costs of work on one line: at its watts while open, idle while closed."""

    line: Line
    opened: OpenTime
    marginal: Marginal

    def __post_init__(self) -> None:
        self.idle = self.marginal.summed(self.line.power.idle)
        self.pausing = self.idle - self.opened.open_only(self.idle)
        self.known: dict[int, Amounts] = {}

    def cost(self, watts: int, starts: Minutes, ends: Minutes) -> Amounts:
        """Cost of work at `watts` over each interval."""
        if watts not in self.known:
            self.known[watts] = self.opened.open_only(self.marginal.summed(watts)) + self.pausing
        summed = self.known[watts]
        cost: Amounts = summed[ends] - summed[starts]
        return cost

    def setup(self, minutes: int, full: Watts | None) -> Piece:
        """Return a setup wherever open time and crews allow it."""
        starts, ends = self.opened.places(minutes)
        if full is not None:
            free = full[ends] == full[starts]
            starts, ends = starts[free], ends[free]
        return Piece(starts, ends, self.cost(self.line.power.setup, starts, ends))


class _Crews:
    """How many of each crew are busy, minute by minute."""

    def __init__(self, instance: Instance, minutes: int) -> None:
        self.crews = instance.crews
        self.busy = {crew.id: np.zeros(minutes, np.int64) for crew in instance.crews}

    def add(self, line: Line, tasks: tuple[Task, ...], sign: int) -> None:
        """Count a line's setups in (1) or out (-1)."""
        for crew in self.crews:
            if line.setup_group in crew.groups:
                for task in tasks:
                    self.busy[crew.id][task.setup_start : task.setup_end] += sign

    def full(self, line: Line, tasks: tuple[Task, ...]) -> Watts | None:
        """Count, up to each minute, those in which the other lines leave nobody for a setup; None: never."""
        serving = [crew for crew in self.crews if line.setup_group in crew.groups]
        if not serving:
            return None
        self.add(line, tasks, -1)
        taken = np.any([self.busy[crew.id] >= crew.size for crew in serving], axis=0)
        self.add(line, tasks, 1)
        return np.concatenate([[0], np.cumsum(taken)])


def _lateness_first(objective: Objective) -> bool:
    """Whether lateness stands on a level before any that energy stands on."""
    place = {name: number for number, level in enumerate(objective.levels) for name in level}
    energetic = [place[name] for name in ("energy", "carbon", "peak") if name in place]
    return "tardiness" in place and bool(energetic) and place["tardiness"] < min(energetic)

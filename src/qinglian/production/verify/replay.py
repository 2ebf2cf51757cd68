"""A plan replayed under luck: how late, how much energy, cost and CO2e it really comes to.

The floor keeps the planned sequences and shifts to the right; lines go off where the plan sends them off
and time allows. Two plans replayed with one seed face the same luck, so their differences are paired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from qinglian.core.errors import QinglianError
from qinglian.production.verify.energy import Energy, account, kwh, priced
from qinglian.production.verify.floor import Blocked, Floor, makespan
from qinglian.production.verify.luck import Chances, Luck, draw
from qinglian.production.verify.timeline import Stretch, task_stretches
from qinglian.production.verify.verification import Verification, verify
from qinglian.production.verify.work import WorkingTime, working_times

if TYPE_CHECKING:
    from qinglian.production.model import Instance, Line
    from qinglian.production.plan import Plan, Task

MEASURES = ("weighted_tardiness", "kwh", "cost", "kg")
LEAST_REPLICATIONS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One week as it went; cost is None without a tariff, kg is by the method of the intensity."""

    weighted_tardiness: int
    kwh: Fraction
    cost: Fraction | None
    kg: dict[str, Fraction]

    def measure(self, name: str, method: str = "location") -> float:
        """One figure of the week, as a float for statistics.

        Raises
        ------
        QinglianError
            ``production.replay_no_measure`` where the plant has no table for it.
        """
        value = self.kg.get(method) if name == "kg" else getattr(self, name)
        if value is None:
            raise QinglianError("production.replay_no_measure", name=name, method=method)
        return float(value)


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the replications beside the planned one; `low` and `high` hold 95 % of the weeks."""

    planned: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Replay:
    """Replications of a plan."""

    planned: Outcome
    outcomes: tuple[Outcome, ...]
    chances: Chances
    seed: int

    @property
    def _weeks(self) -> tuple[object, ...]:
        return self.chances, self.seed, len(self.outcomes)

    def spread(self, name: str, method: str = "location") -> Spread:
        """Planned and realised values of one of `MEASURES`."""
        values = [outcome.measure(name, method) for outcome in self.outcomes]
        return _spread(self.planned.measure(name, method), values)

    def difference(self, other: Replay, name: str, method: str = "location") -> Spread:
        """Figure of this plan less that of another, week by week under the same luck.

        Raises
        ------
        QinglianError
            ``production.replay_other_luck`` where the two did not face the same weeks.
        """
        if self._weeks != other._weeks:
            raise QinglianError("production.replay_other_luck")
        pairs = zip(self.outcomes, other.outcomes, strict=True)
        values = [a.measure(name, method) - b.measure(name, method) for a, b in pairs]
        planned = self.planned.measure(name, method) - other.planned.measure(name, method)
        return _spread(planned, values)


def _spread(planned: float, values: list[float]) -> Spread:
    low, median, high = (float(q) for q in np.quantile(values, (0.025, 0.5, 0.975)))
    return Spread(planned, median, low, high)


def replay(
    instance: Instance, plan: Plan, chances: Chances, *, replications: int = 100, seed: int = 0
) -> Replay:
    """Replay a plan; the same seed and chances give the same weeks to every plan of the instance.

    Raises
    ------
    QinglianError
        All violations of the plan, if there are any; ``production.replay_too_few`` replications.
    """
    if replications < LEAST_REPLICATIONS:
        raise QinglianError("production.replay_too_few", given=replications, needed=LEAST_REPLICATIONS)
    planned = verify(instance, plan)
    planned.require_valid()
    times = working_times(instance)
    outcomes = tuple(
        _week(planned, times, draw(instance, chances, seed, number)) for number in range(replications)
    )
    return Replay(_as_planned(planned), outcomes, chances, seed)


def _as_planned(planned: Verification) -> Outcome:
    return Outcome(
        planned.kpis.weighted_tardiness,
        planned.energy.used_kwh,
        planned.cost,
        {item.method: item.kg for item in planned.carbon},
    )


def _week(planned: Verification, times: dict[str, WorkingTime], luck: Luck) -> Outcome:
    instance = planned.instance
    floor = Floor.of(instance, planned.bookings.by_line, times, luck)
    done = floor.run()
    lines = {
        line.id: list(_stretches(planned, line, done.get(line.id, []), floor.lines[line.id].blocked))
        for line in instance.lines
    }
    return _outcome(instance, account(instance, lines, makespan(done.values())), _tardiness(instance, done))


def _outcome(instance: Instance, energy: Energy, tardiness: int) -> Outcome:
    """Price a week; hours after the end of a table count like its last one."""
    hours, tariff = len(energy.bought), instance.tariff
    cost = None
    if tariff is not None:
        fed_in = priced(energy.fed_in, [tariff.feed_in] * hours)
        cost = priced(energy.bought, _extended(tariff.prices, hours)) - fed_in
    kg: dict[str, Fraction] = {
        item.method: priced(energy.bought, _extended(item.milligrams, hours)) for item in instance.intensities
    }
    return Outcome(tardiness, kwh(energy.total), cost, kg)


def _extended(values: tuple[int, ...], hours: int) -> tuple[int, ...]:
    return values + values[-1:] * (hours - len(values))


def _tardiness(instance: Instance, done: dict[str, list[Task]]) -> int:
    ends = {(task.lot, task.stage): task.end for tasks in done.values() for task in tasks}
    total = 0
    for lot in instance.lots:
        end = ends[lot.id, instance.operations(lot)[-1]] if lot.units else lot.release
        total += lot.weight * max(0, end - lot.due)
    return total


@dataclass(frozen=True, slots=True)
class _Rest:
    """The plan sends the line off at `off` and starts it up from `start_up`, before a task."""

    off: int
    start_up: int


def _rests(planned: Verification, line: Line) -> dict[int, _Rest]:
    """Planned rests by the planned begin of the task after them."""
    stretches = sorted(planned.stretches[line.id], key=lambda stretch: stretch.start)
    rests: dict[int, _Rest] = {}
    off_from = 0
    for stretch in stretches:
        if stretch.start > off_from:
            begin = stretch.end if stretch.state == "start_up" else stretch.start
            rests[begin] = _Rest(off_from, stretch.start)
        off_from = max(off_from, stretch.end)
    return rests


def _stretches(planned: Verification, line: Line, done: list[Task], blocked: Blocked) -> Iterator[Stretch]:
    """States as they went: pauses and outages idle, off where it was planned and there is time for it."""
    rests = _rests(planned, line)
    free_from, cold = line.available, not line.ready
    for booking, task in zip(planned.bookings.by_line[line.id], done, strict=True):
        begin = task.setup_start if task.setup_end > task.setup_start else task.start
        rest = rests.get(booking.begin)
        if cold:
            rest = _Rest(free_from, booking.begin - line.start_up_minutes)
        yield from _gap(line, free_from, begin, booking.begin, rest, cold)
        watts = planned.instance.run_power(line.id, booking.lot.family)
        yield from task_stretches(task, watts, line.power, blocked)
        free_from, cold = task.end, False
    yield from _afterwards(planned, line, free_from)


def _gap(line: Line, since: int, until: int, due: int, rest: _Rest | None, cold: bool) -> Iterator[Stretch]:
    """From the end of a task to the begin of the next, which was planned for `due`."""
    idle = line.power.idle
    off = max(since, rest.off) if rest else until
    if rest is None or not (cold or rest.start_up - off >= max(1, line.minimum_off_minutes)):
        if since < until:
            yield Stretch("idle", since, until, idle)
        return
    if since < off:
        yield Stretch("idle", since, off, idle)
    if rest.start_up < due:
        yield Stretch("start_up", rest.start_up, due, line.power.start_up)
    if due < until:
        yield Stretch("idle", due, until, idle)


def _afterwards(planned: Verification, line: Line, free_from: int) -> Iterator[Stretch]:
    """Idle time that the plan's spans ask for after the last task."""
    end = max((stretch.end for stretch in planned.stretches[line.id]), default=0)
    last = max((booking.task.end for booking in planned.bookings.by_line[line.id]), default=line.available)
    if end > last and free_from < end:
        yield Stretch("idle", free_from, end, line.power.idle)

"""Figures a planner reads first, exact: lateness, fulfilment, setups, use of the lines."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.verify.booking import Bookings
    from qinglian.production.verify.energy import Energy
    from qinglian.production.verify.work import WorkingTime

CORE_SETUP_PRICE = 2


@dataclass(frozen=True, slots=True)
class Kpis:
    """Exact figures of a plan.

    Parameters
    ----------
    weighted_tardiness
        Σ weight × minutes late over the lots that the plan finishes.
    late
        Minutes late by lot, for late lots only.
    lots, lots_on_time, units, units_on_time
        A lot that the plan does not finish is not on time.
    setup_minutes, setups
        Working minutes of setups, and how many take any.
    utilisation
        Share of a line's open minutes (from `available` to the end of the account) in run or setup.
    idle_share
        Idle minutes as a share of the minutes in which lines are not off.
    """

    weighted_tardiness: int
    late: dict[str, int]
    lots: int
    lots_on_time: int
    units: int
    units_on_time: int
    setup_minutes: int
    setups: int
    makespan: int
    utilisation: dict[str, Fraction]
    mean_utilisation: Fraction
    idle_share: Fraction

    @property
    def tardy_lots(self) -> int:
        """Finished lots that are late."""
        return len(self.late)

    @property
    def core(self) -> int:
        """Core objective: weighted tardiness + 2 × setup minutes."""
        return self.weighted_tardiness + CORE_SETUP_PRICE * self.setup_minutes

    @property
    def fulfilment(self) -> Fraction:
        """Share of lots on time; 1 for an empty week."""
        return Fraction(self.lots_on_time, self.lots) if self.lots else Fraction(1)

    @property
    def unit_fulfilment(self) -> Fraction:
        """Share of units on time; 1 for an empty week."""
        return Fraction(self.units_on_time, self.units) if self.units else Fraction(1)


def kpis(instance: Instance, bookings: Bookings, times: dict[str, WorkingTime], energy: Energy) -> Kpis:
    """Work the figures out."""
    ends = bookings.completions(instance)
    late = {lot: end - instance.lot_of[lot].due for lot, end in ends.items()}
    late = {lot: minutes for lot, minutes in late.items() if minutes > 0}
    on_time = [instance.lot_of[lot] for lot in ends if lot not in late]
    setups = [times[b.line.id].worked(b.task.setup_start, b.task.setup_end) for b in bookings]
    busy, opened = _use(instance, bookings, times, energy)
    return Kpis(
        weighted_tardiness=sum(instance.lot_of[lot].weight * minutes for lot, minutes in late.items()),
        late=late,
        lots=len(instance.lots),
        lots_on_time=len(on_time),
        units=sum(lot.units for lot in instance.lots),
        units_on_time=sum(lot.units for lot in on_time),
        setup_minutes=sum(setups),
        setups=sum(1 for minutes in setups if minutes),
        makespan=bookings.makespan,
        utilisation={line: _share(busy[line], opened[line]) for line in busy},
        mean_utilisation=_share(sum(busy.values()), sum(opened.values())),
        idle_share=_idle_share(energy),
    )


def _use(
    instance: Instance, bookings: Bookings, times: dict[str, WorkingTime], energy: Energy
) -> tuple[dict[str, int], dict[str, int]]:
    """Minutes in run or setup and open minutes, by line."""
    busy = {line: minutes["run"] + minutes["setup"] for line, minutes in energy.state_minutes.items()}
    opened = {
        line.id: times[line.id].worked(line.available, max(line.available, energy.minutes))
        for line in instance.lines
    }
    return busy, opened


def _idle_share(energy: Energy) -> Fraction:
    idle = sum(minutes["idle"] for minutes in energy.state_minutes.values())
    on = sum(sum(minutes.values()) - minutes["off"] for minutes in energy.state_minutes.values())
    return _share(idle, on)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)

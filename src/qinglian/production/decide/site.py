"""The site's draw minute by minute, and what one line more or less of it costs.

Own generation and the base load of halls couple the lines. Seen from one line, with the others as they are,
both are marginal prices: a watt that own generation covers costs the feed-in it forgoes (and no carbon), and
the first line to wake a hall pays the hall's base load.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qinglian.production.decide.rates import Amounts, Rates

if TYPE_CHECKING:
    from qinglian.production.model import Instance, Line

Watts = NDArray[np.int64]
Active = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cap:
    """A watt above `watts` costs `price` more, minute by minute: a means to push load out of a peak."""

    watts: int
    price: float


class Site:
    """Draw of all lines and halls over the minutes of `rates`; a line not set yet is off."""

    def __init__(self, instance: Instance, rates: Rates) -> None:
        self.instance = instance
        self.rates = rates
        size = rates.minutes
        self.load: dict[str, Watts] = {}
        self.active: dict[str, Active] = {}
        self.total: Watts = -_generation(instance, size)
        self.lit: dict[str, Watts] = {hall.id: np.zeros(size, np.int64) for hall in instance.halls}
        self.halls = {hall.id: hall for hall in instance.halls}
        for line in instance.lines:
            self.load[line.id] = np.full(size, line.power.off, np.int64)
            self.active[line.id] = np.zeros(size, np.bool_)
            self.total += line.power.off

    def set(self, line: Line, load: Watts, active: Active) -> None:
        """Replace what a line draws and when it is not off."""
        self.total = self.total + load - self.load[line.id]
        if line.hall:
            self.lit[line.hall] = self.lit[line.hall] + active - self.active[line.id]
        self.load[line.id], self.active[line.id] = load, active

    def draw(self) -> Watts:
        """Net draw in watts; negative where own generation is more than is used."""
        draw = self.total
        for hall in self.instance.halls:
            draw = draw + np.where(self.lit[hall.id] > 0, hall.base_w, hall.setback_w)
        return draw

    def cost(self, cap: Cap | None = None) -> float:
        """Cost of energy and carbon, and of the peak or, instead, of what is above a cap.

        In units of the rates; a whole number where these are exact.
        """
        draw = self.draw()
        energy: float = priced(draw, self.rates).sum().item()
        if cap is not None:
            return energy + cap.price * int(np.maximum(draw - cap.watts, 0).sum())
        return energy + self.rates.peak * int(windows(draw, self.rates.window).max(initial=0))

    def marginal(self, line: Line, cap: Cap | None = None) -> Marginal:
        """What one line's states cost, with all other lines as they are."""
        rest = self.draw() - self.load[line.id]
        wake = np.zeros(self.rates.minutes, np.int64)
        hall = self.halls.get(line.hall)
        if hall is not None:
            others = self.lit[line.hall] - self.active[line.id]
            lit = self.lit[line.hall] > 0
            wake = np.where(others > 0, 0, hall.base_w - hall.setback_w)
            rest = rest - np.where(lit & (others == 0), hall.base_w - hall.setback_w, 0)
        return Marginal(self.rates, rest, wake, line.power.off, cap)


@dataclass(frozen=True, eq=False)
class Marginal:
    """Draw of the rest of the site, what waking the line's hall adds, and the line's draw when off."""

    rates: Rates
    rest: Watts
    wake: Watts
    off: int
    cap: Cap | None = None

    def summed(self, watts: int) -> Amounts:
        """Cost, up to each minute, of drawing `watts` in an active state instead of being off."""
        on = self._cost(self.rest + self.wake + watts)
        step = on - self._cost(self.rest + self.off)
        out: Amounts = np.zeros(len(step) + 1, dtype=self.rates.dtype)
        np.cumsum(step, out=out[1:])
        return out

    def _cost(self, draw: Watts) -> Amounts:
        cost = priced(draw, self.rates)
        if self.cap is None:
            return cost
        above: Amounts = cost + self.cap.price * np.maximum(draw - self.cap.watts, 0)
        return above


def priced(draw: Watts, rates: Rates) -> Amounts:
    """Cost of a draw by minute."""
    cost: Amounts = rates.buy * np.maximum(draw, 0)
    if rates.sell:
        cost = cost + rates.sell * np.minimum(draw, 0)
    return cost


def windows(draw: Watts, window: int) -> Watts:
    """Bought watt-minutes of each window; a last, cut one counts as it is."""
    if not len(draw):
        return np.zeros(0, np.int64)
    found: Watts = np.add.reduceat(np.maximum(draw, 0), np.arange(0, len(draw), window))
    return found


def _generation(instance: Instance, minutes: int) -> Watts:
    hours = -(-minutes // 60)
    given = np.array(instance.generation.watts[:hours], np.int64)
    return np.repeat(np.pad(given, (0, hours - len(given))), 60)[:minutes]

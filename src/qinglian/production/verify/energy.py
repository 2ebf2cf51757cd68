"""Energy of a plan in watt-minutes: by line, hall, state and hour; what is bought, fed in, and the peak.

Watts are added up minute by minute (as differences at the ends of stretches), so an hour's energy is a sum of
integers and everything drawn from it is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qinglian.production.model import WATT_MINUTES_PER_KWH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.production.model import Instance
    from qinglian.production.verify.timeline import Stretch

Watts = npt.NDArray[np.int64]
STATES = ("run", "setup", "start_up", "idle", "off", "base")
PEAK_MINUTES = 15
MILLION = 1_000_000


@dataclass(frozen=True, eq=False)
class Energy:
    """Watt-minutes over `minutes` of the site, from minute 0.

    `lines`, `states` and `halls` are by hour; the state `base` is the base load of the halls. `draw` is the
    site's net draw by minute in watts: lines and halls less own generation, negative where there is too much.
    `state_minutes` counts the minutes of each line's states.
    """

    minutes: int
    lines: dict[str, tuple[int, ...]]
    halls: dict[str, tuple[int, ...]]
    states: dict[str, tuple[int, ...]]
    line_states: dict[str, dict[str, int]]
    state_minutes: dict[str, dict[str, int]]
    draw: Watts
    bought: tuple[int, ...]
    fed_in: tuple[int, ...]
    peak_w: Fraction

    @property
    def total(self) -> int:
        """Watt-minutes that lines and halls use, whoever delivers them."""
        return sum(map(sum, self.states.values()))

    @property
    def used_kwh(self) -> Fraction:
        """What lines and halls use, in kWh."""
        return kwh(self.total)

    @property
    def bought_kwh(self) -> Fraction:
        """What is bought, in kWh."""
        return kwh(sum(self.bought))

    def by_state(self) -> dict[str, int]:
        """Watt-minutes of each state over all lines, and the base load."""
        return {state: sum(hours) for state, hours in self.states.items()}


def kwh(watt_minutes: int) -> Fraction:
    """Watt-minutes in kWh."""
    return Fraction(watt_minutes, WATT_MINUTES_PER_KWH)


def priced(hours: Iterable[int], values: Iterable[int]) -> Fraction:
    """Watt-minutes by hour times millionths per kWh (of a currency, or mg as millionths of kg)."""
    total = sum(energy * value for energy, value in zip(hours, values, strict=False))
    return Fraction(total, WATT_MINUTES_PER_KWH * MILLION)


def account(instance: Instance, lines: dict[str, list[Stretch]], makespan: int) -> Energy:
    """Add up the states of all lines over ``[0, max(horizon.minutes, makespan))``."""
    minutes = max(instance.horizon.minutes, makespan)
    load, active = _lines(instance, lines, minutes)
    halls = _halls(instance, active, minutes)
    states = {state: _state(instance, lines, active, state, minutes) for state in STATES[:-1]}
    states["base"] = sum(halls.values(), np.zeros(minutes, np.int64))
    draw = net_draw(instance, sum(load.values(), states["base"]))
    return Energy(
        minutes=minutes,
        lines={line: by_hour(watts) for line, watts in load.items()},
        halls={hall: by_hour(watts) for hall, watts in halls.items()},
        states={state: by_hour(watts) for state, watts in states.items()},
        line_states={line: _sums(instance, line, lines[line], active[line], True) for line in lines},
        state_minutes={line: _sums(instance, line, lines[line], active[line], False) for line in lines},
        draw=draw,
        bought=by_hour(np.maximum(draw, 0)),
        fed_in=by_hour(np.maximum(-draw, 0)),
        peak_w=peak(draw, instance.tariff.peak_minutes if instance.tariff else PEAK_MINUTES),
    )


def _painted(stretches: Iterable[tuple[int, int, int]], minutes: int) -> Watts:
    """Sum of (start, end, value) over the minutes."""
    rows = np.array(list(stretches), np.int64).reshape(-1, 3)
    steps = np.zeros(minutes + 1, np.int64)
    np.add.at(steps, rows[:, 0], rows[:, 2])
    np.add.at(steps, rows[:, 1], -rows[:, 2])
    return np.cumsum(steps[:-1])


def _lines(
    instance: Instance, lines: dict[str, list[Stretch]], minutes: int
) -> tuple[dict[str, Watts], dict[str, npt.NDArray[np.bool_]]]:
    load, active = {}, {}
    for line, stretches in lines.items():
        on = _painted(((s.start, s.end, 1) for s in stretches), minutes) > 0
        watts = _painted(((s.start, s.end, s.watts) for s in stretches), minutes)
        active[line] = on
        load[line] = watts + np.where(on, 0, instance.line_of[line].power.off)
    return load, active


def _halls(instance: Instance, active: dict[str, npt.NDArray[np.bool_]], minutes: int) -> dict[str, Watts]:
    """Base load of each hall: full while any of its lines is not off."""
    halls = {}
    for hall in instance.halls:
        lit = np.zeros(minutes, np.bool_)
        for line in instance.lines:
            if line.hall == hall.id:
                lit |= active[line.id]
        halls[hall.id] = np.where(lit, hall.base_w, hall.setback_w).astype(np.int64)
    return halls


def _state(
    instance: Instance,
    lines: dict[str, list[Stretch]],
    active: dict[str, npt.NDArray[np.bool_]],
    state: str,
    minutes: int,
) -> Watts:
    if state == "off":
        resting = (np.where(on, 0, instance.line_of[line].power.off) for line, on in active.items())
        return sum(resting, np.zeros(minutes, np.int64))
    chosen = (s for stretches in lines.values() for s in stretches if s.state == state)
    return _painted(((s.start, s.end, s.watts) for s in chosen), minutes)


def _sums(
    instance: Instance, line: str, stretches: list[Stretch], on: npt.NDArray[np.bool_], energy: bool
) -> dict[str, int]:
    """Watt-minutes, or minutes, of a line by state."""
    sums = dict.fromkeys(STATES[:-1], 0)
    for stretch in stretches:
        sums[stretch.state] += (stretch.end - stretch.start) * (stretch.watts if energy else 1)
    off = len(on) - int(np.count_nonzero(on))
    sums["off"] = off * (instance.line_of[line].power.off if energy else 1)
    return sums


def net_draw(instance: Instance, load: Watts) -> Watts:
    """Draw of the site by minute after its own generation."""
    if not instance.generation.watts:
        return load
    hours = -(-len(load) // 60)
    own = np.array(instance.generation.watts[:hours], np.int64)
    own = np.pad(own, (0, hours - len(own)))
    return load - np.repeat(own, 60)[: len(load)]


def by_hour(watts: Watts) -> tuple[int, ...]:
    """Watt-minutes of each hour."""
    if not len(watts):
        return ()
    return tuple(int(hour) for hour in np.add.reduceat(watts, np.arange(0, len(watts), 60)))


def peak(draw: Watts, window: int) -> Fraction:
    """Highest mean bought watts over windows aligned to minute 0; a last, cut window counts as full."""
    if not len(draw):
        return Fraction(0)
    sums = np.add.reduceat(np.maximum(draw, 0), np.arange(0, len(draw), window))
    return Fraction(int(sums.max()), window)

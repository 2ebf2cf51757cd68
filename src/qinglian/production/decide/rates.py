"""Prices of an objective as whole numbers: per watt-minute by minute, per minute late, per watt of peak.

All share one small unit, so that adding and comparing costs is exact. Where the numbers would not fit 62
bits, floats are used instead and `exact` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, gcd, lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qinglian.production.model import WATT_MINUTES_PER_KWH

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective

Amounts = NDArray[Any]
MILLION = 1_000_000
LARGEST = 2**58
"""Costs stay below this, so that four of them still add up within 64 bits."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Rates:
    """Whole prices over `minutes` of the site.

    Parameters
    ----------
    buy, sell
        Price of a watt-minute drawn from the grid, by minute, and of one fed in.
    late
        Price of a minute late by lot.
    moved
        Price of a minute that a start moves away from the released plan.
    peak
        Price of a watt-minute in the fullest window of `window` minutes.
    unit
        What 1 of these is in the objective's unit.
    """

    buy: Amounts
    sell: float
    late: dict[str, float]
    moved: float
    peak: float
    window: int
    unit: Fraction
    exact: bool = True
    dtype: type = field(default=np.int64)

    @property
    def minutes(self) -> int:
        """How long the account of energy is."""
        return len(self.buy)

    @property
    def energetic(self) -> bool:
        """Whether the timing of energy has any price."""
        return bool(self.buy.any()) or bool(self.sell) or bool(self.peak)

    @classmethod
    def of(cls, instance: Instance, objective: Objective, minutes: int) -> Rates:
        """Scale all prices to whole numbers without a common divisor."""
        by_hour = _hourly(instance, objective, -(-minutes // 60))
        sell = _per_watt_minute(_feed_in(instance, objective))
        late = {lot.id: Fraction(objective.tardiness) * lot.weight for lot in instance.lots}
        peak, window = _peak(instance, objective)
        moved = Fraction(objective.deviation_minute)
        unit = _unit([*set(by_hour), sell, *set(late.values()), peak, moved])
        largest = max(_largest(instance, minutes, [*by_hour, sell, peak], late), moved) / unit
        exact = largest < LARGEST
        number: type = int if exact else float
        unit = unit if exact else unit * ceil(largest / LARGEST)
        dtype: type = np.int64 if exact else np.float64
        hours: Amounts = np.array([number(value / unit) for value in by_hour], dtype=dtype)
        return cls(
            buy=np.repeat(hours, 60)[:minutes],
            sell=number(sell / unit),
            late={lot: number(value / unit) for lot, value in late.items()},
            moved=number(moved / unit),
            peak=number(peak / unit),
            window=window,
            unit=unit,
            exact=exact,
            dtype=dtype,
        )


def _per_watt_minute(per_kwh: Fraction) -> Fraction:
    return per_kwh / WATT_MINUTES_PER_KWH


def _hourly(instance: Instance, objective: Objective, hours: int) -> list[Fraction]:
    money, carbon = Fraction(objective.energy) / MILLION, Fraction(objective.carbon) / MILLION
    prices = instance.tariff.prices if instance.tariff is not None else ()
    grams = _intensity(instance, objective.intensity) if carbon else ()
    return [_per_watt_minute(money * _at(prices, hour) + carbon * _at(grams, hour)) for hour in range(hours)]


def _at(values: tuple[int, ...], hour: int) -> int:
    return values[hour] if hour < len(values) else 0


def _intensity(instance: Instance, which: str) -> tuple[int, ...]:
    for item in instance.intensities:
        if which in (item.method, item.name):
            return item.milligrams
    return ()


def _feed_in(instance: Instance, objective: Objective) -> Fraction:
    tariff = instance.tariff
    return Fraction(0) if tariff is None else Fraction(objective.energy) * tariff.feed_in / MILLION


def _peak(instance: Instance, objective: Objective) -> tuple[Fraction, int]:
    """Price of a watt-minute in the fullest window: the demand charge is per kW of its mean."""
    tariff = instance.tariff
    if tariff is None:
        return Fraction(0), 15
    charge = Fraction(objective.peak) * Fraction(tariff.demand, MILLION)
    return charge / (1000 * tariff.peak_minutes), tariff.peak_minutes


def _unit(values: list[Fraction]) -> Fraction:
    """Return the largest number of which all are multiples."""
    below = lcm(*(value.denominator for value in values))
    above = gcd(*(int(value * below) for value in values))
    return Fraction(above or 1, below)


def _largest(instance: Instance, minutes: int, prices: list[Fraction], late: dict[str, Fraction]) -> Fraction:
    """Bound every sum of costs that may occur: the whole site, and all lots late by all minutes."""
    powers = [line.power for line in instance.lines]
    watts = sum(max(power.run, power.idle, power.setup, power.start_up, power.off) for power in powers)
    watts += sum(item.run_w or 0 for item in instance.eligibility)
    watts += sum(hall.base_w + hall.setback_w for hall in instance.halls)
    watts += max(instance.generation.watts, default=0)
    price = max(map(abs, prices))
    return (price * watts + sum(late.values(), Fraction(0))) * minutes

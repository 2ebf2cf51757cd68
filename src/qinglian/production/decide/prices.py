"""What a minute of a line costs: flat over the horizon, or hour by hour, from tariff and carbon price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
WATT_MINUTES = 60_000.0


@dataclass(frozen=True, eq=False)
class Prices:
    """Price of a watt-minute by hour, in units of the objective; `flat` is its mean over the horizon."""

    hourly: Floats
    flat: float
    setup: float

    @classmethod
    def of(cls, instance: Instance, objective: Objective) -> Prices:
        """Add bought energy at its tariff and CO2e at the carbon price."""
        hours = instance.horizon.hours
        hourly = np.zeros(hours)
        if instance.tariff is not None and objective.energy:
            hourly += float(objective.energy) * np.array(instance.tariff.prices[:hours]) / 1e6
        if objective.carbon:
            hourly += float(objective.carbon) * _intensity(instance, objective.intensity)[:hours] / 1e6
        hourly /= WATT_MINUTES
        within = hourly[: max(1, instance.horizon.minutes // 60)]
        return cls(hourly, float(within.mean()), float(objective.setup))

    @property
    def any(self) -> bool:
        """Whether energy or carbon has a price at all."""
        return bool(self.hourly.any())

    def runs(self, instance: Instance, family: Ints, minutes: Ints) -> Floats:
        """Flat price of each operation on each line."""
        watts = run_watts(instance, family)
        return np.where(minutes >= 0, self.flat * watts * minutes, 0.0)

    def setups(self, instance: Instance, *, makespan: bool) -> Floats:
        """Flat price of a minute of setup on each line."""
        watts = np.array([line.power.setup for line in instance.lines], dtype=np.float64)
        return np.zeros(len(watts)) if makespan else self.setup + self.flat * watts


def run_watts(instance: Instance, family: Ints) -> Floats:
    """Draw of each line (row) while it makes each operation (column)."""
    lines = {line.id: index for index, line in enumerate(instance.lines)}
    families = {item.id: index for index, item in enumerate(instance.families)}
    watts = np.repeat(
        np.array([[line.power.run] for line in instance.lines], dtype=np.float64), len(families), 1
    )
    for item in instance.eligibility:
        if item.run_w is not None:
            watts[lines[item.line], families[item.family]] = item.run_w
    return watts[:, family]


def _intensity(instance: Instance, method: str) -> Floats:
    for item in instance.intensities:
        if method in (item.method, item.name):
            return np.array(item.milligrams, dtype=np.float64)
    return np.zeros(instance.horizon.hours)

"""The operational view: vehicle-kilometres × emission at the load, for decisions.

Its sums are of whole vehicles and never added to the allocated view, which shares vehicles out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinglian.logistics.model import Emission, Trip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.logistics.intensity import Factors
    from qinglian.logistics.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class Run:
    """A trip with the vehicle that made it."""

    trip: Trip
    vehicle: Vehicle

    @property
    def emission(self) -> Emission:
        """Kilograms of CO2e of the whole vehicle."""
        return self.vehicle.per_km(self.trip.load_share).times(self.trip.km)


def runs(trips: Iterable[Trip], factors: Factors) -> tuple[Run, ...]:
    """Evaluate trips.

    Raises
    ------
    QinglianError
        ``logistics.factor_unknown`` where a vehicle has no factors per kilometre.
    """
    return tuple(Run(trip, factors.vehicle(trip.vehicle, trip.where)) for trip in trips)

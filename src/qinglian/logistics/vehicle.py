"""The load-dependent vehicle: emission per kilometre is linear in the load.

UK Government factors per vehicle-kilometre at 0, 50 and 100 % load lie on one line within their rounding, and
give the factors per tonne-kilometre back: e(x) = e(0) + (e(1) - e(0)) x.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qinglian.logistics.model import Emission, VehicleUse


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Emission per kilometre empty and full, with where the two come from."""

    empty: Emission
    full: Emission
    source: str = ""

    def per_km(self, load_share: Fraction) -> Emission:
        """Return the emission per kilometre at a share of the payload."""
        return self.empty.times(1 - load_share) + self.full.times(load_share)

    def intensity(self, use: VehicleUse) -> Emission:
        """Return the emission per tonne-kilometre: loaded and empty kilometres over the tonne-kilometres.

        ``[(1 - f) e(L) + f e(0)] / [(1 - f) L Q]`` with f the empty share of all kilometres.
        """
        loaded = 1 - use.empty_factor
        run = self.per_km(use.load_factor).times(loaded) + self.empty.times(use.empty_factor)
        return run.times(1 / (loaded * use.load_factor * use.payload_t))

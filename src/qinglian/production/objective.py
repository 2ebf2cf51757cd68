"""What a plan is judged by: weighted terms, and levels of terms that come strictly before others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

TERMS = ("tardiness", "setup", "energy", "carbon", "peak", "deviation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """Prices of what a plan costs, all in one (money-like) unit.

    Parameters
    ----------
    tardiness
        Per minute of weighted tardiness.
    setup
        Per minute of setup.
    energy
        Per unit of currency of bought energy (1 counts energy at its price; 0 is energy-blind).
    carbon
        Per kg of CO2e, the carbon price, by the instance's intensity named `intensity`.
    peak
        Factor on the tariff's demand charge.
    deviation
        Per lot that leaves the line or the order it had in the released plan, and `deviation_minute` per
        minute its start moves.
    levels
        Groups of term names, most important first; a later group may never worsen an earlier one by more than
        its allowance. Empty: one weighted sum.
    allowance
        Share by which an earlier level may worsen, e.g. 0.02.
    """

    tardiness: Decimal = Decimal(1)
    setup: Decimal = Decimal(2)
    energy: Decimal = Decimal(0)
    carbon: Decimal = Decimal(0)
    peak: Decimal = Decimal(0)
    deviation: Decimal = Decimal(0)
    deviation_minute: Decimal = Decimal(0)
    intensity: str = "location"
    levels: tuple[tuple[str, ...], ...] = ()
    allowance: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if min(self.tardiness, self.setup, self.energy, self.carbon, self.peak, self.deviation) < 0:
            raise ValueError("a price is not negative")
        unknown = {name for level in self.levels for name in level} - set(TERMS)
        if unknown:
            raise ValueError(f"no such terms: {sorted(unknown)}")


CORE = Objective()
"""Weighted tardiness in minutes + 2 × setup minutes: the part that every peer can express."""

"""What a planner asks for in a word: named objectives, and prices on top of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError
from qinglian.production.objective import CORE, Objective

if TYPE_CHECKING:
    from qinglian.production.model import Instance

KG_PER_TONNE = 1000

PUNCTUAL = Decimal(100)
"""Price of a weighted minute late beside money: no load is shifted by a minute of lateness."""

OBJECTIVES: dict[str, Objective] = {
    "core": CORE,
    "energy": Objective(tardiness=PUNCTUAL, energy=Decimal(1), peak=Decimal(1)),
    "carbon": Objective(tardiness=PUNCTUAL, carbon=Decimal(1)),
    "green": Objective(tardiness=PUNCTUAL, energy=Decimal(10), carbon=Decimal(10), peak=Decimal(10)),
}
"""``core``: a weighted minute late costs 1, a minute of setup 2, nothing else counts.

``energy``: the electricity bill at its prices, setups at 2, lateness at `PUNCTUAL`. ``carbon``: 1 per kg of
CO2e instead of the bill. ``green``: both tenfold, so that energy comes before setups.
"""


def objective_of(
    name: str,
    *,
    carbon_price: Decimal | None = None,
    intensity: str = "location",
    deviation: Decimal = Decimal(0),
) -> Objective:
    """Return a named objective; `carbon_price` is per tonne of CO2e, `deviation` per lot moved.

    Raises
    ------
    QinglianError
        ``production.objective_unknown``.
    """
    found = OBJECTIVES.get(name)
    if found is None:
        raise QinglianError("production.objective_unknown", name=name, known=list(OBJECTIVES))
    if carbon_price is not None:
        found = replace(found, carbon=carbon_price / KG_PER_TONNE)
    return replace(found, intensity=intensity, deviation=deviation)


def require_tables(instance: Instance, objective: Objective) -> None:
    """Refuse an objective that prices what the input says nothing about.

    Raises
    ------
    QinglianError
        ``production.objective_no_tariff`` or ``production.objective_no_intensity``.
    """
    if (objective.energy or objective.peak) and instance.tariff is None:
        raise QinglianError("production.objective_no_tariff")
    known = [name for item in instance.intensities for name in (item.method, item.name)]
    if objective.carbon and objective.intensity not in known:
        raise QinglianError("production.objective_no_intensity", name=objective.intensity, known=known)


def energy_blind(objective: Objective) -> Objective:
    """Return the same objective without energy, carbon and peak: the baseline of a saving."""
    nothing = Decimal(0)
    return replace(objective, energy=nothing, carbon=nothing, peak=nothing)


def is_blind(objective: Objective) -> bool:
    """Whether energy, carbon and peak cost nothing."""
    return not (objective.energy or objective.carbon or objective.peak)

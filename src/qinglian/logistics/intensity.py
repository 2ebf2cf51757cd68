"""The intensity of each category: from a factor pack, as stated, from a vehicle model, or from its energy."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.ledger.packs import load_pack, shipped_packs
from qinglian.logistics.model import Category, Emission
from qinglian.logistics.vehicle import Vehicle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.ledger.packs import Factor

PACK = "uk-defra-2025"
"""Default intensities come from this pack where there is no book."""
Key = tuple[str, str, str, str]
"""Activity, technology, unit and basis."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """Kilograms of CO2e per unit of a category's activity, and on what it rests."""

    category: Category
    emission: Emission
    source: str


class Factors:
    """Freight factors of packs by what they answer, the newest where editions differ."""

    def __init__(self, factors: Iterable[Factor]) -> None:
        ordered = sorted(factors, key=lambda factor: (factor.published, factor.id))
        self._by: dict[Key, Factor] = {
            (factor.activity, factor.technology, factor.per_unit, factor.basis): factor for factor in ordered
        }

    def emission(self, activity: str, technology: str, unit: str, where: Where | None = None) -> Emission:
        """Return both halves of a factor; a half that names no technology answers for all, as in the ledger.

        Raises
        ------
        QinglianError
            ``logistics.factor_unknown`` where a half is missing, or no half knows the technology.
        """
        halves = self._halves(activity, technology, unit)
        if None in halves or not any(half and half.technology == technology for half in halves):
            named = " ".join(filter(None, (activity, technology)))
            raise QinglianError("logistics.factor_unknown", where, factor=named, unit=unit)
        ttw, wtt = (sum((gas.kg for gas in half.gases), Fraction(0)) for half in halves if half)
        return Emission(ttw, wtt)

    def source(self, activity: str, technology: str, unit: str) -> str:
        """Name the pack and edition that a factor's tank-to-wheel half comes from."""
        found = self._halves(activity, technology, unit)[0]
        named = f"freight.{activity} {technology}".strip()
        return named if found is None else f"{found.pack} {found.version}: {named}"

    def vehicle(self, activity: str, where: Where | None = None) -> Vehicle:
        """Return a vehicle by its factors per kilometre, empty and full."""
        empty, full = (self.emission(activity, load, "vkm", where) for load in ("laden_0", "laden_100"))
        return Vehicle(empty, full, self.source(activity, "laden_0", "vkm"))

    def _halves(self, activity: str, technology: str, unit: str) -> list[Factor | None]:
        return [
            self._by.get((f"freight.{activity}", technology, unit, basis))
            or self._by.get((f"freight.{activity}", "", unit, basis))
            for basis in ("direct", "wtt")
        ]


@cache
def shipped_factors(pack: str = PACK) -> Factors:
    """Return the freight factors of a shipped pack."""
    folder = next(path for path in shipped_packs() if path.name == pack)
    found = load_pack(folder)
    return Factors(factor for factor in found.factors if factor.activity.startswith("freight."))


def intensity(category: Category, factors: Factors) -> Intensity:
    """Return the intensity of a category on its own ground.

    Raises
    ------
    QinglianError
        ``logistics.factor_unknown``.
    """
    if category.factor:
        found = factors.emission(category.factor, category.technology, category.unit, category.where)
        return Intensity(category, found, factors.source(category.factor, category.technology, category.unit))
    if category.vehicle is not None:
        vehicle = factors.vehicle(category.vehicle.vehicle, category.where)
        return Intensity(category, vehicle.intensity(category.vehicle), f"vehicle model on {vehicle.source}")
    if category.stated is not None:
        return Intensity(category, category.stated, category.source)
    used = sum((use.emission for use in category.energy), Emission())
    return Intensity(category, used.times(1 / (category.activity or Fraction(1))), category.source)


def intensities(categories: Iterable[Category], factors: Factors) -> dict[str, Intensity]:
    """Return the intensity of every category, or every problem.

    Raises
    ------
    QinglianError
        ``logistics.factor_unknown`` for each that no pack knows.
    """
    found: dict[str, Intensity] = {}
    problems: list[Problem] = []
    for category in categories:
        try:
            found[category.id] = intensity(category, factors)
        except QinglianError as error:
            problems += error.problems
    if problems:
        raise QinglianError.many(problems)
    return found

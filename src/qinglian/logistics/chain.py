"""Chains evaluated, the allocated view: activity × intensity, element by element.

Nothing here takes vehicle-kilometres; `qinglian.logistics.operations` does and knows no tonne-kilometres.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.logistics.methods import adjustment
from qinglian.logistics.model import Element, Emission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.logistics.intensity import Intensity

KG_A_TONNE = 1000


@dataclass(frozen=True, slots=True)
class Leg:
    """An element with its activity and emission.

    `method` names the constant that its distance was adjusted by, `adjusted` its value; empty and 1 where the
    distance is of the kind the intensity was made for.
    """

    element: Element
    intensity: Intensity
    activity: Fraction
    method: str = ""
    adjusted: Fraction = Fraction(1)

    @property
    def emission(self) -> Emission:
        """Kilograms of CO2e."""
        return self.intensity.emission.times(self.activity)

    @property
    def tier(self) -> str:
        """Primary, modelled or default."""
        return self.intensity.category.tier


def leg(element: Element, known: Mapping[str, Intensity]) -> Leg:
    """Evaluate an element.

    Raises
    ------
    QinglianError
        ``logistics.distance_missing``, ``logistics.teu_missing``, ``logistics.kinds_differ``.
    """
    found = known[element.category]
    category, tonnes = found.category, element.mass_kg / KG_A_TONNE
    if category.is_hub:
        return Leg(element, found, tonnes)
    if element.distance is None:
        raise QinglianError("logistics.distance_missing", element.where, name=element.name)
    if category.unit == "TEUkm" and element.teu is None:
        raise QinglianError("logistics.teu_missing", element.where, name=element.name, toc=category.id)
    try:
        method, factor = adjustment(category.mode, element.distance, category.distance_kind)
    except QinglianError as error:
        raise QinglianError(error.code, element.where, **error.problem.params) from error
    load = tonnes if category.unit == "tkm" else element.teu or Fraction(0)
    return Leg(element, found, load * element.distance.km * factor, method, factor)


def legs(elements: Iterable[Element], known: Mapping[str, Intensity]) -> tuple[Leg, ...]:
    """Evaluate elements in the order of their chains; all, or every problem."""
    found, problems = [], list[Problem]()
    for element in sorted(elements, key=lambda one: (one.shipment, one.position, one.id)):
        try:
            found.append(leg(element, known))
        except QinglianError as error:
            problems += error.problems
    if problems:
        raise QinglianError.many(problems)
    return tuple(found)


def total(found: Iterable[Leg]) -> Emission:
    """Return the sum over legs."""
    return sum((one.emission for one in found), Emission())


def by_shipment(found: Iterable[Leg]) -> dict[str, tuple[Leg, ...]]:
    """Return legs by shipment."""
    chains: dict[str, list[Leg]] = defaultdict(list)
    for one in found:
        chains[one.element.shipment].append(one)
    return {name: tuple(chain) for name, chain in chains.items()}


def primary_share(found: Iterable[Leg]) -> Fraction | None:
    """Return the share of well-to-wheel emissions that rests on primary data; None where there are none."""
    chain = list(found)
    whole = total(chain).wtw
    return total(one for one in chain if one.tier == "primary").wtw / whole if whole else None

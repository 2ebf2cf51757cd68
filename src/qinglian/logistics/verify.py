"""Recompute what a carrier states of a chain, from masses, distances and intensities alone.

Says which statement of which element fails and by how much; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.logistics.chain import Leg

TOLERANCE = Fraction(1, 1000)
"""A carrier rounds; a thousandth of what was found is allowed unless another share is asked for."""


@dataclass(frozen=True, slots=True)
class ChainVerification:
    """How many statements were compared, and those that fail."""

    stated: int
    failed: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether every statement holds."""
        return not self.failed


def verify_chain(chain: Iterable[Leg], tolerance: Fraction = TOLERANCE) -> ChainVerification:
    """Compare every statement of every leg with what is recomputed; silence is no statement."""
    stated, failed = 0, list[Problem]()
    for leg in chain:
        claim, found = leg.element.claim, leg.emission
        pairs = (
            ("activity", claim.activity, leg.activity, leg.intensity.category.unit),
            ("wtw", claim.wtw, found.wtw, "kg"),
            ("ttw", claim.ttw, found.ttw, "kg"),
        )
        for name, said, value, unit in pairs:
            if said is None:
                continue
            stated += 1
            if abs(said - value) > tolerance * value:
                failed.append(_wrong(leg, name, said, value, unit))
        if claim.wtw is not None and claim.ttw is not None and claim.wtw < claim.ttw:
            failed.append(Problem("logistics.wtw_below_ttw", leg.element.where, {"name": leg.element.name}))
    return ChainVerification(stated, tuple(failed))


def _wrong(leg: Leg, name: str, said: Fraction, found: Fraction, unit: str) -> Problem:
    values = {"name": leg.element.name, "said": plain(said), "found": decimal(found), "unit": unit}
    rests = {"source": leg.intensity.source or leg.intensity.category.id}
    return Problem(f"logistics.claimed_{name}_wrong", leg.element.where, {**values, **rests})


def decimal(value: Fraction, places: int = 6) -> str:
    """Write a number with at most so many decimals."""
    return plain(Fraction(round(value, places)))

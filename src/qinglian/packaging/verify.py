"""Recompute what others claim of packaging: a vendor's load plan, a maker's tare masses, an order's verdict.

Says which statement fails and by how much; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem
from qinglian.packaging.load_check import LoadCheck, kilograms, percent

if TYPE_CHECKING:
    from qinglian.packaging.catalogue import Catalogue
    from qinglian.packaging.load_plan import LoadPlan

FILL_TOLERANCE = Fraction(1, 2000)
"""A claimed utilisation is a rounded percentage: half a tenth of a per cent is allowed."""


@dataclass(frozen=True)
class LoadVerification:
    """A load plan recomputed, with every statement that does not hold."""

    check: LoadCheck
    failed: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether the plan can stand and every claim about it holds."""
        return not self.failed


def verify_load(plan: LoadPlan) -> LoadVerification:
    """Recompute a load plan from its placements alone."""
    check = LoadCheck(plan)
    return LoadVerification(check, (*check.violations, *_claims(check)))


def _claims(check: LoadCheck) -> list[Problem]:
    space, failed = check.plan.space, []
    if space.claimed_fill is not None and abs(space.claimed_fill - check.cube_utilisation) > FILL_TOLERANCE:
        fill = {"claimed": percent(space.claimed_fill), "found": percent(check.cube_utilisation)}
        failed.append(Problem("packaging.claimed_fill_wrong", space.where, {"name": space.id, **fill}))
    if space.claimed_g is not None and space.claimed_g != check.mass_g:
        mass = {"claimed": kilograms(space.claimed_g), "found": kilograms(check.mass_g)}
        failed.append(Problem("packaging.claimed_mass_wrong", space.where, {"name": space.id, **mass}))
    return failed


def verify_masses(catalogue: Catalogue, tolerance: Fraction = Fraction(0)) -> tuple[Problem, ...]:
    """Compare stated tare masses with the components; nothing is said where none is stated.

    Parameters
    ----------
    tolerance
        Share of the stated mass by which the components may differ.
    """
    failed = []
    for found in catalogue.specifications.values():
        stated = found.stated_g
        if stated is not None and abs(found.mass_g - stated) > stated * tolerance:
            values = {"name": found.id, "version": found.version}
            masses = {"stated": plain(stated), "found": plain(found.mass_g)}
            failed.append(Problem("packaging.stated_mass_wrong", found.where, {**values, **masses}))
    return tuple(failed)

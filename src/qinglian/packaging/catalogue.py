"""All specifications together: what contains what, how many products each holds, mass per product."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.packaging.model import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinglian.packaging.model import Key, Material, Specification


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Materials and specifications by name; every reference is checked when it is made.

    Raises
    ------
    QinglianError
        With every problem: ``packaging.specification_unknown``, ``packaging.material_unknown``,
        ``packaging.level_order`` where something contains what is not further in,
        ``packaging.items_differ`` where the stated number of products is not what the contents hold,
        ``packaging.bare`` for a specification without components.
    """

    materials: Mapping[str, Material]
    specifications: Mapping[Key, Specification] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [problem for found in self.specifications.values() for problem in self._problems(found)]
        if problems:
            raise QinglianError.many(problems)

    def _problems(self, found: Specification) -> list[Problem]:
        problems = []
        named = {"name": found.id, "version": found.version}
        if not found.components:
            problems.append(Problem("packaging.bare", found.where, named))
        for part in found.components:
            if part.material not in self.materials:
                known = ", ".join(sorted(self.materials))
                values = {"name": part.material, "known": known}
                problems.append(Problem("packaging.material_unknown", part.where, values))
        if found.contains is None:
            return problems
        inner = self.specifications.get(found.contains)
        if inner is None:
            values = {"name": found.contains[0], "version": found.contains[1]}
            problems.append(Problem("packaging.specification_unknown", found.where, values))
        elif LEVELS.index(inner.level) >= LEVELS.index(found.level):
            values = {**named, "level": found.level, "inner": inner.level}
            problems.append(Problem("packaging.level_order", found.where, values))
        elif found.items is not None and self.items(found.contains) is not None:
            held = (found.count or 0) * (self.items(found.contains) or 0)
            if held != found.items:
                differing = {**named, "stated": str(found.items), "held": str(held)}
                problems.append(Problem("packaging.items_differ", found.where, differing))
        return problems

    def get(self, key: Key) -> Specification:
        """Return a version of a specification. Raises ``packaging.specification_unknown``."""
        if key not in self.specifications:
            raise QinglianError("packaging.specification_unknown", name=key[0], version=key[1])
        return self.specifications[key]

    def items(self, key: Key) -> int | None:
        """Return how many product units a specification holds; None where nobody has said."""
        found = self.specifications.get(key)
        if found is None:
            return None
        if found.items is not None or found.contains is None:
            return found.items
        inside = self.specifications.get(found.contains)
        if inside is None or LEVELS.index(inside.level) >= LEVELS.index(found.level):
            return None  # refused elsewhere; going on could go in circles
        inner = self.items(found.contains)
        return None if inner is None else (found.count or 0) * inner

    def chain(self, key: Key) -> tuple[tuple[Specification, int], ...]:
        """Return a specification and what it contains, level by level, with how many of each."""
        found, many = self.get(key), 1
        chain = [(found, many)]
        while found.contains is not None:
            many *= found.count or 0
            found = self.get(found.contains)
            chain.append((found, many))
        return tuple(chain)

    def gross_tare_g(self, key: Key) -> Fraction:
        """Return the packaging mass of all levels within one unit, in grams, products excluded."""
        return sum((found.mass_g * many for found, many in self.chain(key)), Fraction(0))

    def per_item_g(self, key: Key) -> dict[str, Fraction]:
        """Return own grams by material per product unit held.

        Raises
        ------
        QinglianError
            ``packaging.items_missing`` where nobody has said how many product units it holds.
        """
        found, items = self.get(key), self.items(key)
        if items is None:
            raise QinglianError("packaging.items_missing", found.where, name=key[0], version=key[1])
        return {material: mass / items for material, mass in found.by_material.items()}

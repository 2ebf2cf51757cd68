"""Material avoided against a pinned baseline, by use and material; lines that got heavier stay negative.

A use is compared per product unit: what the pinned version would have taken for as many products, less what
was taken. Only a specification's own components count: what it contains has uses of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qinglian.packaging.catalogue import Catalogue
    from qinglian.packaging.model import Baseline, Component, Material, Specification, Use

GRAMS_A_TONNE = 10**6


@dataclass(frozen=True, slots=True)
class AvoidedLine:
    """One material of one use: grams under the baseline and grams used."""

    use: Use
    pinned: tuple[str, str]
    material: str
    items: int
    baseline_g: Fraction
    used_g: Fraction

    @property
    def avoided_g(self) -> Fraction:
        """Below zero where more was used than the baseline would have taken."""
        return self.baseline_g - self.used_g


@dataclass(frozen=True, slots=True)
class Avoided:
    """All lines of a baseline, and the uses it does not cover: they are not in any total."""

    baseline: str
    lines: tuple[AvoidedLine, ...]
    uncovered: tuple[Use, ...]

    @property
    def by_material_g(self) -> dict[str, Fraction]:
        """Grams avoided by material, in the order of names."""
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for line in self.lines:
            sums[line.material] += line.avoided_g
        return dict(sorted(sums.items()))

    @property
    def total_g(self) -> Fraction:
        """Grams avoided of all materials, negative lines taken off."""
        return sum((line.avoided_g for line in self.lines), Fraction(0))

    @property
    def per_item_g(self) -> dict[tuple[str, str, str], Fraction]:
        """Grams avoided per product unit, by specification, version and material."""
        grams: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
        items: dict[tuple[str, str, str], int] = defaultdict(int)
        for line in self.lines:
            key = (*line.use.key, line.material)
            grams[key] += line.avoided_g
            items[key] += line.items
        return {key: grams[key] / items[key] for key in sorted(grams)}


def compare(catalogue: Catalogue, uses: Iterable[Use], baselines: Iterable[Baseline], name: str) -> Avoided:
    """Compare uses with a named baseline.

    Raises
    ------
    QinglianError
        ``packaging.baseline_unknown``; ``packaging.baseline_twice`` where two of its rows cover one use;
        ``packaging.items_missing``.
    """
    rows = list(baselines)
    named = [row for row in rows if row.name == name]
    if not named:
        known = ", ".join(sorted({row.name for row in rows})) or "-"
        raise QinglianError("packaging.baseline_unknown", name=name, known=known)
    lines: list[AvoidedLine] = []
    uncovered: list[Use] = []
    problems: list[Problem] = []
    for use in uses:
        try:
            pinned = _pinned(use, named)
            if pinned is None:
                uncovered.append(use)
            else:
                lines += _lines(catalogue, use, pinned)
        except QinglianError as error:
            problems += error.problems
    if problems:
        raise QinglianError.many(problems)
    return Avoided(name, tuple(lines), tuple(uncovered))


def _pinned(use: Use, named: list[Baseline]) -> Baseline | None:
    covering = [row for row in named if row.covers(use)]
    if len(covering) > 1:
        raise QinglianError(
            "packaging.baseline_twice", covering[1].where, name=covering[1].name, use=use.reference
        )
    return covering[0] if covering else None


def _lines(catalogue: Catalogue, use: Use, baseline: Baseline) -> list[AvoidedLine]:
    now, before = catalogue.per_item_g(use.key), catalogue.per_item_g(baseline.pinned)
    items = items_of(catalogue, use)
    return [
        AvoidedLine(
            use,
            baseline.pinned,
            material,
            items,
            before.get(material, Fraction(0)) * items,
            now.get(material, Fraction(0)) * items,
        )
        for material in sorted(now.keys() | before.keys())
    ]


def items_of(catalogue: Catalogue, use: Use) -> int:
    """Return the product units that a use's packagings hold. Raises ``packaging.items_missing``."""
    items = catalogue.items(use.key)
    if items is None:
        raise QinglianError("packaging.items_missing", use.where, name=use.key[0], version=use.key[1])
    return use.units * items


def activity_grams(catalogue: Catalogue, found: Specification, times: Fraction) -> dict[str, Fraction]:
    """Return grams by ledger activity: the recycled share of each component apart from its primary one."""
    grams: dict[str, Fraction] = defaultdict(Fraction)
    for part in found.components:
        for activity, share in _split(catalogue.materials, part).items():
            grams[activity] += part.total_g * share * times
    return {activity: mass for activity, mass in sorted(grams.items()) if mass}


def _split(materials: Mapping[str, Material], part: Component) -> dict[str, Fraction]:
    material = materials[part.material]
    return {
        material.activity(recycled=False): 1 - part.recycled,
        material.activity(recycled=True): part.recycled,
    }

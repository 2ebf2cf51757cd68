"""The nouns of packaging: materials, components, versioned specifications, uses, baselines, packed orders.

Masses are exact grams, lengths whole millimetres, volumes whole cubic millimetres, shares exact fractions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qinglian.core.errors import QinglianError, Where

LEVELS = ("product", "carton", "pallet", "container")
"""From the packaging of one product outwards."""

KINDS = ("sales", "grouped", "transport", "ecommerce")
"""Kinds of packaging as the EU's rules tell them apart."""

FAMILIES = ("plastic", "paper", "wood", "metal", "glass", "other")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
Key = tuple[str, str]
"""A specification and its version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A packaging material.

    Parameters
    ----------
    id
        Lower case with underscores, e.g. ``corrugated``.
    factor
        Name of the material in the factor packs (``board``, ``ldpe``). Without one it is the material's own
        name: where no pack knows that, its emissions stay unresolved and nothing else stands in for it.

    Raises
    ------
    QinglianError
        ``packaging.name_unreadable``, ``packaging.choice``.
    """

    id: str
    family: str
    factor: str = ""
    where: Where | None = None

    def __post_init__(self) -> None:
        for name in (self.id, self.factor or self.id):
            if not _SLUG.fullmatch(name):
                raise QinglianError("packaging.name_unreadable", self.where, name=name)
        _choice(self.family, FAMILIES, self.where)

    def activity(self, *, recycled: bool) -> str:
        """Return the activity under which a mass of it is posted."""
        return f"material.{self.factor or self.id}.{'closed_loop' if recycled else 'primary'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of a specification: so many pieces of one material.

    Parameters
    ----------
    mass_g
        Of one piece.
    post_consumer, post_industrial
        Shares of the mass that are recycled from waste of consumers, and of industry.
    recyclable
        None where nobody has said.

    Raises
    ------
    QinglianError
        ``packaging.not_positive``, ``packaging.share_outside``, ``packaging.shares_above_one``.
    """

    name: str
    material: str
    mass_g: Fraction
    pieces: int = 1
    post_consumer: Fraction = Fraction(0)
    post_industrial: Fraction = Fraction(0)
    recyclable: bool | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        _positive(self.where, mass=self.mass_g, pieces=self.pieces)
        for name in ("post_consumer", "post_industrial"):
            if not 0 <= getattr(self, name) <= 1:
                raise QinglianError(
                    "packaging.share_outside", self.where, name=name, value=getattr(self, name)
                )
        if self.recycled > 1:
            raise QinglianError("packaging.shares_above_one", self.where, value=self.recycled)

    @property
    def recycled(self) -> Fraction:
        """Share recycled, from either source."""
        return self.post_consumer + self.post_industrial

    @property
    def total_g(self) -> Fraction:
        """Mass of all its pieces."""
        return self.mass_g * self.pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One version of one packaging; a change of anything is a new version.

    Parameters
    ----------
    items
        Product units it holds, where that is not told by what it contains.
    contains, count
        The specification one level in, and how many of it.
    inner_mm
        Length, width and height inside.
    stated_g
        Tare mass that the maker states, for comparison only.

    Raises
    ------
    QinglianError
        ``packaging.choice``, ``packaging.not_positive``, ``packaging.contains_half``.
    """

    id: str
    version: str
    level: str
    components: tuple[Component, ...] = ()
    items: int | None = None
    contains: Key | None = None
    count: int | None = None
    inner_mm: tuple[int, int, int] | None = None
    stated_g: Fraction | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        _choice(self.level, LEVELS, self.where)
        for name in ("items", "count", "stated_g"):
            if getattr(self, name) is not None:
                _positive(self.where, **{name: getattr(self, name)})
        if (self.contains is None) != (self.count is None):
            raise QinglianError("packaging.contains_half", self.where, name=self.id)
        for length in self.inner_mm or ():
            _positive(self.where, length=length)

    @property
    def key(self) -> Key:
        """Name and version."""
        return self.id, self.version

    @property
    def mass_g(self) -> Fraction:
        """Tare mass: its own components, without what it contains."""
        return sum((part.total_g for part in self.components), Fraction(0))

    @property
    def recyclable(self) -> Fraction | None:
        """Share of the own mass that is recyclable; None where a component does not say."""
        if any(part.recyclable is None for part in self.components) or not self.components:
            return None
        return sum((part.total_g for part in self.components if part.recyclable), Fraction(0)) / self.mass_g

    @property
    def by_material(self) -> dict[str, Fraction]:
        """Own grams by material, in the order of names."""
        found: dict[str, Fraction] = {}
        for part in self.components:
            found[part.material] = found.get(part.material, Fraction(0)) + part.total_g
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Units of one specification used at a facility in a period; `end` is the first day after it."""

    reference: str
    facility: str
    start: date
    end: date
    key: Key
    units: int
    supplier: str = ""
    basis: str = "invoiced"
    where: Where | None = None

    def __post_init__(self) -> None:
        _positive(self.where, units=self.units)
        if self.end <= self.start:
            raise QinglianError("packaging.period_empty", self.where, start=self.start, end=self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a specification is compared with: a named baseline pins one version of another for good."""

    name: str
    specification: str
    pinned: Key
    since: date
    until: date | None = None
    where: Where | None = None

    def covers(self, use: Use) -> bool:
        """Whether a use is compared with this baseline: its whole period lies within."""
        return (
            self.specification == use.key[0]
            and self.since <= use.start
            and (self.until is None or use.end <= self.until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedOrder:
    """An order as it was packed, for its empty space.

    Parameters
    ----------
    inner_mm
        Length, width and height inside the packaging.
    products_mm3
        Volume of the products, each with its sales packaging.
    filler_mm3
        Volume of cushions, paper and foam, if known. It is empty space in any case.

    Raises
    ------
    QinglianError
        ``packaging.choice``, ``packaging.not_positive``, ``packaging.too_full``.
    """

    id: str
    day: date
    kind: str
    inner_mm: tuple[int, int, int]
    products_mm3: Fraction
    filler_mm3: Fraction | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        _choice(self.kind, KINDS, self.where)
        for length in self.inner_mm:
            _positive(self.where, length=length)
        _positive(self.where, products=self.products_mm3)
        if self.filler_mm3 is not None and self.filler_mm3 < 0:
            raise QinglianError("packaging.not_positive", self.where, name="filler", value=self.filler_mm3)
        inside = self.products_mm3 + (self.filler_mm3 or 0)
        if inside > self.volume_mm3:
            raise QinglianError(
                "packaging.too_full", self.where, name=self.id, inside=inside, volume=self.volume_mm3
            )

    @property
    def volume_mm3(self) -> int:
        """Volume inside."""
        length, width, height = self.inner_mm
        return length * width * height

    @property
    def void_ratio(self) -> Fraction:
        """Share of the volume inside that holds no product; filler is empty space."""
        return 1 - self.products_mm3 / self.volume_mm3


def _choice(value: str, known: tuple[str, ...], where: Where | None) -> None:
    if value not in known:
        raise QinglianError("packaging.choice", where, value=value, known=", ".join(known))


def _positive(where: Where | None, **numbers: Fraction | int) -> None:
    for name, value in numbers.items():
        if value <= 0:
            raise QinglianError("packaging.not_positive", where, name=name, value=value)

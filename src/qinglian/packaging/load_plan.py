"""A load plan: boxes placed in a carton, on a pallet or in a container; whole millimetres and exact grams."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from qinglian.core.errors import QinglianError, Where

ROTATIONS = {
    "LWH": (0, 1, 2),
    "WLH": (1, 0, 2),
    "LHW": (0, 2, 1),
    "HLW": (2, 0, 1),
    "WHL": (1, 2, 0),
    "HWL": (2, 1, 0),
}
"""Which of an item's length, width and height lies along the load's length, width and height."""

ALLOWED = {"fixed": ("LWH",), "upright": ("LWH", "WLH"), "any": tuple(ROTATIONS)}
Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What is loaded: inside dimensions and limits. A limit that is None is not known and not checked.

    Parameters
    ----------
    support
        Least share of each bottom that must rest on the floor or on boxes.
    off_centre
        Largest distance of the centre of gravity from the middle, as a share of length and of width.
    highest_centre
        Largest height of the centre of gravity, as a share of the height.
    claimed_fill, claimed_g
        What the plan's maker says of it: cube utilisation, and mass of all boxes.
    """

    id: str
    size: Size
    max_g: Fraction | None = None
    support: Fraction = Fraction(1)
    off_centre: Fraction | None = None
    highest_centre: Fraction | None = None
    claimed_fill: Fraction | None = None
    claimed_g: Fraction | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        _measures(self.size, self.where)
        for name in ("support", "off_centre", "highest_centre"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise QinglianError("packaging.share_outside", self.where, name=name, value=value)

    @property
    def volume(self) -> int:
        """Cubic millimetres inside."""
        return self.size[0] * self.size[1] * self.size[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A kind of box.

    Parameters
    ----------
    turning
        ``fixed``, ``upright`` (only about its vertical), or ``any``.
    bears_g
        Mass that may stand on it in all; None where nobody has said, 0 where nothing may.
    """

    id: str
    size: Size
    mass_g: Fraction
    turning: str = "upright"
    bears_g: Fraction | None = None
    where: Where | None = None

    def __post_init__(self) -> None:
        _measures(self.size, self.where)
        if self.mass_g <= 0:
            raise QinglianError("packaging.not_positive", self.where, name="mass", value=self.mass_g)
        if self.turning not in ALLOWED:
            known = ", ".join(ALLOWED)
            raise QinglianError("packaging.choice", self.where, value=self.turning, known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A box at a corner (least x, y, z), turned."""

    id: str
    load: str
    box: Box
    at: Size
    rotation: str = "LWH"
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.rotation not in ROTATIONS:
            known = ", ".join(ROTATIONS)
            raise QinglianError("packaging.choice", self.where, value=self.rotation, known=known)

    @property
    def size(self) -> Size:
        """Lengths along x, y and z as it stands."""
        first, second, third = ROTATIONS[self.rotation]
        return self.box.size[first], self.box.size[second], self.box.size[third]

    @property
    def end(self) -> Size:
        """The opposite corner."""
        x, y, z = (start + length for start, length in zip(self.at, self.size, strict=True))
        return x, y, z

    @property
    def volume(self) -> int:
        """Cubic millimetres it takes."""
        length, width, height = self.box.size
        return length * width * height

    @property
    def bottom(self) -> int:
        """Square millimetres it stands on."""
        return self.size[0] * self.size[1]


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One space and everything placed in it."""

    space: Space
    placements: tuple[Placement, ...]


def _measures(size: Size, where: Where | None) -> None:
    for length in size:
        if length <= 0:
            raise QinglianError("packaging.not_positive", where, name="length", value=length)

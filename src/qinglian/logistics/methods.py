"""Named constants of method: distance adjustment factors and road factors, each with its citation."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from qinglian.core.errors import QinglianError
from qinglian.logistics.model import Distance

AS_GIVEN = ("", Fraction(1))


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of method with where it comes from."""

    name: str
    value: Fraction
    citation: str
    source_class: str


@cache
def adjustments() -> dict[str, Constant]:
    """Return the distance adjustment factor (actual over planned distance) of each mode that has one."""
    return {
        entry["mode"]: _constant(name, entry, "actual_per_planned")
        for name, entry in _document().items()
        if "mode" in entry
    }


@cache
def road_factors() -> dict[str, Constant]:
    """Return the named factors of road over great-circle distance."""
    return {
        name: _constant(name, entry, "road_per_great_circle")
        for name, entry in _document().items()
        if "road_per_great_circle" in entry
    }


def road_factor(name: str) -> Constant:
    """Return a road factor by name, or a stated one as ``1.30:where it comes from``.

    Raises
    ------
    QinglianError
        ``logistics.road_factor_unknown``.
    """
    if name in road_factors():
        return road_factors()[name]
    value, _, citation = name.partition(":")
    try:
        number = Fraction(value)
    except ValueError:
        number = Fraction(0)
    if number < 1 or not citation.strip():
        raise QinglianError("logistics.road_factor_unknown", name=name, known=", ".join(road_factors()))
    return Constant(name, number, citation.strip(), "stated")


def adjustment(mode: str, distance: Distance, kind: str) -> tuple[str, Fraction]:
    """Return the named factor that turns a distance into the kind an intensity was made for.

    Equal kinds need none. Actual and shortest feasible distance differ by the mode's constant; nothing else
    is bridged.

    Raises
    ------
    QinglianError
        ``logistics.kinds_differ`` where there is no constant.
    """
    if distance.kind == kind:
        return AS_GIVEN
    found = adjustments().get(mode)
    if found is None or {distance.kind, kind} != {"actual", "sfd"}:
        raise QinglianError("logistics.kinds_differ", mode=mode, given=distance.kind, wanted=kind)
    return found.name, (found.value if kind == "actual" else 1 / found.value)


@cache
def _document() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("methods.toml").read_text(encoding="utf-8"))


def _constant(name: str, entry: dict[str, str], key: str) -> Constant:
    return Constant(name, Fraction(entry[key]), entry["citation"], entry["source_class"])

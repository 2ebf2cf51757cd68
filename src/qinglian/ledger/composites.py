"""Composite factors: a factor reached through stated figures, multiplied exactly, each with its citation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from qinglian.core.decimals import plain
from qinglian.core.units import parse_unit, ratio
from qinglian.ledger.pack_model import GasValue, identified
from qinglian.ledger.packs import Factor

UNIFORM = "uniform:"  # the one uncertainty stated in the factor's own unit


@dataclass(frozen=True, slots=True)
class Link:
    """A stated figure that leads from one measure to another: `value` of `into` per unit of its record.

    ``factor`` is its record as a candidate of resolution: cited and dated as a factor is, without gases; its
    locator states the figure.
    """

    factor: Factor
    value: Fraction
    into: str


def figure(value: Fraction, into: str, per_unit: str, where: str) -> str:
    """State a figure and where it is found."""
    written = plain(value)  # a quotient whose decimals do not end is stated by its terms
    return f"{written} {into}/{per_unit} [{where}]" if "/" not in written else f"{into}/{per_unit} [{where}]"


def composite(links: Sequence[Link], factor: Factor) -> Factor:
    """Multiply a factor with the figures that lead to it.

    The product is exact, and per the unit of the first figure. It keeps place, validity and grade of the
    factor, cites every part, and is of the weaker source class.
    """
    size = _size(links, factor)
    parts = [factor, *(link.factor for link in links)]
    content = {name: getattr(factor, name) for name in Factor.__slots__ if name != "id"}
    return identified(
        {
            **content,
            "per_unit": links[0].factor.per_unit,
            "gases": tuple(_scaled(gas, size) for gas in factor.gases),
            "published": max(part.published for part in parts),
            "publisher": _joined(part.publisher for part in parts),
            "dataset": _joined(part.dataset for part in parts),
            "version": _joined(f"{part.pack} {part.version}" for part in parts),
            "citation": _joined(part.citation for part in parts),
            "source_class": max(part.source_class for part in parts),  # primary < secondary
            "locator": " × ".join((_stated(factor), *(link.factor.locator for link in links))),
            "parts": tuple(part.id for part in (*parts[1:], factor)),
        }
    )


def _size(links: Sequence[Link], factor: Factor) -> Fraction:
    """Units of the factor in one unit of the first link."""
    size = Fraction(1)
    following = [*(link.factor.per_unit for link in links[1:]), factor.per_unit]
    for link, unit in zip(links, following, strict=True):
        size *= link.value * ratio(parse_unit(link.into), parse_unit(unit))
    return size


def _scaled(gas: GasValue, size: Fraction) -> GasValue:
    uncertainty = gas.uncertainty
    if uncertainty.startswith(UNIFORM):
        bounds = uncertainty.removeprefix(UNIFORM).split("..")
        uncertainty = UNIFORM + "..".join(plain(Fraction(bound) * size) for bound in bounds)
    return replace(gas, kg=gas.kg * size, uncertainty=uncertainty)


def _stated(factor: Factor) -> str:
    gases = " + ".join(f"{plain(gas.kg)} kg {gas.gas}" for gas in factor.gases)
    return f"({gases})/{factor.per_unit} [{factor.locator}]"


def _joined(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))

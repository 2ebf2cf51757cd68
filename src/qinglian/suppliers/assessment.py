"""Assessment methods as data files, run by one small engine: points of what is answered, and what is open."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from qinglian.core.errors import QinglianError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FULL = 100


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a method; `quantitative` ones are given as a percentage."""

    id: str
    group: str
    en: str
    zh: str
    points: Fraction
    quantitative: bool


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its indicators add up to 100 points."""

    id: str
    title_en: str
    title_zh: str
    citation: str
    source_class: str
    groups: Mapping[str, tuple[str, str]]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Points reached by what was answered, and the points that are open."""

    method: str
    reached: Fraction
    open_points: Fraction
    by_group: Mapping[str, tuple[Fraction, Fraction]]

    @property
    def rated(self) -> bool:
        """Whether anything was answered: a method without an answer rates nobody, not even at zero."""
        return self.open_points < FULL

    @property
    def highest(self) -> Fraction:
        """Points if everything open were reached."""
        return self.reached + self.open_points


def shipped_methods() -> dict[str, Method]:
    """Return the methods that come with the product."""
    folder = files("qinglian.suppliers") / "assessments"
    paths = [path for path in folder.iterdir() if path.name.endswith(".toml")]
    found = [parse_method(path.read_text(encoding="utf-8")) for path in paths]
    return {method.id: method for method in sorted(found, key=lambda method: method.id)}


def read_method(path: Path) -> Method:
    """Read a method from a file of one's own; raises as :func:`parse_method`."""
    try:
        return parse_method(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise QinglianError(
            "suppliers.method_unreadable", Where(file=str(path)), reason=str(error)
        ) from error


def parse_method(text: str, file: str | None = None) -> Method:
    """Read a method from TOML.

    Raises
    ------
    QinglianError
        ``suppliers.method_unreadable``; ``suppliers.weights_wrong`` unless the points add up to 100;
        ``suppliers.indicator_twice``.
    """
    where = Where(file=file)
    try:
        document = tomllib.loads(text, parse_float=Decimal)
        indicators = tuple(_indicator(entry) for entry in document["indicator"])
        groups = {key: (entry["en"], entry["zh"]) for key, entry in document["group"].items()}
        about = (document["id"], document["title_en"], document["title_zh"])
        source = (document["citation"], document["class"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise QinglianError("suppliers.method_unreadable", where, reason=str(error)) from error
    names = [one.id for one in indicators]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise QinglianError("suppliers.indicator_twice", where, names=", ".join(twice))
    total = sum((one.points for one in indicators), Fraction(0))
    if total != FULL:
        raise QinglianError("suppliers.weights_wrong", where, total=total)
    return Method(*about, *source, groups, indicators)


def _indicator(entry: Mapping[str, Any]) -> Indicator:
    points = Fraction(entry["points"])
    if points <= 0:
        raise ValueError(f"{entry['id']} has {points} points")
    quantitative = entry.get("quantitative", False)
    return Indicator(entry["id"], entry["group"], entry["en"], entry["zh"], points, quantitative)


def score(method: Method, answers: Mapping[str, Fraction | None]) -> Score:
    """Score the answers of one partner, shares of the points by indicator; None and absent are open.

    Raises
    ------
    QinglianError
        ``suppliers.indicator_unknown`` naming every answer to no indicator; ``suppliers.share_outside``.
    """
    known = {one.id for one in method.indicators}
    if unknown := sorted(answers.keys() - known):
        raise QinglianError("suppliers.indicator_unknown", names=", ".join(unknown), method=method.id)
    for name, share in answers.items():
        if share is not None and not 0 <= share <= 1:
            raise QinglianError("suppliers.share_outside", name=name, value=share)
    groups = {name: (Fraction(0), Fraction(0)) for name in method.groups}
    for one in method.indicators:
        share = answers.get(one.id)
        reached, left = groups[one.group]
        groups[one.group] = (
            (reached, left + one.points) if share is None else (reached + one.points * share, left)
        )
    return Score(
        method.id,
        _sum(reached for reached, _ in groups.values()),
        _sum(left for _, left in groups.values()),
        groups,
    )


def _sum(parts: Iterable[Fraction]) -> Fraction:
    return sum(parts, Fraction(0))

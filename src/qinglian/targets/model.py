"""A target: what shall fall by how much from which year to which, measured how, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError

ABSOLUTE, INTENSITY, NET_ZERO = KINDS = ("absolute", "intensity", "net_zero")
SCOPES = ("1", "2", "3")
METHODS = ("location", "market")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target of an organisation.

    Parameters
    ----------
    kind
        ``absolute`` (tonnes fall), ``intensity`` (tonnes per unit of output fall) or ``net_zero`` (absolute,
        the rest neutralised by removals).
    scopes, categories
        Scopes that count; of scope 3 the categories, all if empty.
    method
        How scope 2 is counted, location or market: named whenever scope 2 counts, and never mixed.
    base_year, target_year
        Fiscal years by number, as the organisation names them.
    reduction
        Share of the base value that shall be gone in the target year: 1/2 is −50 %.
    coverage
        Share of the emissions of these scopes that the target covers; None where nobody has said.
    base_kg
        Stated base value in kg CO2e with its source; None where the base year's published version gives it.
    base_output
        Of an intensity: output of the base year in `per`.
    outputs
        Of an intensity: output by fiscal year, in `per`.
    owner
        Login of who answers for it.
    review
        Day of the next review.
    wording
        The sentence in which it was said in public, if it was.

    Raises
    ------
    QinglianError
        ``targets.kind_unknown``, ``targets.scope_unknown``, ``targets.method_missing``,
        ``targets.method_idle``, ``targets.categories_idle``, ``targets.category_unknown``, ``targets.years``,
        ``targets.reduction_outside``, ``targets.coverage_outside``, ``targets.base_unsourced``,
        ``targets.per_missing``, ``targets.output_outside``.
    """

    name: str
    kind: str
    scopes: tuple[str, ...]
    base_year: int
    target_year: int
    reduction: Fraction
    method: str = ""
    categories: tuple[int, ...] = ()
    coverage: Fraction | None = None
    base_kg: Fraction | None = None
    base_source: str = ""
    per: str = ""
    base_output: Fraction | None = None
    outputs: dict[int, Fraction] = field(default_factory=dict)
    owner: str = ""
    review: date | None = None
    wording: str = ""

    def __post_init__(self) -> None:
        for wrong, code in self._faults():
            if wrong:
                raise QinglianError(f"targets.{code}", name=self.name, scopes=list(SCOPES), kinds=list(KINDS))

    def _faults(self) -> tuple[tuple[bool, str], ...]:
        has_two = "2" in self.scopes
        return (
            (self.kind not in KINDS, "kind_unknown"),
            (not self.scopes or not set(self.scopes) <= set(SCOPES), "scope_unknown"),
            (has_two and self.method not in METHODS, "method_missing"),
            (not has_two and bool(self.method), "method_idle"),
            (bool(self.categories) and "3" not in self.scopes, "categories_idle"),
            (not set(self.categories) <= set(range(1, 16)), "category_unknown"),
            (self.base_year >= self.target_year, "years"),
            (not 0 < self.reduction <= 1, "reduction_outside"),
            (self.coverage is not None and not 0 < self.coverage <= 1, "coverage_outside"),
            (
                self.base_kg is not None and (self.base_kg <= 0 or not self.base_source.strip()),
                "base_unsourced",
            ),
            ((self.kind == INTENSITY) != bool(self.per.strip()), "per_missing"),
            (any(value <= 0 for value in (*self.outputs.values(), self.base_output or 1)), "output_outside"),
        )

    @property
    def years(self) -> int:
        """Years from base to target."""
        return self.target_year - self.base_year

    def record(self) -> dict[str, Any]:
        """Return it as data: exact numbers as text."""
        data = {name: getattr(self, name) for name in self.__slots__}
        numbers = ("reduction", "coverage", "base_kg", "base_output")
        data |= {name: None if data[name] is None else plain(data[name]) for name in numbers}
        data["outputs"] = {str(year): plain(value) for year, value in sorted(self.outputs.items())}
        data["review"] = None if self.review is None else self.review.isoformat()
        return {**data, "scopes": list(self.scopes), "categories": list(self.categories)}


def from_record(data: dict[str, Any]) -> Target:
    """Return the target of stored data."""
    numbers = ("reduction", "coverage", "base_kg", "base_output")
    given = {name: Fraction(data[name]) if data.get(name) is not None else None for name in numbers}
    review = data.get("review")
    return Target(
        **{
            **data,
            **given,
            "scopes": tuple(data["scopes"]),
            "categories": tuple(data["categories"]),
            "outputs": {int(year): Fraction(value) for year, value in data["outputs"].items()},
            "review": None if review is None else date.fromisoformat(review),
        }
    )

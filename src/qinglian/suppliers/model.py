"""The nouns of purchasing: partners, mapped parts, purchase lines, received product footprints, answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qinglian.core.errors import QinglianError, Where
from qinglian.core.units import Unit

PARTS = ("scope12", "materials", "transport", "packaging", "waste")
"""Parts a footprint may be stated in; the hybrid method needs them, boundaries are drawn by them."""
ELSEWHERE = ("transport", "packaging")
"""Parts that another room may have booked."""
TARGETS = ("none", "committed", "set_unvalidated", "validated", "expired")
COUNTED_TARGETS = ("set_unvalidated", "validated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Who is bought from; `target` is None where nobody asked, which is not *none*."""

    id: str
    name: str = ""
    tier: int = 1
    target: str | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Our part and a partner's: so many of their units in one of ours, for a share of what we buy."""

    part: str
    partner: str
    their_part: str
    their_unit: Unit
    per_ours: Fraction
    share: Fraction = Fraction(1)
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.per_ours <= 0:
            raise QinglianError("suppliers.not_positive", self.where, name="per_ours", value=self.per_ours)
        if not 0 < self.share <= 1:
            raise QinglianError("suppliers.share_outside", self.where, name="share", value=self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A purchase line by the average method (a quantity) or the spend method (an amount of money).

    Parameters
    ----------
    end
        Exclusive.
    value
        Money paid, for coverage by spend; the quantity itself where it is money; None where unknown.
    elsewhere
        Parts (transport, packaging) that another room has booked.
    """

    reference: str
    facility: str
    start: date
    end: date
    partner: str
    activity: str
    quantity: Fraction
    unit: Unit
    part: str = ""
    price_year: int | None = None
    value: Fraction | None = None
    currency: str = ""
    elsewhere: frozenset[str] = frozenset()
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise QinglianError("suppliers.not_positive", self.where, name="quantity", value=self.quantity)
        if self.value is not None and not (self.currency or self.by_spend):
            raise QinglianError("suppliers.value_without_currency", self.where, reference=self.reference)
        if self.start >= self.end:
            raise QinglianError("suppliers.days_backwards", self.where, first=self.start, last=self.end)

    @property
    def by_spend(self) -> bool:
        """Whether it is money that was counted."""
        return self.unit.dimension.startswith("money")

    @property
    def paid_in(self) -> str:
        """Currency of what was paid; empty where nothing is known of it."""
        return self.unit.symbol if self.by_spend else self.currency

    @property
    def spent(self) -> Fraction | None:
        """Money paid, if known."""
        return self.quantity if self.by_spend else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """A product footprint as a partner states it: kg CO2e per unit; a proposal until it is decided on.

    Parameters
    ----------
    parts
        What the total consists of, as far as it is stated.
    primary_share
        Share of primary data; None where not stated, which is not zero.
    end
        Exclusive.
    """

    id: str
    partner: str
    their_part: str
    unit: Unit
    method: str
    total: Fraction
    parts: dict[str, Fraction]
    primary_share: Fraction | None
    quality: int
    start: date
    end: date
    source: str
    standard: str = ""
    where: Where | None = None

    def without(self, elsewhere: frozenset[str]) -> Fraction:
        """Return kg CO2e per unit less what is booked elsewhere.

        Raises
        ------
        QinglianError
            ``suppliers.boundary_unstated`` where a part is booked elsewhere and not stated here: it can then
            be neither taken out nor left in.
        """
        if unstated := sorted(elsewhere - self.parts.keys()):
            raise QinglianError(
                "suppliers.boundary_unstated", self.where, footprint=self.id, parts=", ".join(unstated)
            )
        return self.total - sum((self.parts[name] for name in elsewhere), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A partner's answer to an indicator; `share` is None where it was left open."""

    partner: str
    indicator: str
    share: Fraction | None
    where: Where | None = None

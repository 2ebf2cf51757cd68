"""The nouns of recovery: return lots, custody, inspection, disposition; waste in the terms of GRI 306.

Masses are exact fractions of kilograms. A lot's mass balance is enforced when its records meet: what was
disposed of and what is still in stock add up to what came in, to the gram, or to a stated weighing tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qinglian.core.errors import Problem, QinglianError, Where

OUTCOMES = ("reuse", "refurbish", "parts", "recycle", "energy", "landfill")
"""From the best use of a returned thing to the worst: the waste hierarchy."""

DIVERTED = ("preparation_for_reuse", "recycling", "other_recovery")
DISPOSED = ("incineration_with_energy", "incineration", "landfill", "other_disposal")
ROUTES = (*DIVERTED, *DISPOSED)
"""Routes of GRI 306: diverted from disposal (306-4), then directed to disposal (306-5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLot:
    """Things that came back together: who sent them, when, how many, and how heavy.

    Raises
    ------
    QinglianError
        ``recycling.not_positive`` for a lot without mass or with negative units.
    """

    id: str
    facility: str
    received: date
    category: str
    mass_kg: Fraction
    units: int | None = None
    origin: str = ""
    tolerance: Fraction = Fraction(0)
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.mass_kg <= 0:
            raise QinglianError("recycling.not_positive", self.where, name="mass", value=self.mass_kg)
        if self.units is not None and self.units <= 0:
            raise QinglianError("recycling.not_positive", self.where, name="units", value=self.units)
        if not 0 <= self.tolerance < 1:
            raise QinglianError("recycling.share_outside", self.where, name="tolerance", value=self.tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEvent:
    """A lot, or a part of it, changes hands."""

    lot: str
    day: date
    giver: str
    taker: str
    mass_kg: Fraction
    document: str = ""
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.mass_kg <= 0:
            raise QinglianError("recycling.not_positive", self.where, name="mass", value=self.mass_kg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The grade a part of a lot was given."""

    lot: str
    day: date
    grade: str
    mass_kg: Fraction
    inspector: str = ""
    where: Where | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What became of a part of a lot, and what was recovered from it.

    Parameters
    ----------
    outcome
        One of `OUTCOMES`.
    mass_kg
        What went in.
    recovered_kg
        What came out as a product or a material; the yield is ``recovered_kg / mass_kg``. None where it
        was not weighed: then there is no yield, not a yield of zero.
    material
        What was recovered, e.g. ``aluminium``; empty for whole products.

    Raises
    ------
    QinglianError
        ``recycling.outcome_unknown``, ``recycling.not_positive``, ``recycling.yield_above_one``.
    """

    lot: str
    day: date
    outcome: str
    mass_kg: Fraction
    recovered_kg: Fraction | None = None
    material: str = ""
    treated_by: str = ""
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            known = ", ".join(OUTCOMES)
            raise QinglianError("recycling.outcome_unknown", self.where, outcome=self.outcome, known=known)
        if self.mass_kg <= 0:
            raise QinglianError("recycling.not_positive", self.where, name="mass", value=self.mass_kg)
        if self.recovered_kg is not None and not 0 <= self.recovered_kg <= self.mass_kg:
            raise QinglianError(
                "recycling.yield_above_one", self.where, recovered=self.recovered_kg, mass=self.mass_kg
            )

    @property
    def yield_share(self) -> Fraction | None:
        """Share recovered of what went in."""
        return None if self.recovered_kg is None else self.recovered_kg / self.mass_kg


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteNote:
    """A consignment of waste by composition, hazard and route (GRI 306-3, -4, -5).

    Raises
    ------
    QinglianError
        ``recycling.route_unknown``, ``recycling.not_positive``.
    """

    id: str
    facility: str
    day: date
    composition: str
    hazardous: bool
    route: str
    mass_kg: Fraction
    on_site: bool = False
    treated_by: str = ""
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.route not in ROUTES:
            known = ", ".join(ROUTES)
            raise QinglianError("recycling.route_unknown", self.where, route=self.route, known=known)
        if self.mass_kg <= 0:
            raise QinglianError("recycling.not_positive", self.where, name="mass", value=self.mass_kg)

    @property
    def diverted(self) -> bool:
        """Whether it was diverted from disposal."""
        return self.route in DIVERTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What recovery replaces: a line of a baseline of avoided emissions.

    Parameters
    ----------
    material
        The recovered material it is granted for; empty for whole products.
    replaces, instead
        Activities of the ledger: what is not needed, and what takes its place; `instead` may be empty.
    share
        Mass replaced by one mass recovered.
    method
        Where baseline and share come from; a claim repeats it.

    Raises
    ------
    QinglianError
        ``recycling.share_outside``; ``recycling.credit_nothing`` where both activities are the same.
    """

    baseline: str
    outcome: str
    material: str
    replaces: str
    instead: str = ""
    share: Fraction = Fraction(1)
    method: str
    where: Where | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise QinglianError("recycling.share_outside", self.where, name="share", value=self.share)
        if self.replaces == self.instead:
            raise QinglianError("recycling.credit_nothing", self.where, activity=self.replaces)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is granted for."""
        return self.baseline, self.outcome, self.material


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a recycler states of a lot."""

    id: str
    lot: str
    issued: date
    issuer: str
    received_kg: Fraction
    recovered_kg: Fraction | None = None
    rate: Fraction | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What came in with a lot, what went where, and what is still in stock."""

    lot: ReturnLot
    disposed_kg: Fraction

    @property
    def stock_kg(self) -> Fraction:
        """What has not been disposed of; negative only within the lot's weighing tolerance."""
        return self.lot.mass_kg - self.disposed_kg


def balance(lot: ReturnLot, dispositions: Iterable[Disposition]) -> Balance:
    """Return a lot's mass balance.

    Raises
    ------
    QinglianError
        ``recycling.balance_broken`` where more went out than came in and was weighed twice within tolerance.
    """
    disposed = sum((part.mass_kg for part in dispositions if part.lot == lot.id), Fraction(0))
    result = Balance(lot, disposed)
    if -result.stock_kg > lot.mass_kg * lot.tolerance:
        raise QinglianError(
            "recycling.balance_broken",
            lot.where,
            lot=lot.id,
            came=lot.mass_kg,
            went=disposed,
            excess=-result.stock_kg,
        )
    return result


def custody_breaks(lot: ReturnLot, events: Iterable[CustodyEvent]) -> list[Problem]:
    """Name every hand-over of a lot that its chain of custody does not bear.

    Nobody hands over more than was received, ``recycling.custody_excess``, and nobody before the lot came in,
    ``recycling.custody_early``. The facility that took the lot in holds all of it at first.
    """
    held: dict[str, Fraction] = {lot.facility: lot.mass_kg * (1 + lot.tolerance)}
    problems = []
    for event in sorted(events, key=lambda event: event.day):
        if event.lot != lot.id:
            continue
        if event.day < lot.received:
            days = {"lot": lot.id, "day": event.day, "received": lot.received}
            problems.append(Problem("recycling.custody_early", event.where, days))
        has = held.get(event.giver, Fraction(0))
        if event.mass_kg > has:
            masses = {"lot": lot.id, "giver": event.giver, "mass": event.mass_kg, "has": has}
            problems.append(Problem("recycling.custody_excess", event.where, masses))
        held[event.giver] = has - event.mass_kg
        held[event.taker] = held.get(event.taker, Fraction(0)) + event.mass_kg
    return problems

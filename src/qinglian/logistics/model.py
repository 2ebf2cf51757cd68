"""The nouns of logistics: operation categories, energy, shipments, chain elements (ISO 14083 terms).

Masses are exact kilograms, distances exact kilometres, intensities exact kilograms of CO2e per unit of
activity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from qinglian.core.errors import QinglianError, Where

MODES = ("road", "rail", "air", "sea", "inland_waterway")
DISTANCE_KINDS = ("actual", "sfd", "gcd")
TIERS = ("primary", "modelled", "default")
LONGEST_PERIOD_DAYS = 366
"""Primary data cover at most twelve months (ISO 14083)."""


@dataclass(frozen=True, slots=True)
class Emission:
    """Kilograms of CO2e at the vehicle (TTW) and before it (WTT); well-to-wheel is their sum."""

    ttw: Fraction = Fraction(0)
    wtt: Fraction = Fraction(0)

    @property
    def wtw(self) -> Fraction:
        """Well-to-wheel."""
        return self.ttw + self.wtt

    def __add__(self, other: Emission) -> Emission:
        return Emission(self.ttw + other.ttw, self.wtt + other.wtt)

    def times(self, amount: Fraction) -> Emission:
        """Return this so many times."""
        return Emission(self.ttw * amount, self.wtt * amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who carries; `own` where the reporting company operates the vehicles."""

    id: str
    title: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyUse:
    """What a category used of one energy carrier in its period, empty trips included.

    Parameters
    ----------
    per_unit
        Kilograms of CO2e per `unit`. Of electricity all of it is well-to-tank.

    Raises
    ------
    QinglianError
        ``logistics.electric_ttw`` where electricity is said to emit at the vehicle.
    """

    operation: str
    carrier: str
    feedstock: str
    quantity: Fraction
    unit: str
    per_unit: Emission
    facility: str = ""
    source: str = ""
    where: Where | None = None

    def __post_init__(self) -> None:
        if self.carrier == "electric" and self.per_unit.ttw:
            raise QinglianError("logistics.electric_ttw", self.where, name=self.operation)

    @property
    def emission(self) -> Emission:
        """What all of it emits."""
        return self.per_unit.times(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleUse:
    """How a modelled category runs its vehicles.

    Parameters
    ----------
    vehicle
        Activity of its factors per vehicle-kilometre, without ``freight.``.
    payload_t
        Most that it carries.
    load_factor
        Share of the payload used on loaded kilometres.
    empty_factor
        Empty share of all kilometres.

    Raises
    ------
    QinglianError
        ``logistics.load_factor_outside``, ``logistics.empty_factor_outside``.
    """

    vehicle: str
    payload_t: Fraction
    load_factor: Fraction
    empty_factor: Fraction
    where: Where | None = None

    def __post_init__(self) -> None:
        if not 0 < self.load_factor <= 1:
            raise QinglianError("logistics.load_factor_outside", self.where, value=self.load_factor)
        if not 0 <= self.empty_factor < 1:
            raise QinglianError("logistics.empty_factor_outside", self.where, value=self.empty_factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A transport or hub operation category: exactly one ground for its intensity.

    Parameters
    ----------
    mode
        One of `MODES`, or ``hub``.
    unit
        Unit of its activity: ``tkm``, ``TEUkm`` or, for hubs, ``t``.
    distance_kind
        Kind of distance its intensity was made for; empty for hubs.
    factor, technology
        Of tier default: activity in the factor packs without ``freight.``.
    stated, vehicle, activity
        The other grounds: stated values; a vehicle model; the activity its energy was used for.

    Raises
    ------
    QinglianError
        ``logistics.ground`` unless there is one ground and it fits the tier; ``logistics.period_missing``,
        ``logistics.period_too_long`` of primary data.
    """

    id: str
    mode: str
    tier: str
    unit: str = "tkm"
    distance_kind: str = ""
    carrier: str = ""
    temperature: str = "ambient"
    hub_type: str = ""
    factor: str = ""
    technology: str = ""
    stated: Emission | None = None
    vehicle: VehicleUse | None = None
    activity: Fraction | None = None
    energy: tuple[EnergyUse, ...] = ()
    start: date | None = None
    end: date | None = None
    source: str = ""
    where: Where | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        grounds = {
            "factor": (bool(self.factor), ("default",)),
            "stated": (self.stated is not None, ("primary", "modelled")),
            "vehicle": (self.vehicle is not None, ("modelled",)),
            "energy": (bool(self.energy), ("primary",)),
        }
        given = [name for name, (there, _) in grounds.items() if there]
        if len(given) != 1 or self.tier not in grounds[given[0]][1]:
            raise QinglianError(
                "logistics.ground", self.where, name=self.id, tier=self.tier, given=", ".join(given) or "-"
            )
        if self.energy and not self.activity:
            raise QinglianError("logistics.activity_missing", self.where, name=self.id)
        if self.energy:
            self._check_period()

    def _check_period(self) -> None:
        if self.start is None or self.end is None or self.end <= self.start:
            raise QinglianError("logistics.period_missing", self.where, name=self.id)
        if (self.end - self.start).days > LONGEST_PERIOD_DAYS:
            raise QinglianError("logistics.period_too_long", self.where, name=self.id)

    @property
    def is_hub(self) -> bool:
        """Whether it is a hub operation category."""
        return self.mode == "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Exact kilometres of a kind, how they were found, and the passages taken."""

    km: Fraction
    kind: str
    method: str = "as stated"
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Goods handed over as one. Mass counts the packaging handed over, not the carrier's equipment.

    Raises
    ------
    QinglianError
        ``logistics.not_positive``, ``logistics.period_missing``.
    """

    id: str
    facility: str
    start: date
    end: date
    mass_kg: Fraction
    direction: str
    paid_by: str = ""
    incoterm: str = ""
    product: str = ""
    where: Where | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.mass_kg <= 0:
            raise QinglianError("logistics.not_positive", self.where, name=self.id, value=self.mass_kg)
        if self.end <= self.start:
            raise QinglianError("logistics.period_missing", self.where, name=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a carrier states of an element; None where it states nothing."""

    activity: Fraction | None = None
    wtw: Fraction | None = None
    ttw: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One transport chain element: transport of a category, or handling in a hub.

    `distance` is None for hubs; `teu` only where its category counts TEU-kilometres.
    """

    shipment: str
    id: str
    position: int
    category: str
    mass_kg: Fraction
    distance: Distance | None = None
    teu: Fraction | None = None
    carrier: str = ""
    origin: str = ""
    destination: str = ""
    paid_by: str = ""
    claim: Claim = Claim()
    where: Where | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Shipment and element."""
        return f"{self.shipment}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A vehicle's run for the operational view.

    Raises
    ------
    QinglianError
        ``logistics.overloaded``.
    """

    id: str
    vehicle: str
    km: Fraction
    load_t: Fraction
    payload_t: Fraction
    where: Where | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.load_t > self.payload_t:
            raise QinglianError(
                "logistics.overloaded", self.where, name=self.id, load=self.load_t, payload=self.payload_t
            )

    @property
    def load_share(self) -> Fraction:
        """Share of the payload used."""
        return self.load_t / self.payload_t

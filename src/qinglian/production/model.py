"""The nouns of production scheduling, after ISA-95 and the scheduling literature (`R | M_j, r_j, s_ijk | …`).

Everything is exact: time is whole minutes since the start of the horizon (elapsed minutes of UTC, so a local
day may have 1,380 or 1,500 of them), power is whole watts, energy whole watt-minutes, prices are millionths
of the currency per kWh and intensities mg of CO2e per kWh. Readers convert; local time stays at the edges.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Literal

from qinglian.core.errors import QinglianError

Intensities = Literal["location", "market", "marginal"]
SINGLE_STAGE = ""
WATT_MINUTES_PER_KWH = 60_000


@dataclass(frozen=True, slots=True)
class Horizon:
    """The planned time: `minutes` from `start` (UTC); tables reach to `limit`, for what is finished late.

    Beyond `minutes` the readers repeat the last seven days of calendars and the last day of hourly values.
    """

    start: datetime
    minutes: int
    limit: int
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0):
            raise ValueError("a horizon starts at a moment in UTC")
        if not 0 < self.minutes <= self.limit:
            raise ValueError(f"a horizon of {self.minutes} minutes within {self.limit}")

    @property
    def hours(self) -> int:
        """Hours the hourly tables need to cover `limit`."""
        return -(-self.limit // 60)


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes from `start` up to, not including, `end`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"an empty window: {self.start} .. {self.end}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a line may work: ordered, disjoint open windows within ``[0, limit)``.

    `resumable` work pauses at a closed minute and goes on later; other work must fit into one window. A
    setup and the run after it are two pieces of work: a pause may lie between them.
    """

    id: str
    open: tuple[Window, ...]
    resumable: bool = True

    def __post_init__(self) -> None:
        for before, after in zip(self.open, self.open[1:], strict=False):
            if before.end >= after.start:
                raise ValueError(f"calendar {self.id}: windows touch, overlap or are out of order")


@dataclass(frozen=True, slots=True)
class Hall:
    """Lines under one roof and the base load they share, in watts.

    The load is `setback_w` while no line of the hall is active. A line is active in every state but off.
    """

    id: str
    base_w: int = 0
    setback_w: int = 0


@dataclass(frozen=True, slots=True)
class Power:
    """Draw of a line in each state, in watts; `off` is what it draws when switched off."""

    run: int
    idle: int = 0
    setup: int = 0
    start_up: int = 0
    off: int = 0

    def __post_init__(self) -> None:
        if min(self.run, self.idle, self.setup, self.start_up, self.off) < 0:
            raise ValueError("power is not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A resource that makes one lot at a time.

    Parameters
    ----------
    setup_group
        Lines of one group share a setup matrix; `setup_factor` scales its minutes for this line.
    first_setup
        Minutes of the first setup where the line starts without a family (`family` is empty).
    ready
        Whether the line is warm at minute 0; a line that is not must start up first.
    start_up_minutes, minimum_off_minutes
        Leaving the off state takes `start_up_minutes`; a line once off stays off for at least
        `minimum_off_minutes`. Start-up happens in any minute, also outside the calendar.
    available
        The minute from which it is free: what runs before that is none of this plan's.
    """

    id: str
    power: Power
    hall: str = ""
    stage: str = SINGLE_STAGE
    setup_group: str = ""
    setup_factor: Decimal = Decimal(1)
    first_setup: Decimal = Decimal(0)
    start_up_minutes: int = 0
    minimum_off_minutes: int = 0
    calendar: str = ""
    family: str = ""
    ready: bool = True
    available: int = 0


@dataclass(frozen=True, slots=True)
class Family:
    """Products made alike; no setup within a family.

    `stages` are passed in order, each on a line of that stage.
    """

    id: str
    stages: tuple[str, ...] = (SINGLE_STAGE,)
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A line that can make a family: minutes per unit, and the run's power where it is not the line's."""

    line: str
    family: str
    minutes_per_unit: Decimal
    run_w: int | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """Minutes to change a line of a group from one family to another.

    An empty `before` is the first setup of a line that has made nothing yet; it comes before the line's own
    `first_setup`.
    """

    group: str
    before: str
    after: str
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Crew:
    """At most `size` setups at a time on the lines of the setup groups it serves."""

    id: str
    size: int
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A demand: units of a family, when material is ready, when it is due, how much lateness weighs."""

    id: str
    family: str
    units: int
    release: int = 0
    due: int
    weight: int = 1
    deadline: int | None = None
    kit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is sequenced: one order, or orders of one family and kit produced together (`orders`)."""

    id: str
    family: str
    units: int
    release: int = 0
    due: int
    weight: int = 1
    deadline: int | None = None
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tariff:
    """Price of a bought kWh by hour of the horizon, in millionths of the currency; `demand` per kW of peak.

    `feed_in` is paid for a kWh of own generation that the site does not use.
    """

    currency: str
    prices: tuple[int, ...]
    demand: int = 0
    feed_in: int = 0
    peak_minutes: int = 15


@dataclass(frozen=True, slots=True)
class CarbonIntensity:
    """Intensity of a bought kWh by hour, in mg CO2e.

    Location average, market and marginal are different answers. `name` says whose figure it is (publisher,
    dataset, version); every report prints it.
    """

    method: Intensities
    name: str
    milligrams: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """Own generation of the site by hour, in watts, used before anything is bought."""

    watts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """A lot (at a stage) stays on its line and, where `start` is given, starts exactly then."""

    lot: str
    line: str
    start: int | None = None
    stage: str = SINGLE_STAGE


@dataclass(frozen=True, kw_only=True)
class Instance:
    """All a plan is made from. References are checked on construction; ids are unique.

    Raises
    ------
    QinglianError
        ``production.twice`` for an id given twice, ``production.unknown`` for a reference to nothing,
        ``production.hours_short`` where an hourly table does not cover ``horizon.limit``.
    """

    horizon: Horizon
    lines: tuple[Line, ...]
    families: tuple[Family, ...]
    eligibility: tuple[Eligibility, ...]
    lots: tuple[Lot, ...]
    setups: tuple[Setup, ...] = ()
    halls: tuple[Hall, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    crews: tuple[Crew, ...] = ()
    orders: tuple[Order, ...] = ()
    pins: tuple[Pin, ...] = ()
    tariff: Tariff | None = None
    intensities: tuple[CarbonIntensity, ...] = ()
    generation: Generation = field(default_factory=Generation)
    minimum_run_minutes: int = 1
    name: str = ""

    def __post_init__(self) -> None:
        for kind in ("lines", "families", "lots", "halls", "calendars", "crews", "orders"):
            _unique(kind, [item.id for item in getattr(self, kind)])
        _unique("eligibility", [(e.line, e.family) for e in self.eligibility])
        _unique("setups", [(s.group, s.before, s.after) for s in self.setups])
        _unique("pins", [(p.lot, p.stage) for p in self.pins])
        families = self.family_of.keys()
        for table in (self.eligibility, self.lots, self.orders):
            _known("family", (item.family for item in table), families)
        _known("family", (line.family for line in self.lines if line.family), families)
        _known("family", (s.after for s in self.setups), families)
        _known("family", (s.before for s in self.setups if s.before), families)
        for rows in (self.eligibility, self.pins):
            _known("line", (item.line for item in rows), self.line_of.keys())
        _known("lot", (pin.lot for pin in self.pins), self.lot_of.keys())
        _known("hall", (line.hall for line in self.lines if line.hall), {hall.id for hall in self.halls})
        _known("calendar", (line.calendar for line in self.lines if line.calendar), self.calendar_of.keys())
        self._check_hours()

    def _check_hours(self) -> None:
        tables = [("intensity", item.milligrams) for item in self.intensities]
        if self.tariff is not None:
            tables.append(("tariff", self.tariff.prices))
        if self.generation.watts:
            tables.append(("generation", self.generation.watts))
        for name, values in tables:
            if len(values) < self.horizon.hours:
                hours = self.horizon.hours
                raise QinglianError("production.hours_short", table=name, given=len(values), needed=hours)

    @cached_property
    def line_of(self) -> dict[str, Line]:
        """Lines by id."""
        return {line.id: line for line in self.lines}

    @cached_property
    def family_of(self) -> dict[str, Family]:
        """Families by id."""
        return {family.id: family for family in self.families}

    @cached_property
    def lot_of(self) -> dict[str, Lot]:
        """Lots by id."""
        return {lot.id: lot for lot in self.lots}

    @cached_property
    def calendar_of(self) -> dict[str, Calendar]:
        """Calendars by id."""
        return {calendar.id: calendar for calendar in self.calendars}

    @cached_property
    def eligible(self) -> dict[tuple[str, str], Eligibility]:
        """Eligibility by (line, family)."""
        return {(item.line, item.family): item for item in self.eligibility}

    @cached_property
    def matrix(self) -> dict[tuple[str, str, str], Decimal]:
        """Base setup minutes by (group, before, after)."""
        return {(item.group, item.before, item.after): item.minutes for item in self.setups}

    def run_minutes(self, lot: Lot, line: str) -> int | None:
        """Working minutes of a lot on a line; None where the line cannot make it."""
        found = self.eligible.get((line, lot.family))
        if found is None:
            return None
        return max(self.minimum_run_minutes, whole(lot.units * found.minutes_per_unit)) if lot.units else 0

    def setup_minutes(self, line: str, before: str, after: str) -> int:
        """Working minutes to set a line up; `before` is empty for a line that has made nothing yet.

        A pair that the matrix does not name takes no time.
        """
        item = self.line_of[line]
        if before == after:
            return 0
        unnamed = Decimal(0) if before else item.first_setup
        return whole(self.matrix.get((item.setup_group, before, after), unnamed) * item.setup_factor)

    def run_power(self, line: str, family: str) -> int:
        """Watts of a line while it makes a family."""
        own = self.eligible[line, family].run_w
        return self.line_of[line].power.run if own is None else own

    def operations(self, lot: Lot) -> tuple[str, ...]:
        """The stages a lot passes, in order."""
        return self.family_of[lot.family].stages


def whole(minutes: Decimal) -> int:
    """Round to whole minutes, halves to even."""
    return int(minutes.to_integral_value(ROUND_HALF_EVEN))


def _unique(kind: str, names: Iterable[Hashable]) -> None:
    seen: set[Hashable] = set()
    for name in names:
        if name in seen:
            raise QinglianError("production.twice", kind=kind, name=name)
        seen.add(name)


def _known(kind: str, names: Iterable[str], known: Container[str]) -> None:
    for name in names:
        if name not in known:
            raise QinglianError("production.unknown", kind=kind, name=name)

"""An activity record as it is posted: what was used or moved, where, when, and by which evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter

from qinglian.core.errors import QinglianError, Where
from qinglian.core.units import parse_unit

ACTUAL = "actual"
QUANTITY_BASES = {"metered": 1, "invoiced": 2, "estimated": 3, "spend": 4}
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One activity record.

    The quantity is exact: ``mantissa / 10**decimals`` of ``unit`` (a core unit symbol). The period is
    half-open, in UTC and as local dates of the facility. ``scenario`` is ``actual``, ``plan:ID``,
    ``baseline:ID`` or ``forecast:ID``; inventories read ``actual`` only.
    """

    facility: str
    activity: str
    mantissa: int
    decimals: int
    unit: str
    start_utc: datetime
    end_utc: datetime
    start_local: date
    end_local: date
    technology: str = ""
    source: str = ""
    reference: str = ""
    scenario: str = ACTUAL
    dimension: str = ""
    product: str = ""
    lot: str = ""
    counterparty: str = ""
    zone: str = ""
    quantity_basis: str = "invoiced"
    quality: int | None = None
    currency: str = ""
    price_year: int | None = None
    boundary: str = ""
    realises: str = ""
    note: str = ""
    sheet: str | None = None
    row: int | None = None

    @property
    def where(self) -> Where:
        """Where the record stands in its file."""
        return Where(sheet=self.sheet, row=self.row)

    @property
    def measure(self) -> tuple[str, Fraction]:
        """Dimension, and the exact quantity in its base unit: equal measures are equal in any unit."""
        unit = parse_unit(self.unit)
        return unit.dimension, Fraction(self.mantissa, 10**self.decimals) * unit.scale

    def check(self) -> None:
        """Refuse what no reader should have let through.

        Raises
        ------
        QinglianError
            ``ledger.period_empty``, ``ledger.basis_unknown``, ``ledger.scenario_unknown``.
        """
        if self.end_utc <= self.start_utc or self.end_local <= self.start_local:
            raise QinglianError("ledger.period_empty", self.where)
        if self.quantity_basis not in QUANTITY_BASES:
            known = ", ".join(QUANTITY_BASES)
            raise QinglianError("ledger.basis_unknown", self.where, basis=self.quantity_basis, known=known)
        if self.scenario == ACTUAL:
            return
        kind, _, name = self.scenario.partition(":")
        if kind not in {"plan", "baseline", "forecast"} or not name:
            raise QinglianError("ledger.scenario_unknown", self.where, scenario=self.scenario)


_named = attrgetter(
    "scenario",
    "facility",
    "activity",
    "technology",
    "source",
    "reference",
    "product",
    "lot",
    "counterparty",
)


def business_key(fact: Fact) -> int:
    """64-bit key of what a record is about; two live records of one key describe the same thing.

    A key says where to look, not that two records are the same: posting compares the records themselves.
    """
    words = "\x1f".join(_named(fact))
    text = f"{words}\x1f{utc_seconds(fact.start_utc)}\x1f{utc_seconds(fact.end_utc)}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


@lru_cache(maxsize=65_536)  # moments of a batch repeat
def utc_seconds(moment: datetime) -> int:
    """Whole seconds since 1970-01-01 UTC."""
    return int(moment.timestamp())


def from_utc_seconds(seconds: int) -> datetime:
    """Inverse of :func:`utc_seconds`."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def from_day_number(number: int) -> date:
    """Inverse of :func:`day_number`."""
    return date.fromordinal(number + EPOCH)

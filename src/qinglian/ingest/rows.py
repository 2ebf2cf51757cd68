"""One checked row of a file, field by field what the ledger's fact wants."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from qinglian.core.errors import Where
from qinglian.ledger.facts import Fact


class FactRow(NamedTuple):
    """A checked record of a file.

    The quantity is exact: ``mantissa / 10**decimals`` of ``unit`` (a core unit symbol). The period is
    half-open: ``start_utc`` to ``end_utc``, and local days of the facility ``start_local`` to ``end_local``
    (not included). A tuple, because a file has millions of them.
    """

    facility: str
    activity: str
    technology: str
    source: str
    reference: str
    scenario: str
    dimension: str
    product: str
    lot: str
    counterparty: str
    mantissa: int
    decimals: int
    unit: str
    start_utc: datetime
    end_utc: datetime
    start_local: date
    end_local: date
    zone: str
    quantity_basis: str
    quality: int | None
    currency: str
    price_year: int | None
    boundary: str
    realises: str
    note: str
    sheet: str | None
    row: int

    @property
    def where(self) -> Where:
        """Where the row stands in its file."""
        return Where(sheet=self.sheet, row=self.row)

    def fact(self) -> Fact:
        """Return the record as the ledger posts it."""
        return Fact(**self._asdict())

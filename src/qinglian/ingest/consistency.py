"""Columns that are each right alone and do not go together."""

from __future__ import annotations

from operator import lt
from typing import TYPE_CHECKING

from qinglian.core.decimals import Scaled
from qinglian.core.errors import Problem
from qinglian.core.units import UNITS
from qinglian.ingest.activities import fits, measures
from qinglian.ingest.column_reading import MONEY, QUANTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from qinglian.core.errors import Where
    from qinglian.ingest.column_reading import Columns
    from qinglian.ingest.rows import FactRow


def inconsistencies(
    rows: Sequence[FactRow], read: Columns, now: datetime, where: Callable[[int, str], Where]
) -> Iterator[tuple[int, Problem]]:
    """Yield index and first fault of each row that cannot be right.

    Negative quantity, end not after start, actual record that begins after `now`, unit that does not measure
    the activity, currency that is not the unit's.
    """
    for index in _suspects(rows, read, now):
        fault = _fault(rows[index], now)
        if fault is not None:
            column, code, params = fault
            yield index, Problem(f"ingest.{code}", where(rows[index].row, column), params)


def _suspects(rows: Sequence[FactRow], read: Columns, now: datetime) -> Iterable[int]:
    """Return the rows that need a look: none in most chunks, found by whole columns."""
    kinds = set(zip(read["activity"], read["unit"], read["currency"], strict=True))
    if not all(_agree(*kind) for kind in kinds):
        return range(len(rows))
    starts, ends = read["start_utc"], read["end_utc"]
    if not rows or (min(read[QUANTITY]) >= 0 and max(starts) <= now and all(map(lt, starts, ends))):
        return ()
    return range(len(rows))


def _agree(activity: str, unit: str, currency: str) -> bool:
    return fits(activity, UNITS[unit].dimension) and _priced(unit, currency)


def _priced(unit: str, currency: str) -> bool:
    dimension = UNITS[unit].dimension
    return not dimension.startswith(MONEY) or dimension == f"{MONEY}{currency})"


def _fault(row: FactRow, now: datetime) -> tuple[str, str, dict[str, object]] | None:
    """Return column, code and params of the first fault."""
    if row.mantissa < 0:
        return QUANTITY, "quantity_negative", {"quantity": str(Scaled(row.mantissa, row.decimals))}
    if row.end_utc <= row.start_utc:
        return "end", "period_reversed", {"start": row.start_utc, "end": row.end_utc}
    if row.start_utc > now and row.scenario == "actual":
        return "start", "date_future", {"start": row.start_local}
    if not fits(row.activity, UNITS[row.unit].dimension):
        measured = UNITS[row.unit].dimension
        usual = measures(row.activity)
        params: dict[str, object] = {
            "unit": row.unit,
            "dimension": measured,
            "activity": row.activity,
            "measures": usual,
        }
        return "unit", "unit_implausible", params
    if not _priced(row.unit, row.currency):
        return "currency", "currency_mismatch", {"currency": row.currency, "unit": row.unit}
    return None

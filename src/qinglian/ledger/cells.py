"""Cells of time: the stretch a sum of quantities belongs to, as one integer that says itself what it is.

A month is ``year * 12 + month - 1``. Where a factor begins or ends inside a month, the records of that month
are summed by their own days instead: ``1,000,000 + start_day * 32 + days``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from qinglian.ledger.facts import day_number, from_day_number

DAYS = 1_000_000
LONGEST = 32  # a sealed part lies within one month
CELL = pa.schema([("cell", pa.int32()), ("first_day", pa.int32()), ("end_day", pa.int32())])
BY_MONTH = "f.month"
BY_DAYS = f"{DAYS} + f.start_day * {LONGEST} + f.end_day - f.start_day"


def cell_days(cell: int) -> tuple[int, int]:
    """Day numbers of a cell, half-open."""
    if cell >= DAYS:
        start, length = divmod(cell - DAYS, LONGEST)
        return start, start + length
    return month_days(cell)


def month_days(month: int) -> tuple[int, int]:
    """Day numbers of a month given as ``year * 12 + month - 1``, half-open."""
    first = date(month // 12, month % 12 + 1, 1)
    after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return day_number(first), day_number(after)


def month_of(day: int) -> int:
    """Month of a day number."""
    date_of = from_day_number(day)
    return date_of.year * 12 + date_of.month - 1


def on_month_start(day: int) -> bool:
    """Whether a day number is the first of a month."""
    return from_day_number(day).day == 1


def cell_table(cells: Iterable[int]) -> pa.Table:
    """Cells with their days, for a join."""
    numbers = sorted(set(cells))
    spans = [cell_days(number) for number in numbers]
    return pa.table([numbers, [first for first, _ in spans], [end for _, end in spans]], schema=CELL)

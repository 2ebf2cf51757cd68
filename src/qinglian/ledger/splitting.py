"""Splitting a record that crosses a month into parts that sum to it exactly."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

from qinglian.ledger.facts import day_number, from_day_number

MAX_MANTISSA = 10**18
EXTRA_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a record: its local days (half-open) and its exact quantity."""

    start_day: int
    end_day: int
    mantissa: int
    decimals: int


def month_cuts(start_day: int, end_day: int) -> list[int]:
    """Days on which a month begins strictly inside ``(start_day, end_day)``."""
    cuts = []
    day = from_day_number(start_day)
    while (number := day_number(day := _next_month(day))) < end_day:
        cuts.append(number)
    return cuts


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def split_by_days(start_day: int, end_day: int, mantissa: int, decimals: int) -> list[Part]:
    """Split at month starts in proportion to days.

    Up to six decimals are added so that a part is not rounded to whole units; what cannot be divided
    evenly goes to the parts with the largest remainders, earlier parts first. Splitting the negative of a
    quantity gives the negative parts: a reversal nets to zero in every month.
    """
    cuts = month_cuts(start_day, end_day)
    if not cuts:
        return [Part(start_day, end_day, mantissa, decimals)]
    edges = [start_day, *cuts, end_day]
    spans = list(itertools.pairwise(edges))
    extra = _room(mantissa)
    shares = apportion(mantissa * 10**extra, [end - start for start, end in spans])
    return [
        Part(start, end, share, decimals + extra) for (start, end), share in zip(spans, shares, strict=True)
    ]


def _room(mantissa: int) -> int:
    extra = EXTRA_DECIMALS
    while extra and abs(mantissa) * 10**extra >= MAX_MANTISSA:
        extra -= 1
    return extra


def apportion(total: int, weights: list[int]) -> list[int]:
    """Divide an integer by weights, exactly: largest remainders first, ties to the earlier weight."""
    whole = sum(weights)
    sign, size = (-1, -total) if total < 0 else (1, total)
    shares = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]

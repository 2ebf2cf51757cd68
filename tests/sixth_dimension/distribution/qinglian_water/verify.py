"""Recompute what the utility billed from the two readings; says which bill fails, repairs nothing."""

from __future__ import annotations

from collections.abc import Iterable

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem
from qinglian_water.model import Reading


def verify_bills(readings: Iterable[Reading]) -> tuple[Problem, ...]:
    """Return a problem for each bill that is not what the meter ran."""
    return tuple(
        Problem(
            "water.bill_wrong",
            row.where,
            {"reference": row.reference, "billed": plain(row.billed), "metered": plain(row.volume)},
        )
        for row in readings
        if row.billed is not None and row.billed != row.volume
    )

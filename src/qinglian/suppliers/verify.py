"""Recompute what partners state of their footprints, from the statement and our mapping alone."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinglian.suppliers.model import Footprint
    from qinglian.suppliers.readers import SupplierFolder

TOLERANCE = Fraction(1, 200)
"""Parts and total are rounded apart: half a per cent of the total is allowed."""


def verify_footprints(folder: SupplierFolder) -> tuple[Problem, ...]:
    """Return every statement of every footprint that does not hold."""
    return tuple(problem for one in folder.footprints for problem in checks(folder, one))


def checks(folder: SupplierFolder, footprint: Footprint) -> list[Problem]:
    """Return what speaks against a proposal: sums, missing parts, units, periods, boundaries."""
    failed = _sums(footprint)
    mapped = folder.mapped(footprint)
    if not mapped:
        failed.append(_problem("suppliers.unmapped", footprint, {"part": footprint.their_part}))
    for mapping in mapped.values():
        if mapping.their_unit.dimension != footprint.unit.dimension:
            units = {"mapped": mapping.their_unit.symbol, "stated": footprint.unit.symbol}
            failed.append(_problem("suppliers.unit_differs", footprint, units))
    bought = [one for one in folder.purchases if one.partner == footprint.partner and one.part in mapped]
    if bought and not any(one.start >= footprint.start and one.end <= footprint.end for one in bought):
        days = {"start": footprint.start.isoformat(), "end": footprint.end.isoformat()}
        failed.append(_problem("suppliers.period_apart", footprint, days))
    elsewhere = frozenset(name for one in bought for name in one.elsewhere)
    if unstated := sorted(elsewhere - footprint.parts.keys()):
        failed.append(_problem("suppliers.boundary_unstated", footprint, {"parts": ", ".join(unstated)}))
    return failed


def _sums(footprint: Footprint) -> list[Problem]:
    stated = sum(footprint.parts.values(), Fraction(0))
    values = {"total": plain(footprint.total), "sum": plain(stated)}
    if footprint.method == "hybrid":
        needed = [
            name for name in ("scope12", "materials", "transport", "waste") if name not in footprint.parts
        ]
        if needed:
            return [_problem("suppliers.hybrid_incomplete", footprint, {"parts": ", ".join(needed)})]
        if abs(stated - footprint.total) > footprint.total * TOLERANCE:
            return [_problem("suppliers.sum_differs", footprint, values)]
    elif stated > footprint.total * (1 + TOLERANCE):
        return [_problem("suppliers.sum_differs", footprint, values)]
    return []


def _problem(code: str, footprint: Footprint, values: Mapping[str, object]) -> Problem:
    named = {"footprint": footprint.id, "partner": footprint.partner}
    return Problem(code, footprint.where, {**named, **values})

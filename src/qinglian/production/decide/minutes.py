"""Exact minutes of runs and setups for all lines at once: what `Instance` says one by one, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from qinglian.production.model import Instance

Ints = NDArray[np.int32]
_SAFE = 2**62
_LONGEST = 2**30


def scaled(values: Sequence[Decimal]) -> tuple[NDArray[Any], int]:
    """Return integers and the power of ten that divides them; Python integers where int64 is short."""
    places = max((max(0, -int(value.as_tuple().exponent)) for value in values), default=0)
    whole = [int(value.scaleb(places)) for value in values]
    wide = max((abs(value) for value in whole), default=0) >= 2**31
    return np.array(whole, dtype=object if wide else np.int64), places


def rounded_product(left: NDArray[Any], right: NDArray[Any], places: int) -> Ints:
    """Multiply and divide by ``10**places``, halves to even, as `whole` does for one value."""
    if places > 17 or _largest(left) * _largest(right) >= _SAFE:
        left, right = left.astype(object), right.astype(object)
    unit = 10**places
    product = left * right
    quotient = product // unit
    twice = 2 * (product - quotient * unit)
    up = (twice > unit) | ((twice == unit) & (quotient % 2 == 1))
    minutes = quotient + up.astype(quotient.dtype)
    short: Ints = np.minimum(minutes, _LONGEST).astype(np.int32)
    return short


def _largest(values: NDArray[Any]) -> int:
    return int(np.abs(values).max()) if values.size else 0


def run_minutes(instance: Instance) -> Ints:
    """Working minutes by (line, lot); -1 where the line cannot make the lot or the lot is empty."""
    lines = {line.id: index for index, line in enumerate(instance.lines)}
    families = {family.id: index for index, family in enumerate(instance.families)}
    rates, places = scaled([item.minutes_per_unit for item in instance.eligibility])
    row_of = np.full((len(lines), len(families)), -1, dtype=np.int64)
    for row, item in enumerate(instance.eligibility):
        row_of[lines[item.line], families[item.family]] = row
    lot_family = np.array([families[lot.family] for lot in instance.lots], dtype=np.int64)
    units = np.array([lot.units for lot in instance.lots], dtype=np.int64)
    rows = row_of[:, lot_family]
    able = (rows >= 0) & (units > 0)[None, :]
    minutes = np.full(rows.shape, -1, dtype=np.int32)
    which_line, which_lot = np.nonzero(able)
    found = rounded_product(rates[rows[which_line, which_lot]], units[which_lot], places)
    minutes[which_line, which_lot] = np.maximum(instance.minimum_run_minutes, found)
    return minutes


def setup_classes(instance: Instance) -> tuple[Ints, Ints]:
    """Group families that no setup tells apart.

    Returns
    -------
    tuple
        The class of each family, and the setup minutes by (line, class before, class after); the last class
        stands for a line that has made nothing yet.
    """
    families = {family.id: index for index, family in enumerate(instance.families)}
    groups = {name: index for index, name in enumerate(sorted({line.setup_group for line in instance.lines}))}
    values, places = scaled([item.minutes for item in instance.setups])
    base = np.zeros((max(1, len(groups)), len(families) + 1, len(families)), dtype=values.dtype)
    base[:, -1, :] = -1
    for value, item in zip(values, instance.setups, strict=True):
        if item.group in groups and (not item.before or item.before != item.after):
            before = families[item.before] if item.before else len(families)
            base[groups[item.group], before, families[item.after]] = value
    class_of, kept = _distinct(base)
    return class_of, _by_line(instance, groups, base[:, [*kept, len(families)]][:, :, kept], places)


def _distinct(base: NDArray[Any]) -> tuple[Ints, list[int]]:
    count = base.shape[2]
    seen: dict[object, int] = {}
    class_of = np.zeros(count, dtype=np.int32)
    kept: list[int] = []
    for family in range(count):
        row, column = base[:, family, :], base[:, :, family]
        key: object = (tuple(row.ravel().tolist()), tuple(column.ravel().tolist()))
        if base.dtype != object:
            key = (row.tobytes(), column.tobytes())
        if key not in seen:
            seen[key] = len(kept)
            kept.append(family)
        class_of[family] = seen[key]
    return class_of, kept


def _by_line(instance: Instance, groups: dict[str, int], base: NDArray[Any], places: int) -> Ints:
    factors, more = scaled([line.setup_factor for line in instance.lines])
    first, first_places = scaled([line.first_setup for line in instance.lines])
    size = base.shape[2]
    setup = np.zeros((len(instance.lines), size + 1, size + 1), dtype=np.int32)
    for index, line in enumerate(instance.lines):
        factor = factors[index : index + 1]
        table = base[groups[line.setup_group]]
        minutes = rounded_product(np.maximum(table, 0), factor, places + more)
        own = rounded_product(first[index : index + 1], factor, first_places + more)[0]
        minutes[-1] = np.where(table[-1] < 0, own, minutes[-1])
        setup[index, :, :size] = minutes
        setup[index, np.arange(size), np.arange(size)] = 0
    return setup

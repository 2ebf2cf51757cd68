"""What in a plant's data is possible and yet looks wrong: units mixed up, dates the wrong way round.

Nothing here refuses: each doubt is a warning with its cause. Thresholds are wide, so that a healthy plant
passes in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, Where
from qinglian.production.setup_doubts import setup_doubts
from qinglian.production.told_minutes import told
from qinglian.production.working import open_minutes

if TYPE_CHECKING:
    from qinglian.production.model import Instance, Lot, Order

Places = Mapping[tuple[str, str], Where]

LOADED, IDLE_PLANT = 6.0, 0.005
WATTS_HIGH, WATTS_LOW = 2_000_000, 100
RATE_SPREAD = POWER_SPREAD = 20
SHOWN = 10
HOUR = 60
_MG_HIGH = 3_000_000
_PRICE_HIGH, _PRICE_LOW = 20_000_000, 1_000


def doubts(instance: Instance, stated_hours: int, places: Places) -> list[Problem]:
    """Return every warning, those that explain others first."""
    found: list[Problem] = []
    checks: tuple[Callable[[Instance, Places], Iterator[Problem]], ...] = (
        _load,
        _due_in_hours,
        _power,
        _power_far,
        _rates,
        setup_doubts,
        _dates,
        _long_lots,
        _released_late,
        _hourly,
        _lines_without_work,
    )
    for check in checks:
        found.extend(told(instance, check(instance, places)))
    if 0 < stated_hours * HOUR < instance.horizon.minutes:
        needed = -(-instance.horizon.minutes // HOUR)
        found.append(Problem("production.doubt_hours_short", None, {"given": stated_hours, "needed": needed}))
    return found


def load(instance: Instance) -> float:
    """Return the quickest working minutes of all demand as a share of the open minutes of all lines."""
    quickest: dict[tuple[str, str], float] = {}
    for item in instance.eligibility:
        key = (item.family, instance.line_of[item.line].stage)
        quickest[key] = min(quickest.get(key, float("inf")), float(item.minutes_per_unit))
    per_unit: dict[str, float] = defaultdict(float)
    for (family, _), minutes in quickest.items():
        per_unit[family] += minutes
    work = sum(per_unit[demand.family] * demand.units for demand in instance.lots or instance.orders)
    room = sum(
        open_minutes(instance.calendar_of.get(line.calendar), 0, instance.horizon.minutes)
        for line in instance.lines
    )
    return work / room if room else float("inf") if work else 0.0


def _demand(instance: Instance) -> tuple[str, tuple[Lot, ...] | tuple[Order, ...]]:
    return ("lots", instance.lots) if instance.lots else ("orders", instance.orders)


def _load(instance: Instance, _: Places) -> Iterator[Problem]:
    share = load(instance)
    if share > LOADED:
        yield Problem("production.doubt_overloaded", None, {"times": f"{share:.1f}"})
    elif 0 < share < IDLE_PLANT and len(instance.lots or instance.orders) >= len(instance.lines):
        yield Problem("production.doubt_hardly_loaded", None, {"share": f"{share:.3%}"})


def _due_in_hours(instance: Instance, places: Places) -> Iterator[Problem]:
    """Name due minutes that all lie within as many minutes as the horizon has hours."""
    kind, demand = _demand(instance)
    latest = max((item.due for item in demand), default=0)
    if len(demand) >= 10 and 0 < latest <= -(-instance.horizon.minutes // HOUR) and load(instance) > 0.05:
        where = places.get((kind, demand[0].id))
        yield Problem("production.doubt_due_in_hours", where, {"latest": latest})


def _power(instance: Instance, places: Places) -> Iterator[Problem]:
    for line in instance.lines:
        where, power = places.get(("lines", line.id)), line.power
        params = {"line": line.id, "kw": f"{power.run / 1000:g}"}
        if power.run > WATTS_HIGH:
            yield Problem("production.doubt_power_high", where, params)
        elif 0 < power.run < WATTS_LOW:
            yield Problem("production.doubt_power_low", where, params)
        if power.idle > power.run:
            yield Problem(
                "production.doubt_idle_above_run", where, {**params, "idle": f"{power.idle / 1000:g}"}
            )


def _power_far(instance: Instance, places: Places) -> Iterator[Problem]:
    """Name a power far above the other lines': often energy of a day or a week in a column of kW."""
    for state in ("run", "idle", "setup", "start_up", "off"):
        watts = {line.id: getattr(line.power, state) for line in instance.lines}
        for line, given in watts.items():
            others = [value for name, value in watts.items() if name != line and value]
            middle = median(others) if len(others) > 1 else 0
            if middle and WATTS_HIGH >= given > POWER_SPREAD * middle:
                where = places.get((f"lines.{state}", line)) or places.get(("lines", line))
                params = {"line": line, "kw": f"{given / 1000:g}", "others": f"{middle / 1000:g}"}
                yield Problem("production.doubt_power_far", where, params)


def _rates(instance: Instance, places: Places) -> Iterator[Problem]:
    """Name a rate far from those of the family's other lines: often seconds, hours or a slipped point."""
    lines = defaultdict(list)
    for item in instance.eligibility:
        lines[item.family, instance.line_of[item.line].stage].append(item)
    for items in lines.values():
        middle = median(item.minutes_per_unit for item in items)
        for item in items if len(items) >= 3 else ():
            ratio = item.minutes_per_unit / middle
            if ratio > RATE_SPREAD or ratio * RATE_SPREAD < 1:
                where = places.get(("eligibility", f"{item.line} {item.family}"))
                params = {"line": item.line, "family": item.family, "ratio": f"{float(ratio):.3g}"}
                yield Problem("production.doubt_rate", where, params)


def _dates(instance: Instance, places: Places) -> Iterator[Problem]:
    kind, demand = _demand(instance)
    strange = {
        "due_before_release": [item.id for item in demand if item.due < item.release],
        "deadline_before_due": [
            item.id for item in demand if item.deadline is not None and item.deadline < item.due
        ],
        "zero_units": [item.id for item in demand if not item.units],
        "released_after_end": [item.id for item in demand if item.release >= instance.horizon.minutes],
    }
    for code, named in strange.items():
        if named:
            params = {"names": named[:SHOWN], "count": len(named)}
            yield Problem(f"production.doubt_{code}", places.get((kind, named[0])), params)


def _long_lots(instance: Instance, places: Places) -> Iterator[Problem]:
    """Name lots whose run alone is longer than the horizon, wherever it is made."""
    quickest: dict[str, Decimal] = {}
    for able in instance.eligibility:
        quickest[able.family] = min(quickest.get(able.family, able.minutes_per_unit), able.minutes_per_unit)
    kind, demand = _demand(instance)
    for item in demand:
        days = quickest.get(item.family, Decimal(0)) * item.units / (24 * HOUR)
        if days * 24 * HOUR > instance.horizon.minutes:
            where = places.get((f"{kind}.units", item.id)) or places.get((kind, item.id))
            params = {"name": item.id, "units": item.units, "days": f"{days:.1f}"}
            yield Problem("production.doubt_long_lot", where, params)


def _released_late(instance: Instance, places: Places) -> Iterator[Problem]:
    kind, demand = _demand(instance)
    earliest = min((item.release for item in demand), default=0)
    if len(demand) > 1 and earliest * 2 > instance.horizon.minutes:
        params = {"minute": earliest}
        yield Problem("production.doubt_released_late", places.get((kind, demand[0].id)), params)


def _hourly(instance: Instance, places: Places) -> Iterator[Problem]:
    where = places.get(("tables", "hours"))
    if instance.tariff is not None:
        prices = instance.tariff.prices
        negative = sum(price < 0 for price in prices[: -(-instance.horizon.minutes // HOUR)])
        if negative:
            yield Problem("production.doubt_negative_price", where, {"count": negative})
        middle = median(abs(price) for price in prices)
        if middle > _PRICE_HIGH or 0 < middle < _PRICE_LOW:
            params = {"price": f"{middle / 1e6:g}", "currency": instance.tariff.currency}
            yield Problem("production.doubt_price", where, params)
    for item in instance.intensities:
        if max(item.milligrams) > _MG_HIGH:
            params = {"method": item.method, "value": f"{max(item.milligrams) / 1e6:g}"}
            yield Problem("production.doubt_intensity", where, params)


def _lines_without_work(instance: Instance, places: Places) -> Iterator[Problem]:
    able = {item.line for item in instance.eligibility}
    for line in instance.lines:
        if line.id not in able:
            yield Problem(
                "production.doubt_line_makes_nothing", places.get(("lines", line.id)), {"line": line.id}
            )

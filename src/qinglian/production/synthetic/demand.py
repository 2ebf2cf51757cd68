"""Invented demand: lots, or thousands of small orders that come in kits, and how long units must take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qinglian.production.synthetic.plant import OPEN_MINUTES

if TYPE_CHECKING:
    from qinglian.production.synthetic.draws import Draws
    from qinglian.production.synthetic.plant import Plant
    from qinglian.production.synthetic.week import Week

_RATE = 100_000
_WEIGHTS = (1, 2, 4)
_WEIGHT_SHARES = (60, 30, 10)
_AT_ONCE = 35
_STEP, _DUE_STEP, _LAST_RELEASE = 4, 8, 112
_KITS_A_FAMILY = 12


@dataclass(frozen=True, slots=True)
class Item:
    """A lot or an order; hours count from the start of the week."""

    name: str
    family: str
    units: int
    release_hour: int
    due_hour: int
    weight: int
    kit: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """Items, and the factor on all rates that makes their work the load asked for."""

    items: tuple[Item, ...]
    scale_numerator: int
    scale_denominator: int


def draw_lots(week: Week, plant: Plant, draws: Draws) -> Demand:
    """Draw lots of 20 to 400 units."""
    items = []
    for number in range(week.lots):
        release = _release(draws)
        family = draws.choice(plant.families).name
        units, weight = draws.between(20, 400), _WEIGHTS[draws.weighted(_WEIGHT_SHARES)]
        items.append(Item(f"J{number + 1:05d}", family, units, release, _due(release, draws), weight))
    return _demand(week, plant, items)


def draw_orders(week: Week, plant: Plant, draws: Draws) -> Demand:
    """Draw orders, four in five under five units, in kits ready together; some families sell more."""
    popular = [1 + 40 // (1 + number % 20) for number in range(len(plant.families))]
    kits = {
        family.name: [(f"K{at + 1:03d}{number + 1:02d}", _release(draws)) for number in range(_KITS_A_FAMILY)]
        for at, family in enumerate(plant.families)
    }
    items = []
    for number in range(week.orders):
        family = plant.families[draws.weighted(popular)].name
        kit, release = draws.choice(kits[family])
        units = draws.between(1, 4) if draws.percent(80) else draws.between(5, 40)
        weight = _WEIGHTS[draws.weighted(_WEIGHT_SHARES)]
        name = f"SO{number + 1:06d}"
        items.append(Item(name, family, units, release, _due(release, draws), weight, kit))
    return _demand(week, plant, items)


def _release(draws: Draws) -> int:
    return 0 if draws.percent(_AT_ONCE) else _STEP * draws.between(1, _LAST_RELEASE // _STEP)


def _due(release: int, draws: Draws) -> int:
    return min(168, -(-(release + draws.between(16, 72)) // _DUE_STEP) * _DUE_STEP)


def _demand(week: Week, plant: Plant, items: list[Item]) -> Demand:
    """Scale rates so that the work, at the mean rate of the lines that can do it, is `load` percent."""
    units: Counter[str] = Counter()
    for item in items:
        units[item.family] += item.units
    stage_of = {line.name: line.stage for line in plant.lines}
    rates: dict[tuple[str, str], list[int]] = {}
    for (line, family), rate in plant.rates.items():
        rates.setdefault((family, stage_of[line]), []).append(rate)
    work: Counter[str] = Counter()
    for (family, stage), values in rates.items():
        work[stage] += units[family] * sum(values) // len(values)
    room: Counter[str] = Counter()
    for place in plant.lines:
        room[place.stage] += OPEN_MINUTES[place.calendar]
    fullest = max(room, key=lambda stage: (work[stage] / room[stage], stage))
    if not work[fullest]:
        return Demand(tuple(items), 1, 1)
    return Demand(tuple(items), room[fullest] * week.load * _RATE, work[fullest] * 100)

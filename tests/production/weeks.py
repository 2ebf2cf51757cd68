"""Small weeks made by hand, for the tests of lots, repair, promises, explanations and reports."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from qinglian.production.model import (
    CarbonIntensity,
    Eligibility,
    Family,
    Hall,
    Horizon,
    Instance,
    Line,
    Lot,
    Power,
    Setup,
    Tariff,
)

HORIZON = Horizon(datetime(2024, 1, 1, tzinfo=UTC), 2880, 2 * 2880)
HOURS = HORIZON.hours
POWER = Power(run=6000, idle=2000, setup=3000, start_up=4000)
TARIFF = Tariff("CNY", tuple(350_000 if hour % 24 < 8 else 900_000 for hour in range(HOURS)))
CARBON = CarbonIntensity(
    "location", "synthetic", tuple(600_000 - 10_000 * (hour % 24) for hour in range(HOURS))
)


def small_week(**changes):
    """Two lines, two families; the second line cannot make B."""
    parts = {
        "horizon": HORIZON,
        "lines": (
            Line(id="L1", power=POWER, hall="H", start_up_minutes=10),
            Line(id="L2", power=POWER, hall="H", start_up_minutes=10),
        ),
        "families": (Family("A", platform="P"), Family("B", platform="Q")),
        "eligibility": (
            Eligibility("L1", "A", Decimal(1)),
            Eligibility("L2", "A", Decimal(2)),
            Eligibility("L1", "B", Decimal(1)),
        ),
        "setups": (Setup("", "A", "B", Decimal(20)), Setup("", "B", "A", Decimal(30))),
        "lots": (
            Lot(id="a1", family="A", units=100, due=150),
            Lot(id="b1", family="B", units=100, due=250, weight=2),
            Lot(id="a2", family="A", units=50, due=400, release=60),
        ),
        "halls": (Hall("H", 1000, 100),),
        "tariff": TARIFF,
        "intensities": (CARBON,),
    }
    return Instance(**(parts | changes))


def random_week(seed, lines=6, lots=60, families=5, load=0.8):
    """A week of random lots; every family has at least one line."""
    random = Random(seed)
    names = [f"F{i}" for i in range(families)]
    able = {(line, name) for line in range(lines) for name in names if random.random() < 0.5}
    able |= {(random.randrange(lines), name) for name in names}
    mean = 2880 * lines * load / lots
    return Instance(
        horizon=HORIZON,
        lines=tuple(
            Line(
                id=f"L{i}", power=POWER, setup_factor=Decimal(random.choice((1, 2))), first_setup=Decimal(15)
            )
            for i in range(lines)
        ),
        families=tuple(Family(name, platform=name[:1] + str(n % 2)) for n, name in enumerate(names)),
        eligibility=tuple(
            Eligibility(f"L{line}", name, Decimal(random.randrange(70, 140)) / 100)
            for line, name in sorted(able)
        ),
        setups=tuple(
            Setup("", a, b, Decimal(random.randrange(5, 60))) for a in names for b in names if a != b
        ),
        lots=tuple(
            Lot(
                id=f"J{i:03}",
                family=random.choice(names),
                units=max(1, int(mean * random.uniform(0.3, 1.4))),
                release=random.choice((0, 0, 240, 480, 960)),
                due=random.randrange(1, 7) * 480,
                weight=random.choice((1, 2, 4)),
            )
            for i in range(lots)
        ),
        tariff=TARIFF,
        intensities=(CARBON,),
    )

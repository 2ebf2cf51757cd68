"""Small random plants, and plans placed on them minute by minute by the simplest means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from qinglian.production.model import (
    Calendar,
    CarbonIntensity,
    Crew,
    Eligibility,
    Family,
    Generation,
    Hall,
    Horizon,
    Instance,
    Line,
    Lot,
    Power,
    Setup,
    Tariff,
    Window,
)
from qinglian.production.plan import Plan, Task

LIMIT = 4_320
HOURS = LIMIT // 60


def plant(seed: int, *, lots: int = 6, calendars: bool = True, stages: int = 1) -> Instance:
    """A plant with everything the model knows, small enough to walk through minute by minute."""
    luck = Random(seed)
    families = [f"F{n}" for n in range(3)]
    names = tuple(f"S{n}" for n in range(stages)) if stages > 1 else ("",)
    lines = [_line(luck, f"L{n}", names[n % stages], calendars) for n in range(max(2, stages + 1))]
    return Instance(
        horizon=Horizon(datetime(2026, 3, 28, tzinfo=UTC), 1_500, LIMIT),
        lines=tuple(lines),
        families=tuple(Family(name, names) for name in families),
        eligibility=tuple(
            Eligibility(line.id, family, Decimal(luck.randint(10, 40)) / 10, luck.choice([None, 9_000]))
            for line in lines
            for family in families
        ),
        lots=tuple(_lot(luck, n, families) for n in range(lots)),
        setups=tuple(
            Setup("", before, after, Decimal(luck.randint(0, 25)))
            for before in families
            for after in families
            if before != after
        ),
        halls=(Hall("H", 5_000, 1_000),),
        calendars=(_calendar(luck, "c", True), _calendar(luck, "d", False)),
        crews=(Crew("crew", 1, ("",)),),
        tariff=Tariff("CNY", _hours(luck, -200_000, 900_000), 38_000_000, 100_000),
        intensities=(
            CarbonIntensity("location", "average", _hours(luck, 200_000, 800_000)),
            CarbonIntensity("marginal", "marginal", _hours(luck, 0, 900_000)),
        ),
        generation=Generation(_hours(luck, 0, 30_000)),
        name=f"plant {seed}",
    )


def _hours(luck: Random, low: int, high: int) -> tuple[int, ...]:
    return tuple(luck.randint(low, high) for _ in range(HOURS))


def _line(luck: Random, name: str, stage: str, calendars: bool) -> Line:
    return Line(
        id=name,
        power=Power(luck.randint(8_000, 20_000), luck.randint(0, 6_000), 4_000, 7_000, luck.choice([0, 50])),
        hall=luck.choice(["", "H"]),
        stage=stage,
        setup_factor=Decimal(luck.choice(["0.7", "1", "1.5"])),
        first_setup=Decimal(luck.choice([0, 12])),
        start_up_minutes=luck.choice([0, 10, 30]),
        minimum_off_minutes=luck.choice([0, 20, 60]),
        calendar=luck.choice(["", "c", "d"]) if calendars else "",
        family=luck.choice(["", "F0"]),
        ready=luck.random() < 0.6,
        available=luck.choice([0, 0, 35]),
    )


def _calendar(luck: Random, name: str, resumable: bool) -> Calendar:
    start, windows = luck.randint(0, 100), []
    while start < LIMIT - 600:
        windows.append(Window(start, start + 420))
        start += 420 + luck.randint(5, 90)
    return Calendar(name, tuple(windows), resumable)


def _lot(luck: Random, number: int, families: list[str]) -> Lot:
    return Lot(
        id=f"lot{number}",
        family=luck.choice(families),
        units=0 if number == 5 else luck.randint(5, 60),
        release=luck.choice([0, 0, 60, 300]),
        due=luck.randint(100, 900),
        weight=luck.choice([1, 2, 4]),
    )


def open_minutes(instance: Instance, line: Line) -> list[bool]:
    """Whether each minute is open, straight from the windows."""
    if not line.calendar:
        return [True] * LIMIT
    minutes = [False] * LIMIT
    for window in instance.calendar_of[line.calendar].open:
        minutes[window.start : window.end] = [True] * (window.end - window.start)
    return minutes


def place(instance: Instance, seed: int) -> Plan:
    """Put lots on random lines in random order, each as early as the rules allow, minute by minute."""
    luck = Random(seed)
    free = {line.id: _ready_at(line) for line in instance.lines}
    family = {line.id: line.family for line in instance.lines}
    ends: dict[str, int] = {}
    tasks: list[Task] = []
    lots = [lot for lot in instance.lots if lot.units]
    for stage in instance.families[0].stages:
        for lot in luck.sample(lots, len(lots)):
            line = luck.choice([line for line in instance.lines if line.stage == stage])
            task = _placed(instance, tasks, lot, line, family[line.id], free[line.id], ends.get(lot.id, 0))
            tasks.append(task)
            free[line.id], family[line.id], ends[lot.id] = task.end, lot.family, task.end
    return Plan(tuple(tasks))


def _ready_at(line: Line) -> int:
    return line.available + (0 if line.ready else line.start_up_minutes)


def _placed(
    instance: Instance, tasks: list[Task], lot: Lot, line: Line, before: str, free: int, earliest: int
) -> Task:
    opened = open_minutes(instance, line)
    resumable = not line.calendar or instance.calendar_of[line.calendar].resumable
    minutes = instance.setup_minutes(line.id, before, lot.family)
    setup_start, setup_end = _fit(opened, resumable, free, minutes)
    while minutes and any(
        t.setup_start < setup_end and setup_start < t.setup_end for t in tasks if t.setup_end > t.setup_start
    ):
        setup_start, setup_end = _fit(opened, resumable, setup_start + 1, minutes)
    run = instance.run_minutes(lot, line.id)
    assert run is not None
    start, end = _fit(opened, resumable, max(setup_end, lot.release, earliest), run)
    if not minutes:
        setup_start = setup_end = start
    return Task(lot.id, line.id, setup_start, setup_end, start, end, line.stage)


def _fit(opened: list[bool], resumable: bool, at: int, minutes: int) -> tuple[int, int]:
    """First interval from `at` on that holds this many open minutes, unbroken unless resumable."""
    if not minutes:
        return at, at
    while True:
        while not opened[at]:
            at += 1
        end, left = at, minutes
        while left:
            left -= opened[end]
            end += 1
        if resumable or end - at == minutes:
            return at, end
        at += 1


def with_spans(instance: Instance, plan: Plan, spans: tuple) -> Plan:
    return replace(plan, spans=spans)

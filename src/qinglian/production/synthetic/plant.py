"""An invented plant: lines with power and speed, families on platforms, and who can make what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinglian.production.synthetic.draws import Draws
    from qinglian.production.synthetic.week import Week

CALENDARS = ("three-shift", "two-shift", "day")
OPEN_MINUTES = {"": 10_080, "three-shift": 10_080, "two-shift": 5_310, "day": 5_040}
"""Open minutes of a week in each calendar."""

_SHARES = (50, 35, 15)
_ELIGIBLE = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticLine:
    """Power in tenths of a kW, factors in percent."""

    name: str
    hall: str
    stage: str
    group: str
    calendar: str
    setup_percent: int
    speed_percent: int
    run: int
    idle: int
    setup: int
    start_up: int
    ready: bool


@dataclass(frozen=True, slots=True)
class SyntheticFamily:
    """A family, its platform, its stages and the minutes of a unit in hundred-thousandths, before scaling."""

    name: str
    platform: str
    stages: tuple[str, ...]
    rate: int


@dataclass(frozen=True, slots=True)
class Plant:
    """Lines, families, and rates by line and family."""

    lines: tuple[SyntheticLine, ...]
    families: tuple[SyntheticFamily, ...]
    rates: dict[tuple[str, str], int]


def draw_plant(week: Week, draws: Draws) -> Plant:
    """Draw a plant."""
    lines = tuple(_line(week, number, draws) for number in range(week.lines))
    families = tuple(_family(week, number, draws) for number in range(week.families))
    return Plant(lines, families, _rates(week, lines, families, draws))


def _line(week: Week, number: int, draws: Draws) -> SyntheticLine:
    run = draws.between(300, 600)
    return SyntheticLine(
        name=f"L{number + 1:02d}",
        hall=f"H{number * week.halls // week.lines + 1}" if week.halls else "",
        stage=week.stages[number % len(week.stages)] if week.stages else "",
        group="AB"[number % 2] if week.crews else "",
        calendar=CALENDARS[draws.weighted(_SHARES)] if week.shifts else "",
        setup_percent=draws.between(85, 120),
        speed_percent=draws.between(80, 125),
        run=run,
        idle=run * draws.between(30, 50) // 100,
        setup=run * draws.between(40, 60) // 100,
        start_up=draws.between(15, 30),
        ready=not week.shifts or draws.percent(70),
    )


def _family(week: Week, number: int, draws: Draws) -> SyntheticFamily:
    short = bool(week.stages[1:]) and draws.percent(25) and number > 0
    return SyntheticFamily(
        f"F{number + 1:03d}",
        f"P{number % week.platforms + 1}",
        week.stages[1:] if short else week.stages,
        draws.between(150_000, 600_000),
    )


def _rates(
    week: Week, lines: tuple[SyntheticLine, ...], families: tuple[SyntheticFamily, ...], draws: Draws
) -> dict[tuple[str, str], int]:
    """Draw which line can make which platform; each family has a line of each stage, each line something."""
    platforms = sorted({family.platform for family in families})
    able = {(line.name, platform): draws.percent(_ELIGIBLE) for line in lines for platform in platforms}
    for number, platform in enumerate(platforms):
        for stage in week.stages or ("",):
            mine = [line for line in lines if line.stage == stage]
            for step in range(2):
                able[mine[(number + step) % len(mine)].name, platform] = True
    for number, line in enumerate(lines):
        if not any(able[line.name, platform] for platform in platforms):
            able[line.name, platforms[number % len(platforms)]] = True
    return {
        (line.name, family.name): family.rate * 100 // line.speed_percent * draws.between(90, 110) // 100
        for line in lines
        for family in families
        if able[line.name, family.platform] and line.stage in (family.stages or ("",))
    }

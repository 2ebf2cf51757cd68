"""Plans of the search's decoder and of the timing pass verification, written apart from them, on whole weeks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import decode
from qinglian.production.decide.problem import Problem
from qinglian.production.decide.timing import retime
from qinglian.production.feasibility import check
from qinglian.production.objective import Objective
from qinglian.production.readers import read_instance
from qinglian.production.synthetic import Week, write_week
from qinglian.production.verify import verify
from qinglian.production.verify.luck import CERTAIN
from qinglian.production.verify.replay import replay

PRICED = Objective(energy=Decimal(1), carbon=Decimal("0.1"), peak=Decimal(1))
SPRING, AUTUMN, PLAIN = date(2026, 3, 23), date(2026, 10, 19), date(2026, 11, 30)
STAGES = ("board", "assembly", "pack")


@pytest.mark.parametrize(
    ("seed", "load", "start", "zone", "stages"),
    [
        (1, 85, PLAIN, "Asia/Shanghai", ()),
        (2, 60, SPRING, "Europe/Berlin", ()),
        (3, 95, AUTUMN, "Europe/Berlin", ()),
        (4, 40, PLAIN, "Asia/Kolkata", STAGES),
        (5, 80, SPRING, "America/New_York", STAGES),
        (6, 60, AUTUMN, "Europe/London", STAGES),
    ],
)
def test_weeks_with_shifts_crews_halls_and_dst(
    tmp_path: Path, seed: int, load: int, start: date, zone: str, stages: tuple[str, ...]
) -> None:
    shape = {"lines": 6, "lots": 22, "families": 5, "platforms": 2, "shifts": True, "crews": True, "halls": 2}
    week = Week(seed=seed, load=load, start=start, zone=zone, stages=stages, **shape)
    instance = read_instance(write_week(week, tmp_path / "week"))
    assert check(instance) == []
    problem = Problem.of(instance)
    plan = decode(problem, construct(problem))
    first = verify(instance, plan)
    assert [str(item) for item in first.violations] == []
    timed = verify(instance, retime(instance, plan, PRICED))
    assert [str(item) for item in timed.violations] == []
    assert timed.evaluate(PRICED).total <= first.evaluate(PRICED).total
    kept = replay(instance, timed.plan, CERTAIN, replications=20)
    assert kept.outcomes[0] == kept.planned

"""Option D: the replay, calibrated to the meters, of the plan that ran and of the one that did not.

Each line's powers are scaled so that the first half of its observations is met; the second half tests them
against the limits of ASHRAE Guideline 14-2014 for monthly data (mean bias 5 %, CV(RMSE) 15 %). Only then are
both plans replayed, under the same luck. What the test leaves of bias in a line widens the interval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.production.measurement.observations import Observation
from qinglian.production.measurement.readings import reason
from qinglian.production.measurement.result import Effect, Result, judged, refused
from qinglian.production.model import Instance, Power
from qinglian.production.verify import verify
from qinglian.production.verify.energy import kwh
from qinglian.production.verify.replay import replay

if TYPE_CHECKING:
    from qinglian.production.plan import Plan
    from qinglian.production.verify.luck import Chances

LEAST_OBSERVATIONS = 10
LARGEST_BIAS = Fraction(5, 100)
LARGEST_CV = 0.15


@dataclass(frozen=True)
class Calibration:
    """The plant with calibrated powers, and how well it meets what it was not fitted to.

    `factors` scale each line's powers; `bias` is each line's (modelled - metered) / metered in the second
    half, `cv_rmse` that of all observations there.
    """

    instance: Instance
    factors: dict[str, Fraction]
    bias: dict[str, Fraction]
    cv_rmse: float
    placebo: Effect

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the calibration may not be used; empty where it may."""
        found = [
            reason("biased", line=line, bias=f"{float(bias):+.1%}", limit=f"{float(LARGEST_BIAS):.0%}")
            for line, bias in sorted(self.bias.items())
            if abs(bias) > LARGEST_BIAS
        ]
        if self.cv_rmse > LARGEST_CV:
            found.append(reason("scattered", cv=f"{self.cv_rmse:.0%}", limit=f"{LARGEST_CV:.0%}"))
        return tuple(found)


def calibrate(instance: Instance, observations: Sequence[Observation]) -> Calibration:
    """Calibrate every line of a plant.

    Raises
    ------
    QinglianError
        ``production.measured_few_observations`` for lines with fewer than ten, or with none metered.
    """
    by_line: dict[str, list[Observation]] = defaultdict(list)
    for observation in sorted(observations, key=lambda o: (o.line, o.number)):
        by_line[observation.line].append(observation)
    reasons = list(_unfit(instance, by_line))
    if reasons:
        raise QinglianError.many(reasons)
    factors, tests = {}, {}
    for line, rows in by_line.items():
        fitted, tests[line] = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        factors[line] = sum(row.kwh for row in fitted) / kwh(sum(row.modelled for row in fitted))
    bias = {line: _bias(rows, factors[line]) for line, rows in tests.items()}
    return Calibration(
        _scaled(instance, factors), factors, bias, _cv_rmse(tests, factors), _placebo(tests, factors)
    )


def _unfit(instance: Instance, by_line: dict[str, list[Observation]]) -> Iterator[Problem]:
    for line in instance.lines:
        rows = by_line.get(line.id, [])
        half = len(rows) // 2
        parts = (rows[:half], rows[half:])
        if len(rows) < LEAST_OBSERVATIONS or any(
            not sum(row.modelled for row in part) or not sum(row.kwh for row in part) for part in parts
        ):
            yield reason("few_observations", line=line.id, given=len(rows), needed=LEAST_OBSERVATIONS)


def _bias(rows: list[Observation], factor: Fraction) -> Fraction:
    metered = sum((row.kwh for row in rows), Fraction(0))
    return (factor * kwh(sum(row.modelled for row in rows)) - metered) / metered


def _cv_rmse(tests: dict[str, list[Observation]], factors: dict[str, Fraction]) -> float:
    rows = [row for part in tests.values() for row in part]
    squares = sum(float(factors[row.line] * kwh(row.modelled) - row.kwh) ** 2 for row in rows)
    mean = float(sum(row.kwh for row in rows)) / len(rows)
    return sqrt(squares / len(rows)) / mean


def _placebo(tests: dict[str, list[Observation]], factors: dict[str, Fraction]) -> Effect:
    """What the calibrated model misses in the second half, with its normal 95 % interval."""
    rows = [row for part in tests.values() for row in part]
    misses = [float(factors[row.line] * kwh(row.modelled) - row.kwh) for row in rows]
    total, mean = sum(misses), sum(misses) / len(misses)
    spread = sqrt(sum((miss - mean) ** 2 for miss in misses) * len(misses) / (len(misses) - 1))
    modelled = total + float(sum(row.kwh for row in rows))
    return Effect(total, total - 1.96 * spread, total + 1.96 * spread, modelled)


def _scaled(instance: Instance, factors: dict[str, Fraction]) -> Instance:
    """Scale watts of every line, rounded to whole watts."""
    lines = [replace(line, power=_power(line.power, factors[line.id])) for line in instance.lines]
    eligibility = [
        item if item.run_w is None else replace(item, run_w=round(item.run_w * factors[item.line]))
        for item in instance.eligibility
    ]
    return replace(instance, lines=tuple(lines), eligibility=tuple(eligibility))


def _power(power: Power, factor: Fraction) -> Power:
    states = ("run", "idle", "setup", "start_up", "off")
    return Power(**{state: round(getattr(power, state) * factor) for state in states})


def measure_replayed(
    calibration: Calibration,
    baseline: Plan,
    plan: Plan,
    chances: Chances,
    *,
    replications: int = 200,
    seed: int = 0,
) -> Result:
    """Measure a saving by replaying both plans on the calibrated plant.

    The observations that calibrated the plant were made without a change, so what the model "saves" in their
    second half is the placebo; a saving that is not larger is refused.
    """
    if calibration.problems:
        return refused("D", list(calibration.problems))
    instance = calibration.instance
    first = replay(instance, baseline, chances, replications=replications, seed=seed)
    second = replay(instance, plan, chances, replications=replications, seed=seed)
    spread = first.difference(second, "kwh")
    margin = _margin(calibration, baseline, plan)
    energy = first.spread("kwh").median
    effect = Effect(spread.median, spread.low - margin, spread.high + margin, energy)
    if abs(calibration.placebo.share) >= abs(effect.share):
        share = f"{calibration.placebo.share:+.1%}"
        return refused("D", [reason("placebo", share=share)], calibration.placebo)
    return judged("D", effect, calibration.placebo, {"margin": margin, "cv_rmse": calibration.cv_rmse})


def _margin(calibration: Calibration, baseline: Plan, plan: Plan) -> float:
    """What the remaining bias of each line can do to the difference of the two plans."""
    before, after = (verify(calibration.instance, one).energy.lines for one in (baseline, plan))
    return float(
        sum(
            abs(bias) * abs(kwh(sum(before[line]) - sum(after[line])))
            for line, bias in calibration.bias.items()
        )
    )

"""Energy: run energy against the assignment programme's, and what lateness the saving costs.

``python -m benchmarks.production.energy WEEK … --seconds 60 --seeds 1 2 3``, where WEEK is a folder like
43x1500-11.

Two questions per week and seed. With energy dominant (its price × 20 and × 100) and all work to be done
within the week, as the programme assumes: how far is run energy above the programme's? At the tariff's own
price: what does the plan that minds energy save against the energy-blind one of the same search and time,
within the declared allowance of weighted tardiness?
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from statistics import median

from qinglian.production.decide import solve
from qinglian.production.decide.allowance import blind_of, within_allowance
from qinglian.production.decide.assignment import start_plan
from qinglian.production.decide.bounds import energy_bound
from qinglian.production.decide.warm import warm
from qinglian.production.model import Instance
from qinglian.production.objective import Objective
from qinglian.production.plan import Plan
from qinglian.production.readers import read_instance
from qinglian.production.verify import Verification, verify

PRICE = Objective(energy=Decimal(1))
DOMINANT = (20, 100)
GOAL = 1.05


def main() -> None:
    options = _options()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{os.cpu_count()} cores · load {load} · {options.seconds:g} s a plan · allowance {options.allowance}"
    )
    warm()
    ratios: list[float] = []
    for folder in options.weeks:
        instance = read_instance(folder)
        for seed in options.seeds:
            ratios += _dominant(instance, options.seconds, seed)
            _priced(instance, options.seconds, seed, Decimal(options.allowance))
    worst = f"median {median(ratios):.4f}, worst {max(ratios):.4f}"
    print(f"\nrun energy / programme, energy dominant: {worst} (asked: at most {GOAL})")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.production.energy", description=__doc__)
    parser.add_argument("weeks", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--allowance", default="0.05", help="share by which weighted tardiness may grow")
    return parser.parse_args()


def _dominant(instance: Instance, seconds: float, seed: int) -> Iterator[float]:
    """The week's end is a hard deadline of every lot, so that line hours are those of the programme."""
    print(f"\n{instance.name or 'week'}, seed {seed}: energy dominant, all work within the week")
    within = replace(
        instance, lots=tuple(replace(lot, deadline=instance.horizon.minutes) for lot in instance.lots)
    )
    bound = energy_bound(instance)
    if bound is None:
        raise SystemExit("the work of this week does not fit into its lines")
    for price in DOMINANT:
        objective = Objective(energy=Decimal(price))
        found = _valid(
            within,
            solve(within, objective, seconds=seconds, seed=seed, start=start_plan(instance, objective)),
        )
        ratio = float(found.energy.by_state()["run"] / bound.value)
        print(f"  price × {price:<30}{ratio:8.4f} × programme  {_short(found)}")
        yield ratio


def _priced(instance: Instance, seconds: float, seed: int, allowance: Decimal) -> None:
    print(f"  at the tariff's price, lateness within {allowance} of the energy-blind plan")
    blind = solve(instance, blind_of(PRICE), seconds=seconds, seed=seed)
    pair = within_allowance(
        instance, PRICE, seconds=seconds, search=solve, allowance=allowance, seed=seed, blind=blind
    )
    before, after = _valid(instance, blind), _valid(instance, pair.plan)
    if after.kpis.weighted_tardiness > (1 + allowance) * before.kpis.weighted_tardiness:
        raise SystemExit("the allowance of lateness is not kept")
    print(f"  {'energy-blind':<38}{_short(before)}")
    print(f"  {'minds energy':<38}{_short(after)}")
    print(
        f"  kWh {_change(before.energy.total, after.energy.total)}, cost {_change(before.cost, after.cost)}"
    )


def _change(before: object, after: object) -> str:
    return f"{100 * (float(after) / float(before) - 1):+.1f} %"  # type: ignore[arg-type]


def _short(found: Verification) -> str:
    kpis = found.kpis
    return (
        f"kWh {found.energy.total / 60_000:,.0f} · late {kpis.weighted_tardiness:,} · "
        f"setups {kpis.setup_minutes:,} min · load {float(kpis.mean_utilisation):.2f} · end {kpis.makespan:,}"
    )


def _valid(instance: Instance, plan: Plan) -> Verification:
    found = verify(instance, plan)
    found.require_valid()
    return found


if __name__ == "__main__":
    main()

"""Savings over seeds: against the energy-blind plan of the same search and budget, others beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qinglian.core.errors import Problem, QinglianError
from qinglian.production.savings.claim import Claim, claim
from qinglian.production.savings.comparison import EQUAL, Allowance, Comparison, compare
from qinglian.production.verify import verify

if TYPE_CHECKING:
    from qinglian.production.model import Instance
    from qinglian.production.plan import Plan
    from qinglian.production.verify import Verification


@dataclass(frozen=True)
class Run:
    """Plans found with one seed: the plan, and the energy-blind plan of the same search and budget.

    The `origin` of both must agree: it names program, seed and budget.
    """

    seed: int
    plan: Plan
    blind: Plan


@dataclass(frozen=True)
class Assessment:
    """Claims against the default baseline by measure; `beside` against other baselines, or why not."""

    claims: dict[str, Claim]
    pairs: dict[int, Comparison]
    beside: dict[str, dict[str, Claim]] = field(default_factory=dict)
    refused: dict[str, tuple[Problem, ...]] = field(default_factory=dict)


def runs(solve: Callable[[int, bool], Plan], seeds: Iterable[int]) -> list[Run]:
    """Make the runs with a search: ``solve(seed, blind)`` gives the plan without or with the energy terms."""
    return [Run(seed, solve(seed, False), solve(seed, True)) for seed in seeds]


def assess(
    instance: Instance,
    found: Iterable[Run],
    *,
    measures: Iterable[str] = ("kwh", "cost", "kg:location"),
    allowance: Allowance = EQUAL,
    beside: Mapping[str, Plan] | None = None,
) -> Assessment:
    """Assess what plans save.

    Parameters
    ----------
    beside
        Other baselines by name: the planner's own plan, dispatching rules. They are one plan for all seeds;
        where they may not be compared, the reasons are kept.

    Raises
    ------
    QinglianError
        ``production.savings_seed`` for each seed whose pair :func:`compare` refuses: no seed is left out, for
        a claim over the seeds that please is none; what :func:`claim` refuses for the default baseline;
        ``production.savings_budget`` where a pair was searched differently,
        ``production.savings_seed_twice``.
    """
    chosen = list(found)
    seeds = [run.seed for run in chosen]
    if len(set(seeds)) < len(seeds):
        raise QinglianError("production.savings_seed_twice")
    for run in chosen:
        _same_budget(run)
    plans = {run.seed: verify(instance, run.plan) for run in chosen}
    blind = {run.seed: verify(instance, run.blind) for run in chosen}
    names = tuple(measures)
    pairs = _pairs(blind, plans, allowance)
    result = Assessment({name: claim(pairs, name) for name in names}, pairs)
    for label, plan in (beside or {}).items():
        _beside(result, label, verify(instance, plan), plans, names, allowance)
    return result


def _pairs(
    blind: Mapping[int, Verification], plans: Mapping[int, Verification], allowance: Allowance
) -> dict[int, Comparison]:
    """Compare seed by seed; one refused pair refuses all, and each that is refused is named."""
    pairs: dict[int, Comparison] = {}
    refused: list[Problem] = []
    for seed, plan in plans.items():
        try:
            pairs[seed] = compare(blind[seed], plan, allowance)
        except QinglianError as error:
            refused += [_of_seed(seed, problem, len(plans)) for problem in error.problems]
    if refused:
        raise QinglianError.many(refused)
    return pairs


def _of_seed(seed: int, problem: Problem, seeds: int) -> Problem:
    params = {"seed": seed, "seeds": seeds, "reason": problem.message()}
    return Problem("production.savings_seed", None, params)


def _beside(
    result: Assessment,
    label: str,
    baseline: Verification,
    plans: dict[int, Verification],
    names: tuple[str, ...],
    allowance: Allowance,
) -> None:
    try:
        pairs = {seed: compare(baseline, plan, allowance) for seed, plan in plans.items()}
        result.beside[label] = {name: claim(pairs, name) for name in names}
    except QinglianError as error:
        result.refused[label] = error.problems


def _same_budget(run: Run) -> None:
    """Plans that say how they were searched (program, seed, budget) must say the same."""
    mine, other = run.plan.origin, run.blind.origin
    if mine and other and mine != other:
        raise QinglianError("production.savings_budget", plan=mine, baseline=other)

"""What energy-aware planning saves on one week: pairs of searches over seeds, judged, written, posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.production.documents import verification_document
from qinglian.production.plan_files import write_plan
from qinglian.production.planner import Effort, due_date_plan, first_plan, make_plan
from qinglian.production.report import figures_table
from qinglian.production.savings import Allowance, Comparison, Run, assess
from qinglian.production.savings.comparison import EQUAL
from qinglian.production.savings_report import (
    allowance_sentence,
    annual_document,
    annual_figures,
    beside_table,
    claim_document,
    claims_table,
    split_table,
)
from qinglian.production.verify import verify
from qinglian.production.wishes import energy_blind, require_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.present.figures import Figure
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.plan import Plan
    from qinglian.production.savings import Assessment, OperatingYear

OWN, ATCS, EDD = "own_plan", "rule_atcs", "rule_edd"
"""Baselines beside the claim: the planner's own plan, and those of dispatching rules."""

SEEDS = "seeds"
"""Folder of the plans of every seed."""


@dataclass(frozen=True)
class Saved:
    """An assessment with the objective it is for; `shown` is the pair of the median saving of energy.

    `year` is the operating year it is extended to, None for none.
    """

    assessment: Assessment
    objective: Objective
    allowance: Allowance
    shown: int
    year: OperatingYear | None = None

    @property
    def pair(self) -> Comparison:
        """The pair of plans that stands for the others."""
        return self.assessment.pairs[self.shown]

    def figures(self) -> list[Figure | str]:
        """Return what a person reads: the pair side by side, the saving by cause, the claims."""
        pair = self.pair
        names = (text("production.baseline_blind"), text("production.plan_label"))
        found: list[Figure | str] = [
            figures_table({names[0]: pair.baseline, names[1]: pair.plan}),
            split_table(pair),
            claims_table(self.assessment),
            allowance_sentence(self.allowance),
        ]
        if self.assessment.beside:
            found.append(beside_table(self.assessment))
        for label, reasons in self.assessment.refused.items():
            name = text(f"production.savings_{label}")
            found.append(text("production.savings_beside_refused", name=name, reason=reasons[0].message()))
        if self.year is not None:
            found += annual_figures(self.assessment, self.year)
        return found

    def document(self) -> dict[str, Any]:
        """Return the claims and the shown pair for programs."""
        return {
            "claims": {measure: claim_document(item) for measure, item in self.assessment.claims.items()},
            "beside": {
                label: {measure: claim_document(item) for measure, item in claims.items()}
                for label, claims in self.assessment.beside.items()
            },
            "not_compared": {
                label: [problem.message() for problem in reasons]
                for label, reasons in self.assessment.refused.items()
            },
            "annual": None if self.year is None else annual_document(self.assessment, self.year),
            "shown_seed": self.shown,
            "baseline": verification_document(self.pair.baseline, self.objective),
            "plan": verification_document(self.pair.plan, self.objective),
        }

    def write(self, folder: Path) -> Path:
        """Write the shown pair and the claims into a folder."""
        from qinglian.ingest.atomic_files import write_atomically

        folder.mkdir(parents=True, exist_ok=True)
        instance = self.pair.plan.instance
        write_plan(self.pair.plan.plan, instance, folder / "plan.csv")
        write_plan(self.pair.baseline.plan, instance, folder / "baseline.csv")
        write_atomically(folder / "savings.json", canonical_json(self.document()) + b"\n")
        return folder


def search_pairs(
    instance: Instance,
    objective: Objective,
    *,
    seeds: Iterable[int],
    seconds: float | None = None,
    iterations: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Run]:
    """Search with and without energy in the objective for each seed, with the same budget.

    Raises
    ------
    QinglianError
        ``production.objective_no_tariff`` and its like.
    """
    require_tables(instance, objective)
    blind = energy_blind(objective)
    pairs = []
    for seed in seeds:
        effort = Effort(seconds=seconds, iterations=iterations, seed=seed, bounded=False)
        pairs.append(Run(seed, make_plan(instance, objective, effort), make_plan(instance, blind, effort)))
        advance()
    return pairs


def judge_pairs(
    instance: Instance,
    objective: Objective,
    pairs: list[Run],
    *,
    allowance: Allowance = EQUAL,
    own: Plan | None = None,
    year: OperatingYear | None = None,
) -> Saved:
    """Assess pairs of plans, with the planner's own plan (`own`) and the dispatching rules beside the claim.

    Raises
    ------
    QinglianError
        What `assess` refuses.
    """
    measures = ["kwh"]
    measures += ["cost"] if instance.tariff is not None else []
    measures += [f"kg:{item.method}" for item in instance.intensities]
    beside = {} if own is None else {OWN: own}
    beside |= {ATCS: first_plan(instance), EDD: due_date_plan(instance)}
    found = assess(instance, pairs, measures=measures, allowance=allowance, beside=beside)
    return Saved(found, objective, allowance, _middle(found, measures[-1]), year)


def write_pairs(instance: Instance, pairs: list[Run], folder: Path) -> Path:
    """Write the plans of every seed, so that a refused claim loses no work."""
    home = folder / SEEDS
    home.mkdir(parents=True, exist_ok=True)
    for run in pairs:
        write_plan(run.plan, instance, home / f"{run.seed}-plan.csv")
        write_plan(run.blind, instance, home / f"{run.seed}-baseline.csv")
    return home


def seed_lines(instance: Instance, pairs: list[Run]) -> list[str]:
    """Say of each seed how punctual its baseline and its plan are and what they buy."""
    said = []
    for run in pairs:
        before, after = verify(instance, run.blind), verify(instance, run.plan)
        figures = {
            "before": before.kpis.weighted_tardiness,
            "after": after.kpis.weighted_tardiness,
            "before_lots": before.kpis.lots_on_time,
            "after_lots": after.kpis.lots_on_time,
            "before_kwh": f"{float(before.energy.bought_kwh):,.0f}",
            "after_kwh": f"{float(after.energy.bought_kwh):,.0f}",
        }
        said.append(text("production.savings_seed_figures", seed=run.seed, **figures))
    return said


def _middle(found: Assessment, measure: str) -> int:
    """Return the seed with the median saving; of an even number the lower one."""
    savings = found.claims[measure].savings
    ordered = sorted(savings, key=lambda seed: (savings[seed], seed))
    return ordered[(len(ordered) - 1) // 2]


def post_saved(book: Book, actor: Actor, found: Saved, plan_id: str, facility: str, folder: Path) -> str:
    """Post plan and baseline under their scenarios, and enter the saving as a claim if there is one.

    Raises
    ------
    QinglianError
        What posting raises; a saving that was not detected is no error, it is said.
    """
    from qinglian.production.account import enter_saving, post_plan

    pair = found.pair
    plan = post_plan(book, actor, pair.plan, plan_id, folder / "plan.csv", facility=facility)
    baseline = post_plan(
        book, actor, pair.baseline, plan_id, folder / "baseline.csv", facility=facility, kind="baseline"
    )
    said = text(
        "production.savings_posted",
        plan=f"plan:{plan_id}",
        baseline=f"baseline:{plan_id}",
        facts=plan.posted + baseline.posted,
    )
    try:
        number = enter_saving(book, actor, found.assessment, plan_id, intensity=found.objective.intensity)
    except QinglianError as refusal:
        return f"{said} {text('production.savings_not_entered', reason=refusal.problem.message())}"
    return f"{said} {text('production.savings_entered', number=number)}"

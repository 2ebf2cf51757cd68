"""What energy-aware planning saves on one week: pairs of searches over seeds, judged, written, posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError
from qinglian.core.text import text
from qinglian.production.documents import verification_document
from qinglian.production.plan_files import write_plan
from qinglian.production.planner import Effort, first_plan, make_plan
from qinglian.production.report import figures_table
from qinglian.production.savings import Allowance, Comparison, Run, assess
from qinglian.production.savings.comparison import EQUAL
from qinglian.production.savings_report import claims_table, split_table
from qinglian.production.wishes import energy_blind, require_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.present.figures import Figure
    from qinglian.production.model import Instance
    from qinglian.production.objective import Objective
    from qinglian.production.savings import Assessment

RULES = "ATCS"


@dataclass(frozen=True)
class Saved:
    """An assessment with the objective it is for; `shown` is the pair of the median saving of energy."""

    assessment: Assessment
    objective: Objective
    allowance: Allowance
    shown: int

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
            text("production.savings_allowance", allowance=str(self.allowance)),
        ]
        for label, reasons in self.assessment.refused.items():
            found.append(text("production.savings_beside_refused", name=label, reason=reasons[0].message()))
        return found

    def document(self) -> dict[str, Any]:
        """Return the claims and the shown pair for programs."""
        return {
            "claims": {
                measure: {
                    "median": item.median,
                    "low": item.low,
                    "high": item.high,
                    "coverage": item.coverage,
                    "share": item.share,
                    "verdict": item.verdict,
                    "by_seed": {str(seed): value for seed, value in item.savings.items()},
                    "causes": item.causes,
                    "minutes": item.minutes,
                }
                for measure, item in self.assessment.claims.items()
            },
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


def run_savings(
    instance: Instance,
    objective: Objective,
    *,
    seeds: Iterable[int],
    seconds: float | None = None,
    iterations: int | None = None,
    allowance: Allowance = EQUAL,
    advance: Callable[[], None] = lambda: None,
) -> Saved:
    """Search with and without energy in the objective for each seed, with the same budget.

    Raises
    ------
    QinglianError
        ``production.objective_no_tariff`` and its like; what `assess` refuses.
    """
    require_tables(instance, objective)
    blind = energy_blind(objective)
    pairs = []
    for seed in seeds:
        effort = Effort(seconds=seconds, iterations=iterations, seed=seed, bounded=False)
        pairs.append(Run(seed, make_plan(instance, objective, effort), make_plan(instance, blind, effort)))
        advance()
    measures = ["kwh"]
    measures += ["cost"] if instance.tariff is not None else []
    measures += [f"kg:{item.method}" for item in instance.intensities]
    found = assess(
        instance, pairs, measures=measures, allowance=allowance, beside={RULES: first_plan(instance)}
    )
    return Saved(found, objective, allowance, _middle(found, measures[-1]))


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

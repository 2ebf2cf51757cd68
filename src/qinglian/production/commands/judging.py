"""Verbs that look at a plan and change nothing: verify, explain, compare."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.figures import Column, Table
from qinglian.production.commands.options import FOLDER, chance_options, chances_of, plan_option

if TYPE_CHECKING:
    from qinglian.present.console import Console
    from qinglian.present.figures import Figure
    from qinglian.production.explain import Explanation
    from qinglian.production.model import Instance
    from qinglian.production.plan import Plan
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.verify.luck import Chances
    from qinglian.production.verify.replay import Spread

SHOWN = 40


@click.command("verify", help="production.help_verify")
@click.argument("file", type=FOLDER, required=False)
@plan_option
@click.option("--input", "source", type=click.Path(path_type=Path), help="production.option_input")
@click.option("--gantt", "drawn", is_flag=True, help="production.option_gantt")
@click.option("--replay", "weeks", type=click.IntRange(20, 10_000), help="production.option_replay")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="production.option_luck")
@chance_options
@click.pass_obj
def verify(
    console: Console,
    /,
    file: Path | None,
    home: Path,
    source: Path | None,
    drawn: bool,
    weeks: int | None,
    seed: int,
    **given: float | None,
) -> Exit | None:
    """Recompute a plan from the inputs alone."""
    from qinglian.production.documents import verification_document
    from qinglian.production.report import figures_table, line_load
    from qinglian.production.report_page import verdict
    from qinglian.production.schedule import gantt
    from qinglian.production.verify import verify as recompute

    chances = chances_of(given)
    if weeks is None and any(value is not None for value in given.values()):
        raise click.UsageError(text("production.chances_alone"))
    folder, plan = plan_of(file, home, source)
    found = recompute(folder.instance, plan)
    rows = tuple((problem.code.split(".")[-1], problem.message()) for problem in found.violations[:SHOWN])
    columns = (Column(text("production.column_rule")), Column(text("production.column_violation")))
    figures: list[Figure | str] = [figures_table({text("production.plan_label"): found})]
    figures += [Table(text("production.violations"), columns, rows)] if rows else []
    figures += [gantt(found), line_load(found)] if drawn else []
    document = verification_document(found, folder.brief.objective)
    if weeks is not None and found.valid:
        spreads = _replayed(folder.instance, plan, chances, weeks, seed)
        document["replay"] = {name: _whole(spread) for name, spread in spreads.items()}
        document["chances"] = {name: repr(value) for name, value in asdict(chances).items()}
        figures.append(_spread_table(spreads, chances, weeks))
    if plan.facts.get("edited") == "yes":
        console.note(text("production.edited"))
    console.emit(document, *figures, verdict(found))
    return None if found.valid else Exit.AUDIT_FAILED


def _replayed(instance: Instance, plan: Plan, chances: Chances, weeks: int, seed: int) -> dict[str, Spread]:
    """Run the plan through so many weeks; return the spread of each figure by its name."""
    from qinglian.production.verify.replay import replay

    went = replay(instance, plan, chances, replications=weeks, seed=seed)
    found = {
        "weighted_tardiness": went.spread("weighted_tardiness"),
        "used_kwh": went.spread("kwh"),
    }
    if instance.tariff is not None:
        found["cost"] = went.spread("cost")
    methods = dict.fromkeys(item.method for item in instance.intensities)
    return found | {f"co2e_{method}": went.spread("kg", method) for method in methods}


def _whole(spread: Spread) -> dict[str, int]:
    return {name: round(value) for name, value in asdict(spread).items()}


def _spread_table(spreads: dict[str, Spread], chances: Chances, weeks: int) -> Table:
    """Return planned against realised figures."""
    labels = {"weighted_tardiness": "kpi_tardiness", "used_kwh": "replay_used", "cost": "measure_cost"}
    names = [labels.get(name, name.replace("co2e_", "kpi_carbon_")) for name in spreads]
    rows = tuple(
        (text(f"production.{name}"), item["planned"], item["median"], item["low"], item["high"])
        for name, item in zip(names, map(_whole, spreads.values()), strict=True)
    )
    keys = ("figure", "planned", "median", "low", "high")
    columns = tuple(
        Column(text(f"production.replay_{key}"), kind="text" if key == "figure" else "quantity")
        for key in keys
    )
    return Table(
        text("production.replay_title", weeks=weeks),
        columns,
        rows,
        (text("production.replay_chances", **asdict(chances)),),
    )


def plan_of(file: Path | None, home: Path, source: Path | None) -> tuple[PlanFolder, Plan]:
    """Open a plan: of a plan folder, a file beside one, or any file with the input it is for."""
    from qinglian.production.plan_files import read_plan
    from qinglian.production.plan_folder import Brief, PlanFolder

    if file is None:
        folder = PlanFolder.open(home)
        return folder, folder.plan
    if file.is_dir():
        folder = PlanFolder.open(file)
        return folder, folder.plan
    if source is not None:
        folder = PlanFolder(file.parent, Brief(source=source))
    else:
        folder = PlanFolder.of_file(file) or PlanFolder.open(home)
    return folder, read_plan(file, folder.instance)


@click.command("explain", help="production.help_explain")
@click.argument("lot", required=False)
@plan_option
@click.option("--stage", help="production.option_stage")
@click.pass_obj
def explain(console: Console, lot: str | None, home: Path, stage: str | None) -> None:
    """Say why a lot is where it is and why it is late; without a lot, of all late ones."""
    from qinglian.production.documents import explanation_document
    from qinglian.production.explain import Explainer
    from qinglian.production.plan_folder import PlanFolder

    folder = PlanFolder.open(home)
    explainer = Explainer(folder.instance, folder.plan, folder.brief.objective)
    if lot is not None:
        found = explainer.explain(lot, stage)
        console.emit(explanation_document(found), *_explained(folder.instance, found))
        return
    from qinglian.production.report import late_table
    from qinglian.production.verify import verify as recompute

    judged = recompute(folder.instance, folder.plan)
    causes = {name: cause for name in sorted(judged.kpis.late) if (cause := explainer.cause(name))}
    counts = {cause: list(causes.values()).count(cause) for cause in dict.fromkeys(causes.values())}
    said = {name: text(f"production.cause_{cause}") for name, cause in causes.items()}
    rows = tuple((text(f"production.cause_{cause}"), count) for cause, count in counts.items())
    columns = (
        Column(text("production.column_cause")),
        Column(text("production.kpi_late_lots"), kind="quantity"),
    )
    console.emit(
        {"late": causes},
        late_table(judged, SHOWN, said) if judged.kpis.late else text("production.nobody_late"),
        *([Table(text("production.explain_causes"), columns, rows)] if rows else []),
    )


def _explained(instance: Instance, found: Explanation) -> list[Figure | str]:
    from qinglian.production.timescale import moment

    name = f"{found.lot} {found.stage}".strip()
    start, end = moment(instance, found.start), moment(instance, found.end)
    said = [text("production.explain_lot", lot=name, line=found.line, start=start, end=end)]
    if found.cause is None:
        said.append(text("production.explain_on_time"))
    else:
        cause = text(f"production.cause_{found.cause}")
        said.append(text("production.explain_late", minutes=found.late, cause=cause))
    if found.ahead:
        said.append(text("production.explain_ahead", lots=found.ahead))
    figures: list[Figure | str] = [" ".join(said), _alternatives(instance, found)]
    if found.counterfactuals:
        rows = tuple(
            (text(f"production.if_{item.cause}"), item.late)
            for item in found.counterfactuals
            if item.cause != "due"
        )
        columns = (
            Column(text("production.column_if")),
            Column(text("production.column_late"), kind="quantity"),
        )
        figures.append(Table(text("production.explain_counterfactuals"), columns, rows))
    if found.unable:
        figures.append(text("production.explain_unable", lines=found.unable))
    return figures


def _alternatives(instance: Instance, found: Explanation) -> Table:
    from qinglian.production.timescale import moment

    rows = tuple(
        (
            item.line,
            "●" if item.chosen else "",
            moment(instance, item.start),
            moment(instance, item.end),
            item.run,
            item.late,
            Fraction(round(item.price)),
            Fraction(round(item.others)),
        )
        for item in found.alternatives
    )
    keys = ("line", "chosen", "start", "end", "run", "late", "price", "others")
    numbers = {"run", "late", "price", "others"}
    columns = tuple(
        Column(text(f"production.column_{key}"), kind="quantity" if key in numbers else "text")
        for key in keys
    )
    return Table(text("production.explain_alternatives"), columns, rows)


@click.command("compare", help="production.help_compare")
@click.argument("first", type=FOLDER)
@click.argument("second", type=FOLDER)
@plan_option
@click.option("--input", "source", type=click.Path(path_type=Path), help="production.option_input")
@click.pass_obj
def compare(console: Console, first: Path, second: Path, home: Path, source: Path | None) -> None:
    """Put two plans of the same orders side by side."""
    from qinglian.production.compare import side_by_side
    from qinglian.production.documents import problems_document, verification_document
    from qinglian.production.report import figures_table

    folder, one = plan_of(first, home, source)
    other, two = plan_of(second, home, source)
    found = side_by_side(folder.instance, one, two, other.instance)
    names = [str(first), str(second)]
    figures: list[Figure | str] = [figures_table({names[0]: found.first, names[1]: found.second})]
    if found.saved is not None:
        from qinglian.production.savings_report import split_table

        figures.append(split_table(found.saved))
    else:
        figures.append(text("production.no_claim"))
        figures += [f"  {problem}" for problem in found.reasons]
    figures.append(
        text(
            "production.compare_lots",
            moved=len(found.moved),
            later=len(found.later),
            sooner=len(found.sooner),
        )
    )
    figures += [lateness_table(found.later, text("production.later"))] if found.later else []
    console.emit(
        {
            "first": verification_document(found.first, folder.brief.objective),
            "second": verification_document(found.second, folder.brief.objective),
            "moved": {lot: list(lines) for lot, lines in found.moved.items()},
            "later": {lot: list(pair) for lot, pair in found.later.items()},
            "sooner": {lot: list(pair) for lot, pair in found.sooner.items()},
            "not_comparable": problems_document(found.reasons),
        },
        *figures,
    )


def lateness_table(changes: dict[str, tuple[int, int]], title: str) -> Table:
    """Return lots with their minutes late before and after, the worst first."""
    ordered = sorted(changes.items(), key=lambda item: (item[1][0] - item[1][1], item[0]))
    columns = (
        Column(text("production.column_lot")),
        Column(text("production.column_before"), kind="quantity"),
        Column(text("production.column_after"), kind="quantity"),
    )
    rows = tuple((lot, *pair) for lot, pair in ordered[:SHOWN])
    more = len(ordered) - SHOWN
    return Table(title, columns, rows, (text("production.report_more_rows", count=more),) if more > 0 else ())

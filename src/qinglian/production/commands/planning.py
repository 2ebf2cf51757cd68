"""The verb plan: read, check, search, verify, write, show."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.present.numbers import shown
from qinglian.production.commands.options import (
    FOLDER,
    NUMBER,
    lotting_of,
    lotting_options,
    objective_named,
    objective_options,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from qinglian.present.console import Console
    from qinglian.production.decide import Step
    from qinglian.production.plan import Plan
    from qinglian.production.plan_folder import PlanFolder
    from qinglian.production.planner import Effort
    from qinglian.production.verify import Verification

SHOWN_LATE = 12

STARTED = 0.3
"""Seconds that Python takes until a verb begins, and to end (measured)."""

AFTERWARDS = 0.0006
"""Seconds kept for verifying, showing and writing, per lot (measured)."""


@click.command("plan", help="production.help_plan")
@click.argument("folder", type=FOLDER)
@click.option("--time", "seconds", type=NUMBER, help="production.option_time")
@click.option("--iterations", type=click.IntRange(1), help="production.option_iterations")
@click.option("--seed", type=int, default=0, show_default=True, help="production.option_seed")
@objective_options
@click.option("--islands", type=click.IntRange(1, 64), help="production.option_islands")
@click.option("--baseline", default="rules", show_default=True, help="production.option_baseline")
@lotting_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("plan"),
    show_default=True,
    help="production.option_out",
)
@click.option("--excel", is_flag=True, help="production.option_excel")
@click.pass_obj
def plan(
    console: Console,
    folder: Path,
    seconds: Decimal | None,
    iterations: int | None,
    seed: int,
    wish: str,
    carbon_price: Decimal | None,
    intensity: str,
    islands: int | None,
    baseline: str,
    due_window: int,
    release_window: int,
    max_units: int,
    out: Path,
    excel: bool,
) -> Exit | None:
    """Plan a week."""
    begun = time.monotonic()
    from qinglian.core.errors import QinglianError
    from qinglian.production.feasibility import check
    from qinglian.production.plan_folder import Brief, PlanFolder
    from qinglian.production.planner import Effort, make_plan, require_extra
    from qinglian.production.report_page import late_causes
    from qinglian.production.wishes import require_tables

    require_extra()
    if seconds is None and iterations is None:
        from decimal import Decimal as Exact

        seconds = Exact(60)
    brief = Brief(
        source=folder,
        objective=objective_named(wish, carbon_price, intensity),
        lotting=lotting_of(due_window, release_window, max_units),
        seed=seed,
        seconds="" if seconds is None else str(seconds),
        iterations=iterations,
    )
    _warn(console, brief.read.warnings)
    instance = brief.instance
    require_tables(instance, brief.objective)
    problems = check(instance, brief.read.places)
    if problems:
        raise QinglianError.many(problems)
    home = PlanFolder.prepare(out, brief)
    left = None if seconds is None else max(0.1, float(seconds) - STARTED - (time.monotonic() - begun))
    kept = _Kept(home, console)
    with _stoppable(console) as stopped:
        effort = Effort(
            seconds=left,
            afterwards=AFTERWARDS * len(instance.lots),
            iterations=iterations,
            seed=seed,
            islands=islands,
            told=_Told(console),
            checkpoint=kept,
            cancelled=stopped,
        )
        made = make_plan(instance, brief.objective, effort)
        if seconds is not None:
            made = _with_budget(made, seconds, seed)
        home.write(made)
        if made.facts.get("moves") == "0" and instance.lots:
            console.note(text("production.still_compiling"))
        against = _baseline(home, baseline, effort, made, kept.first)
    found, other = judged(home, made, against)
    causes = late_causes(found, brief.objective)
    try:
        show(console, home, found, other, causes)
    finally:  # whoever reads only the first lines of the answer wants the page too
        finish(home, found, other, excel=excel, causes=causes)
    _excluded(console, home, found)
    if stopped():
        return Exit.INTERRUPTED
    return None if found.valid else Exit.AUDIT_FAILED


def _excluded(console: Console, home: PlanFolder, found: Verification) -> None:
    """Say which deadlines, pins and calendars exclude each other, where a plan had to break a rule."""
    if found.valid:
        return
    from qinglian.production.decide.infeasible import why_infeasible

    for problem in why_infeasible(home.instance):
        console.note(str(problem))


def _warn(console: Console, warnings: tuple[object, ...]) -> None:
    for warning in warnings:
        console.note(text("production.warning", warning=warning))


def _with_budget(made: Plan, seconds: Decimal, seed: int) -> Plan:
    """Name the budget that was asked for, not what was left of it after reading."""
    origin = f"qinglian, seed {seed}, {seconds} seconds"
    return replace(made, origin=origin, facts={**made.facts, "seconds": str(seconds)})


class _Kept:
    """Writes each checkpoint and says its figures; the first is the plan of the dispatching rules."""

    def __init__(self, home: PlanFolder, console: Console) -> None:
        self.home, self.console = home, console
        self.first: Plan | None = None

    def __call__(self, found: Plan) -> None:
        from qinglian.production.verify import verify

        self.first = self.first or found
        self.home.write(found)
        kpis = verify(self.home.instance, found).kpis
        self.console.note(
            text(
                "production.checkpoint",
                late=kpis.tardy_lots,
                tardiness=f"{kpis.weighted_tardiness:,}",
                setup=f"{kpis.setup_minutes:,}",
            )
        )


@contextmanager
def _stoppable(console: Console) -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C end the search with the best plan so far; a second one ends the program."""
    asked = threading.Event()

    def stop(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        console.note(text("production.stopping"))

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not the main thread
        yield asked.is_set
        return
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


class _Told:
    """Says now and then how far the search is: at 1, 2, 5, 10 seconds, and every ten."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.next = 0.0

    def __call__(self, step: Step) -> None:
        if step.seconds < self.next:
            return
        self.next = next((at for at in (1.0, 2.0, 5.0, 10.0) if at > step.seconds), step.seconds + 10.0)
        bound = text("production.no_bound") if step.bound is None else shown(Fraction(step.bound))
        objective = f"{step.objective:,.0f}"
        self.console.note(
            text(
                "production.search_step",
                seconds=f"{step.seconds:.0f}",
                objective=objective,
                bound=bound,
                moves=f"{step.moves:,}",
            )
        )


def _baseline(home: PlanFolder, wanted: str, effort: Effort, made: Plan, first: Plan | None) -> Plan | None:
    """Make or read the plan to compare with, and keep it beside the plan; `first` is that of the rules."""
    from qinglian.production.plan_files import read_plan
    from qinglian.production.plan_folder import BASELINE
    from qinglian.production.planner import first_plan, make_plan
    from qinglian.production.wishes import energy_blind

    if wanted == "none":
        return None
    if wanted == "rules":
        found = first or first_plan(home.instance, home.brief.objective)
    elif wanted == "blind":
        quiet = replace(effort, checkpoint=lambda _: None)
        found = make_plan(home.instance, energy_blind(home.brief.objective), quiet)
        found = replace(found, origin=f"energy-blind {found.origin}", facts={**found.facts, **_budget(made)})
    else:
        found = read_plan(Path(wanted), home.instance)
    home.write(found, BASELINE)
    return found


def _budget(made: Plan) -> dict[str, str]:
    return {name: made.facts[name] for name in ("seconds", "iterations") if name in made.facts}


def judged(home: PlanFolder, made: Plan, against: Plan | None) -> tuple[Verification, Verification | None]:
    """Verify the plan and its baseline."""
    from qinglian.production.verify import verify

    return verify(home.instance, made), None if against is None else verify(home.instance, against)


def finish(
    home: PlanFolder,
    found: Verification,
    other: Verification | None = None,
    *,
    excel: bool = False,
    causes: dict[str, str] | None = None,
) -> None:
    """Write what people look at beside the plan: the page, and the workbook if it is wanted."""
    from qinglian.ingest.atomic_files import write_atomically
    from qinglian.production.plan_folder import PAGE
    from qinglian.production.report_page import plan_page

    written = plan_page(found, home.brief.objective, baseline=other, causes=causes)
    write_atomically(home.home / PAGE, written.encode())
    if excel:
        home.write(found.plan, "plan.xlsx")


def show(
    console: Console,
    home: PlanFolder,
    found: Verification,
    other: Verification | None,
    causes: dict[str, str],
) -> None:
    """Answer with figures, late lots and where the files are."""
    from qinglian.production.documents import verification_document
    from qinglian.production.plan_folder import PAGE
    from qinglian.production.report import late_table
    from qinglian.production.report_page import bound_sentence, compared, verdict

    data = {"plan": str(home.home), **verification_document(found, home.brief.objective)}
    if other is not None:
        data["baseline"] = verification_document(other, home.brief.objective)
    late = late_table(found, SHOWN_LATE, causes)
    console.emit(
        data,
        compared(found, other),
        verdict(found),
        bound_sentence(found),
        *([late] if late.rows else []),
        text("production.plan_written", folder=home.home, page=home.home / PAGE),
    )

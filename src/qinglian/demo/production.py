"""LAPS on the demonstration's week: plans with and without energy in mind, verified, compared, posted.

The week is SYNTHETIC. Searches have a budget of steps, not of time: the numbers are the same every time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from qinglian.core.errors import QinglianError
from qinglian.core.text import text

if TYPE_CHECKING:
    from pathlib import Path

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book
    from qinglian.present.figures import Figure
    from qinglian.production.model import Instance
    from qinglian.production.saving_run import Saved

SEEDS = range(1, 6)
STEPS = 8_000_000
"""Steps of each of the ten searches; some twenty seconds on two cores."""

LINES, LOTS, LOAD, SEED = 43, 400, 55, 17
MONDAY = date(2022, 11, 28)
FACILITY, PLAN_ID = "HEF", "laps-2022-w48"


def planned(book: Book, actor: Actor, files: Path, out: Path) -> tuple[dict[str, object], list[Figure | str]]:
    """Plan the week, say what energy-aware planning saves, post both plans; return data and figures.

    Without the extra ``production`` nothing is planned, and the answer says what to install.
    """
    from qinglian.production.planner import missing_extra

    missing = missing_extra()
    if missing:
        return {"missing": missing}, [text("demo.production_missing", packages=missing)]
    instance = _week(files)
    said: list[Figure | str] = [text("demo.production_title", lines=LINES, lots=LOTS, load=LOAD)]
    try:
        found = _searched(instance)
    except QinglianError as refusal:
        reasons = [problem.message() for problem in refusal.problems]
        return {"refused": reasons}, [*said, text("demo.production_refused", reason=reasons[0])]
    found.write(out)
    _page(found, out)
    from qinglian.production.saving_run import post_saved

    posted = post_saved(book, actor, found, PLAN_ID, FACILITY, out)
    pair = found.pair
    valid = pair.plan.valid and pair.baseline.valid
    said += [*found.figures(), text("demo.production_verified" if valid else "demo.production_invalid")]
    said += [posted, text("demo.production_files", folder=out)]
    return {**found.document(), "plan_id": PLAN_ID, "valid": valid}, said


def _week(files: Path) -> Instance:
    from qinglian.production.lots import with_lots
    from qinglian.production.readers import read
    from qinglian.production.synthetic import Week, write_week

    week = Week(seed=SEED, lines=LINES, lots=LOTS, families=24, platforms=6, load=LOAD, halls=3, start=MONDAY)
    return with_lots(read(write_week(week, files)).instance)


def _searched(instance: Instance) -> Saved:
    from qinglian.production.saving_run import judge_pairs, search_pairs
    from qinglian.production.savings import Allowance
    from qinglian.production.wishes import objective_of

    allowance = Allowance(minutes=240, lots=2)
    objective = replace(objective_of("energy"), peak=Decimal(0))  # smoothing the peak takes a minute more
    pairs = search_pairs(instance, objective, seeds=SEEDS, iterations=STEPS)
    return judge_pairs(instance, objective, pairs, allowance=allowance)


def _page(found: Saved, out: Path) -> None:
    from qinglian.ingest.atomic_files import write_atomically
    from qinglian.production.report_page import plan_page
    from qinglian.production.savings_report import claims_table, split_table

    pair = found.pair
    more = [split_table(pair), claims_table(found.assessment)]
    written = plan_page(pair.plan, found.objective, baseline=pair.baseline, more=more)
    write_atomically(out / "plan.html", written.encode())

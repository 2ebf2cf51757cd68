"""Verbs of several plans: savings over seeds, and a front to choose from."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.text import text
from qinglian.present.exits import Exit
from qinglian.production.commands.options import (
    FOLDER,
    NUMBER,
    lotting_of,
    lotting_options,
    objective_named,
    objective_options,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from qinglian.present.console import Console
    from qinglian.present.figures import Figure
    from qinglian.production.saving_run import Saved

HUNDRED = 100


@click.command("savings", help="production.help_savings")
@click.argument("folder", type=FOLDER)
@click.option("--time", "seconds", type=NUMBER, help="production.option_seconds_each")
@click.option("--iterations", type=click.IntRange(1), help="production.option_iterations")
@click.option(
    "--seeds", type=click.IntRange(5, 99), default=5, show_default=True, help="production.option_seeds"
)
@objective_options
@lotting_options
@click.option("--allowance", type=NUMBER, default="2", show_default=True, help="production.option_allowance")
@click.option(
    "--allowance-minutes",
    "minutes",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    help="production.option_allowance_minutes",
)
@click.option(
    "--allowance-lots",
    "late",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="production.option_allowance_lots",
)
@click.option("--post", "plan_id", metavar="PLAN-ID", help="production.option_post")
@click.option("--facility", default="P", show_default=True, help="production.option_facility")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("savings"),
    show_default=True,
    help="production.option_out",
)
@click.pass_obj
def savings(
    console: Console,
    folder: Path,
    seconds: Decimal | None,
    iterations: int | None,
    seeds: int,
    wish: str,
    carbon_price: Decimal | None,
    intensity: str,
    due_window: int,
    release_window: int,
    max_units: int,
    allowance: Decimal,
    minutes: int,
    late: int,
    plan_id: str | None,
    facility: str,
    out: Path,
) -> Exit | None:
    """Say what energy-aware planning saves."""
    from qinglian.production.lots import with_lots
    from qinglian.production.planner import require_extra
    from qinglian.production.readers import read
    from qinglian.production.saving_run import run_savings
    from qinglian.production.savings import Allowance

    require_extra()
    instance = with_lots(read(folder).instance, lotting_of(due_window, release_window, max_units))
    objective = objective_named("energy" if wish == "core" else wish, carbon_price, intensity)
    each = None if seconds is None and iterations is not None else float(seconds or 10)
    with console.progress(text("production.help_savings"), seeds) as progress:
        found = run_savings(
            instance,
            objective,
            seeds=range(1, seeds + 1),
            seconds=each,
            iterations=iterations,
            allowance=Allowance(Fraction(allowance) / HUNDRED, minutes, late),
            advance=progress.advance,
        )
    written = found.write(out)
    posted = [] if plan_id is None else _posted(console, found, plan_id, facility, out)
    console.emit(
        found.document(), *found.figures(), *posted, text("production.savings_written", folder=written)
    )
    return None


def _posted(console: Console, found: Saved, plan_id: str, facility: str, out: Path) -> list[Figure | str]:
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.production.saving_run import post_saved

    actor = Actor.of_machine()
    return [post_saved(open_book(console.book), actor, found, plan_id, facility, out)]

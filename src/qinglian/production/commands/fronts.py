"""Verbs of several plans: savings over seeds, and a front to choose from."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.errors import QinglianError
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
    from qinglian.production.decide.pareto import Choice
    from qinglian.production.model import Instance
    from qinglian.production.plan_folder import Brief
    from qinglian.production.saving_run import Saved
    from qinglian.production.savings import OperatingYear, Run

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
@click.option(
    "--own-plan",
    "own",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="production.option_own_plan",
)
@click.option(
    "--annual",
    type=(int, int, str),
    metavar="YEAR MINUTES CALENDAR",
    help="production.option_annual",
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
    own: Path | None,
    annual: tuple[int, int, str] | None,
    plan_id: str | None,
    facility: str,
    out: Path,
) -> Exit | None:
    """Say what energy-aware planning saves."""
    from qinglian.production.lots import with_lots
    from qinglian.production.plan_files import read_plan
    from qinglian.production.planner import require_extra
    from qinglian.production.readers import read
    from qinglian.production.saving_run import judge_pairs, search_pairs, write_pairs
    from qinglian.production.savings import Allowance

    require_extra()
    year = None if annual is None else _year(*annual)
    instance = with_lots(read(folder).instance, lotting_of(due_window, release_window, max_units))
    objective = objective_named("energy" if wish == "core" else wish, carbon_price, intensity)
    mine = None if own is None else read_plan(own, instance)
    each = None if seconds is None and iterations is not None else float(seconds or 10)
    with console.progress(text("production.help_savings"), seeds) as progress:
        pairs = search_pairs(
            instance,
            objective,
            seeds=range(1, seeds + 1),
            seconds=each,
            iterations=iterations,
            advance=progress.advance,
        )
    kept = write_pairs(instance, pairs, out)
    given = Allowance(Fraction(allowance) / HUNDRED, minutes, late)
    try:
        found = judge_pairs(instance, objective, pairs, allowance=given, own=mine, year=year)
    except QinglianError:
        _say_runs(console, instance, pairs, kept)
        raise
    written = found.write(out)
    posted = [] if plan_id is None else _posted(console, found, plan_id, facility, out)
    console.emit(
        found.document(), *found.figures(), *posted, text("production.savings_written", folder=written)
    )
    return None


def _year(year: int, minutes: int, source: str) -> OperatingYear:
    from qinglian.production.savings import OperatingYear

    try:
        return OperatingYear(year, minutes, source)
    except ValueError:
        raise QinglianError(
            "production.savings_year_unreadable", year=year, minutes=minutes, source=source
        ) from None


def _say_runs(console: Console, instance: Instance, pairs: list[Run], kept: Path) -> None:
    """Show what was searched where no claim comes of it."""
    from qinglian.production.saving_run import seed_lines

    console.note(text("production.savings_runs_kept", seeds=len(pairs), folder=kept))
    for line in seed_lines(instance, pairs):
        console.note(line)


def _posted(console: Console, found: Saved, plan_id: str, facility: str, out: Path) -> list[Figure | str]:
    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import open_book
    from qinglian.production.saving_run import post_saved

    actor = Actor.of_machine()
    return [post_saved(open_book(console.book), actor, found, plan_id, facility, out)]


@click.command("pareto", help="production.help_pareto")
@click.argument("folder", type=FOLDER)
@click.option("--time", "seconds", type=NUMBER, help="production.option_seconds_each")
@click.option("--iterations", type=click.IntRange(1), help="production.option_iterations")
@click.option("--seed", type=int, default=0, show_default=True, help="production.option_seed")
@objective_options
@lotting_options
@click.option("--prices", default="0.1,1,10,100,1000", show_default=True, help="production.option_prices")
@click.option(
    "--points", type=click.IntRange(1, 20), default=5, show_default=True, help="production.option_points"
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="production.option_processes",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("front"),
    show_default=True,
    help="production.option_out",
)
@click.pass_obj
def pareto(
    console: Console,
    folder: Path,
    seconds: Decimal | None,
    iterations: int | None,
    seed: int,
    wish: str,
    carbon_price: Decimal | None,
    intensity: str,
    due_window: int,
    release_window: int,
    max_units: int,
    prices: str,
    points: int,
    processes: int,
    out: Path,
) -> None:
    """Make a few plans to choose from, each in a folder of its own."""
    from functools import partial

    from qinglian.production.decide.pareto import judged, sweep, tardiness_prices
    from qinglian.production.plan_folder import Brief
    from qinglian.production.planner import require_extra, solved
    from qinglian.production.wishes import require_tables

    require_extra()
    each = None if seconds is None and iterations is not None else float(seconds or 10)
    objective = objective_named("energy" if wish == "core" else wish, carbon_price, intensity)
    brief = Brief(
        source=folder,
        objective=objective,
        lotting=lotting_of(due_window, release_window, max_units),
        seed=seed,
        seconds="" if each is None else f"{each:g}",
        iterations=iterations,
    )
    require_tables(brief.instance, objective)
    scenarios = tardiness_prices(objective, _prices(prices), (seed,))
    with console.progress(text("production.help_pareto")):
        found = sweep(
            brief.instance,
            scenarios,
            partial(solved, seconds=each, iterations=iterations),
            partial(judged, intensity=intensity),
            processes=processes,
            most=points,
        )
    console.emit(*_front(brief, found, out))


def _prices(said: str) -> list[str]:
    return [str(NUMBER.convert(word.strip(), None, None)) for word in said.split(",")]


def _front(brief: Brief, found: tuple[Choice, ...], out: Path) -> list[Any]:
    """Write each plan into a folder; return what is to be shown, data first."""
    from dataclasses import replace

    from qinglian.present.figures import Column, Table
    from qinglian.production.commands.planning import finish, judged
    from qinglian.production.plan_folder import PlanFolder

    rows, data = [], []
    for number, choice in enumerate(found, start=1):
        home = PlanFolder.prepare(out / str(number), replace(brief, objective=choice.scenario.objective))
        home.write(choice.plan)
        finish(home, judged(home, choice.plan, None)[0])
        figures = choice.figures
        price = choice.scenario.objective.tardiness
        rows.append((str(home.home), price, figures.tardiness, figures.cost, figures.carbon))
        data.append(
            {
                "plan": str(home.home),
                "price": price,
                "tardiness": figures.tardiness,
                "cost": figures.cost,
                "carbon": figures.carbon,
            }
        )
    tariff = brief.instance.tariff
    columns = (
        Column(text("production.plan_label")),
        Column(text("production.column_minute_price"), kind="quantity"),
        Column(text("production.kpi_tardiness"), text("production.unit_min"), "quantity"),
        Column(text("production.kpi_cost"), tariff.currency if tariff else "", "quantity"),
        Column("CO2e", "kg", "quantity"),
    )
    said = text("production.pareto_choose", folder=out / "1")
    return [{"front": data}, Table(text("production.pareto_title"), columns, tuple(rows)), said]

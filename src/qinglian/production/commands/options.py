"""Options that several verbs of the room share."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qinglian.production.lots import Lotting
    from qinglian.production.objective import Objective
    from qinglian.production.verify.luck import Chances

FOLDER = click.Path(path_type=Path)


class Number(click.ParamType[Decimal]):
    """An exact decimal number that is not negative."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read it."""
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not a number", param, ctx)
        if not found.is_finite() or found < 0:
            self.fail(f"{value} is not a number from 0 up", param, ctx)
        return found


NUMBER = Number()

plan_option = click.option(
    "--plan",
    "home",
    type=click.Path(path_type=Path),
    default=Path("plan"),
    show_default=True,
    help="production.option_plan",
)


def objective_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that state an objective."""
    for option in (
        click.option(
            "--intensity", default="location", show_default=True, help="production.option_intensity"
        ),
        click.option("--carbon-price", type=NUMBER, help="production.option_carbon_price"),
        click.option(
            "--objective",
            "wish",
            type=click.Choice(["core", "energy", "carbon", "green"]),
            default="core",
            show_default=True,
            help="production.option_objective",
        ),
    ):
        command = option(command)
    return command


CHANCES = {
    "run_cv": ("rate_cv", click.FloatRange(0, 5)),
    "setup_cv": ("setup_cv", click.FloatRange(0, 5)),
    "failure_minutes": ("failure_minutes", click.FloatRange(0)),
    "repair_minutes": ("repair_minutes", click.FloatRange(0)),
    "late_share": ("late_share", click.FloatRange(0, 1)),
    "late_minutes": ("late_minutes", click.FloatRange(0)),
}
"""Options of what may go otherwise than planned: the chance that each sets, and its range."""


def chance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how uncertain a plant is."""
    for name, (_, kind) in reversed(CHANCES.items()):
        command = click.option(
            f"--{name.replace('_', '-')}", name, type=kind, help=f"production.option_{name}"
        )(command)
    return command


def chances_of(given: Mapping[str, float | None]) -> Chances:
    """Return the chances of the options; what is not given is as usual."""
    from qinglian.production.verify.luck import Chances

    return Chances(**{CHANCES[name][0]: value for name, value in given.items() if value is not None})


def lotting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what may share a lot."""
    for option in (
        click.option(
            "--max-units",
            type=click.IntRange(1),
            default=400,
            show_default=True,
            help="production.option_max_units",
        ),
        click.option(
            "--release-window",
            type=click.IntRange(1),
            default=240,
            show_default=True,
            help="production.option_release_window",
        ),
        click.option(
            "--due-window",
            type=click.IntRange(1),
            default=1440,
            show_default=True,
            help="production.option_due_window",
        ),
    ):
        command = option(command)
    return command


def lotting_of(due_window: int, release_window: int, max_units: int) -> Lotting:
    """Return the rule of grouping."""
    from qinglian.production.lots import Lotting

    return Lotting(due_window, release_window, max_units)


def objective_named(wish: str, carbon_price: Decimal | None, intensity: str) -> Objective:
    """Return the objective of the options."""
    from qinglian.production.wishes import objective_of

    return objective_of(wish, carbon_price=carbon_price, intensity=intensity)

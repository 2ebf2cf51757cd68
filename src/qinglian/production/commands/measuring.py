"""The verb of measurement and verification: sub-meter readings in, a verdict with its interval out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.present.exits import Exit
from qinglian.production.commands.options import FOLDER, NUMBER

if TYPE_CHECKING:
    from decimal import Decimal

    from qinglian.present.console import Console
    from qinglian.production.measurement.readings import Boundary

HUNDRED = 100


@click.command("measure", help="production.help_measure")
@click.argument("readings", type=FOLDER, metavar="READINGS")
@click.option("--placebo", type=FOLDER, help="production.option_placebo")
@click.option(
    "--boundary",
    type=click.Choice(["lines", "site"]),
    default="lines",
    show_default=True,
    help="production.option_boundary",
)
@click.option("--expected", type=NUMBER, help="production.option_expected")
@click.pass_obj
def measure(
    console: Console, readings: Path, placebo: Path | None, boundary: Boundary, expected: Decimal | None
) -> Exit | None:
    """Say what was really saved; without a placebo file, before and after one change."""
    from qinglian.production.measurement import measure_before_after, measure_on_off, read_readings
    from qinglian.production.measurement.report import result_document, result_table

    share = None if expected is None else Fraction(expected) / HUNDRED
    days = read_readings(readings)
    if placebo is None:
        found = measure_before_after(days, boundary=boundary, expected=share)
    else:
        found = measure_on_off(days, read_readings(placebo), boundary=boundary, expected=share)
    console.emit(result_document(found), result_table(found))
    return Exit.REFUSED if found.verdict == "refused" else None

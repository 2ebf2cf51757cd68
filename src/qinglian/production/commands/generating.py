"""The verb generate: a synthetic week, to try things out on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.errors import QinglianError, Where
from qinglian.core.text import text
from qinglian.production.commands.options import FOLDER

if TYPE_CHECKING:
    from qinglian.present.console import Console


@click.command("generate", help="production.help_generate")
@click.argument("folder", type=FOLDER)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="production.option_draw")
@click.option(
    "--lines", type=click.IntRange(1, 500), default=43, show_default=True, help="production.option_lines"
)
@click.option(
    "--lots", type=click.IntRange(1, 20_000), default=1500, show_default=True, help="production.option_lots"
)
@click.option("--orders", type=click.IntRange(1, 200_000), help="production.option_orders")
@click.option(
    "--families",
    type=click.IntRange(1, 500),
    default=60,
    show_default=True,
    help="production.option_families",
)
@click.option(
    "--platforms",
    type=click.IntRange(1, 100),
    default=6,
    show_default=True,
    help="production.option_platforms",
)
@click.option(
    "--load", type=click.IntRange(1, 300), default=95, show_default=True, help="production.option_load"
)
@click.option("--shifts", is_flag=True, help="production.option_shifts")
@click.option("--crews", is_flag=True, help="production.option_crews")
@click.option(
    "--halls", type=click.IntRange(0, 50), default=0, show_default=True, help="production.option_halls"
)
@click.option("--stage", "stages", multiple=True, help="production.option_stages")
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="production.option_zone")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-11-30",
    show_default=True,
    help="production.option_start",
)
@click.pass_obj
def generate(
    console: Console,
    folder: Path,
    seed: int,
    lines: int,
    lots: int,
    orders: int | None,
    families: int,
    platforms: int,
    load: int,
    shifts: bool,
    crews: bool,
    halls: int,
    stages: tuple[str, ...],
    zone: str,
    start: datetime,
) -> None:
    """Write an invented week."""
    from qinglian.core.period import zone_info
    from qinglian.production.synthetic import Week, write_week

    zone_info(zone)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise QinglianError("production.generate_taken", Where(file=str(folder)))
    if len(stages) > lines:
        raise QinglianError("production.generate_stages", stages=len(stages), lines=lines)
    week = Week(
        seed=seed,
        lines=lines,
        lots=lots,
        orders=orders or 0,
        families=families,
        platforms=min(platforms, families),
        load=load,
        shifts=shifts,
        crews=crews,
        halls=halls,
        stages=stages,
        zone=zone,
        start=start.date(),
    )
    write_week(week, folder)
    names = sorted(str(file) for file in folder.iterdir())
    console.emit(
        {"name": week.name, "synthetic": True, "files": names},
        text("production.generated", count=len(names), name=week.name, folder=folder),
    )

"""``qinglian demo``: the main job on a synthetic company, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qinglian.present.console import Console


@click.command("demo", help="demo.help")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("qinglian-demo"),
    show_default=True,
    help="demo.option_dir",
)
@click.option("--no-serve", is_flag=True, expose_value=False, help="demo.option_no_serve")
@click.pass_obj
def demo(console: Console, folder: Path) -> None:
    """Make the demonstration in a folder and show what came out."""
    from qinglian.demo.run import run_demo

    outcome = run_demo(folder, console)
    console.emit(outcome.data, *outcome.figures)

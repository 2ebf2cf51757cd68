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
@click.option("--no-serve", is_flag=True, help="demo.option_no_serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="hall.option_port"
)
@click.pass_obj
def demo(console: Console, folder: Path, no_serve: bool, port: int) -> None:
    """Make the demonstration in a folder, show what came out, and on a terminal serve it."""
    import sys

    from qinglian.demo.run import run_demo

    outcome = run_demo(folder, console)
    console.emit(outcome.data, *outcome.figures)
    if no_serve or console.as_json or not sys.stdout.isatty():
        return
    from qinglian.demo.serving import serve_demo

    serve_demo(console, folder, port)

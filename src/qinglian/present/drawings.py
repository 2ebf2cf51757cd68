"""The option ``--svg FILE`` and the files it writes: a drawing per chart, none for a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qinglian.core.errors import QinglianError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinglian.present.figures import Figure

svg_option = click.option(
    "--svg", "drawing", type=click.Path(dir_okay=False, path_type=Path), help="present.option_svg"
)
"""Hands a command the path ``drawing`` or `None`."""


def write_drawings(path: Path, figures: Iterable[Figure | str]) -> tuple[Path, ...]:
    """Draw the charts among figures: the first into the file named, the next into ``NAME-2.svg`` and so on.

    Raises
    ------
    QinglianError
        ``present.nothing_to_draw`` where there is no chart; ``present.not_written`` where the file cannot be
        written.
    """
    from qinglian.present.figures import Table, Tree
    from qinglian.present.svg import to_svg

    drawn = [to_svg(figure) for figure in figures if not isinstance(figure, Table | Tree | str)]
    if not drawn:
        raise QinglianError("present.nothing_to_draw", Where(file=str(path)))
    names = [path, *(path.with_stem(f"{path.stem}-{number}") for number in range(2, len(drawn) + 1))]
    try:
        for name, content in zip(names, drawn, strict=True):
            name.write_text(content, encoding="utf-8")
    except OSError as error:
        raise QinglianError("present.not_written", Where(file=str(path)), reason=error.strerror) from error
    return tuple(names)

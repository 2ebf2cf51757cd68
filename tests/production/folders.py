"""A planner's folder written on the spot: a small healthy plant, of which a test changes what it is about."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from qinglian.core.errors import Problem, QinglianError
from qinglian.production.readers import Read, read

HEALTHY = {
    "lines": [
        ("line", "setup_factor", "run_kW", "idle_kW", "setup_kW", "startup_min"),
        ("L1", "1.1", "45.5", "18.2", "22", "20"),
        ("L2", "0.9", "50", "20", "25", "15"),
    ],
    "eligibility": [
        ("line", "family", "min_per_unit"),
        ("L1", "A", "2.5"),
        ("L1", "B", "3"),
        ("L2", "B", "2.75"),
    ],
    "setups": [("from_family", "to_family", "base_min"), ("A", "B", "30"), ("B", "A", "20.5")],
    "lots": [
        ("lot", "family", "units", "release_min", "due_min", "weight"),
        ("J1", "A", "100", "0", "2880", "1"),
        ("J2", "B", "200", "240", "5000", "2"),
        ("J3", "B", "50", "0", "900", "4"),
    ],
}
ZONED = "zone = 'Europe/Berlin'\nstart = '2026-10-19 00:00'\n"
"""A week that ends with the night of 25 hours."""


def write(folder: Path, plant: str = "", encoding: str = "utf-8", **tables: object) -> Path:
    """Write the healthy plant with some tables replaced; None leaves a table out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (HEALTHY | tables).items():
        if rows is not None:
            stream = io.StringIO()
            csv.writer(stream, lineterminator="\n").writerows(rows)
            (folder / f"{name}.csv").write_bytes(stream.getvalue().encode(encoding))
    if plant:
        (folder / "plant.toml").write_text(plant, encoding="utf-8")
    return folder


def changed(table: str, row: int, column: str, value: str) -> list[tuple[str, ...]]:
    """A healthy table with one cell replaced; row 1 is the first below the header."""
    rows = [list(cells) for cells in HEALTHY[table]]
    rows[row][rows[0].index(column)] = value
    return [tuple(cells) for cells in rows]


def got(folder: Path, plant: str = "", **tables: object) -> Read:
    return read(write(folder, plant, **tables))


def refused(folder: Path, plant: str = "", **tables: object) -> list[Problem]:
    with pytest.raises(QinglianError) as caught:
        read(write(folder, plant, **tables))
    for problem in caught.value.problems:
        assert all((problem.message("en"), problem.message("zh"), problem.fix("en"), problem.fix("zh"))), (
            problem
        )
    return list(caught.value.problems)


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]

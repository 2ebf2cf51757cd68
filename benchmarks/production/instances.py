"""Public scheduling instances as instances of the production room.

``wtsds``: V. A. Cicirello, single machine with sequence-dependent setups and weighted tardiness; each job is
a family of its own, and its first setup is a row without a family before. ``pmp``: unrelated parallel
machines, makespan (`R || Cmax`), one job a line and one column a machine.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from qinglian.production.model import Eligibility, Family, Horizon, Instance, Line, Lot, Power, Setup

WTSDS_OPTIMA = {
    1: 453, 5: 4054, 11: 2785, 16: 3285, 21: 0, 26: 0,
    31: 0, 36: 0, 41: 69102, 46: 34764, 51: 49208, 56: 74889,
}  # fmt: skip
"""Optimal values of twelve instances as S. Tanaka and M. Araki publish them (Computers & Operations Research
40, 2013, 344-352, doi:10.1016/j.cor.2012.07.004).

Read in a copy, the repository Dongbox/optagent-benchmarks at 537e68a4 (CicirelloSolution.csv). Its sequences
were recomputed on the instances and give these values; that they are optimal rests on the source.
"""
START = datetime(2024, 1, 1, tzinfo=UTC)
POWER = Power(run=1000)


def read_wtsds(path: Path) -> Instance:
    """Read a ``*.instance`` file: due dates of this benchmark may be negative, weights zero."""
    parts = _parts(path.read_text(encoding="utf-8"))
    times, weights, due = (
        [int(text) for text in parts[name]] for name in ("Process Times", "Weights", "Duedates")
    )
    rows = [(int(i), int(j), int(s)) for i, j, s in (text.split() for text in parts["Setup Times"])]
    names = [f"J{index:02d}" for index in range(len(times))]
    total = sum(times) + len(times) * max(minutes for _, _, minutes in rows)
    return Instance(
        horizon=Horizon(START, total, total),
        lines=(Line(id="M0", power=POWER),),
        families=tuple(Family(name) for name in names),
        eligibility=tuple(
            Eligibility("M0", name, Decimal(minutes)) for name, minutes in zip(names, times, strict=True)
        ),
        lots=tuple(
            Lot(id=name, family=name, units=1, due=day, weight=weight)
            for name, day, weight in zip(names, due, weights, strict=True)
        ),
        setups=tuple(Setup("", names[i] if i >= 0 else "", names[j], Decimal(s)) for i, j, s in rows),
        name=path.stem,
    )


def _parts(text: str) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.rstrip().endswith(":"):
            current = parts.setdefault(line.strip()[:-1], [])
        elif line.strip() and "Problem Specification" not in line:
            current.append(line)
    return parts


def read_pmp(path: Path) -> Instance:
    """Read a parallel-machine file; the makespan is judged, so every due date is 0 with weight 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    jobs, machines = int(lines[0]), int(lines[1])
    table = [[int(cell) for cell in line.split()] for line in lines[2 : 2 + jobs]]
    names = [f"J{index:03d}" for index in range(jobs)]
    total = sum(max(row) for row in table)
    return Instance(
        horizon=Horizon(START, total, total),
        lines=tuple(Line(id=f"M{index:02d}", power=POWER) for index in range(machines)),
        families=tuple(Family(name) for name in names),
        eligibility=tuple(
            Eligibility(f"M{machine:02d}", name, Decimal(minutes))
            for name, row in zip(names, table, strict=True)
            for machine, minutes in enumerate(row)
        ),
        lots=tuple(Lot(id=name, family=name, units=1, due=0) for name in names),
        name=f"pmp-{path.stem}",
    )


def best_known(folder: Path) -> dict[str, int]:
    """Return the best known makespan of each file of a ``pmp`` folder."""
    with (folder / "best_known.csv").open(encoding="utf-8", newline="") as stream:
        return {row["instance"]: int(row["bks"]) for row in csv.DictReader(stream)}

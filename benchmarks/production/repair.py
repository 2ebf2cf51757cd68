"""Repair: how soon a cold process answers a line failure, and what it leaves alone.

``python -m benchmarks.production.repair ../shared/data/scheduling/weeks/43x1500-1* --seconds 10``

For each week a plan is searched for, then three lines fail at noon of the third day, for a day or for good.
Every answer is a process of its own, ``qinglian production repair --dry-run``: its seconds hold Python,
imports, reading week and plan, repairing and verifying. The same repair is then judged in this process: what
had begun must be as it was, and of the other lots at most a tenth may have moved (another line, or another
place in its order).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from qinglian.production.decide.free_part import begin
from qinglian.production.decide.repair import CHANGE_PRICE, Repaired, repair
from qinglian.production.events import LineDown
from qinglian.production.model import Instance
from qinglian.production.plan import Plan
from qinglian.production.plan_folder import Brief, PlanFolder
from qinglian.production.planner import Effort, first_plan, make_plan
from qinglian.production.verify import verify

NOON = 2 * 1440 + 720
ASKED_SECONDS, ASKED_SHARE = 2.0, 0.10


def main() -> None:
    options = _options()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores · load {load} · plan of {options.seconds:g} s · times of a cold process")
    print(
        f"{'week':<14}{'line':<6}{'until':<10}{'s':>6}{'CPU s':>7}{'touched':>9}{'moved':>7}{'of':>6}"
        f"{'share':>8}{'shifted':>9}  frozen, violations"
    )
    rows = [row for folder in options.weeks for row in _week(folder, options.seconds)]
    cpu, share = [row[0] for row in rows], [row[1] for row in rows]
    print(f"\nCPU seconds: median {median(cpu):.2f}, most {max(cpu):.2f} (asked: {ASKED_SECONDS} s)")
    print(f"other lots moved: median {median(share):.1%}, most {max(share):.1%} (asked: {ASKED_SHARE:.0%})")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.production.repair", description=__doc__)
    parser.add_argument("weeks", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=10, help="search for the plan; 0 dispatches it")
    return parser.parse_args()


def _week(folder: Path, seconds: float) -> Iterator[tuple[float, float]]:
    with tempfile.TemporaryDirectory(prefix="qinglian-bench-") as temporary:
        home = PlanFolder.prepare(Path(temporary) / "plan", Brief(source=folder.resolve()))
        instance = home.instance
        objective = home.brief.objective
        plan = make_plan(instance, objective, Effort(seconds=seconds)) if seconds else first_plan(instance)
        home.write(plan)
        lines = [line.id for line in instance.lines]
        for line, until in (
            (lines[0], None),
            (lines[len(lines) // 2], NOON + 1440),
            (lines[-1], NOON + 1440),
        ):
            event = LineDown(line, NOON, until)
            wall, cpu = _cold(home.home, event)
            done = repair(
                instance, plan, event, minute=NOON, objective=replace(objective, deviation=CHANGE_PRICE)
            )
            yield cpu, _report(folder.name, instance, plan, done, event, wall, cpu)


def _cold(home: Path, event: LineDown) -> tuple[float, float]:
    words = [sys.executable, "-m", "qinglian", "production", "repair", "--plan", str(home), "--dry-run"]
    words += ["--down", event.line, "--from", str(event.start)]
    words += [] if event.end is None else ["--until", str(event.end)]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


def _report(
    name: str, instance: Instance, plan: Plan, done: Repaired, event: LineDown, wall: float, cpu: float
) -> float:
    touched = set(done.touched)
    others = [task for task in plan.tasks if begin(task) >= NOON and task.lot not in touched]
    moved = _left(plan, done.plan, {(task.lot, task.stage) for task in others})
    share = len(moved) / len(others) if others else 0.0
    frozen = {task for task in plan.tasks if begin(task) < NOON and task.lot not in touched} <= set(
        done.plan.tasks
    )
    found = verify(done.instance, done.plan)
    until = "for good" if event.end is None else "a day"
    kept = "identical" if frozen else "CHANGED"
    print(
        f"{name:<14}{event.line:<6}{until:<10}{wall:>6.1f}{cpu:>7.2f}{len(touched):>9}{len(moved):>7}"
        f"{len(others):>6}{share:>8.1%}{len(done.shifted):>9}  {kept}, {len(found.violations)}"
    )
    return share


def _left(old: Plan, new: Plan, others: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the others that changed line, or stand behind another one of them than before."""
    before, after = (_predecessors(plan, others) for plan in (old, new))
    return {key for key in others if before[key] != after[key]}


def _predecessors(plan: Plan, others: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, object]]:
    found: dict[tuple[str, str], tuple[str, object]] = {}
    for line, tasks in plan.by_line.items():
        last: object = None
        for task in tasks:
            key = (task.lot, task.stage)
            if key in others:
                found[key], last = (line, last), key
    return found


if __name__ == "__main__":
    main()

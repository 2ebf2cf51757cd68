"""One case in one process of its own: CPU seconds, wall seconds, peak memory, and what it found.

Run as ``python -m benchmarks.measure MODULE CASE FOLDER``; the last line printed is the measurement as JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Clock:
    """What a case's timed part cost; a case does its set-up before and its checks after ``timed``."""

    cpu: float = 0.0
    wall: float = 0.0
    found: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time a block; several blocks add up."""
        cpu, wall = _cpu_seconds(), time.perf_counter()
        try:
            yield
        finally:
            self.cpu += _cpu_seconds() - cpu
            self.wall += time.perf_counter() - wall
            self.found["rss"] = peak_rss()  # before the checks that follow


def _cpu_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def peak_rss() -> float:
    """Peak resident memory of this process so far, in GB.

    Linux counts what the parent held when it forked, so the parent imports nothing heavy.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def measure(module: str, case: str, folder: Path) -> dict[str, Any]:
    """Run a case in a fresh interpreter and return its measurement."""
    command = [sys.executable, "-m", "benchmarks.measure", module, case, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module}.{case} failed:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


class _WithoutPandas:
    """Hide pandas: users do not have it, and pyarrow spends a second on loading it where it is installed."""

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name, name="pandas")


def main() -> None:
    module, case, folder = sys.argv[1:4]
    if case != "pandas":
        sys.meta_path.insert(0, _WithoutPandas())
    clock = Clock()
    getattr(importlib.import_module(f"benchmarks.{module}"), case)(Path(folder), clock)
    print(json.dumps({"cpu": clock.cpu, "wall": clock.wall, **clock.found}))


if __name__ == "__main__":
    main()

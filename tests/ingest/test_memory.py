"""A large file is streamed: memory does not grow with it but for the keys of its rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

KEY_BYTES = 16
RUN = """
import resource, sys
from tests.ingest.conftest import opened
rows, refused = 0, 0
peaks = []
for batch in opened(sys.argv[1]):
    rows += len(batch.rows)
    refused += len(batch.refused)
    if rows + refused >= 100_000 and not peaks:
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(rows, refused, *peaks)
"""


def write_hours(path: Path, size: int) -> int:
    """Write hourly readings of 100 meters until the file has `size` bytes; return the number of rows."""
    from datetime import datetime, timedelta

    moment, rows = datetime(1990, 1, 1), 0  # noqa: DTZ001
    with path.open("w", encoding="utf-8") as stream:
        stream.write("facility,activity,start,end,quantity,unit,source,quantity_basis\n")
        while stream.tell() < size:
            after = moment + timedelta(hours=1)
            times = f"{moment:%Y-%m-%d %H:%M}+00:00,{after:%Y-%m-%d %H:%M}+00:00"
            stream.writelines(
                f"HEF,electricity.purchased,{times},{rows % 9973}.{meter:02d},kWh,M{meter},metered\n"
                for meter in range(100)
            )
            moment, rows = after, rows + 100
    return rows


def streamed(path: Path) -> tuple[int, int, int, int]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    rows, refused, early, late = map(int, done.stdout.split())
    return rows, refused, early * 1024, late * 1024


@pytest.mark.parametrize(
    "size", [60_000_000, pytest.param(1_000_000_000, marks=pytest.mark.heavy)], ids=["60MB", "1GB"]
)
def test_memory_is_flat_but_for_the_keys(tmp_path: Path, size: int) -> None:
    rows = write_hours(tmp_path / "hours.csv", size)
    read, refused, early, late = streamed(tmp_path / "hours.csv")
    assert (read, refused) == (rows, 0)
    # a run that is merged is held twice for a moment; the rest is what the allocator keeps of passing chunks
    assert late - early < 2 * KEY_BYTES * rows + 40_000_000

"""Chain elements: Parquet file to Parquet file with resolution and provenance, beside bare numpy in floats.

``ours`` reads the file, hashes it, finds the rate of each element by category and day, writes each element
with its row, rate and both halves of its emission, and sums exactly. ``numpy`` is the floor: arrays in
memory, intensities already found, one multiplication and a sum. ``numpy_read`` also reads the file and finds
the rates.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.measure import Clock

CATEGORIES, YEARS, SEED = 1_000, 4, 11
FIRST = date(2022, 1, 1)


def _rates() -> list[Any]:
    """A thousand categories with an intensity of their own each year."""
    from qinglian.logistics.bulk import Rate
    from qinglian.logistics.model import Emission

    return [
        Rate(
            f"TOC-{category:04}",
            Emission(
                Fraction(1000 + (category * 37 + year * 11) % 9000, 10**5), Fraction(category % 97 + 1, 10**4)
            ),
            date(FIRST.year + year, 1, 1),
            date(FIRST.year + year + 1, 1, 1),
            f"statement {FIRST.year + year}",
        )
        for category in range(CATEGORIES)
        for year in range(YEARS)
    ]


def make(folder: Path, clock: Clock) -> None:
    """Write the elements: random categories, days, masses and distances of a fixed seed."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = int(folder.name.split("-")[1])
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "elements.parquet").exists():
        return
    draw = np.random.default_rng(SEED)
    names = pa.array([f"TOC-{number:04}" for number in range(CATEGORIES)])
    days = (FIRST - date(1970, 1, 1)).days + draw.integers(0, 365 * YEARS, rows, dtype=np.int32)
    columns = {
        "shipment": pa.array(np.arange(rows, dtype=np.int64) // 3),
        "toc": names.take(pa.array(draw.integers(0, CATEGORIES, rows))),
        "day": pa.array(days, pa.date32()),
        "mass_g": pa.array(draw.integers(1_000, 30_000_000, rows)),
        "distance_m": pa.array(draw.integers(1_000, 20_000_000, rows)),
    }
    with clock.timed():
        pq.write_table(pa.table(columns), folder / "elements.parquet", compression="zstd")


def ours(folder: Path, clock: Clock) -> None:
    """The product: file to file."""
    from qinglian.logistics.bulk import evaluate

    rates = _rates()
    with clock.timed():
        found = evaluate(folder / "elements.parquet", rates, folder / "legs.parquet")
        total = found.emission
    if found.unresolved:
        raise AssertionError(f"{found.unresolved} elements without a rate")
    clock.found.update(elements=found.elements, ttw=float(total.ttw), wtt=float(total.wtt))


def numpy(folder: Path, clock: Clock) -> None:
    """Only the arithmetic, in floats, with everything at hand."""
    mass, metres, per = _arrays(folder)
    with clock.timed():
        activity = mass * metres * 1e-9
        ttw, wtt = float((activity * per[0]).sum()), float((activity * per[1]).sum())
    clock.found.update(elements=len(mass), ttw=ttw, wtt=wtt)


def numpy_read(folder: Path, clock: Clock) -> None:
    """The same after reading the file and looking each rate up."""
    with clock.timed():
        mass, metres, per = _arrays(folder)
        activity = mass * metres * 1e-9
        ttw, wtt = float((activity * per[0]).sum()), float((activity * per[1]).sum())
    clock.found.update(elements=len(mass), ttw=ttw, wtt=wtt)


def _arrays(folder: Path) -> tuple[Any, Any, Any]:
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "elements.parquet", columns=["toc", "day", "mass_g", "distance_m"])
    coded = table["toc"].combine_chunks().dictionary_encode()
    numbers = np.array([int(name[4:]) for name in coded.dictionary.to_pylist()])
    toc = numbers[coded.indices.to_numpy()]
    starts = np.array(
        [(date(FIRST.year + year, 1, 1) - date(1970, 1, 1)) // timedelta(1) for year in range(YEARS)]
    )
    days = table["day"].cast("int32").to_numpy()
    place = toc * YEARS + np.searchsorted(starts, days, side="right") - 1
    rates = _rates()
    per = [
        np.array([float(getattr(rate.emission, half)) for rate in rates])[place] for half in ("ttw", "wtt")
    ]
    return table["mass_g"].to_numpy().astype(float), table["distance_m"].to_numpy().astype(float), per

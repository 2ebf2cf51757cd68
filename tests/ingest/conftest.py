"""A few facilities, and files of every kind made on the spot."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from qinglian.ingest.profile import Profile, load_profile
from qinglian.ingest.reader import Batch, FacilityInfo, FactFile, read_facts
from qinglian.ingest.rows import FactRow

FACILITIES = {
    "HEF": FacilityInfo("Asia/Shanghai", "CN-AH"),
    "SZX": FacilityInfo("Asia/Shanghai", "CN-GD"),
    "BER": FacilityInfo("Europe/Berlin", "DE"),
    "gwangyang": FacilityInfo("Asia/Seoul", "KR"),
}
ACTIVITIES = (
    "electricity.purchased",
    "fuel.stationary.natural_gas",
    "freight.road.hgv_average",
    "fugitive.R-410A",
    "spend.334111",
    "steam.purchased",
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = ("facility", "activity", "start", "end", "quantity", "unit", "source")
ROW = ("HEF", "electricity.purchased", "2022-04-01", "2022-04-30", "12.5", "MWh", "M1")

Open = Callable[..., FactFile]


def opened(path: Path, profile: Profile | str = "native", **options: object) -> FactFile:
    if isinstance(profile, str):
        profile = load_profile(profile)
    options = {"facilities": FACILITIES, "activities": ACTIVITIES, "now": NOW, **options}
    return read_facts(path, profile, **options)  # type: ignore[arg-type]


def everything(file: FactFile) -> Batch:
    batches = list(file)
    return Batch(
        [row for batch in batches for row in batch.rows],
        [row for batch in batches for row in batch.refused],
    )


def amount(row: FactRow) -> Fraction:
    return Fraction(row.mantissa, 10**row.decimals)


def csv_text(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def changed(**cells: str) -> tuple[str, ...]:
    """The sample row with some cells replaced."""
    return tuple(cells.get(name, value) for name, value in zip(HEADER, ROW, strict=True))


@pytest.fixture
def fact_file(tmp_path: Path) -> Callable[..., Path]:
    def write(
        *rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = "utf-8", delimiter: str = ","
    ) -> Path:
        path = tmp_path / "facts.csv"
        path.write_bytes(csv_text(*rows, header=header, delimiter=delimiter).encode(encoding))
        return path

    return write

"""A real plant's year: 35,040 quarter-hours whose days run from 00:15 to 00:00."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from qinglian.ingest.plausibility import Plausibility
from tests.ingest.conftest import amount, everything, opened


def test_the_year_of_the_steel_plant(shared_data: Path) -> None:
    file = opened(shared_data / "steel" / "Steel_industry_data.csv", "steel")
    found = everything(file)
    assert not found.refused
    assert len(found.rows) == 35_040
    assert sum(map(amount, found.rows)) == Fraction("959636.71")
    starts = sorted(row.start_utc for row in found.rows)
    ends = sorted(row.end_utc for row in found.rows)
    assert starts[0] == datetime(2017, 12, 31, 15, tzinfo=UTC)
    assert starts[1:] == ends[:-1]
    assert {row.end_utc - row.start_utc for row in found.rows} == {timedelta(minutes=15)}
    last = found.rows[-1]
    assert last.row == 35_041
    assert last.end_utc == ends[-1] == datetime(2018, 12, 31, 15, tzinfo=UTC)
    assert (last.start_local, last.end_local) == (date(2018, 12, 31), date(2019, 1, 1))
    assert {row.start_local.year for row in found.rows} == {2018}


def test_the_year_of_the_steel_plant_has_no_gap_and_no_overlap(shared_data: Path) -> None:
    file = opened(shared_data / "steel" / "Steel_industry_data.csv", "steel")
    watch = Plausibility(file.table.file, file.headings)
    for batch in file:
        watch.watch(batch.rows)
    assert {problem.code for problem in watch.warnings()} <= {"ingest.size_small"}

"""Sub-meter files: rows of a day are added up exactly; a missing meter is not a saving."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from qinglian.core.canonical import canonical_json
from qinglian.core.errors import QinglianError
from qinglian.core.text import use_language
from qinglian.production.measurement import measure_on_off, observations, read_meters, read_readings
from qinglian.production.measurement.report import result_document, result_table
from qinglian.production.model import Horizon
from qinglian.production.verify import verify
from tests.production.small_plants import place, plant
from tests.production.test_measurement import days, earlier


def table(folder: Path, text: str) -> Path:
    path = folder / "readings.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_are_added_up_and_units_of_headings_count(tmp_path: Path) -> None:
    rows = "日期,产线,能耗_MWh,产量,换线,开启\n2026-03-02,A,0.1001,10,2,是\n2026-03-02,B,0.2,5,1,是\n"
    (reading,) = read_readings(table(tmp_path, rows))
    assert reading.kwh == Fraction("300.1")
    assert reading.drivers == {"units": 15, "changeovers": 3}
    assert (reading.day, reading.on, reading.week) == (date(2026, 3, 2), True, "2026-W10")


def test_whole_site_rows_without_lines(tmp_path: Path) -> None:
    readings = read_readings(
        table(tmp_path, "day,energy_kWh,units,shifts\n2026-03-03,5,1,2\n2026-03-02,4,1,1.5\n")
    )
    assert [float(reading.kwh) for reading in readings] == [4, 5]
    assert readings[0].drivers["shifts"] == Fraction(3, 2)


def test_meters_meet_the_plan_as_it_ran(tmp_path: Path) -> None:
    """Whole local days of the plan only; a day on which clocks change has 23 hours."""
    instance = replace(plant(3), horizon=Horizon(datetime(2026, 3, 28, 23, tzinfo=UTC), 2_820, 4_320))
    found = verify(instance, place(instance, 3))
    rows = "day,line,energy_kWh,units\n2026-03-28,L0,1,1\n2026-03-29,L0,5,1\n2026-03-30,L0,6.5,1\n2026-03-31,L0,7,1\n"
    metered = read_meters(table(tmp_path, rows))
    assert metered["L0", date(2026, 3, 30)] == Fraction(13, 2)
    seen = observations(found, metered, "Europe/Berlin")
    assert [row.number for row in seen] == [date(2026, 3, 29).toordinal(), date(2026, 3, 30).toordinal()]
    assert [row.modelled for row in seen] == [
        sum(found.energy.lines["L0"][:23]),
        sum(found.energy.lines["L0"][23:47]),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2026-03-02,A,5,1,yes\n2026-03-02,B,5,1,no\n", "both on and off"),
        ("2026-03-02,A,5,1,yes\n2026-03-02,B,5,1,yes\n2026-03-03,A,5,1,yes\n", "lacks B"),
        ("2026-03-02,A,5,1,yes\n2026-03-02,A,5,1,yes\n", "row"),
        ("2026-03-02,A,5,,yes\n", "units"),
        ("2026-03-02,A,-5,1,yes\n", "energy"),
    ],
)
def test_what_is_refused(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(QinglianError, match=message) as error:
        read_readings(table(tmp_path, "day,line,energy (kWh),units,on\n" + rows))
    assert all(problem.where and problem.where.row for problem in error.value.problems)


def test_results_as_table_and_data() -> None:
    result = measure_on_off(days(12, 1, saving=0.05), earlier(2))
    table_ = result_table(result)
    assert [len(row) for row in table_.rows] == [6, 6]
    assert table_.notes == ("Verdict: proved",)
    document = result_document(result)
    assert canonical_json(document).startswith(b'{"effect":{"detectable":"0.0')
    assert document["model"]["units"] > 2
    refused = result_table(measure_on_off([], []))
    assert refused.rows == ()
    assert refused.notes[0] == "Verdict: refused"
    assert "no readings" in refused.notes[1]
    use_language("zh")
    assert result_table(result).notes == ("结论：已证明",)

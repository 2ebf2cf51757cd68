"""Well-formed and still doubtful: slips of a unit, overlaps, gaps. Warned of, never refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qinglian.core.errors import Problem
from qinglian.ingest.plausibility import Plausibility
from tests.ingest.conftest import changed, opened


def warnings(path: Path) -> list[Problem]:
    file = opened(path)
    watch = Plausibility(file.table.file, file.headings)
    for batch in file:
        assert not batch.refused
        watch.watch(batch.rows)
    return watch.warnings()


def month(number: int, quantity: str, unit: str = "kWh", **cells: str) -> tuple[str, ...]:
    start = f"2022-{number:02d}-01"
    return changed(start=start, end=f"2022-{number:02d}-28 00:00", quantity=quantity, unit=unit, **cells)


def of(found: list[Problem], start: str) -> list[Problem]:
    return [problem for problem in found if problem.code.startswith(f"ingest.{start}")]


def test_kwh_given_as_mwh(fact_file: Callable[..., Path]) -> None:
    bills = [month(number, str(200_000 + 9_000 * number)) for number in range(1, 10)]
    path = fact_file(*bills, month(10, "212000", "MWh"))
    (problem,) = of(warnings(path), "size")
    assert problem.code == "ingest.size_large_unit"
    assert problem.where is not None
    assert (problem.where.file, problem.where.row, problem.where.column) == (str(path), 11, "quantity")
    assert problem.params["rows"] == [11]
    assert "kWh written as MWh" in str(problem)


def test_mwh_given_as_kwh_and_order_does_not_matter(fact_file: Callable[..., Path]) -> None:
    bills = [month(number, str(200 + 9 * number), "MWh") for number in range(1, 10)]
    (problem,) = of(warnings(fact_file(month(10, "212"), *bills)), "size")
    assert (problem.code, problem.params["rows"]) == ("ingest.size_small_unit", [2])


def test_an_odd_factor_is_far_but_no_slip_of_a_unit(fact_file: Callable[..., Path]) -> None:
    bills = [month(number, "100") for number in range(1, 10)]
    (problem,) = of(warnings(fact_file(*bills, month(10, "40000000000"))), "size")
    assert problem.code == "ingest.size_large"


@pytest.mark.parametrize("quantity", ["25000", "1", "0", "100.5"])
def test_what_is_within_300_times_is_not_warned_of(fact_file: Callable[..., Path], quantity: str) -> None:
    bills = [month(number, "100") for number in range(1, 10)]
    assert not of(warnings(fact_file(*bills, month(10, quantity))), "size")


def test_few_rows_say_nothing(fact_file: Callable[..., Path]) -> None:
    assert not of(
        warnings(fact_file(month(1, "1"), month(2, "1"), month(3, "1"), month(4, "1000000"))), "size"
    )


def test_a_yearly_total_is_no_slip_of_a_unit_but_an_overlap(fact_file: Callable[..., Path]) -> None:
    days = [
        changed(start=f"2022-01-{day:02d}", end=f"2022-01-{day:02d}", quantity="10", unit="kWh")
        for day in range(1, 32)
    ]
    total = changed(start="2022-01-01", end="2022-12-31", quantity="3650", unit="kWh")
    found = warnings(fact_file(*days, total))
    assert [problem.code for problem in found] == ["ingest.period_overlaps"]
    assert found[0].where is not None
    assert found[0].where.row == 33


def test_overlaps_and_gaps_of_one_meter(fact_file: Callable[..., Path]) -> None:
    rows = [
        changed(start="2022-01-01", end="2022-01-31"),
        changed(start="2022-03-01", end="2022-03-31"),
        changed(start="2022-01-31", end="2022-02-10"),
        changed(start="2022-01-01", end="2022-01-31", source="M2"),
    ]
    overlap, gap = sorted(warnings(fact_file(*rows)), key=lambda problem: problem.code, reverse=True)
    assert (overlap.code, gap.code) == ("ingest.period_overlaps", "ingest.period_gap")
    assert overlap.where is not None
    assert gap.where is not None
    assert (overlap.where.row, overlap.params["other"]) == (4, 2)
    assert (gap.where.row, gap.params["count"]) == (3, 1)
    assert "2022-02-10 16:00" in str(gap)


def test_contiguous_periods_are_quiet_in_any_order(fact_file: Callable[..., Path]) -> None:
    days = [changed(start=f"2022-01-{day:02d}", end=f"2022-01-{day:02d}") for day in range(1, 32)]
    mixed = days[::2] + days[1::2][::-1]
    assert warnings(fact_file(*days)) == []
    assert warnings(fact_file(*mixed)) == []


def test_purchases_of_one_month_do_not_overlap(fact_file: Callable[..., Path]) -> None:
    rows = [changed(activity="spend.334111", unit="CNY", start=f"2022-04-0{day}") for day in range(1, 8)]
    assert not of(warnings(fact_file(*rows)), "period")

"""Public instances read as what their formats say."""

from __future__ import annotations

import pytest
from benchmarks.production.instances import best_known, read_pmp, read_wtsds


def test_single_machine_with_setups(shared_data):
    folder = shared_data / "scheduling" / "wtsds"
    instance = read_wtsds(folder / "wt_sds_1.instance")
    assert (len(instance.lots), len(instance.lines), len(instance.setups)) == (60, 1, 3600)
    first = instance.lots[0]
    assert (instance.run_minutes(first, "M0"), first.weight, first.due) == (81, 4, 4925)
    assert instance.setup_minutes("M0", "", "J00") == 43
    assert instance.setup_minutes("M0", "J00", "J01") == 41
    assert instance.setup_minutes("M0", "J59", "J58") == 37


@pytest.mark.parametrize("number", [2, 30, 60])
def test_each_pair_of_jobs_has_its_setup(shared_data, number):
    instance = read_wtsds(shared_data / "scheduling" / "wtsds" / f"wt_sds_{number}.instance")
    assert len(instance.matrix) == 3600
    assert len(instance.lots) == 60


def test_parallel_machines(shared_data):
    folder = shared_data / "scheduling" / "pmp"
    instance = read_pmp(folder / "1.txt")
    assert (len(instance.lots), len(instance.lines)) == (100, 10)
    assert [instance.run_minutes(instance.lots[0], line.id) for line in instance.lines] == [
        60, 53, 45, 33, 11, 7, 4, 95, 61, 100,
    ]  # fmt: skip
    known = best_known(folder)
    assert known["1.txt"] == 117
    assert set(known) == {path.name for path in folder.glob("*.txt")}

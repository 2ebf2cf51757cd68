"""Synthetic weeks: the same bytes for a seed, read without a fault, as loaded as asked for."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglian.core.canonical import sha256_hex
from qinglian.production.feasibility import check
from qinglian.production.plausibility import load
from qinglian.production.readers import read
from qinglian.production.synthetic import Week, week_files, write_week
from qinglian.production.synthetic.draws import Draws


def test_draws_are_those_of_splitmix64():
    draws = Draws(1234567)
    assert [draws.next() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@settings(deadline=None)
@given(st.integers(0, 2**64), st.integers(-50, 50), st.integers(0, 100))
def test_draws_stay_within_their_bounds(seed, low, width):
    draws = Draws(seed)
    assert all(low <= draws.between(low, low + width) <= low + width for _ in range(20))
    assert draws.weighted([0, 3, 0]) == 1


def test_a_seed_gives_the_same_bytes_for_ever():
    files = week_files(
        Week(seed=7, lines=4, lots=20, families=6, platforms=2, shifts=True, crews=True, halls=1)
    )
    digest = sha256_hex(b"".join(name.encode() + files[name] for name in sorted(files)))
    assert digest == "6057a84ea261c79e8b0f24c638556f1535c803ceee33ee9e893c5e28632744e4"


@settings(max_examples=12, deadline=None)
@given(
    st.builds(
        Week,
        seed=st.integers(0, 10**9),
        lines=st.integers(3, 9),
        lots=st.integers(0, 40),
        orders=st.sampled_from([0, 0, 150]),
        families=st.integers(1, 12),
        platforms=st.integers(1, 4),
        load=st.sampled_from([20, 95, 115]),
        shifts=st.booleans(),
        crews=st.booleans(),
        halls=st.integers(0, 3),
        stages=st.sampled_from([(), (), ("board", "assembly", "pack")]),
        zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]),
    )
)
def test_any_week_reads_and_can_be_planned(week):
    with TemporaryDirectory() as folder:
        found = read(write_week(week, Path(folder) / "w"))
    assert len(found.instance.lines) == week.lines
    assert len(found.instance.orders) == week.orders
    assert len(found.instance.lots) == (0 if week.orders else week.lots)
    codes = {problem.code for problem in check(found.instance, found.places)}
    assert codes <= {"production.infeasible_window"}, (
        codes
    )  # few lots make long runs, which a day shift may not hold


@pytest.mark.parametrize("seed", range(12))
def test_a_single_family_passes_every_stage(tmp_path, seed):
    """Each stage has a line, and a line whose stage no family passes would be refused."""
    week = Week(seed=seed, lines=3, lots=5, families=1, stages=("board", "assembly", "pack"))
    found = read(write_week(week, tmp_path))
    assert {line.stage for line in found.instance.lines} == {"board", "assembly", "pack"}
    assert check(found.instance, found.places) == []


@pytest.mark.parametrize("lots", [300, 1500])
def test_the_load_is_about_what_was_asked_for(tmp_path, lots):
    found = read(write_week(Week(seed=3, lines=15, lots=lots, load=90), tmp_path))
    assert 0.55 < load(found.instance) < 0.9  # by the quickest line of each family; 0.9 by the mean


def test_raw_orders_of_a_big_week(tmp_path):
    found = read(
        write_week(Week(seed=5, orders=8000, families=60, shifts=True, crews=True, halls=3), tmp_path)
    )
    units = sorted(order.units for order in found.instance.orders)
    assert units[int(len(units) * 0.79)] < 5
    kits = {}
    for order in found.instance.orders:
        kits.setdefault(order.kit, set()).add((order.family, order.release))
    assert all(len(kinds) == 1 for kinds in kits.values())
    assert len(kits) > 500
    assert "invented" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize("fault", [{"lines": 0}, {"load": 0}, {"lines": 2, "stages": ("a", "b", "c")}])
def test_impossible_weeks(fault):
    with pytest.raises(ValueError, match=r"week|stage"):
        Week(seed=1, **fault)

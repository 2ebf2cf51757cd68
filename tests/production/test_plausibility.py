"""Each doubt spoken for its cause, and silence about a healthy plant."""

from __future__ import annotations

import pytest

from tests.production.folders import HEALTHY, changed, got


def codes(read):
    for warning in read.warnings:
        assert all((warning.message("en"), warning.message("zh"), warning.fix("en"), warning.fix("zh")))
    return [warning.code.removeprefix("production.doubt_") for warning in read.warnings]


def scaled(table, column, factor):
    rows = [list(row) for row in HEALTHY[table]]
    at = rows[0].index(column)
    for row in rows[1:]:
        row[at] = str(round(float(row[at]) * factor, 6))
    return rows


MANY = [HEALTHY["lots"][0], *((f"J{n}", "AB"[n % 2], "60", "0", str(1000 + 60 * n), "1") for n in range(30))]


def test_a_healthy_plant_is_left_in_peace(tmp_path):
    assert codes(got(tmp_path / "a")) == []
    assert codes(got(tmp_path / "b", lots=MANY)) == []


@pytest.mark.parametrize(
    ("tables", "doubt"),
    [
        ({"lines": scaled("lines", "run_kW", 1000)}, "power_high"),
        ({"lines": scaled("lines", "run_kW", 0.001)}, "power_low"),
        ({"lines": changed("lines", 1, "idle_kW", "60")}, "idle_above_run"),
        ({"eligibility": scaled("eligibility", "min_per_unit", 60), "lots": MANY}, "overloaded"),
        ({"eligibility": scaled("eligibility", "min_per_unit", 1 / 600)}, "hardly_loaded"),
        (
            {"lots": [MANY[0], *((*row[:4], str(20 + n), row[5]) for n, row in enumerate(MANY[1:]))]},
            "due_in_hours",
        ),
        ({"lots": changed("lots", 2, "due_min", "200")}, "due_before_release"),
        ({"lots": changed("lots", 2, "units", "0")}, "zero_units"),
        ({"lots": changed("lots", 2, "release_min", "20000")}, "released_after_end"),
        ({"lots": [MANY[0], *((*row[:3], "6000", "9000", "1") for row in MANY[1:])]}, "released_late"),
        ({"eligibility": HEALTHY["eligibility"][:3]}, "line_makes_nothing"),
        ({"setups": [HEALTHY["setups"][0], ("A", "B", "20000"), ("B", "A", "20")]}, "setup_long"),
        ({"setups": HEALTHY["setups"][:2]}, "setup_pairs"),
    ],
)
def test_a_doubt_for_each_cause(tmp_path, tables, doubt):
    assert doubt in codes(got(tmp_path, **tables))


def test_a_deadline_before_it_is_due(tmp_path):
    lots = [(*HEALTHY["lots"][0], "deadline_min"), ("J1", "A", "10", "0", "900", "1", "800")]
    assert codes(got(tmp_path, lots=lots)) == ["deadline_before_due"]


def test_a_rate_far_from_the_others_is_named_with_its_row(tmp_path):
    lines = [*HEALTHY["lines"], ("L3", *HEALTHY["lines"][1][1:])]
    rows = [*HEALTHY["eligibility"], ("L3", "B", "180")]
    (warning,) = got(tmp_path, lines=lines, eligibility=rows).warnings
    assert (warning.code, warning.where.row, warning.where.column) == (
        "production.doubt_rate",
        5,
        "min_per_unit",
    )


def test_setups_in_hours_and_detours(tmp_path):
    pairs = [(a, b) for a in "ABC" for b in "ABC" if a != b]
    eligibility = [*HEALTHY["eligibility"], ("L1", "C", "3")]
    hours = [HEALTHY["setups"][0], *((a, b, "0.5") for a, b in pairs)]
    assert codes(got(tmp_path / "a", setups=hours, eligibility=eligibility)) == ["setup_in_hours"]
    broken = [HEALTHY["setups"][0], *((a, b, "90" if (a, b) == ("A", "C") else "20") for a, b in pairs)]
    (warning,) = got(tmp_path / "b", setups=broken, eligibility=eligibility).warnings
    assert warning.code == "production.doubt_setup_detour"
    assert (warning.params["before"], warning.params["through"], warning.params["after"]) == ("A", "B", "C")
    assert (warning.params["count"], warning.params["detour"]) == (1, "40")


def test_energy_in_wrong_units(tmp_path):
    hours = [
        ("hour", "price_CNY_per_kWh", "grid_kgCO2_per_kWh"),
        *((str(n), "680", "570") for n in range(168)),
    ]
    assert codes(got(tmp_path, hours=hours)) == ["price", "intensity"]


@pytest.mark.parametrize("name", ["43x1500-11", "8x100-32"])
def test_the_frozen_weeks_are_doubted_for_their_setups_only(shared_data, name):
    from qinglian.production.readers import read

    assert codes(read(shared_data / "scheduling" / "weeks" / name)) == ["setup_detour"]


THREE = [*HEALTHY["lines"], ("L3", "1", "48", "19", "24", "15")]


@pytest.mark.parametrize("column", ["run_kW", "idle_kW", "setup_kW"])
def test_kwh_in_a_column_of_kw_are_doubted_at_their_cell(tmp_path, column):
    """1.8 MW is no machine of two, but nothing that no plant has: only the other lines tell."""
    rows = [list(row) for row in THREE]
    rows[1][rows[0].index(column)] = "1800"
    found = got(tmp_path, lines=rows, eligibility=[*HEALTHY["eligibility"], ("L3", "A", "2")])
    doubt = next(warning for warning in found.warnings if warning.code == "production.doubt_power_far")
    assert (doubt.where.file.endswith("lines.csv"), doubt.where.row, doubt.where.column) == (True, 2, column)
    assert doubt.message("en")
    assert doubt.message("zh")
    assert doubt.fix("en")
    assert doubt.fix("zh")


def test_a_line_twenty_times_the_others_is_none(tmp_path):
    rows = [list(row) for row in THREE]
    rows[1][rows[0].index("run_kW")] = "900"
    found = got(tmp_path, lines=rows, eligibility=[*HEALTHY["eligibility"], ("L3", "A", "2")])
    assert "power_far" not in codes(found)


@pytest.mark.parametrize("units", ["4032", "4033"])
def test_a_lot_longer_than_the_week_is_doubted_at_its_units(tmp_path, units):
    """2.5 minutes a unit on the only line of A: 4,032 units fill the week."""
    found = got(tmp_path, lots=changed("lots", 1, "units", units))
    doubts = [warning for warning in found.warnings if warning.code == "production.doubt_long_lot"]
    if units == "4032":
        assert doubts == []
    else:
        (doubt,) = doubts
        assert (doubt.where.row, doubt.where.column) == (2, "units")
        assert "7.0 days" in doubt.message("en")

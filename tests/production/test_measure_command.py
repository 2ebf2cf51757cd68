"""``qinglian production measure``: proved, or refused with the reason and another exit code."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from qinglian.cli import run
from qinglian.present.exits import Exit
from tests.production.meter_files import meters


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    paths = tmp_path / "onoff.csv", tmp_path / "before.csv"
    paths[0].write_text(meters(date(2026, 3, 2), 0.08), encoding="utf-8")
    paths[1].write_text(meters(date(2025, 12, 1), 0.0), encoding="utf-8")
    return str(paths[0]), str(paths[1])


def test_proved(files, capsys) -> None:
    assert run(["production", "measure", files[0], "--placebo", files[1], "--json"]) == Exit.OK
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "proved"
    assert 0.06 < float(document["effect"]["share"]) < 0.10


def test_a_site_meter_is_refused_with_its_reason(files, capsys) -> None:
    words = [
        "production",
        "measure",
        files[0],
        "--placebo",
        files[1],
        "--boundary",
        "site",
        "--expected",
        "3",
    ]
    assert run(words) == Exit.REFUSED
    printed = capsys.readouterr().out
    assert "refused" in printed
    assert "Sub-meter the lines" in " ".join(printed.split())


def test_without_a_placebo_one_change_is_asked_for(files, capsys) -> None:
    assert run(["production", "measure", files[0], "--json"]) == Exit.REFUSED
    reasons = json.loads(capsys.readouterr().out)["reasons"]
    assert [reason["code"] for reason in reasons] == ["production.measured_short_baseline"]

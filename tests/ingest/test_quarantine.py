"""Refused rows: in a file of their own, safe to open, fit to be repaired and imported again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from qinglian.core.text import use_language
from qinglian.ingest.quarantine import QUARANTINE_HEADINGS, Quarantine, harmless, quarantine_path
from tests.ingest.conftest import HEADER, ROW, changed, everything, opened


def quarantined(path: Path) -> tuple[Quarantine, list[list[str]]]:
    file = opened(path)
    with Quarantine(quarantine_path(path), file.header) as quarantine:
        for batch in file:
            quarantine.add(batch.refused)
    with quarantine.path.open(encoding="utf-8-sig", newline="") as stream:
        return quarantine, list(csv.reader(stream))


def test_refused_rows_are_written_with_their_reason(fact_file: Callable[..., Path]) -> None:
    path = fact_file(ROW, changed(unit="x", quantity="12,5"), changed(source="=cmd()"))
    quarantine, lines = quarantined(path)
    assert quarantine.path.name == "facts.csv.quarantine.csv"
    assert quarantine.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert lines[0] == [*QUARANTINE_HEADINGS, *HEADER]
    assert lines[1][0] == "3"
    assert lines[1][1:3] == ["unit | quantity", "core.unit_unknown | core.number_unreadable"]
    assert lines[1][5:] == list(changed(unit="x", quantity="12,5"))
    assert lines[2][-1] == "'=cmd()"
    assert (quarantine.rows, dict(quarantine.codes)) == (
        2,
        {"core.unit_unknown": 1, "core.number_unreadable": 1, "ingest.cell_formula": 1},
    )
    assert [item.name for item in path.parent.iterdir() if item.name.startswith(".")] == []


def test_reasons_are_in_the_users_language(fact_file: Callable[..., Path]) -> None:
    use_language("zh")
    _, lines = quarantined(fact_file(changed(unit="x")))
    assert lines[1][3] == "未知单位“x”"


def test_a_repaired_quarantine_file_is_read_as_it_stands(fact_file: Callable[..., Path]) -> None:
    quarantine, _ = quarantined(fact_file(ROW, changed(unit="x")))
    assert opened(quarantine.path).notices == []
    text = quarantine.path.read_text(encoding="utf-8").replace(",x,M1", ",kWh,M1")
    quarantine.path.write_text(text, encoding="utf-8")
    (row,) = everything(opened(quarantine.path)).rows
    assert row.unit == "kWh"


def test_nothing_refused_leaves_no_file_not_even_an_old_one(fact_file: Callable[..., Path]) -> None:
    path = fact_file(ROW)
    quarantine_path(path).write_text("old", encoding="utf-8")
    with Quarantine(quarantine_path(path), HEADER) as quarantine:
        quarantine.add([])
    assert not quarantine_path(path).exists()


def test_an_error_midway_leaves_what_was_there(fact_file: Callable[..., Path]) -> None:
    path = fact_file(changed(unit="x"))
    quarantine_path(path).write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), Quarantine(quarantine_path(path), HEADER) as quarantine:  # noqa: PT012
        quarantine.add(everything(opened(path)).refused)
        raise ZeroDivisionError
    assert quarantine_path(path).read_text(encoding="utf-8") == "old"
    assert sorted(item.name for item in path.parent.iterdir()) == ["facts.csv", "facts.csv.quarantine.csv"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-12.5", "-12.5"),
        ("+1,234.5", "+1,234.5"),
        ("-", "'-"),
        ("合肥", "合肥"),
        ("", ""),
    ],
)
def test_formulas_are_made_harmless_and_numbers_stay(text: str, shown: str) -> None:
    assert harmless(text) == shown

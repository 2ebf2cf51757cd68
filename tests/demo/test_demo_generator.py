"""The synthetic files: the same bytes everywhere, labelled on every row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from qinglian.demo.generator import ACTIVITY_FILES, GB18030, TABLES, content, draw, write_files

EXAMPLE = Path(__file__).parents[2] / "examples" / "laptop-maker"


def test_the_example_folder_is_what_the_generator_writes(tmp_path):
    written = {path.relative_to(tmp_path): path.read_bytes() for path in write_files(tmp_path)}
    kept = {
        path.relative_to(EXAMPLE): path.read_bytes()
        for path in EXAMPLE.rglob("*")
        if path.is_file() and path.name != "README.md"
    }
    assert written.items() <= kept.items()  # beside them lie the files that the rooms read


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_that_it_is_synthetic(name):
    text = content(name).decode("gb18030" if name in GB18030 else "utf-8")
    _, *rows = csv.reader(io.StringIO(text))
    assert rows
    assert all("SYNTHETIC 合成数据" in row[-1] for row in rows)


@pytest.mark.parametrize("name", ACTIVITY_FILES)
def test_rows_are_as_long_as_their_header(name):
    header, *rows = TABLES[name]()
    assert {len(row) for row in rows} == {len(header)}


def test_draws_stay_within_their_bounds_and_differ():
    drawn = [draw(f"key{n}", 3, 9) for n in range(500)]
    assert set(drawn) == set(range(3, 10))

"""Neither the order of rows nor the size of chunks changes what is read; numbers are read exactly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import QinglianError
from qinglian.ingest.cells import Quantities, Refusal, read_quantity
from qinglian.ingest.duplicates import SeenKeys
from tests.ingest.conftest import ROW, changed, csv_text, everything, opened

BAD = {"quantity": "x", "unit": "y", "start": "z", "facility": "w", "activity": "v"}


def some_rows(seed: int, count: int = 60) -> list[tuple[str, ...]]:
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        cells = {
            "facility": draw.choice(["HEF", "SZX", "BER"]),
            "source": f"M{number}",
            "quantity": f"{draw.randrange(10**6)}.{draw.randrange(100):02d}",
            "unit": draw.choice(["kWh", "MWh", "度", "GJ"]),
            "start": draw.choice(["2022-04-01", "2022-03-27 01:00", "2022/1/1"]),
        }
        if draw.random() < 0.2:
            column = draw.choice(sorted(BAD))
            cells[column] = BAD[column]
        rows.append(changed(**cells))
    return rows


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 10**6), chunk_rows=st.integers(1, 70))
def test_order_and_chunks_do_not_matter(tmp_path: Path, seed: int, chunk_rows: int) -> None:
    rows = some_rows(seed)
    path = tmp_path / "facts.csv"
    path.write_text(csv_text(*rows), encoding="utf-8")
    whole = everything(opened(path))
    assert everything(opened(path, chunk_rows=chunk_rows)) == whole
    assert len(whole.rows) + len(whole.refused) == len(rows)
    random.Random(seed + 1).shuffle(rows)
    path.write_text(csv_text(*rows), encoding="utf-8")
    shuffled = everything(opened(path, chunk_rows=chunk_rows))
    assert {row._replace(row=0) for row in shuffled.rows} == {row._replace(row=0) for row in whole.rows}
    assert sorted(row.cells for row in shuffled.refused) == sorted(row.cells for row in whole.refused)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(keys=st.lists(st.integers(0, 15), min_size=1, max_size=60), chunk_rows=st.integers(1, 20))
def test_the_upper_of_equal_keys_stands_whatever_the_chunks(
    tmp_path: Path, keys: list[int], chunk_rows: int
) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(csv_text(*(changed(source=f"M{key}") for key in keys)), encoding="utf-8")
    found = everything(opened(path, chunk_rows=chunk_rows))
    first = {key: keys.index(key) + 2 for key in keys}
    assert sorted(row.row for row in found.rows) == sorted(first.values())
    assert {row.row: row.problems[0].params["first"] for row in found.refused} == {
        at: first[key] for at, key in enumerate(keys, 2) if first[key] != at
    }


def test_equal_hashes_are_told_apart_by_their_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every key one hash: only the second part of it is left to decide."""
    monkeypatch.setattr(
        "qinglian.ingest.duplicates.hash",
        lambda key: hash(key) if key.startswith("\x1e") else 7,
        raising=False,
    )
    seen = SeenKeys()
    assert seen.add(["a", "b", "a"], [2, 3, 4]) == {2: 2}
    assert seen.add(["c", "b", "d", "d"], [5, 6, 7, 8]) == {1: 3, 3: 7}
    assert seen.add(["a"], [9]) == {0: 2}


NUMBERS = st.one_of(
    st.from_regex(r"[0-9]{1,19}(\.[0-9]{0,9})?", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{0,3}(,[0-9]{3}){0,2}(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.sampled_from(
        ["0", "0.00", "000.100", "１２", "1_000", "٣", ".5", "5.", "²", "1.2.3", "", " 7 ", "-0"]
    ),
    st.text(max_size=6).filter(lambda text: "\n" not in text and "\r" not in text),
)


def slowly(text: str) -> tuple[object, int]:
    try:
        found = parse_decimal(text)
    except QinglianError:
        return "refused", 0
    return found.mantissa, found.decimals


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_the_short_ways_read_numbers_as_the_long_one(texts: list[str]) -> None:
    reader = Quantities(decimal_comma=False)
    mantissas, decimals = reader.column(texts)
    found = [
        ("refused" if isinstance(mantissa, Refusal) else mantissa, places)
        for mantissa, places in zip(mantissas, decimals, strict=True)
    ]
    assert found == [slowly(text) for text in texts]


@given(st.integers(0, 10**16), st.integers(0, 12))
def test_numbers_keep_every_digit(digits: int, places: int) -> None:
    text = f"{digits:0{places + 1}d}"
    text = f"{text[: len(text) - places]}.{text[len(text) - places :]}" if places else text
    mantissa, decimals = read_quantity(text)
    assert mantissa * 10**places == digits * 10**decimals


def test_the_sample_row_stands_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(csv_text(ROW), encoding="utf-8")
    assert len(everything(opened(path)).rows) == 1

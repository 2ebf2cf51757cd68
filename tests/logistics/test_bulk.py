"""Elements by the million: the same sums as element by element, however the file is cut."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError
from qinglian.logistics import bulk
from qinglian.logistics.bulk import Rate, evaluate
from qinglian.logistics.model import Emission
from qinglian.present.exits import Exit
from tests.logistics.folders import write

RATES = (
    Rate("ROAD", Emission(Fraction("0.07703"), Fraction("0.01799")), source="road"),
    Rate("SEA", Emission(Fraction("0.012"), Fraction("0.003")), date(2025, 1, 1), date(2026, 1, 1), "2025"),
    Rate("SEA", Emission(Fraction(1, 30), Fraction(1, 700)), date(2026, 1, 1), None, "2026"),
)


def put(path, rows):
    tocs, days, masses, metres = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {
        "toc": pa.array(tocs, pa.string()),
        "day": pa.array(days, pa.date32()),
        "mass_g": pa.array(masses, pa.int64()),
        "distance_m": pa.array(metres, pa.int64()),
    }
    pq.write_table(pa.table(columns), path)
    return path


def expected(rows):
    """The same by hand, one element after another."""
    total, unresolved = Emission(), 0
    for toc, day, mass, metres in rows:
        fitting = [
            rate
            for rate in RATES
            if rate.toc == toc and (rate.start or day) <= day and (rate.end is None or day < rate.end)
        ]
        unresolved += not fitting
        for rate in fitting:
            total += rate.emission.times(Fraction(mass * metres, 10**9))
    return total, unresolved


ROW = st.tuples(
    st.sampled_from(["ROAD", "SEA", "NOWHERE"]),
    st.dates(date(2024, 6, 1), date(2026, 6, 1)),
    st.integers(0, 40_000_000),
    st.integers(0, 25_000_000),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(ROW, max_size=40), cut=st.integers(1, 7))
def test_sums_are_those_of_single_elements_however_the_file_is_cut(tmp_path, monkeypatch, rows, cut):
    monkeypatch.setattr(bulk, "BATCH", cut)
    found = evaluate(put(tmp_path / "in.parquet", rows), RATES, tmp_path / "out.parquet")
    assert (found.emission, found.unresolved) == expected(rows)
    assert found.elements == len(rows)
    shuffled = evaluate(put(tmp_path / "in.parquet", rows[::-1]), RATES, tmp_path / "out.parquet")
    assert shuffled.emission == found.emission


def test_each_element_keeps_its_row_its_rate_and_both_halves(tmp_path):
    rows = [
        ("SEA", date(2025, 12, 31), 10_000_000, 19_531_000),
        ("SEA", date(2024, 12, 31), 10_000_000, 19_531_000),
        ("ROAD", date(2020, 1, 1), 10_000_000, 470_000),
    ]
    path = put(tmp_path / "in.parquet", rows)
    evaluate(path, RATES, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    about = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert about["source_sha256"] == sha256_file(path)
    rates = json.loads(about["rates"])
    first, second, third = table.to_pylist()
    assert rates[first["rate"]]["source"] == "2025"
    assert Fraction(first["ttw_kg"]) == Fraction("195310") * Fraction("0.012")
    assert (second["rate"], second["ttw_kg"], second["wtt_kg"]) == (-1, None, None)
    assert (third["row"], Fraction(third["wtt_kg"])) == (3, 4700 * Fraction("0.01799"))


def test_what_no_whole_number_holds_is_refused(tmp_path):
    huge = put(tmp_path / "in.parquet", [("ROAD", date(2025, 1, 1), 1 << 40, 1 << 40)])
    negative = put(
        tmp_path / "negative.parquet", [("ROAD", date(2025, 1, 1), 1, 1), ("ROAD", date(2025, 1, 1), 1, -1)]
    )
    gap = put(tmp_path / "gap.parquet", [("ROAD", date(2025, 1, 1), 1, 1), (None, date(2025, 1, 1), 1, 1)])
    text = tmp_path / "text.parquet"
    text.write_text("no parquet", encoding="utf-8")
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"toc": ["ROAD"], "row": [1]}), other)
    for path, code, row in (
        (huge, "bulk_too_large", 1),
        (negative, "bulk_negative", 2),
        (gap, "bulk_empty_cells", 2),
        (text, "bulk_unreadable", None),
        (other, "bulk_columns", None),
    ):
        with pytest.raises(QinglianError) as caught:
            evaluate(path, RATES, tmp_path / "out.parquet")
        assert (caught.value.code, caught.value.problem.where.row) == (f"logistics.{code}", row)
        assert not list(tmp_path.glob("out*"))


def test_two_rates_for_one_day_are_refused(tmp_path):
    with pytest.raises(QinglianError) as caught:
        evaluate(put(tmp_path / "in.parquet", []), (*RATES, RATES[1]), tmp_path / "out.parquet")
    assert caught.value.code == "logistics.rates_overlap"


def test_the_reference_chain_in_bulk(ask, tmp_path):
    day = date(2025, 3, 1)
    road, sea = ("ROAD-40T", day, 10_000_000), ("SEA-8000", day, 10_000_000)
    path = put(tmp_path / "in.parquet", [(*road, 470_000), (*sea, 19_531_000), (*road, 450_000)])
    words = ("logistics", "bulk", path, tmp_path / "out.parquet", "--folder", write(tmp_path / "log"))
    code, answer = ask(*words)
    assert (code, answer["wtw_kg"]) == (Exit.OK, "3907.3483")
    put(path, [("OTHER", day, 1, 1)])
    code, answer = ask(*words)
    assert (code, answer["unresolved"], answer["wtw_kg"]) == (Exit.INCOMPLETE, 1, "0")

"""One SQL text, two engines, any number of threads, any order of files: the same integers."""

from __future__ import annotations

import random
import shutil
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qinglian.core.canonical import sha256_file
from qinglian.core.errors import QinglianError
from qinglian.ledger import manifest, sums
from qinglian.ledger.calculation import calculate
from qinglian.ledger.engines import open_engine
from qinglian.ledger.engines.duckdb import DuckDBEngine
from qinglian.ledger.inventory import read_inventory
from qinglian.ledger.posting import post
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, TINY, YEAR, add_certificates, certificate
from tests.ledger.test_inventory import mixed


@pytest.fixture
def many(make_book, write_pack):
    """A book of several segments, with certificates and a factor that changes inside a month."""
    rows = [
        row
        for row in TINY
        if not row.startswith("electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.2,")
    ]
    for start, end, value in (("2020-01-01", "2022-05-11", "0.2"), ("2022-05-11", "2030-01-01", "0.3")):
        rows.append(
            f"electricity.purchased,,grid:CN,{start},{end},CO2,{value},kg,kWh,direct,,false,location,,1,s,E,"
        )
    book = make_book(packs=(write_pack(*rows, gwp=True),))
    facts = mixed(120, seed=3)
    for start in range(0, 120, 40):
        post(book, ACTOR, facts[start : start + 40])
        seal(book, ACTOR)
    add_certificates(book, certificate("30", unit="MWh"), certificate("7", "b", unit="MWh", factor="0.02"))
    return book


def outcome(book, engine):
    """Everything a run stores, calculated from nothing: the cache of sums is emptied first."""
    for path in book.cache_folder.iterdir():
        path.unlink()
    run = calculate(book, ACTOR, YEAR, engine=engine)
    files = {}
    for name, digest in run.outputs.items():
        suffix = ".json" if name == "context" else ".parquet"
        files[name] = sha256_file(book.run_folder / f"{digest}{suffix}")
    lines = pq.read_table(book.run_folder / f"{run.outputs['lines']}.parquet")
    return lines, files, read_inventory(book, run.id).sha256


def fresh(book, engine, tmp_path, name):
    """Outcome in a copy of the book that has never calculated, so that no stored run can answer."""
    from qinglian.ledger.book import open_book

    folder = tmp_path / name
    shutil.copytree(book.folder, folder)
    return outcome(open_book(folder), engine)


@pytest.mark.spark
def test_duckdb_and_spark_agree_in_every_group(many, spark, tmp_path):
    duck = DuckDBEngine(threads=2)
    one, files, digest = fresh(many, duck, tmp_path, "duckdb")
    other, files_of_spark, digest_of_spark = fresh(many, spark, tmp_path, "spark")
    duck.close()
    assert one.num_rows > 100
    assert one.schema == other.schema
    assert one.to_pylist() == other.to_pylist()
    assert (files, digest) == (files_of_spark, digest_of_spark)


@pytest.mark.spark
def test_the_sums_of_both_engines_are_equal(many, spark):
    with many.read() as connection:
        listed = manifest.segments(connection)
    tables = []
    for engine in (DuckDBEngine(threads=1), spark):
        for path in many.cache_folder.iterdir():
            path.unlink()
        path = sums.sums(many, engine, listed, sums.Scope(1, YEAR, streams=10, all_days=True))
        tables.append(pq.read_table(path))
    assert tables[0].num_rows > 100
    assert tables[0].equals(tables[1])


@pytest.mark.spark
def test_spark_refuses_an_overflow(spark):
    table = pa.table({"n": pa.array([2**63 - 1, 1], pa.int64())})
    with pytest.raises(Exception, match="OVERFLOW"):
        spark.query("SELECT SUM(n) AS n FROM t", tables={"t": table})


@pytest.mark.spark
def test_decimals_of_38_digits_pass_through_spark(spark):
    wide = pa.array([10**38 - 1, -(10**37)], pa.decimal128(38, 0))
    table = pa.table({"n": wide, "word": ["青", None]})
    assert spark.query("SELECT n, word FROM t", tables={"t": table}).sort_by("n").equals(table.sort_by("n"))


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_any_number_of_threads_gives_the_same_run(many, tmp_path, threads):
    engine = DuckDBEngine(threads=threads)
    base = DuckDBEngine(threads=1)
    expected = fresh(many, base, tmp_path, "one")
    found = fresh(many, engine, tmp_path, "several")
    assert found[0].equals(expected[0])
    assert found[1:] == expected[1:]


def test_any_order_of_files_and_rows_gives_the_same_sums(many, tmp_path):
    with many.read() as connection:
        paths = [segment.path(many) for segment in manifest.segments(connection)]
    text = sums_text()
    engine = DuckDBEngine(threads=2)
    expected = ordered(engine.query(text, parquet={"facts": paths}))
    draw = random.Random(5)
    for turn in range(3):
        shuffled = []
        for path in draw.sample(paths, len(paths)):
            table = pq.read_table(path)
            order = list(range(table.num_rows))
            draw.shuffle(order)
            target = tmp_path / f"{turn}-{path.name}"
            pq.write_table(table.take(order), target, row_group_size=7)
            shuffled.append(target)
        assert ordered(engine.query(text, parquet={"facts": shuffled})) == expected
    engine.close()


def sums_text():
    from importlib.resources import files

    from qinglian.ledger.facts import day_number

    text = (files("qinglian.ledger") / "sql" / "sums.sql").read_text(encoding="utf-8")
    first, end = day_number(YEAR.start), day_number(date(2023, 1, 1))
    return text.format(
        cell="f.month",
        cut="",
        scenario=1,
        days=f" AND f.start_day >= {first} AND f.start_day < {end}",
        streams=" AND f.stream_id >= 0 AND f.stream_id < 1000",
    )


def ordered(table):
    return sorted(tuple(row.values()) for row in table.to_pylist())


def test_a_paths_quote_is_escaped(tmp_path):
    path = tmp_path / "it's.parquet"
    pq.write_table(pa.table({"n": [1]}), path)
    engine = open_engine()
    assert engine.query("SELECT n FROM t", parquet={"t": [path]}).to_pylist() == [{"n": 1}]
    engine.close()


def test_an_unknown_engine_is_refused():
    with pytest.raises(QinglianError) as error:
        open_engine("abacus")
    assert error.value.code == "ledger.engine_unknown"
    assert "duckdb" in str(error.value)


SORTED = "SELECT range AS n, md5(CAST(range AS VARCHAR)) AS h FROM range(1000000) ORDER BY h"  # some 60 MB


def test_a_full_spill_folder_is_a_clear_error(tmp_path):
    folder = tmp_path / "cache"
    engine = DuckDBEngine(threads=1, memory_limit="50MB", spill=folder, spill_limit="1MB")
    with pytest.raises(QinglianError) as error:
        engine.query(SORTED)
    assert error.value.code == "ledger.no_room_to_spill"
    assert str(folder) in str(error.value)
    assert engine.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    engine.close()
    assert list(folder.iterdir()) == []


def test_what_does_not_fit_into_memory_goes_to_the_spill_folder(tmp_path):
    engine = DuckDBEngine(threads=1, memory_limit="50MB", spill=tmp_path / "cache")
    assert engine.query(SORTED).num_rows == 1_000_000
    engine.close()


def test_without_a_spill_folder_nothing_is_written_where_the_user_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = DuckDBEngine(threads=1, memory_limit="50MB")
    with pytest.raises(QinglianError) as error:
        engine.query(SORTED)
    assert error.value.code == "ledger.no_room_to_spill"
    assert list(tmp_path.iterdir()) == []
    engine.close()

"""The calculation against hand-written SQL, a bare scan and chunked pandas, over the same sealed segments."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.company import ACTOR, CATEGORIES, PERIOD, policy, rules
from benchmarks.measure import Clock

THREADS = 2
SCANNED = ("stream_id", "unit_id", "quantity", "start_day", "month", "scenario_id")

# What a good analyst would write once: resolve on the small side, one range join, floats.
RESOLVE = """
WITH candidate AS (
    SELECT s.activity_id, s.place_id, a.depth, f.* EXCLUDE (activity_id, place_id)
    FROM (SELECT DISTINCT activity_id, place_id FROM streams) s
    JOIN ancestors a ON a.place_id = s.place_id
    JOIN factors f ON f.activity_id = s.activity_id AND f.place_id = a.ancestor_id
), edge AS (
    SELECT activity_id, place_id, start_day AS cut FROM candidate
    UNION SELECT activity_id, place_id, end_day FROM candidate
), piece AS (
    SELECT *, lead(cut) OVER (PARTITION BY activity_id, place_id ORDER BY cut) AS cut_end FROM edge
), ranked AS (
    SELECT c.*, p.cut, p.cut_end, row_number() OVER (
        PARTITION BY p.activity_id, p.place_id, p.cut ORDER BY c.depth, c.pack DESC) AS n
    FROM piece p JOIN candidate c USING (activity_id, place_id)
    WHERE c.start_day <= p.cut AND p.cut < c.end_day
)
SELECT s.stream_id, s.facility_id, s.category, r.cut AS start_day, r.cut_end AS end_day, co2, ch4, n2o
FROM ranked r JOIN streams s USING (activity_id, place_id) WHERE n = 1
"""
JOINED = """
FROM facts f
JOIN chosen i ON i.stream_id = f.stream_id AND f.start_day >= i.start_day AND f.start_day < i.end_day
"""
HAND = {
    "columns": f"""
SELECT i.facility_id, f.month, i.category, sum(f.quantity * u.ratio * i.co2) AS co2,
    sum(f.quantity * u.ratio * i.ch4) AS ch4, sum(f.quantity * u.ratio * i.n2o) AS n2o, count(*) AS records
{JOINED} JOIN units u ON u.unit_id = f.unit_id WHERE f.scenario_id = 1 GROUP BY ALL""",
    "packed": f"""
WITH result AS (
    SELECT (i.facility_id * {CATEGORIES} + i.category) * 65536 + f.month AS cell,
        sum(f.quantity * u.ratio * i.co2) AS co2, sum(f.quantity * u.ratio * i.ch4) AS ch4,
        sum(f.quantity * u.ratio * i.n2o) AS n2o, count(*) AS records
    {JOINED} JOIN units u ON u.unit_id = f.unit_id WHERE f.scenario_id = 1 GROUP BY cell)
SELECT cell // 65536 // {CATEGORIES} AS facility_id, cell % 65536 AS month,
    cell // 65536 % {CATEGORIES} AS category, co2, ch4, n2o, records FROM result""",
    "two_level": f"""
WITH sums AS (
    SELECT stream_id, unit_id, month, min(start_day) AS start_day, sum(quantity::DOUBLE) AS quantity,
        count(*) AS records
    FROM facts WHERE scenario_id = 1 GROUP BY ALL)
SELECT i.facility_id, f.month, i.category, sum(f.quantity * u.ratio * i.co2) AS co2,
    sum(f.quantity * u.ratio * i.ch4) AS ch4, sum(f.quantity * u.ratio * i.n2o) AS n2o,
    sum(records) AS records
{JOINED.replace("FROM facts", "FROM sums")} JOIN units u ON u.unit_id = f.unit_id GROUP BY ALL""",
}


def scan(folder: Path, clock: Clock) -> None:
    """Read the six columns a calculation needs, and nothing else."""
    connection = _connection(folder)
    with clock.timed():
        connection.sql(f"SELECT {', '.join(f'sum({name})' for name in SCANNED)} FROM facts").fetchall()


def hand_columns(folder: Path, clock: Clock) -> None:
    _hand(folder, clock, "columns")


def hand_packed(folder: Path, clock: Clock) -> None:
    _hand(folder, clock, "packed")


def hand_two_level(folder: Path, clock: Clock) -> None:
    _hand(folder, clock, "two_level")


def _hand(folder: Path, clock: Clock, form: str) -> None:
    connection = _connection(folder)
    with clock.timed():
        connection.execute(f"CREATE TABLE chosen AS {RESOLVE}")
        connection.execute(f"CREATE TABLE result AS {HAND[form]}")
    clock.found |= _totals(connection, "result")


def pandas(folder: Path, clock: Clock) -> None:
    """Chunked by file, an as-of merge with the resolved intervals, floats."""
    import pandas as pd
    import pyarrow.parquet as pq

    connection = _connection(folder)
    connection.execute(f"CREATE TABLE chosen AS {RESOLVE}")
    chosen = connection.sql("SELECT * EXCLUDE (end_day) FROM chosen").to_arrow_table().to_pandas()
    ratios = pq.read_table(folder / "peer" / "units.parquet")["ratio"].to_numpy()
    chosen = chosen.sort_values("start_day")
    columns, gases = ["stream_id", "unit_id", "quantity", "start_day", "month"], ["co2", "ch4", "n2o"]
    with clock.timed():
        parts = []
        for path in _segments(folder):
            facts = pq.read_table(path, columns=columns).to_pandas().sort_values("start_day")
            facts = pd.merge_asof(facts, chosen, on="start_day", by="stream_id")
            amount = facts["quantity"].to_numpy() * ratios[facts["unit_id"].to_numpy() - 1]
            for gas in gases:
                facts[gas] = facts[gas] * amount
            parts.append(facts.groupby(["facility_id", "month", "category"])[gases].sum())
        result = pd.concat(parts).groupby(level=[0, 1, 2]).sum()
    clock.found |= {gas: float(result[gas].sum()) for gas in gases} | {"groups": len(result)}


def ours(folder: Path, clock: Clock) -> None:
    """``calculate``: RESOLVE, SUMS, APPLY, exact integers, lines and trace stored, one chain entry."""
    from qinglian.ledger.book import open_book

    book = open_book(folder / "book")
    shutil.rmtree(book.cache_folder, ignore_errors=True)
    with _engine() as engine, _steps(clock), clock.timed():
        run = _calculate(book, engine)
    clock.found |= _check(folder, book, run)


def again(folder: Path, clock: Clock) -> None:
    """Calculate again after ``change`` installed new factors for one activity type."""
    from qinglian.ledger.book import open_book

    book = open_book(folder / "book")
    with _engine() as engine, _steps(clock), clock.timed():
        _calculate(book, engine)


def inventory(folder: Path, clock: Clock) -> None:
    """Read the stored run through a view: exact masses, GWP, totals, canonical export."""
    from sqlalchemy import select

    from qinglian.ledger import schema
    from qinglian.ledger.book import open_book
    from qinglian.ledger.inventory import read_inventory

    book = open_book(folder / "book")
    with book.read() as connection:
        run = connection.execute(select(schema.run.c.id).order_by(schema.run.c.seq.desc())).scalars().first()
    with clock.timed():
        clock.found["sha256"] = read_inventory(book, str(run)).sha256


def change(folder: Path, clock: Clock) -> None:
    """Publish new factors for activity 0 (0.5 % of the records) as a third pack; not timed."""
    from benchmarks.company import _places, write_pack
    from qinglian.ledger.book import open_book
    from qinglian.ledger.installed import install_packs

    pack = folder / "packs" / "bench-2"
    pack.mkdir(exist_ok=True)
    places = _places()
    values = ("0.123456", "0.0000123", "0.00000045")
    factors = [(0, places.index("admin:WORLD"), date(2018, 1, 1), None, values, 2)]
    write_pack(pack, 2, date(2023, 12, 1), factors, places)
    install_packs(open_book(folder / "book"), ACTOR, (pack,))


@contextmanager
def _engine() -> Iterator[Any]:
    """Open the engine before the clock starts, as the peers open their connection."""
    from qinglian.ledger.engines import open_engine

    engine = open_engine(threads=THREADS)
    try:
        yield engine
    finally:
        engine.close()


def _calculate(book: Any, engine: Any) -> Any:
    from qinglian.ledger.calculation import calculate

    return calculate(book, ACTOR, PERIOD, rules=rules(), policy=policy(), engine=engine)


class _steps:  # noqa: N801 - reads as a verb where it is used
    """Take the CPU of RESOLVE apart from the whole."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __enter__(self) -> None:
        from qinglian.ledger import calculation

        self.inner = calculation.resolve
        own = Clock()

        def timed(*args: Any, **options: Any) -> Any:
            with own.timed():
                result = self.inner(*args, **options)
            self.clock.found["resolve"] = own.cpu
            return result

        calculation.resolve = timed

    def __exit__(self, *_: object) -> None:
        from qinglian.ledger import calculation

        calculation.resolve = self.inner


def _check(folder: Path, book: Any, run: Any) -> dict[str, float]:
    """Masses of the stored lines, in floats, to compare with the peers; every record accounted for."""
    import json

    import duckdb
    import pyarrow as pa

    context = json.loads((book.run_folder / f"{run.outputs['context']}.json").read_bytes())
    position = {name: number for number, name in enumerate(context["all_factors"])}
    gases = {"CO2": "co2", "CH4": "ch4", "N2O": "n2o"}
    rows = [
        {"factor_no": position[factor["id"]]}
        | {gases[gas["gas"]]: _number(gas["kg"]) for gas in factor["gases"]}
        for factor in context["factors"]
    ]
    connection = duckdb.connect()
    connection.register("kg", pa.Table.from_pylist(rows))
    lines = f"read_parquet('{book.run_folder / run.outputs['lines']}.parquet')"
    peer = folder / "peer"
    connection.execute(
        f"""CREATE TABLE result AS SELECT s.facility_id, l.cell, s.category,
        sum(l.quantity::DOUBLE * ratio * co2) AS co2, sum(l.quantity::DOUBLE * ratio * ch4) AS ch4,
        sum(l.quantity::DOUBLE * ratio * n2o) AS n2o, sum(l.records) AS records
        FROM {lines} l JOIN kg USING (factor_no) JOIN '{peer}/streams.parquet' s USING (stream_id)
        JOIN '{peer}/units.parquet' u USING (unit_id) GROUP BY ALL"""
    )
    found = _totals(connection, "result")
    found["lines"] = connection.sql(f"SELECT count(*) FROM {lines}").fetchall()[0][0]
    return found


def _number(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def _totals(connection: Any, table: str) -> dict[str, float]:
    row = connection.sql(
        f"SELECT sum(co2), sum(ch4), sum(n2o), sum(records), count(*) FROM {table}"
    ).fetchall()[0]
    return dict(zip(("co2", "ch4", "n2o", "records", "groups"), map(float, row), strict=True))


def _segments(folder: Path) -> list[str]:
    return sorted(str(path) for path in (folder / "book" / "segments").glob("*.parquet"))


def _connection(folder: Path) -> Any:
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": "600MB",
            "preserve_insertion_order": False,
            "temp_directory": str(folder / "spill"),
            "max_temp_directory_size": "10GB",
        }
    )
    connection.execute(f"CREATE VIEW facts AS SELECT * FROM read_parquet({_segments(folder)})")
    for name in ("streams", "ancestors", "factors", "units"):
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder / 'peer' / name}.parquet'")
    return connection

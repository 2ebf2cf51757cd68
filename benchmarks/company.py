"""A seeded, synthetic company: a real book with real segments, and the same data as plain tables for peers.

500 facilities (one place each) of 200 activity types, 5,000 factors in two packs with overlapping and
expiring validities over every administrative place of the place table (world, continents, countries,
provinces), eight units of record, three gases, 36 months of daily records. Nothing here is a real figure.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import Clock
from benchmarks.size import ACTIVITIES, Size
from qinglian.core.period import Span
from qinglian.core.places import ancestors
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, create_book
from qinglian.ledger.facts import ACTUAL, day_number
from qinglian.ledger.files import place_by_content
from qinglian.ledger.installed import install_packs
from qinglian.ledger.packs import FACTOR_COLUMNS
from qinglian.ledger.policy import Policy, parse_policy
from qinglian.ledger.rules import RuleSet, parse_rules
from qinglian.ledger.segments import FACT_SCHEMA, SCHEMA_VERSION, SEGMENT_ROWS, write_segment
from qinglian.ledger.streams import STREAM_COLUMNS

ACTOR = Actor("benchmark")
CATEGORIES, FACILITIES, FACTORS = 20, 500, 5_000
PERIOD = Span(date(2021, 1, 1), date(2024, 1, 1), "2021-2023")
FIRST_DAY, DAYS = day_number(PERIOD.start), (PERIOD.end - PERIOD.start).days
GASES = ("CO2", "CH4", "N2O")
# Per kind of quantity: the factor's unit, and two units of record (symbol, decimals).
KINDS = (
    ("t", ("kg", 1), ("t", 3)),
    ("kWh", ("kWh", 2), ("MJ", 0)),
    ("km", ("km", 1), ("m", 0)),
    ("m3", ("L", 1), ("m3", 3)),
)
TO_FACTOR_UNIT = (1e-4, 1e-3, 1e-2, 1 / 3.6, 1e-1, 1e-3, 1e-4, 1e-3)  # of one step of each unit of record
GWP = "gwp_set,gas,value,source,locator\nAR6,CH4,27.9,made,seeded\nAR6,N2O,273,made,seeded\n"
LATE = 0.03  # share of records that arrive late, by 30 days on average


def activity(number: int) -> str:
    """Name of an activity type; its category is part of it."""
    return f"material.c{number % CATEGORIES:02d}.a{number:03d}"


def rules() -> RuleSet:
    """One rule per category, so that a record asks for exactly one line, as the peers compute."""
    entries = [
        f'[[rule]]\nid = "c{n:02d}"\nactivity = ["material.c{n:02d}.*"]\nscope = "3"\niso = 4\n'
        f'category = {n}\nbasis = ["direct"]\nhierarchy = "admin"\n'
        for n in range(CATEGORIES)
    ]
    return parse_rules('name = "bench"\nversion = "1"\n' + "\n".join(entries))


def policy() -> Policy:
    """Most specific place, then newest publication; no factor outlives its validity."""
    return parse_policy(
        'name = "bench"\nversion = "1"\nvintage = "in-force-at-date"\n'
        'order = ["basis", "supplier", "facility", "technology", "place", "pack", "vintage", "published"]\n'
        "[levels]\nprovince = 0\ncountry = 0\ncontinent = 1\nworld = 1\n"
    )


def make(target: Path, _clock: Clock) -> None:
    """Make the company once: ``book/`` for the ledger, ``peer/`` for the peers."""
    if (target / "done").exists():
        return
    size = Size.of(target)
    rng = np.random.default_rng(size.seed)
    world = _World.draw(rng, size)
    book = create_book(target / "book", organisation="Benchmark", single_user=True, actor=ACTOR)
    world.register(book)
    install_packs(book, ACTOR, world.write_packs(target / "packs"))
    world.write_peer(target / "peer")
    for number in range(-(-size.rows // SEGMENT_ROWS)):
        _add_segment(book, world.facts(number, size))
    (target / "done").touch()


@dataclass(frozen=True)
class _World:
    places: list[str]  # administrative place ids
    facility_place: np.ndarray
    stream_facility: np.ndarray
    stream_activity: np.ndarray
    factors: list[tuple[int, int, date, date | None, tuple[str, str, str], int]]

    @classmethod
    def draw(cls, rng: np.random.Generator, size: Size) -> _World:
        places = _places()
        sites = np.array([n for n, name in enumerate(places) if len(ancestors(name)) >= 3])
        kinds = size.streams_per_facility
        chosen = [np.sort(rng.permutation(ACTIVITIES)[:kinds]) for _ in range(FACILITIES)]
        return cls(
            places,
            rng.choice(sites, FACILITIES),
            np.repeat(np.arange(FACILITIES), kinds),
            np.concatenate(chosen),
            _factors(rng, places),
        )

    def register(self, book: Book) -> None:
        """Facilities, units of record, streams and the scenario, in one transaction."""
        units = [unit for _, *pair in KINDS for unit in pair]
        with book.write(ACTOR, "benchmark") as t:
            t.insert(schema.organisational_unit, [{"code": "group", "name": "group"}])
            t.insert(schema.facility, [self._facility(n) for n in range(FACILITIES)])
            t.insert(schema.scenario, [{"id": 1, "name": ACTUAL}])
            t.insert(
                schema.unit_of_record,
                [{"id": n + 1, "symbol": symbol, "decimals": d} for n, (symbol, d) in enumerate(units)],
            )
            t.insert(schema.source_stream, [self._stream(n) for n in range(len(self.stream_facility))])

    def _facility(self, number: int) -> dict[str, Any]:
        where = self.places[self.facility_place[number]]
        row = {"code": f"F{number:03d}", "name": f"Facility {number}", "unit": "group", "place": where}
        return {"id": number + 1, **row, "grid": "grid:CN", "zone": "Asia/Shanghai"}

    def _stream(self, number: int) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(STREAM_COLUMNS, "")
        row |= {"facility_id": int(self.stream_facility[number]) + 1, "price_year": None}
        return {"id": number + 1, **row, "activity": activity(int(self.stream_activity[number]))}

    def write_packs(self, folder: Path) -> tuple[Path, ...]:
        """Write the factors as two packs: an older one and a newer one that overlaps it."""
        packs = []
        for number, published in enumerate((date(2020, 6, 1), date(2023, 6, 1))):
            pack = folder / f"bench-{number}"
            pack.mkdir(parents=True)
            write_pack(pack, number, published, [f for f in self.factors if f[5] == number], self.places)
            if not number:
                (pack / "gwp.csv").write_text(GWP, encoding="utf-8")
            packs.append(pack)
        return tuple(packs)

    def write_peer(self, folder: Path) -> None:
        """Write the same dimensions as plain tables."""
        folder.mkdir(parents=True)
        where = {name: n for n, name in enumerate(self.places)}
        steps = [(where[p], where[a], depth) for p in self.places for depth, a in enumerate(ancestors(p))]
        place, ancestor, depth = zip(*steps, strict=True)
        a = self.stream_activity
        tables = {
            "streams": {
                "stream_id": pa.array(np.arange(len(a)) + 1, pa.int32()),
                "facility_id": pa.array(self.stream_facility + 1, pa.int32()),
                "activity_id": pa.array(a, pa.int32()),
                "category": pa.array(a % CATEGORIES, pa.int32()),
                "place_id": pa.array(self.facility_place[self.stream_facility], pa.int32()),
            },
            "ancestors": {
                "place_id": pa.array(place, pa.int32()),
                "ancestor_id": pa.array(ancestor, pa.int32()),
                "depth": pa.array(depth, pa.int32()),
            },
            "factors": {
                "factor_id": pa.array(range(len(self.factors)), pa.int32()),
                "activity_id": pa.array([f[0] for f in self.factors], pa.int32()),
                "place_id": pa.array([f[1] for f in self.factors], pa.int32()),
                "start_day": pa.array([day_number(f[2]) for f in self.factors], pa.int32()),
                "end_day": pa.array([day_number(f[3] or date(2100, 1, 1)) for f in self.factors], pa.int32()),
                "pack": pa.array([f[5] for f in self.factors], pa.int32()),
                **{
                    gas.lower(): pa.array([float(f[4][n]) for f in self.factors])
                    for n, gas in enumerate(GASES)
                },
            },
            "units": {
                "unit_id": pa.array(range(1, 9), pa.int16()),
                "ratio": pa.array(TO_FACTOR_UNIT),
            },
        }
        for name, columns in tables.items():
            pq.write_table(pa.table(columns), folder / f"{name}.parquet")

    def facts(self, segment: int, size: Size) -> pa.Table:
        """One sealed segment's worth of records, sorted as sealing sorts them."""
        first = segment * SEGMENT_ROWS
        rows = min(SEGMENT_ROWS, size.rows - first)
        rng = np.random.default_rng([size.seed, segment])
        stream = rng.integers(0, len(self.stream_facility), rows)
        day = _days(rng, first, rows, size)
        order = np.lexsort((day, stream))
        stream, day = stream[order], day[order]
        unit = 2 * (self.stream_activity[stream] % len(KINDS)) + 1 + (rng.random(rows) < 0.3)
        columns: dict[str, Any] = {
            "fact_id": first + 1 + np.arange(rows),
            "batch_id": np.full(rows, segment + 1),
            "stream_id": stream + 1,
            "scenario_id": np.ones(rows),
            "unit_id": unit,
            "quantity": rng.integers(1, 10**9, rows) // rng.choice([1, 1000], rows),
            "quantity_basis": 1 + stream % 2,
            "quality": 1 + stream % 3,
            "start_utc": day.astype(np.int64) * 86_400 - 28_800,
            "end_utc": day.astype(np.int64) * 86_400 + 57_600,
            "start_day": day,
            "end_day": day + 1,
            "evidence_id": np.ones(rows),
            "row": np.arange(rows),
            "business_key": rng.integers(-(2**63), 2**63, rows, dtype=np.int64),
            "month": _months(day),
            "hour_utc": day * 24 - 8,
            "sign": np.ones(rows),
        }
        arrays = [
            pa.array(columns[f.name]).cast(f.type) if f.name in columns else pa.nulls(rows, f.type)
            for f in FACT_SCHEMA
        ]
        return pa.Table.from_arrays(arrays, schema=FACT_SCHEMA)


def _places() -> list[str]:
    from importlib.resources import files

    with (files("qinglian.core") / "places.csv").open(encoding="utf-8", newline="") as stream:
        return [row["id"] for row in csv.DictReader(stream) if row["id"].startswith("admin:")]


def _factors(rng: np.random.Generator, places: list[str]) -> list[Any]:
    """Every activity has a world factor; the rest are local, many of them for a year or some months."""
    always = date(2018, 1, 1)
    drawn = [(a, places.index("admin:WORLD"), always, None, _gases(rng), 0) for a in range(ACTIVITIES)]
    known: set[tuple[int, ...]] = set()
    while len(drawn) < FACTORS:
        key = (int(rng.integers(ACTIVITIES)), 1 + int(rng.integers(len(places) - 1)), int(rng.random() < 0.4))
        if key in known:
            continue
        known.add(key)
        start, end = _validity(rng)
        drawn.append((key[0], key[1], start, end, _gases(rng), key[2]))
    return drawn


def _validity(rng: np.random.Generator) -> tuple[date, date | None]:
    kind = rng.random()
    if kind < 0.4:
        return date(int(rng.integers(2018, 2023)), 1, 1), None
    if kind < 0.8:
        year = int(rng.integers(2021, 2024))
        return date(year, 1, 1), date(year + 1, 1, 1)
    first = int(rng.integers(0, 36))
    last = first + int(rng.integers(1, 13))
    return date(2021 + first // 12, first % 12 + 1, 1), date(2021 + last // 12, last % 12 + 1, 1)


def _gases(rng: np.random.Generator) -> tuple[str, str, str]:
    co2, ch4, n2o = rng.integers(10_000, 3_000_000), rng.integers(1, 500), rng.integers(1, 90)
    return f"{co2 / 1e6:.6f}", f"{ch4 / 1e7:.7f}", f"{n2o / 1e8:.8f}"


def write_pack(folder: Path, number: int, published: date, factors: list[Any], places: list[str]) -> None:
    """Write factors as a pack folder."""
    about = {"id": f"bench-{number}", "version": "1", "publisher": "benchmark", "dataset": "synthetic"}
    about |= {"title_en": "synthetic", "title_zh": "合成数据", "licence": "CC0-1.0"}
    lines = [f'{key} = "{value}"' for key, value in about.items()] + [f"published = {published}"]
    lines += ["[sources.made]", 'citation = "seeded generator"', 'class = "secondary"']
    (folder / "pack.toml").write_text("\n".join(lines) + f"\npublished = {published}\n", encoding="utf-8")
    with (folder / "factors.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FACTOR_COLUMNS, restval="")
        writer.writeheader()
        for a, place, start, end, values, _ in factors:
            row = {"activity": activity(a), "place": places[place], "valid_from": start}
            row |= {
                "valid_to": end or "",
                "mass_unit": "kg",
                "per_unit": KINDS[a % len(KINDS)][0],
                "basis": "direct",
            }
            row |= {"biogenic": "false", "quality": 3, "source": "made", "locator": "seeded"}
            for gas, value in zip(GASES, values, strict=True):
                writer.writerow({**row, "gas": gas, "value": value})


def _days(rng: np.random.Generator, first: int, rows: int, size: Size) -> np.ndarray:
    if not size.chronological:
        return FIRST_DAY + rng.integers(0, DAYS, rows)
    moment = (first + rows * rng.random(rows)) / size.rows * DAYS
    late = np.where(rng.random(rows) < LATE, rng.exponential(30, rows), 0)
    return FIRST_DAY + np.clip(moment - late, 0, DAYS - 1).astype(np.int64)


def _months(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def _add_segment(book: Book, facts: pa.Table) -> None:
    digest = place_by_content(book.segment_folder, ".parquet", lambda path: write_segment(facts, path))
    extremes = {n: (facts[n].to_numpy().min(), facts[n].to_numpy().max()) for n in ("fact_id", "batch_id")}
    with book.write(ACTOR, "seal") as transaction:
        row = {
            "id": transaction.next_id(schema.segment),
            "sha256": digest,
            "rows": facts.num_rows,
            "first_fact": int(extremes["fact_id"][0]),
            "last_fact": int(extremes["fact_id"][1]),
            "first_batch": int(extremes["batch_id"][0]),
            "last_batch": int(extremes["batch_id"][1]),
            "first_day": int(facts["start_day"].to_numpy().min()),
            "last_day": int(facts["end_day"].to_numpy().max()) - 1,
            "largest": int(np.abs(facts["quantity"].to_numpy()).max()),
            "schema_version": SCHEMA_VERSION,
        }
        transaction.insert(schema.segment, [row])

"""Posted records by number: what each says, where it came from, and whether it still stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.book import Book
from qinglian.ledger.engines.lending import lent_engine
from qinglian.ledger.evidence import evidence_name
from qinglian.ledger.facts import day_number
from qinglian.ledger.manifest import present_paths, segments
from qinglian.ledger.needs import Stream, streams, units_of_record

LIVE, REVERSED, REVERSAL = "live", "reversed", "reversal"
COLUMNS = [column.name for column in schema.INBOX_COLUMNS]


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted record, whole however it was split; times are local, half-open."""

    fact: int
    batch: int
    facility: str
    activity: str
    value: Fraction
    unit: str
    start: datetime
    end: datetime
    scenario: str
    lot: str | None
    source: str | None
    reference: str | None
    file: str | None
    sheet: str | None
    row: int | None
    state: str
    reverses: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: every given condition must hold."""

    batch: int | None = None
    facility: str | None = None
    activity: str | None = None
    period: Span | None = None
    lot: str | None = None
    after: int | None = None  # records with higher numbers only: where a page ended


def records(book: Book, wanted: Wanted, limit: int) -> tuple[list[Posted], int]:
    """First records by number, from the inbox and the sealed segments, and how many there are."""
    with book.read() as connection:
        known = streams(connection)
        ids = [number for number, stream in known.items() if _asked(stream, wanted)]
        reader = _Reader(connection, known)
        if not ids:
            return [], 0
        waiting, waiting_total = _in_inbox(connection, _conditions(wanted, ids), wanted.lot, limit)
        sealed, sealed_total = _in_segments(book, connection, _conditions(wanted, ids), wanted.lot, limit)
        rows = sorted([*sealed, *waiting], key=lambda row: (row["fact_id"], row["start_utc"]))
        reversals = _reversed(book, connection, [row["fact_id"] for row in rows])
        return reader.whole(rows, reversals)[:limit], waiting_total + sealed_total


def _asked(stream: Stream, wanted: Wanted) -> bool:
    return wanted.facility in {None, stream.facility} and wanted.activity in {None, stream.activity}


def _conditions(wanted: Wanted, ids: list[int]) -> list[str]:
    """Conditions in SQL: numbers only, no word of a user's."""
    found = [f"stream_id IN ({', '.join(map(str, ids))})"]
    if wanted.batch is not None:
        found.append(f"batch_id = {int(wanted.batch)}")
    if wanted.after is not None:
        found.append(f"fact_id > {int(wanted.after)}")
    if wanted.period is not None:
        first, end = day_number(wanted.period.start), day_number(wanted.period.end)
        found.append(f"start_day < {end} AND end_day > {first}")
    return found


def _in_inbox(
    connection: Connection, conditions: list[str], lot: str | None, limit: int
) -> tuple[list[dict[str, Any]], int]:
    from sqlalchemy import and_, func, text

    table = schema.inbox
    where = and_(*map(text, conditions), *([table.c.lot == lot] if lot is not None else []))
    total = connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()
    query = select(*(table.c[name] for name in COLUMNS)).where(where).order_by(table.c.fact_id).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()], int(total)


def _in_segments(
    book: Book, connection: Connection, conditions: list[str], lot: str | None, limit: int
) -> tuple[list[dict[str, Any]], int]:
    paths = present_paths(book, segments(connection))
    if not paths:
        return [], 0
    spoken = [*conditions, *([f"lot = '{lot.replace(chr(39), chr(39) * 2)}'"] if lot is not None else [])]
    where = " AND ".join(spoken)
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    count = f"SELECT COUNT(DISTINCT fact_id) AS total FROM facts WHERE {where}"  # noqa: S608 - our own names
    first = f"SELECT DISTINCT fact_id FROM facts WHERE {where} ORDER BY fact_id LIMIT {int(limit)}"  # noqa: S608
    with lent_engine(book.cache_folder) as engine:
        total = engine.query(count, parquet={"facts": paths}).to_pylist()[0]["total"]
        sql = f"SELECT {columns} FROM facts WHERE fact_id IN ({first})"  # noqa: S608
        rows: list[dict[str, Any]] = engine.query(sql, parquet={"facts": paths}).to_pylist()
    return rows, int(total)


def _reversed(book: Book, connection: Connection, facts: list[int]) -> set[int]:
    """Which of the records have a reversal."""
    if not facts:
        return set()
    low, high = min(facts), max(facts)
    table = schema.inbox
    found = set(
        connection.execute(select(table.c.reverses).where(table.c.reverses.between(low, high))).scalars()
    )
    paths = present_paths(book, [s for s in segments(connection) if s.last_fact > low])
    if paths:
        with lent_engine(book.cache_folder) as engine:
            sql = f"SELECT DISTINCT reverses FROM facts WHERE reverses BETWEEN {low} AND {high}"  # noqa: S608
            found |= {row["reverses"] for row in engine.query(sql, parquet={"facts": paths}).to_pylist()}
    return found


class _Reader:
    """Turns rows of numbers into records a person can find."""

    def __init__(self, connection: Connection, known: dict[int, Stream]) -> None:
        self.connection, self.streams = connection, known
        self.units = units_of_record(connection)
        table, scenario = schema.facility, schema.scenario
        self.zones = {
            row[0]: ZoneInfo(row[1]) for row in connection.execute(select(table.c.code, table.c.zone))
        }
        self.scenarios = {
            row[0]: row[1] for row in connection.execute(select(scenario.c.id, scenario.c.name))
        }
        self.names: dict[int, str] = {}

    def whole(self, rows: Iterable[dict[str, Any]], reversals: set[int]) -> list[Posted]:
        """Return records with the parts they were split into joined again."""
        found: dict[int, Posted] = {}
        for row in rows:
            part, first = self._posted(row, reversals), found.get(row["fact_id"])
            found[part.fact] = (
                part
                if first is None
                else replace(
                    first,
                    value=first.value + part.value,
                    start=min(first.start, part.start),
                    end=max(first.end, part.end),
                )
            )
        return list(found.values())

    def _posted(self, row: dict[str, Any], reversals: set[int]) -> Posted:
        stream = self.streams[row["stream_id"]]
        symbol, decimals = self.units[row["unit_id"]]
        zone = self.zones[stream.facility]
        state = REVERSAL if row["reverses"] is not None else REVERSED if row["fact_id"] in reversals else LIVE
        return Posted(
            fact=row["fact_id"],
            batch=row["batch_id"],
            facility=stream.facility,
            activity=stream.activity,
            value=Fraction(row["quantity"], 10**decimals),
            unit=symbol,
            start=datetime.fromtimestamp(row["start_utc"], zone),
            end=datetime.fromtimestamp(row["end_utc"], zone),
            scenario=self.scenarios[row["scenario_id"]],
            lot=row["lot"],
            source=row["source"],
            reference=row["reference"],
            file=self._file(row["evidence_id"]),
            sheet=row["sheet"],
            row=row["row"],
            state=state,
            reverses=row["reverses"],
        )

    def _file(self, evidence: int | None) -> str | None:
        if evidence is None:
            return None
        if evidence not in self.names:
            self.names[evidence] = evidence_name(self.connection, evidence)
        return self.names[evidence]

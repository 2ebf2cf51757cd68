"""Small books for worked examples: packs written as files and read through the real build."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path

from qinglian.core.decimals import parse_decimal
from qinglian.core.period import local_midnight_utc, parse_period
from qinglian.core.units import parse_unit
from qinglian.ledger.actor import Actor
from qinglian.ledger.book import Book, create_book
from qinglian.ledger.calculation import Run, calculate
from qinglian.ledger.facts import Fact
from qinglian.ledger.installed import install_packs
from qinglian.ledger.inventory import Inventory, View, read_inventory
from qinglian.ledger.organisation import add_facility
from qinglian.ledger.packs import FACTOR_COLUMNS
from qinglian.ledger.posting import post

ACTOR = Actor("tester")
ZONE = "UTC"

# 100-year GWPs of IPCC AR4 (2007), AR5 (2013) and AR6 (2021); combustion methane is biogenic-carbon CH4.
GWP = {
    ("AR4", "CH4"): "25",
    ("AR4", "N2O"): "298",
    ("AR5", "CH4"): "28",
    ("AR5", "N2O"): "265",
    ("AR6", "CH4"): "27.0",
    ("AR6", "N2O"): "273",
}


def factor(activity: str, gas: str, value: str, per_unit: str, **other: str) -> dict[str, str]:
    """Return one row of factors.csv, valid since 2000 in China unless told otherwise."""
    row = {
        "activity": activity,
        "place": "admin:CN",
        "valid_from": "2000-01-01",
        "gas": gas,
        "value": value,
        "mass_unit": "kg",
        "per_unit": per_unit,
        "basis": "direct",
        "biogenic": "false",
        "quality": "1",
        "source": "example",
    }
    return {**dict.fromkeys(FACTOR_COLUMNS, ""), **row, **other}


def write_pack(folder: Path, rows: list[dict[str, str]], citation: str, name: str = "worked") -> Path:
    """Write a factor pack with its GWP values."""
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(
        f'id = "{name}"\nversion = "1"\npublisher = "tests"\ndataset = "worked examples"\n'
        'title_en = "Worked example"\ntitle_zh = "算例"\nlicence = "facts"\npublished = 2020-01-01\n'
        f'[sources.example]\ncitation = "{citation}"\nclass = "secondary"\npublished = 2020-01-01\n',
        encoding="utf-8",
    )
    _write(folder / "factors.csv", list(FACTOR_COLUMNS), rows)
    gwp = [
        {"gwp_set": set_, "gas": gas, "value": value, "source": "example", "locator": ""}
        for (set_, gas), value in GWP.items()
    ]
    _write(folder / "gwp.csv", list(gwp[0]), gwp)
    return folder


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def new_book(
    folder: Path, rows: list[dict[str, str]], citation: str, where: str = "CN-AH", zone: str = ZONE
) -> Book:
    """Create a book with one facility, P, and one pack."""
    book = create_book(folder / "book", organisation="Worked example", zone=zone, actor=ACTOR)
    add_facility(book, ACTOR, "P", name="plant", where=where)
    install_packs(book, ACTOR, (write_pack(folder / "pack", rows, citation),))
    return book


def fact(
    activity: str, quantity: str, unit: str, start: str = "2021-01-01", end: str = "2022-01-01", **other
):
    """Return one fact of facility P over half-open local dates."""
    amount, zone = parse_decimal(quantity), other.pop("zone", ZONE)
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return Fact(
        facility="P",
        activity=activity,
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=parse_unit(unit).symbol,
        start_utc=local_midnight_utc(first, zone),
        end_utc=local_midnight_utc(last, zone),
        start_local=first,
        end_local=last,
        **other,
    )


def calculated(book: Book, facts: list[Fact], year: str = "2021") -> Run:
    """Post facts and calculate a year."""
    post(book, ACTOR, facts)
    return calculate(book, ACTOR, parse_period(year))


def read(book: Book, run: Run, gwp: str = "AR5") -> Inventory:
    """Read a run's inventory."""
    return read_inventory(book, run.id, View(gwp=gwp))


def tonnes(kg: Fraction, decimals: int = 2) -> str:
    """Round half to even, for comparison with a printed figure only."""
    return f"{float(round(kg / 1000, decimals)):.{decimals}f}"

"""Post one of the demonstration's own files: known headers in two languages, UTF-8 or GB18030.

It reads only what the generator writes and refuses everything else; companies' files go through
``qinglian import`` with its profiles and quarantine.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

from qinglian.core.decimals import parse_decimal
from qinglian.core.errors import QinglianError, Where
from qinglian.core.period import local_midnight_utc
from qinglian.core.units import parse_unit
from qinglian.ledger import evidence
from qinglian.ledger.facts import Fact
from qinglian.ledger.posting import post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qinglian.ledger.actor import Actor
    from qinglian.ledger.book import Book

HEADERS = {
    "设施": "facility",
    "活动": "activity",
    "开始日期": "start",
    "结束日期": "end",
    "数量": "quantity",
    "单位": "unit",
    "数据来源": "source",
    "凭证号": "reference",
    "数量依据": "quantity_basis",
    "交易对方": "counterparty",
    "产品": "product",
    "维度": "dimension",
    "备注": "note",
}


def import_file(book: Book, actor: Actor, path: Path) -> int:
    """Keep a file as evidence and post all its rows, or none; return how many were posted.

    Raises
    ------
    QinglianError
        What reading a number, a unit or a record raises, with file and row; ``demo.import_incomplete`` if a
        row was left out.
    """
    facts = list(_facts(path, book.identity.zone))
    posting = post(book, actor, facts, source=evidence.store(book, path), profile="demo")
    if posting.posted != len(facts):
        raise QinglianError(
            "demo.import_incomplete", Where(file=str(path)), count=len(facts) - posting.posted
        )
    return posting.posted


def _facts(path: Path, zone: str) -> Iterator[Fact]:
    for number, row in enumerate(csv.DictReader(io.StringIO(_text(path.read_bytes()))), start=2):
        named = {HEADERS.get(header, header): value for header, value in row.items()}
        yield _fact(named, Where(file=str(path), row=number), zone)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _fact(row: dict[str, str], where: Where, zone: str) -> Fact:
    amount = parse_decimal(row["quantity"], where)
    start = date.fromisoformat(row["start"])
    end = date.fromisoformat(row["end"]) + timedelta(days=1)  # a plain date is the last day, as bills say it
    return Fact(
        facility=row["facility"],
        activity=row["activity"],
        mantissa=amount.mantissa,
        decimals=amount.decimals,
        unit=parse_unit(row["unit"], where).symbol,
        start_utc=local_midnight_utc(start, zone),
        end_utc=local_midnight_utc(end, zone),
        start_local=start,
        end_local=end,
        zone=zone,
        quantity_basis=row.get("quantity_basis") or "invoiced",
        price_year=int(row["price_year"]) if row.get("price_year") else None,
        row=where.row,
        source=row.get("source", ""),
        reference=row.get("reference", ""),
        counterparty=row.get("counterparty", ""),
        product=row.get("product", ""),
        dimension=row.get("dimension", ""),
        currency=row.get("currency", ""),
        note=row.get("note", ""),
    )

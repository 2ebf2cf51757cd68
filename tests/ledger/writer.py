"""A writer in a process of its own, to be killed: says on stdout what the book has acknowledged.

``python -m tests.ledger.writer BOOK import|seal|calculate NAME [COUNT]``
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

from qinglian.ledger.book import Book, open_book
from qinglian.ledger.calculation import calculate
from qinglian.ledger.posting import post
from qinglian.ledger.segments import seal
from tests.ledger.conftest import ACTOR, YEAR, fact

ROWS = 20


def batch(name: str, number: int) -> list:
    """Facts of one batch, which nobody else writes; each is worth 1 kWh and some cross a month."""
    day = date(2022, 1, 1) + timedelta(days=number % 300)
    return [
        fact("1", reference=f"{name}-{number}-{row}", start=day, end=day + timedelta(days=1 + row))
        for row in range(ROWS)
    ]


def main(book: Book, action: str, name: str, count: int) -> None:
    say("ready")
    for number in range(count):
        result = post(book, ACTOR, batch(name, number))
        if result.posted:
            say(f"posted {number}")
        if action == "seal":
            seal(book, ACTOR)
            say("sealed")
        if action == "calculate":
            say(f"run {calculate(book, ACTOR, YEAR).id}")
    say("done")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folder, action, name, *count = sys.argv[1:]
    main(open_book(Path(folder)), action, name, int(count[0]) if count else 10_000)

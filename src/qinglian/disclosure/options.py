"""What several verbs ask alike: the day, the comparatives, the frameworks, and the statement of these."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from qinglian.core.errors import QinglianError

if TYPE_CHECKING:
    from qinglian.disclosure.statement import Statement
    from qinglian.present.console import Console


class Day(click.ParamType[date]):
    """A day as ISO 8601 writes it."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day; raises ``disclosure.date_unreadable``."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError as error:
            raise QinglianError("disclosure.date_unreadable", found=value) from error


AS_OF = click.option("--as-of", type=Day(), required=True, help="disclosure.option_as_of")
COMPARATIVES = click.option(
    "--compare", "comparatives", type=int, multiple=True, help="disclosure.option_compare"
)
ONLY = click.option("--framework", "only", multiple=True, help="disclosure.option_framework")


def read_statement(
    console: Console, number: int, as_of: date, comparatives: tuple[int, ...], only: tuple[str, ...]
) -> Statement:
    """Read the statement that the options ask for."""
    from qinglian.disclosure.statement import build_statement
    from qinglian.ledger.book import open_book

    book = open_book(console.book)
    return build_statement(book, number, as_of, comparatives=comparatives, only=only)

"""Surrogate keys: words become small integers once, at the door, so that a scan moves only integers."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, select

from qinglian.core.errors import QinglianError
from qinglian.ledger import schema
from qinglian.ledger.book import Transaction
from qinglian.ledger.facts import Fact

STREAM_COLUMNS = (
    "facility_id",
    "activity",
    "technology",
    "counterparty",
    "product",
    "dimension",
    "boundary",
    "currency",
    "price_year",
)
_words = attrgetter("facility", *STREAM_COLUMNS[1:], "scenario", "unit", "decimals")


@dataclass(slots=True)
class SurrogateKeys:
    """Ids of scenarios, units of record and source streams; unknown ones are added at :meth:`flush`."""

    facilities: dict[str, int]
    scenarios: dict[tuple[Any, ...], int]
    units: dict[tuple[Any, ...], int]
    streams: dict[tuple[Any, ...], int]
    added: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    met: dict[tuple[Any, ...], tuple[int, int, int]] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection) -> SurrogateKeys:
        """Read what the book knows."""
        facilities = _known(connection, schema.facility, ("code",))
        return cls(
            {code: number for (code,), number in facilities.items()},
            _known(connection, schema.scenario, ("name",)),
            _known(connection, schema.unit_of_record, ("symbol", "decimals")),
            _known(connection, schema.source_stream, STREAM_COLUMNS),
        )

    def of(self, fact: Fact) -> tuple[int, int, int]:
        """Ids of a fact's stream, scenario and unit of record, looked up once for facts of the same words."""
        words = _words(fact)
        found = self.met.get(words)
        if found is None:
            ids = self.stream(fact), self.scenario(fact.scenario), self.unit(fact.unit, fact.decimals)
            found = self.met[words] = ids
        return found

    def facility(self, fact: Fact) -> int:
        """Id of the fact's facility; raises ``ledger.facility_unknown``."""
        found = self.facilities.get(fact.facility)
        if found is None:
            known = ", ".join(sorted(self.facilities)) or "-"
            raise QinglianError("ledger.facility_unknown", fact.where, facility=fact.facility, known=known)
        return found

    def scenario(self, name: str) -> int:
        """Id of a scenario."""
        return self._id("scenario", self.scenarios, (name,), ("name",))

    def unit(self, symbol: str, decimals: int) -> int:
        """Id of a unit of record."""
        return self._id("unit_of_record", self.units, (symbol, decimals), ("symbol", "decimals"))

    def stream(self, fact: Fact) -> int:
        """Id of the source stream a fact belongs to."""
        key = (
            self.facility(fact),
            fact.activity,
            fact.technology,
            fact.counterparty,
            fact.product,
            fact.dimension,
            fact.boundary,
            fact.currency,
            fact.price_year,
        )
        return self._id("source_stream", self.streams, key, STREAM_COLUMNS)

    def flush(self, transaction: Transaction) -> None:
        """Write the ids given since the last flush."""
        for name, rows in self.added.items():
            transaction.insert(schema.metadata.tables[name], rows)
        self.added.clear()

    def _id(
        self, table: str, known: dict[tuple[Any, ...], int], key: tuple[Any, ...], names: tuple[str, ...]
    ) -> int:
        found = known.get(key)
        if found is None:
            found = known[key] = len(known) + 1
            self.added.setdefault(table, []).append({"id": found, **dict(zip(names, key, strict=True))})
        return found


def _known(connection: Connection, table: Table, names: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    columns = [table.c[name] for name in names]
    return {tuple(row[1:]): int(row[0]) for row in connection.execute(select(table.c.id, *columns))}

"""The exact value of every data point in one inventory, with the whole population behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction

from qinglian.core.units import parse_unit, ratio
from qinglian.disclosure.points import EMISSION, DataPoint
from qinglian.ledger.book import Book
from qinglian.ledger.cells import cell_days
from qinglian.ledger.facts import QUANTITY_BASES
from qinglian.ledger.inventory import Emission, Inventory, Line
from qinglian.ledger.organisation import OwnershipShare, counted_share, facilities, ownership

KG_PER_TONNE = 1000
ESTIMATED = {QUANTITY_BASES["estimated"], QUANTITY_BASES["spend"]}


@dataclass(frozen=True, slots=True)
class Amount:
    """What one line contributes to a quantity: ``quantity`` of its unit × ``ratio`` × ``share``."""

    line: Line
    ratio: Fraction
    share: Fraction

    @property
    def value(self) -> Fraction:
        """Contribution in the data point's unit."""
        return self.line.quantity * self.ratio * self.share


@dataclass(frozen=True, slots=True)
class Value:
    """A data point's figure; ``exact`` is None where nothing is known, which is not zero.

    Attributes
    ----------
    estimated, fallback
        Shares of the figure, by size, from estimated or spend-based quantities and from factors that stand in
        for missing ones; None of nothing.
    records, resolved
        Demands of posted records on the figure (a record that two rules ask about counts twice), and how many
        of them are answered.
    """

    point: DataPoint
    exact: Fraction | None
    estimated: Fraction | None
    fallback: Fraction | None
    records: int
    resolved: int
    emissions: tuple[Emission, ...] = ()
    amounts: tuple[Amount, ...] = ()
    missing_parts: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``reported``, ``partial``, ``unresolved`` (data, but no factor) or ``no_data``."""
        if self.exact is None:
            return "unresolved" if self.records else "no_data"
        return "partial" if self.resolved < self.records else "reported"


def values(
    book: Book, inventory: Inventory, as_of_seq: int, points: Mapping[str, DataPoint]
) -> dict[str, Value]:
    """Evaluate data points; ``as_of_seq`` is the chain entry whose knowledge of shares counts.

    Totals come after their parts in the table, and are evaluated from their exact values.
    """
    with book.read() as connection:
        shares, sites = ownership(connection, as_of_seq), facilities(connection, as_of_seq)
    counted = _Counted(shares, set(sites), inventory.view.consolidation)
    found: dict[str, Value] = {}
    for code, point in points.items():
        if point.sum_of:
            found[code] = _total(point, [found[part] for part in point.sum_of])
        elif point.kind == EMISSION:
            found[code] = _emission(point, inventory)
        else:
            found[code] = _quantity(point, inventory, counted)
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    """Shares of facilities' figures, as the inventory's own view counts them."""

    shares: dict[str, list[OwnershipShare]]
    sites: set[str]
    consolidation: str

    def of(self, line: Line) -> Fraction:
        if line.stream.facility not in self.sites:
            return Fraction(0)
        return counted_share(self.shares, line.stream.unit, self.consolidation, *cell_days(line.cells[0]))


def _emission(point: DataPoint, inventory: Inventory) -> Value:
    asked = [line for line in inventory.lines if _asks(point, line)]
    gases = point.gas_codes
    emissions = tuple(
        emission
        for emission in inventory.select(point.account)
        if _asks(point, emission.line) and (not gases or emission.gas in gases)
    )
    exact = sum((e.kg_co2e for e in emissions), Fraction(0)) / KG_PER_TONNE if emissions else None
    sizes = [(abs(e.kg_co2e), e.line) for e in emissions]
    if not emissions and (gases or point.account != "gross"):
        asked = []  # no emission of this gas or account: nothing was asked of a factor for it
    return Value(point, exact, *_shares(sizes), *_records(asked), emissions=emissions)


def _asks(point: DataPoint, line: Line) -> bool:
    rule = line.rule
    return (
        (not point.scope or rule.scope == point.scope)
        and (not point.method or rule.method == point.method)
        and (point.category is None or rule.category == point.category)
    )


def _quantity(point: DataPoint, inventory: Inventory, counted: _Counted) -> Value:
    """Sum what activities used. Several rules ask about one record: it counts by the first of them."""
    lines = [line for line in inventory.lines if _names(point, line)]
    first: dict[int, str] = {}
    for line in lines:
        first[line.stream.id] = min(line.rule.id, first.get(line.stream.id, line.rule.id))
    unit = parse_unit(point.unit)
    amounts = []
    for line in lines:
        own = parse_unit(line.unit)
        if line.rule.id == first[line.stream.id] and own.dimension == unit.dimension:
            share = counted.of(line)
            amounts += [Amount(line, ratio(own, unit), share)] if share else []
    exact = sum((amount.value for amount in amounts), Fraction(0)) if amounts else None
    estimated, _ = _shares([(abs(amount.value), amount.line) for amount in amounts])
    asked = [line for line in lines if line.rule.id == first[line.stream.id]]
    records = sum(line.records for line in asked)
    measured = sum(amount.line.records for amount in amounts)
    return Value(point, exact, estimated, None, records, measured, amounts=tuple(amounts))


def _names(point: DataPoint, line: Line) -> bool:
    stream = line.stream
    if point.dimension and stream.dimension != point.dimension:
        return False
    return any(fnmatchcase(stream.activity, pattern) for pattern in point.activity)


def _total(point: DataPoint, parts: list[Value]) -> Value:
    """Add exact parts; a part without a figure is left out and named."""
    known = [part for part in parts if part.exact is not None]
    exact = sum((part.exact for part in known if part.exact is not None), Fraction(0)) if known else None
    whole = sum((_size(part) for part in known), Fraction(0))

    def weighted(name: str) -> Fraction | None:
        stated = [part for part in known if getattr(part, name) is not None]
        if not whole or not stated:
            return None
        return sum((getattr(part, name) * _size(part) for part in stated), Fraction(0)) / whole

    return Value(
        point,
        exact,
        weighted("estimated"),
        weighted("fallback"),
        sum(part.records for part in parts),
        sum(part.resolved for part in parts),
        emissions=tuple(e for part in parts for e in part.emissions),
        amounts=tuple(a for part in parts for a in part.amounts),
        missing_parts=tuple(part.point.code for part in parts if part.exact is None),
    )


def _size(value: Value) -> Fraction:
    if value.emissions:
        return sum((abs(e.kg_co2e) for e in value.emissions), Fraction(0)) / KG_PER_TONNE
    return sum((abs(a.value) for a in value.amounts), Fraction(0))


def _shares(sizes: Iterable[tuple[Fraction, Line]]) -> tuple[Fraction | None, Fraction | None]:
    """Shares by size: estimated quantities, fallback factors."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for size, line in sizes:
        sums["whole"] += size
        sums["estimated"] += size if line.quantity_basis in ESTIMATED else 0
        sums["fallback"] += size if line.penalty else 0
    if not sums["whole"]:
        return None, None
    return sums["estimated"] / sums["whole"], sums["fallback"] / sums["whole"]


def _records(lines: Iterable[Line]) -> tuple[int, int]:
    asked = list(lines)
    return sum(line.records for line in asked), sum(line.records for line in asked if line.resolved)

"""Money of another currency or price year: cited annual rates and deflators lead to a spend factor's money.

The convention (decision 0007): convert at the mean rate of the price year, then deflate in the currency of
the factor. 1 CNY of 2023 = 1 / rate(2023) USD of 2023 = CPI(2022) / CPI(2023) / rate(2023) USD of 2022. A
year without its rate or deflator is not reached; no neighbouring year stands in for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from qinglian.core.decimals import plain
from qinglian.core.errors import QinglianError
from qinglian.ledger.composites import Link, figure
from qinglian.ledger.pack_model import DatedValue, identified
from qinglian.ledger.packs import Factor, FactorPack
from qinglian.ledger.policy import Policy
from qinglian.ledger.resolution import DEFINITION, Need, measure_of_factor

MONEY = "money("


class MissingError(Exception):
    """A series has no value for a year: `code` says which kind of series, `what` names it."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code, self.what = code, what


@dataclass(frozen=True, slots=True)
class Money:
    """A currency in the prices of a year; no year where none was stated."""

    currency: str
    year: int | None


def money(measure: str) -> Money | None:
    """Read a measure such as ``money(CNY) 2023``; None for other measures."""
    if not measure.startswith(MONEY):
        return None
    currency, _, year = measure.removeprefix(MONEY).partition(") ")
    return Money(currency, int(year) if year.isdigit() else None)


@dataclass(frozen=True, slots=True)
class Moneys:
    """In what money the factors of each activity are, by basis."""

    of: Mapping[tuple[str, str], frozenset[str]]

    def targets(self, need: Need) -> Iterator[tuple[Need, Money, Money]]:
        """Same question in the money of a factor, with both moneys: the nearest price year first."""
        given = money(need.measure)
        measures = {m for basis in need.rule.basis for m in self.of.get((need.activity, basis), ())}
        wanted = {measure: found for measure in measures if (found := money(measure)) and found != given}
        for measure, other in sorted(wanted.items(), key=lambda entry: _distance(given, *entry)):
            if given:
                yield replace(need, measure=measure), given, other


def _distance(given: Money | None, measure: str, wanted: Money) -> tuple[int, int, str]:
    year = wanted.year or 0
    return (abs(year - (given.year or 0)) if given else 0, -year, measure)


def moneys_of(factors: Iterable[Factor]) -> Moneys:
    """Return in what money factors are."""
    found: dict[tuple[str, str], set[str]] = {}
    for factor in factors:
        measure = measure_of_factor(factor)
        if measure.startswith(MONEY):
            found.setdefault((factor.activity, factor.basis), set()).add(measure)
    return Moneys({key: frozenset(measures) for key, measures in found.items()})


@dataclass(frozen=True, slots=True)
class Stated:
    """A value of a series and the pack that states it."""

    pack: FactorPack
    value: DatedValue

    @property
    def published(self) -> date:
        """Day of publication."""
        return self.pack.sources[self.value.source].published


class Series:
    """Annual values of the packs' series, chosen by the policy's preference of packs, newest first."""

    def __init__(self, packs: Iterable[FactorPack], policy: Policy, cutoff: date) -> None:
        self.found: dict[tuple[str, int], list[Stated]] = {}
        self.policy = policy
        for pack in packs:
            for value in pack.series:
                stated = Stated(pack, value)
                if _annual(value) and stated.published <= cutoff:
                    self.found.setdefault((value.series, value.valid_from.year), []).append(stated)

    def of_year(self, code: str, name: str, year: int) -> Stated:
        """Return the value of a year.

        Raises
        ------
        MissingError
            If nothing states it.
        QinglianError
            ``ledger.factor_tie`` if two packs state it that the policy cannot tell apart.
        """
        listed = sorted(self.found.get((name, year), ()), key=self._merit)
        if not listed:
            raise MissingError(code, f"{name} {year}")
        if len(listed) > 1 and self._merit(listed[0]) == self._merit(listed[1]):
            one, other = (f"{stated.pack.id} {stated.value.locator}" for stated in listed[:2])
            raise QinglianError(
                "ledger.factor_tie", activity=name, place="-", day=str(year), one=one, other=other
            )
        return listed[0]

    def _merit(self, stated: Stated) -> tuple[int, int]:
        return (self.policy.pack_rank(stated.pack.id), -stated.published.toordinal())

    def links(self, given: Money, wanted: Money) -> tuple[Link, ...]:
        """Return what leads from one money to another.

        Raises
        ------
        MissingError
            ``no_price_year``, ``no_rate`` or ``no_deflator``.
        """
        if given.year is None or wanted.year is None:
            raise MissingError("no_price_year", given.currency)
        found = []
        if given.currency != wanted.currency:
            found.append(self._conversion(given.currency, wanted.currency, given.year))
        if given.year != wanted.year:
            found.append(self._deflation(wanted.currency, given.year, wanted.year))
        return tuple(found)

    def _conversion(self, currency: str, into: str, year: int) -> Link:
        stated = self.of_year("no_rate", f"fx.{currency}_per_{into}", year)
        rate = stated.value.value
        where = f"{plain(rate)} {stated.value.unit}, {stated.value.series} {year}, {stated.value.locator}"
        return _link((stated,), 1 / rate, currency, into, where)

    def _deflation(self, currency: str, year: int, into: int) -> Link:
        name = f"deflator.{currency}_CPI_U"
        then, now = (self.of_year("no_deflator", name, wanted) for wanted in (year, into))
        value = now.value.value / then.value.value
        where = f"{plain(now.value.value)} / {plain(then.value.value)}, {name} {into} / {year}"
        return _link((then, now), value, currency, currency, f"{where}, {now.value.locator}")


def _annual(value: DatedValue) -> bool:
    start = value.valid_from
    return (start.month, start.day) == (1, 1) and value.valid_to == date(start.year + 1, 1, 1)


def _link(stated: tuple[Stated, ...], value: Fraction, per_unit: str, into: str, where: str) -> Link:
    first = stated[0]
    sources = [one.pack.sources[one.value.source] for one in stated]
    record = identified(
        {
            "pack": first.pack.id,
            "activity": f"series.{first.value.series}",
            "technology": "",
            "place": DEFINITION,
            "valid_from": first.value.valid_from,
            "valid_to": first.value.valid_to,
            "per_unit": per_unit,
            "basis": "series",
            "method": "",
            "gases": (),
            "quality": 1,
            "published": max(one.published for one in stated),
            "publisher": first.pack.publisher,
            "dataset": first.pack.dataset,
            "version": first.pack.version,
            "citation": "; ".join(dict.fromkeys(source.citation for source in sources)),
            "source_class": max(source.source_class for source in sources),
            "locator": figure(value, into, per_unit, where),
            "supplier": "",
            "facility": "",
        }
    )
    return Link(record, value, into)

"""What a run did, as data for the methodology notes: nothing is typed in, everything is read from the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from qinglian.core.errors import QinglianError
from qinglian.ledger.base_year import base_year
from qinglian.ledger.book import Book
from qinglian.ledger.cells import cell_days
from qinglian.ledger.claims import claims
from qinglian.ledger.inventory import GROSS, Emission, Inventory, Line
from qinglian.ledger.organisation import counted_share, facilities, ownership
from qinglian.ledger.replay import stored_inputs
from qinglian.ledger.report import outside_kyoto
from qinglian.ledger.restatement import restatements
from qinglian.ledger.uncertainty import analytic, cells
from qinglian.ledger.versions import PUBLISHED, Version, versions

TONNE = 1000  # kg


def method_of(book: Book, version: Version, inventory: Inventory) -> dict[str, Any]:
    """Return boundary, factors, GWP set, instruments, exclusions, coverage, uncertainty and restatements."""
    inputs = stored_inputs(book, version.run)
    return {
        "boundary": _boundary(book, version, inventory),
        "gwp": inventory.view.gwp,
        "rules": {"name": inputs.rules.name, "version": inputs.rules.version, "sha256": inputs.rules.sha256},
        "policy": {"name": inputs.policy.name, "sha256": inputs.policy.sha256},
        "cutoff": inputs.cutoff,
        "factors": _factors(inventory),
        "instruments": _instruments(inventory),
        "exclusions": _exclusions(inventory),
        "coverage": inventory.counts,
        "uncertainty": _uncertainty(inventory),
        "outside_kyoto_kg": outside_kyoto(inventory),
        "apart": _apart(book, version, inputs.period.start, inputs.period.end),
        "base_year": _base_year(book),
        "restatements": _restatements(book, version),
    }


def _boundary(book: Book, version: Version, inventory: Inventory) -> dict[str, Any]:
    """Facilities of the inventory's lines, with the share of each that the consolidation counts."""
    with book.read() as connection:
        sites, shares = facilities(connection, version.seq), ownership(connection, version.seq)
    counted: dict[str, set[Fraction]] = defaultdict(set)
    for line in inventory.lines:
        stream = line.stream
        share = counted_share(shares, stream.unit, inventory.view.consolidation, *cell_days(line.cells[0]))
        counted[stream.facility].add(share if stream.facility in sites else Fraction(0))
    return {
        "consolidation": inventory.view.consolidation,
        "facilities": [
            {
                "code": code,
                "name": sites[code].name if code in sites else "",
                "place": sites[code].place if code in sites else "",
                "unit": sites[code].unit if code in sites else "",
                "shares": sorted(counted[code]),
            }
            for code in sorted(counted)
        ],
        "without_data": sorted(set(sites) - set(counted)),
    }


def _factors(inventory: Inventory) -> list[dict[str, Any]]:
    """Return the sources of factors with what each answers, largest first (scope 2 counted by location)."""
    sums: dict[tuple[str, ...], list[Any]] = {}
    for emission in inventory.select(GROSS):
        factor = emission.line.factor
        if factor is None:
            continue
        key = (factor.publisher, factor.dataset, factor.version, factor.citation, factor.source_class)
        entry = sums.setdefault(key, [set(), Fraction(0), Fraction(0)])
        entry[0].add(factor.id)
        if emission.line.rule.method != "market":
            entry[1] += emission.kg_co2e
            entry[2] += emission.kg_co2e if emission.line.penalty else 0
    names = ("publisher", "dataset", "version", "citation", "class")
    found = [
        {
            **dict(zip(names, key, strict=True)),
            "factors": len(ids),
            "kg_co2e": kg,
            "fallback_kg_co2e": stood_in,
        }
        for key, (ids, kg, stood_in) in sums.items()
    ]
    return sorted(found, key=lambda entry: (-abs(entry["kg_co2e"]), entry["citation"]))


def _instruments(inventory: Inventory) -> dict[str, Any]:
    """Electricity that instruments cover under the market-based method, by kind and market, in kWh."""
    covered: dict[tuple[str, str], list[Any]] = {}
    for line in _once(inventory.select(GROSS, scope="2", method="market")):
        if line.instrument is None:
            continue
        entry = covered.setdefault((line.instrument.kind, line.instrument.market), [set(), Fraction(0)])
        entry[0].add(line.instrument.serial)
        entry[1] += _kwh(line)
    bought = _sum_kwh(inventory, lambda line: line.rule.method == "market")
    bare = _sum_kwh(inventory, lambda line: line.rule.method == "market" and line.instrument is None)
    return {
        "kinds": [
            {"kind": kind, "market": market, "instruments": len(serials), "kwh": kwh}
            for (kind, market), (serials, kwh) in sorted(covered.items())
        ],
        "electricity_kwh": bought,
        "uncovered_kwh": bare,
    }


def _once(emissions: Iterable[Emission]) -> list[Line]:
    return list({id(emission.line): emission.line for emission in emissions}.values())


def _sum_kwh(inventory: Inventory, counts: Callable[[Line], bool]) -> Fraction:
    electricity = (line for line in inventory.lines if line.stream.activity == "electricity.purchased")
    return sum((_kwh(line) for line in electricity if counts(line)), Fraction(0))


def _kwh(line: Line) -> Fraction:
    from qinglian.core.units import parse_unit, ratio

    return line.quantity * ratio(parse_unit(line.unit), parse_unit("kWh"))


def _exclusions(inventory: Inventory) -> list[dict[str, Any]]:
    """Records that no factor answers: outside every total."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in inventory.unresolved():
        rule = line.rule
        name = f"{rule.scope}.{rule.category}" if rule.category else rule.scope
        sums[name, rule.method, line.stream.activity] += line.records
    return [
        {"scope": scope, "method": method, "activity": activity, "records": records}
        for (scope, method, activity), records in sorted(sums.items())
    ]


def _uncertainty(inventory: Inventory) -> list[dict[str, Any]]:
    """95 % intervals by first-order propagation, t CO2e; statistics, so three significant digits."""
    return [
        {
            "scope": estimate.scope,
            "method": estimate.method,
            "low": _statistic(estimate.low / TONNE),
            "high": _statistic(estimate.high / TONNE),
            "covered": _statistic(estimate.covered),
        }
        for estimate in analytic(cells(inventory))
    ]


def _statistic(value: float) -> Decimal:
    return Decimal(f"{value:.3g}")


def _apart(book: Book, version: Version, start: Any, end: Any) -> list[dict[str, Any]]:
    """Claims of the period known when the version was drafted: avoided and offset, never netted."""
    with book.read() as connection:
        entered = claims(connection)
    return [
        {
            name: row[name]
            for name in ("id", "account", "name", "baseline", "method", "factor", "kg_co2e", "stated")
        }
        for row in entered
        if row["seq"] <= version.seq and row["period_start"] < end and row["period_end"] > start
    ]


def _base_year(book: Book) -> dict[str, Any] | None:
    try:
        policy = base_year(book)
    except QinglianError:  # none declared
        return None
    return {"year": policy.year, "threshold": policy.threshold}


def _restatements(book: Book, version: Version) -> dict[str, Any]:
    """Return what the version supersedes and why, what supersedes it, and recorded splits of differences."""
    recorded = [
        {"from": one.before, "to": one.after, "differences": [d.record() for d in one.differences]}
        for one in restatements(book)
        if one.after == version.id
    ]
    later = [one.id for one in versions(book) if one.supersedes == version.id and one.state == PUBLISHED]
    return {
        "supersedes": version.supersedes,
        "reason": version.reason,
        "recorded": recorded,
        "superseded_by": later,
    }

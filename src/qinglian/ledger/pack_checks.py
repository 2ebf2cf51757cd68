"""Checks over a whole pack: validities that overlap, methods that mix, numbers a second source denies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from qinglian.core.decimals import plain
from qinglian.core.errors import Problem, QinglianError, Where
from qinglian.core.units import parse_unit
from qinglian.ledger.pack_model import DatedValue, Factor, GwpValue, Property
from qinglian.ledger.pack_rows import PackRows, Row, exact

KINDS = ("agrees", "differs")


def check_overlaps(
    rows: PackRows,
    factors: Iterable[Factor],
    properties: Iterable[Property],
    series: Iterable[DatedValue],
) -> None:
    """Refuse two validities of one factor, property or series that overlap."""
    families: dict[tuple[str, ...], list[tuple[date, date | None]]] = defaultdict(list)
    for f in factors:
        measure = parse_unit(f.per_unit).dimension  # t and kg answer the same question
        key = (f.activity, f.place, f.technology, measure, f.basis, f.method, f.supplier, f.facility)
        families["factors.csv", *key].append((f.valid_from, f.valid_to))
    for p in properties:
        measures = [parse_unit(unit).dimension if unit else "" for unit in (p.unit, p.per_unit)]
        name = f"{p.fuel} {p.property}"  # net and gross are two properties
        families["properties.csv", name, p.place, *measures].append((p.valid_from, p.valid_to))
    for s in series:
        families["series.csv", s.series, ""].append((s.valid_from, s.valid_to))
    for (file, what, where, *_), spans in families.items():
        for (_, end), (start, _) in pairwise(sorted(spans, key=lambda span: (span[0], span[1] or date.max))):
            if end is None or start < end:
                placed = Where(file=str(rows.folder / file), column="valid_to")
                params = {"activity": what, "place": where, "start": start}
                rows.problems.append(Problem("ledger.pack_overlap", placed, params))


def check_methods(rows: PackRows, factors: Iterable[Factor]) -> None:
    """Refuse a factor that stands both with a scope 2 method and without one."""
    families: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for f in factors:
        families[f.activity, f.technology, f.place, f.valid_from, f.per_unit, f.basis].add(f.method)
    for (activity, _, where, *_), methods in families.items():
        if "" in methods and len(methods) > 1:
            placed = Where(file=str(rows.folder / "factors.csv"), column="method")
            params = {"activity": activity, "place": where}
            rows.problems.append(Problem("ledger.pack_methods_mixed", placed, params))


def check_against_second_sources(rows: PackRows, gwp: tuple[GwpValue, ...]) -> None:
    """Compare shipped numbers with a second source's, as the ``[[crosscheck]]`` entries of the pack ask.

    ``agrees`` allows a relative difference of `tolerance` (none unless stated); ``differs`` documents a wrong
    or different twin with its reason, and fails once the two are equal.
    """
    for number, check in enumerate(rows.about.get("crosscheck", ()), start=1):
        where = Where(file=str(rows.folder / "pack.toml"), column=f"crosscheck {number}")
        try:
            problem = _compared(rows, gwp, check, where)
        except QinglianError as error:
            problem = Problem(error.code, where, error.problem.params)
        except KeyError as error:
            problem = Problem("ledger.pack_crosscheck_incomplete", where, {"name": error.args[0]})
        if problem:
            rows.problems.append(problem)


def _compared(
    rows: PackRows, gwp: tuple[GwpValue, ...], check: dict[str, Any], where: Where
) -> Problem | None:
    table, second = _table(rows, gwp, check["file"]), rows.sources.get(check["source"])
    members = [row for row in table if all(row.get(k) == v for k, v in check["row"].items())]
    if second is None:
        known = tuple(rows.sources)
        return Problem("ledger.pack_source", where, {"source": check["source"], "known": known})
    if not members or (len(members) > 1 and not check.get("sum")):
        params = {"row": check["row"], "file": check["file"], "count": len(members)}
        return Problem("ledger.pack_crosscheck_rows", where, params)
    if check["kind"] not in KINDS or (check["kind"] == "differs" and not check.get("reason")):
        return Problem("ledger.pack_crosscheck_incomplete", where, {"name": "kind, reason"})
    shipped = sum((exact(row["value"]) for row in members), Fraction(0))
    other, tolerance = exact(check["value"]), exact(check.get("tolerance", "0"))
    equal = abs(shipped - other) <= tolerance * abs(other)
    if equal == (check["kind"] == "agrees"):
        return None
    first = rows.sources.get(members[0]["source"])
    params = {
        "shipped": plain(shipped),
        "one": first.citation if first else members[0]["source"],
        "stated": check["value"],
        "other": second.citation,
        "tolerance": plain(tolerance),
    }
    return Problem(f"ledger.pack_crosscheck_{check['kind']}", where, params)


def _table(rows: PackRows, gwp: tuple[GwpValue, ...], name: str) -> list[Row]:
    """Return the rows of a file; of ``blends.csv`` the warming potentials that were computed from it."""
    if name != "blends.csv":
        return [row for _, row in rows.rows(name)]
    blended = {row["blend"] for _, row in rows.rows(name)}
    return [
        {
            "gwp_set": value.gwp_set,
            "gas": value.gas,
            "value": f"{value.value.numerator}/{value.value.denominator}",
            "source": value.source,
        }
        for value in gwp
        if value.gas in blended
    ]

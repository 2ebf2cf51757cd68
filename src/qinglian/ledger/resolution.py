"""RESOLVE: which factor answers which need, when, and why not another. Small tables, plain SQL, stored.

The result of a key is exact, a declared fallback with its penalty, or unresolved. Nothing is guessed, and
nothing falls back to zero. Two candidates that are equal in everything the policy looks at are an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib.resources import files
from typing import Any

import pyarrow as pa

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.core.places import ancestors, place
from qinglian.core.units import parse_unit
from qinglian.ledger.engines import Engine
from qinglian.ledger.facts import day_number, from_day_number
from qinglian.ledger.packs import Factor
from qinglian.ledger.policy import Policy
from qinglian.ledger.ranking import chosen_of, tie, trace_of
from qinglian.ledger.rules import Rule, matches
from qinglian.ledger.vintage import answers

DEFINITION = "definition"  # the place of a factor that is true everywhere: 1 kg of a gas is 1 kg of it


@dataclass(frozen=True, slots=True)
class Need:
    """A question to the factors: what a rule asks for one kind of stream."""

    activity: str
    technology: str
    supplier: str
    facility: str
    place: str
    measure: str
    rule: Rule

    def record(self) -> dict[str, str]:
        """Return the question as data."""
        return {
            "activity": self.activity,
            "facility": self.facility,
            "measure": self.measure,
            "place": self.place,
            "rule": self.rule.id,
            "supplier": self.supplier,
            "technology": self.technology,
        }


@dataclass(frozen=True, slots=True)
class Resolution:
    """Answers to numbered needs.

    ``chosen(need_id, from_day, to_day, factor_no, penalty)`` are intervals that cover the period of each need
    without overlap or gap; factor number -1 says that nothing answers.
    ``trace(need_id, from_day, to_day, factor_no, chosen, why)`` also holds what was rejected and at which
    step of the policy it lost.
    """

    factors: tuple[Factor, ...]
    chosen: pa.Table
    trace: pa.Table


def resolve(
    engine: Engine,
    needs: Sequence[Need],
    factors: Sequence[Factor],
    policy: Policy,
    period: Span,
    cutoff: date,
) -> Resolution:
    """Resolve needs over a period.

    Raises
    ------
    QinglianError
        ``ledger.factor_tie`` naming the two factors that the policy cannot tell apart.
    """
    ordered = sorted(factors, key=lambda factor: factor.id)
    ranked = _ranked(engine, needs, ordered, policy, period, cutoff)
    if equal := tie(ranked):
        raise _tie(needs, equal, ordered)
    return Resolution(
        tuple(ordered),
        chosen_of(ranked, len(needs), day_number(period.start), day_number(period.end)),
        trace_of(ranked),
    )


RANKED = pa.schema(
    [("need_id", pa.int32()), ("from_day", pa.int32()), ("to_day", pa.int32()), ("factor_no", pa.int32())]
    + [("penalty", pa.int32()), ("score", pa.int64()), ("best", pa.int64()), ("place_in_order", pa.int32())]
)


def _ranked(
    engine: Engine, needs: Sequence[Need], factors: list[Factor], policy: Policy, period: Span, cutoff: date
) -> pa.Table:
    if not needs or not factors:
        return RANKED.empty_table()
    basis_sets: dict[tuple[Any, ...], int] = {}
    place_sets: dict[tuple[str, tuple[Any, ...]], int] = {}
    proxies = cache(partial(_proxies, policy))
    need_rows = [
        _need_row(number, need, proxies, basis_sets, place_sets) for number, need in enumerate(needs)
    ]
    span_rows = [
        (a.factor_no, a.from_day, a.to_day, a.vintage_rank, a.vintage_penalty, a.staleness)
        for a in answers(factors, policy, period, cutoff)
    ]
    tables = {
        "need": _columns(need_rows, NEED),
        "basis": _columns(_basis_rows(basis_sets, policy), BASIS),
        "place": _columns(_place_rows(place_sets, policy), PLACE),
        "factor": _columns([_factor_row(n, factor, policy) for n, factor in enumerate(factors)], FACTOR),
        "span": _columns(span_rows, SPAN),
    }
    sql = (files("qinglian.ledger") / "sql" / "resolve.sql").read_text(encoding="utf-8")
    return engine.query(sql, tables=tables).select(RANKED.names).cast(RANKED)


NEED = pa.schema(
    [("need_id", pa.int32())]
    + [(name, pa.string()) for name in ("activity", "technology", "supplier", "facility", "measure")]
    + [("basis_set", pa.int32()), ("place_set", pa.int32())]
)
BASIS = pa.schema(
    [("basis_set", pa.int32()), ("basis", pa.string()), ("method", pa.string()), ("basis_rank", pa.int64())]
    + [("basis_penalty", pa.int32())]
)
PLACE = pa.schema(
    [("place_set", pa.int32()), ("place", pa.string()), ("depth", pa.int64()), ("place_penalty", pa.int32())]
)
FACTOR = pa.schema(
    [("factor_no", pa.int32())]
    + [
        (name, pa.string())
        for name in ("activity", "technology", "supplier", "facility", "place", "basis", "method", "measure")
    ]
    + [("pack_rank", pa.int64())]
)
SPAN = pa.schema(
    [
        ("factor_no", pa.int32()),
        ("from_day", pa.int32()),
        ("to_day", pa.int32()),
        ("vintage_rank", pa.int64()),
    ]
    + [("vintage_penalty", pa.int32()), ("staleness", pa.int64())]
)


def _proxies(policy: Policy, activity: str) -> tuple[Any, ...]:
    return tuple(p for p in policy.proxies if any(matches(pattern, activity) for pattern in p.activity))


def _need_row(
    number: int,
    need: Need,
    proxies: Callable[[str], tuple[Any, ...]],
    basis_sets: dict[tuple[Any, ...], int],
    place_sets: dict[tuple[str, tuple[Any, ...]], int],
) -> tuple[object, ...]:
    stand_in = proxies(need.activity) if need.rule.hierarchy == "admin" else ()
    return (
        number,
        need.activity,
        need.technology,
        need.supplier,
        need.facility,
        need.measure,
        basis_sets.setdefault((need.rule.basis, need.rule.method), len(basis_sets)),
        place_sets.setdefault((need.place, stand_in), len(place_sets)),
    )


def _basis_rows(basis_sets: dict[tuple[Any, ...], int], policy: Policy) -> list[tuple[object, ...]]:
    return [
        (number, basis, method, rank, policy.basis_penalty.get(basis, 0) if rank else 0)
        for (bases, method), number in basis_sets.items()
        for rank, basis in enumerate(bases)
    ]


def _place_rows(
    place_sets: dict[tuple[str, tuple[Any, ...]], int], policy: Policy
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for (start, proxies), number in place_sets.items():
        chain = [(DEFINITION, 0)] + [
            (name, 0 if name == start else policy.levels[place(name).level])  # one's own place is exact
            for name in ancestors(start)
            if place(name).level in policy.levels
        ]
        chain += [
            (proxy.place, proxy.penalty)
            for proxy in proxies
            if proxy.place not in {name for name, _ in chain}
        ]
        rows += [(number, name, depth, penalty) for depth, (name, penalty) in enumerate(chain)]
    return rows


def _factor_row(number: int, factor: Factor, policy: Policy) -> tuple[object, ...]:
    return (
        number,
        factor.activity,
        factor.technology,
        factor.supplier,
        factor.facility,
        factor.place,
        factor.basis,
        factor.method,
        measure_of_factor(factor),
        policy.pack_rank(factor.pack),
    )


def measure_of_factor(factor: Factor) -> str:
    """Dimension a factor is per; a spend factor is per money of the price year its validity names."""
    dimension = parse_unit(factor.per_unit).dimension
    return f"{dimension} {factor.valid_from.year}" if dimension.startswith("money") else dimension


def _tie(needs: Sequence[Need], rows: list[dict[str, Any]], factors: list[Factor]) -> QinglianError:
    first, second = rows
    need = needs[first["need_id"]]
    one, other = factors[first["factor_no"]], factors[second["factor_no"]]
    return QinglianError(
        "ledger.factor_tie",
        activity=need.activity,
        place=need.place,
        day=from_day_number(first["from_day"]).isoformat(),
        one=f"{one.pack} {one.locator}",
        other=f"{other.pack} {other.locator}",
    )


def _columns(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)

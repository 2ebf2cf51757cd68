"""RESOLVE: which factor answers which need, when, and why not another. Small tables, plain SQL, stored.

The result of a key is exact, a declared fallback with its penalty, or unresolved. Nothing is guessed, and
nothing falls back to zero. Two candidates that are equal in everything the policy looks at are an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import pyarrow as pa

from qinglian.core.errors import QinglianError
from qinglian.core.period import Span
from qinglian.core.places import ancestors, place
from qinglian.core.units import parse_unit
from qinglian.ledger.engines import Engine
from qinglian.ledger.facts import day_number, from_day_number
from qinglian.ledger.lines import UNRESOLVED
from qinglian.ledger.packs import Factor
from qinglian.ledger.policy import Policy
from qinglian.ledger.rules import Rule, matches
from qinglian.ledger.vintage import answers

DEFINITION = "definition"  # the place of a factor that is true everywhere: 1 kg of a gas is 1 kg of it
STEPS = ("basis", "supplier", "facility", "technology", "place", "pack", "vintage", "published")
RADIX = (1, 2, 2, 2, 100, 1000, 10, 1_000_000)  # how resolve.sql packs the steps into one score


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
    ranked = _ranked(engine, needs, ordered, policy, period, cutoff) if needs and ordered else []
    stretches: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in sorted(ranked, key=lambda row: (row["need_id"], row["from_day"], row["place_in_order"])):
        stretches.setdefault((row["need_id"], row["from_day"]), []).append(row)
    chosen, trace = [], []
    for candidates in stretches.values():
        best = candidates[0]
        if len(candidates) > 1 and candidates[1]["score"] == best["score"]:
            raise _tie(needs[best["need_id"]], best, candidates[1], ordered)
        chosen.append(best)
        trace += [_traced(row, best) for row in candidates]
    return Resolution(
        tuple(ordered),
        table_of(
            _without_gaps(merged(chosen, ("need_id", "factor_no", "penalty")), len(needs), period), CHOSEN
        ),
        table_of(merged(trace, ("need_id", "factor_no", "chosen", "why")), TRACE),
    )


def _without_gaps(chosen: list[dict[str, Any]], needs: int, period: Span) -> list[dict[str, Any]]:
    """Say for every day of every need what answers, or that nothing does."""
    first, last = day_number(period.start), day_number(period.end)
    reached = [first] * needs
    complete = []
    for row in chosen:  # by need and day
        need = row["need_id"]
        if row["from_day"] > reached[need]:
            complete.append(_nothing(need, reached[need], row["from_day"]))
        complete.append(row)
        reached[need] = row["to_day"]
    return complete + [_nothing(need, day, last) for need, day in enumerate(reached) if day < last]


def _nothing(need: int, from_day: int, to_day: int) -> dict[str, Any]:
    return {"need_id": need, "from_day": from_day, "to_day": to_day, "factor_no": UNRESOLVED, "penalty": 0}


CHOSEN = pa.schema(
    [("need_id", pa.int32()), ("from_day", pa.int32()), ("to_day", pa.int32()), ("factor_no", pa.int32())]
    + [("penalty", pa.int32())]
)
TRACE = pa.schema(
    [("need_id", pa.int32()), ("from_day", pa.int32()), ("to_day", pa.int32()), ("factor_no", pa.int32())]
    + [("chosen", pa.bool_()), ("why", pa.string())]
)


def _ranked(
    engine: Engine, needs: Sequence[Need], factors: list[Factor], policy: Policy, period: Span, cutoff: date
) -> list[dict[str, Any]]:
    basis_sets: dict[tuple[Any, ...], int] = {}
    place_sets: dict[tuple[str, tuple[Any, ...]], int] = {}
    need_rows = [_need_row(number, need, policy, basis_sets, place_sets) for number, need in enumerate(needs)]
    span_rows = [
        dict(
            zip(
                SPAN.names,
                (a.factor_no, a.from_day, a.to_day, a.vintage_rank, a.vintage_penalty, a.staleness),
                strict=True,
            )
        )
        for a in answers(factors, policy, period, cutoff)
    ]
    tables = {
        "need": table_of(need_rows, NEED),
        "basis": table_of(_basis_rows(basis_sets, policy), BASIS),
        "place": table_of(_place_rows(place_sets, policy), PLACE),
        "factor": table_of([_factor_row(n, factor, policy) for n, factor in enumerate(factors)], FACTOR),
        "span": table_of(span_rows, SPAN),
    }
    sql = (files("qinglian.ledger") / "sql" / "resolve.sql").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = engine.query(sql, tables=tables).to_pylist()
    return rows


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


def _need_row(
    number: int,
    need: Need,
    policy: Policy,
    basis_sets: dict[tuple[Any, ...], int],
    place_sets: dict[tuple[str, tuple[Any, ...]], int],
) -> dict[str, Any]:
    proxies = tuple(
        p for p in policy.proxies if any(matches(pattern, need.activity) for pattern in p.activity)
    )
    proxies = proxies if need.rule.hierarchy == "admin" else ()
    return {
        "need_id": number,
        "activity": need.activity,
        "technology": need.technology,
        "supplier": need.supplier,
        "facility": need.facility,
        "measure": need.measure,
        "basis_set": basis_sets.setdefault((need.rule.basis, need.rule.method), len(basis_sets)),
        "place_set": place_sets.setdefault((need.place, proxies), len(place_sets)),
    }


def _basis_rows(basis_sets: dict[tuple[Any, ...], int], policy: Policy) -> list[dict[str, Any]]:
    return [
        {
            "basis_set": number,
            "basis": basis,
            "method": method,
            "basis_rank": rank,
            "basis_penalty": policy.basis_penalty.get(basis, 0) if rank else 0,
        }
        for (bases, method), number in basis_sets.items()
        for rank, basis in enumerate(bases)
    ]


def _place_rows(place_sets: dict[tuple[str, tuple[Any, ...]], int], policy: Policy) -> list[dict[str, Any]]:
    rows = []
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
        rows += [
            {"place_set": number, "place": name, "depth": depth, "place_penalty": penalty}
            for depth, (name, penalty) in enumerate(chain)
        ]
    return rows


def _factor_row(number: int, factor: Factor, policy: Policy) -> dict[str, Any]:
    return {
        "factor_no": number,
        "activity": factor.activity,
        "technology": factor.technology,
        "supplier": factor.supplier,
        "facility": factor.facility,
        "place": factor.place,
        "basis": factor.basis,
        "method": factor.method,
        "measure": measure_of_factor(factor),
        "pack_rank": policy.pack_rank(factor.pack),
    }


def measure_of_factor(factor: Factor) -> str:
    """Dimension a factor is per; a spend factor is per money of the price year its validity names."""
    dimension = parse_unit(factor.per_unit).dimension
    return f"{dimension} {factor.valid_from.year}" if dimension.startswith("money") else dimension


def _tie(need: Need, first: dict[str, Any], second: dict[str, Any], factors: list[Factor]) -> QinglianError:
    one, other = factors[first["factor_no"]], factors[second["factor_no"]]
    return QinglianError(
        "ledger.factor_tie",
        activity=need.activity,
        place=need.place,
        day=from_day_number(first["from_day"]).isoformat(),
        one=f"{one.pack} {one.locator}",
        other=f"{other.pack} {other.locator}",
    )


def _traced(row: dict[str, Any], best: dict[str, Any]) -> dict[str, Any]:
    return {**row, "chosen": row is best, "why": "" if row is best else lost_at(row["score"], best["score"])}


def lost_at(score: int, best: int) -> str:
    """Name the first step of the policy at which a candidate was behind."""
    mine, other = unpack(score), unpack(best)
    return next(step for step, a, b in zip(STEPS, mine, other, strict=True) if a != b)


def unpack(score: int) -> tuple[int, ...]:
    """Take a packed score apart into its steps."""
    digits = []
    for radix in reversed(RADIX[1:]):
        score, digit = divmod(score, radix)
        digits.append(digit)
    return (score, *reversed(digits))


def merged(rows: Iterable[dict[str, Any]], same: tuple[str, ...]) -> list[dict[str, Any]]:
    """Join neighbouring stretches that say the same."""
    joined: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: (*(row[name] for name in same), row["from_day"])):
        last = joined[-1] if joined else None
        if last and last["to_day"] == row["from_day"] and all(last[name] == row[name] for name in same):
            last["to_day"] = row["to_day"]
        else:
            joined.append(dict(row))
    return sorted(joined, key=lambda row: (row["need_id"], row["from_day"], row["factor_no"]))


def table_of(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of a schema."""
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema=schema)

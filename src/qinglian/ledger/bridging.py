"""Bridges: what no factor answers directly, answered through stated figures on the way to a factor.

A fuel measured in mass or volume goes through its heating value or density (`fuel_properties`), money of
another currency or price year through exchange rates and deflators (`price_years`). Figures and factor make a
composite factor that cites all of them; their penalties are summed. A factor that answers directly always
wins, and where a figure is missing the need stays unresolved, with the reason in the trace.

Where several bridges stand, the order is declared: fewer figures; the smaller penalty; the preferred packs,
of the factor first; then the order of the routes: net before gross, as the 2006 IPCC Guidelines calculate,
before a density alone; for money the nearest price year, the later of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from qinglian.core.period import Span
from qinglian.ledger.composites import Link, composite
from qinglian.ledger.engines import Engine
from qinglian.ledger.facts import day_number
from qinglian.ledger.fuel_properties import fuel_of, property_links, routes
from qinglian.ledger.lines import UNRESOLVED
from qinglian.ledger.packs import Factor, FactorPack
from qinglian.ledger.policy import Policy
from qinglian.ledger.price_years import MissingError, Series, money, moneys_of
from qinglian.ledger.ranking import CHOSEN, TRACE, joined_stretches
from qinglian.ledger.resolution import Need, Resolution, resolve

WHY = ("properties", "penalty", "pack", "route")  # the steps at which a bridge loses to another
Days = tuple[int, int]  # half-open


class _Stretch(NamedTuple):
    """Days on which a factor, or a figure in the form of one, answers."""

    from_day: int
    to_day: int
    factor: Factor
    penalty: int


Stretches = tuple[_Stretch, ...]


class _Way(NamedTuple):
    """A route of a need: what stands on each step of it, and the factor asked for at its end."""

    steps: tuple[Stretches, ...]
    target: Need


class _Bridge(NamedTuple):
    """A way on some days; `merit` orders the bridges of a need."""

    factor: Factor
    penalty: int
    merit: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a resolution depends on besides needs and factors."""

    engine: Engine
    policy: Policy
    period: Span
    cutoff: date


@dataclass(slots=True)
class _Found:
    """What the search finds: figures and composites, questions asked on the way, and the trace."""

    links: dict[str, Link] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    asked: dict[Need, int] = field(default_factory=dict)
    ways: dict[int, list[_Way]] = field(default_factory=dict)
    reasons: dict[int, list[str]] = field(default_factory=dict)
    chosen: list[dict[str, Any]] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)


def bridged(
    engine: Engine,
    needs: Sequence[Need],
    resolution: Resolution,
    packs: Sequence[FactorPack],
    policy: Policy,
    period: Span,
    cutoff: date,
) -> tuple[Resolution, tuple[Need, ...]]:
    """Answer through bridges what is unresolved.

    Returns
    -------
    tuple
        The resolution with composites added to its factors, and the questions asked on the way: they follow
        the needs in number, so that the trace can name them.

    Raises
    ------
    QinglianError
        ``ledger.factor_tie`` for two figures, or two factors at the end of a way, that the policy cannot
        tell apart.
    """
    gaps = _gaps(needs, resolution)
    if not gaps:
        return resolution, ()
    terms, found = _Terms(engine, policy, period, cutoff), _Found()
    _fuel_ways(terms, found, {number: needs[number] for number in gaps}, packs, len(needs))
    _money_ways(terms, found, {number: needs[number] for number in gaps}, resolution.factors, packs)
    targets = dict.fromkeys(way.target for ways in found.ways.values() for way in ways)
    ends = _answers(terms, found, tuple(targets), resolution.factors, len(needs))
    for number, stretches in gaps.items():
        for days in _cut(stretches, found.ways.get(number, ()), ends):
            _answer(terms, found, number, days, ends)
    return _completed(resolution, found, gaps), tuple(found.asked)


def _gaps(needs: Sequence[Need], resolution: Resolution) -> dict[int, list[Days]]:
    """Days on which nothing answers a need that bridges may reach."""
    nothing = resolution.chosen.filter(pc.equal(resolution.chosen["factor_no"], UNRESOLVED))
    gaps: dict[int, list[Days]] = {}
    for row in nothing.select(["need_id", "from_day", "to_day"]).to_pylist():
        need = needs[row["need_id"]]
        if fuel_of(need) or money(need.measure):
            gaps.setdefault(row["need_id"], []).append((row["from_day"], row["to_day"]))
    return gaps


def _fuel_ways(
    terms: _Terms, found: _Found, needs: Mapping[int, Need], packs: Sequence[FactorPack], first: int
) -> None:
    """Ask for the properties on every route of every fuel; a route without one of them is no way."""
    plans = {number: routes(need) for number, need in needs.items() if fuel_of(need)}
    links = property_links(packs) if plans else []
    found.links |= {link.factor.id: link for link in links}
    questions = dict.fromkeys(question for plan in plans.values() for asked, _ in plan for question in asked)
    stated = _answers(terms, found, tuple(questions), [link.factor for link in links], first)
    for number, plan in plans.items():
        found.ways[number] = [
            _Way(tuple(stated[question] for question in asked), target)
            for asked, target in plan
            if all(stated[question] for question in asked)
        ]
        reason = "no_factor_beyond" if found.ways[number] else "no_property"
        found.reasons[number] = [f"{reason}:{fuel_of(needs[number])}"]


def _money_ways(
    terms: _Terms,
    found: _Found,
    needs: Mapping[int, Need],
    factors: Iterable[Factor],
    packs: Sequence[FactorPack],
) -> None:
    """Convert and deflate to the money of each factor of the activity."""
    stated = {number: need for number, need in needs.items() if money(need.measure)}
    if not stated:
        return
    series, known = Series(packs, terms.policy, terms.cutoff), moneys_of(factors)
    always = (day_number(terms.period.start), day_number(terms.period.end))
    for number, need in stated.items():
        found.ways[number], found.reasons[number] = [], []
        for target, given, wanted in known.targets(need):
            try:
                links = series.links(given, wanted)
            except MissingError as missing:
                found.reasons[number].append(f"{missing.code}:{missing.what}")
                continue
            found.links |= {link.factor.id: link for link in links}
            steps = tuple((_Stretch(*always, link.factor, 0),) for link in links)
            found.ways[number].append(_Way(steps, target))


def _answers(
    terms: _Terms, found: _Found, questions: Sequence[Need], factors: Sequence[Factor], first: int
) -> dict[Need, Stretches]:
    """Resolve questions that arise on the way, by the same policy; their trace is kept."""
    asked = resolve(terms.engine, questions, factors, terms.policy, terms.period, terms.cutoff)
    numbers = [found.asked.setdefault(question, first + len(found.asked)) for question in questions]
    for row in asked.trace.to_pylist():
        factor = asked.factors[row["factor_no"]]
        found.factors[factor.id] = factor
        found.trace.append({**row, "need_id": numbers[row["need_id"]], "factor": factor.id})
    answers: dict[Need, list[_Stretch]] = {question: [] for question in questions}
    for row in asked.chosen.to_pylist():
        if row["factor_no"] != UNRESOLVED:
            factor = asked.factors[row["factor_no"]]
            stretch = _Stretch(row["from_day"], row["to_day"], factor, row["penalty"])
            answers[questions[row["need_id"]]].append(stretch)
    return {question: tuple(stretches) for question, stretches in answers.items()}


def _cut(gaps: Iterable[Days], ways: Iterable[_Way], ends: Mapping[Need, Stretches]) -> Iterator[Days]:
    """Cut days where anything on a way begins or ends."""
    edges = {
        day
        for way in ways
        for stretches in (*way.steps, ends[way.target])
        for stretch in stretches
        for day in stretch[:2]
    }
    for first, end in gaps:
        yield from pairwise(sorted({first, end} | {day for day in edges if first < day < end}))


def _answer(terms: _Terms, found: _Found, number: int, days: Days, ends: Mapping[Need, Stretches]) -> None:
    """Choose the bridge of a need on some days, and say why the others were rejected."""
    ways = enumerate(found.ways.get(number, ()))
    bridges = [bridge for order, way in ways if (bridge := _bridge(terms, found, way, order, days[0], ends))]
    row = {"need_id": number, "from_day": days[0], "to_day": days[1]}
    if not bridges:
        found.chosen.append({**row, "factor": "", "penalty": 0})
        reasons = dict.fromkeys(found.reasons.get(number, ()))
        found.trace += [{**row, "factor": "", "chosen": False, "why": reason} for reason in reasons]
        return
    best = min(bridges, key=lambda bridge: bridge.merit)
    found.chosen.append({**row, "factor": best.factor.id, "penalty": best.penalty})
    for bridge in bridges:
        found.factors[bridge.factor.id] = bridge.factor
        why = "" if bridge is best else _lost_at(bridge.merit, best.merit)
        found.trace.append({**row, "factor": bridge.factor.id, "chosen": bridge is best, "why": why})


def _bridge(
    terms: _Terms, found: _Found, way: _Way, order: int, day: int, ends: Mapping[Need, Stretches]
) -> _Bridge | None:
    standing = [_on(stretches, day) for stretches in (*way.steps, ends[way.target])]
    if not all(standing):
        return None
    *steps, end = [stretch for stretch in standing if stretch]
    links = [found.links[step.factor.id] for step in steps]
    found.factors |= {link.factor.id: link.factor for link in links}
    penalty = sum(stretch.penalty for stretch in (*steps, end))
    ranks = tuple(terms.policy.pack_rank(stretch.factor.pack) for stretch in (end, *steps))
    return _Bridge(composite(links, end.factor), penalty, (len(links), penalty, ranks, order))


def _on(stretches: Stretches, day: int) -> _Stretch | None:
    return next((stretch for stretch in stretches if stretch.from_day <= day < stretch.to_day), None)


def _lost_at(merit: tuple[Any, ...], best: tuple[Any, ...]) -> str:
    return next(step for step, mine, other in zip(WHY, merit, best, strict=True) if mine != other)


def _completed(resolution: Resolution, found: _Found, gaps: Mapping[int, Any]) -> Resolution:
    """Put the answers in the place of the gaps; figures and composites follow the factors in number."""
    known = {factor.id: number for number, factor in enumerate(resolution.factors)}
    added = tuple(factor for _, factor in sorted(found.factors.items()) if factor.id not in known)
    known |= {factor.id: len(resolution.factors) + number for number, factor in enumerate(added)}
    known[""] = UNRESOLVED
    for row in (*found.chosen, *found.trace):
        row["factor_no"] = known[row["factor"]]
    bridgeable = pc.and_(
        pc.equal(resolution.chosen["factor_no"], UNRESOLVED),
        pc.is_in(resolution.chosen["need_id"], pa.array(list(gaps), pa.int32())),
    )
    kept = resolution.chosen.filter(pc.invert(bridgeable))
    chosen = joined_stretches(_table(found.chosen, CHOSEN), ("need_id", "factor_no", "penalty"))
    trace = joined_stretches(_table(found.trace, TRACE), ("need_id", "factor_no", "chosen", "why"))
    return Resolution(
        (*resolution.factors, *added),
        _in_order(pa.concat_tables([kept, chosen])),
        _in_order(pa.concat_tables([resolution.trace, trace])),
    )


def _in_order(table: pa.Table) -> pa.Table:
    keys = [name for name in ("need_id", "from_day", "factor_no", "why") if name in table.column_names]
    return table.sort_by([(name, "ascending") for name in keys]).combine_chunks()


def _table(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema=schema)

"""Vintages: on which days of a reporting period a factor may answer, by the programme's declared rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from qinglian.core.period import Span
from qinglian.ledger.facts import day_number
from qinglian.ledger.packs import Factor
from qinglian.ledger.policy import Policy

NEWEST = 100_000  # staleness is NEWEST minus the day of publication: smaller is newer


@dataclass(frozen=True, slots=True)
class Answer:
    """Days (half-open, clipped to the period) on which a factor may answer."""

    factor_no: int
    from_day: int
    to_day: int
    vintage_rank: int
    vintage_penalty: int
    staleness: int


def answers(factors: list[Factor], policy: Policy, period: Span, cutoff: date) -> list[Answer]:
    """Days on which each factor may answer.

    A factor published after ``cutoff`` never answers: a calculation does not look ahead.

    Parameters
    ----------
    factors
        Candidates; a factor's position is its number.
    cutoff
        Last day of publication that counts.
    """
    known = [(number, factor) for number, factor in enumerate(factors) if factor.published <= cutoff]
    by_rule: dict[str, list[tuple[int, Factor]]] = defaultdict(list)
    for number, factor in known:
        by_rule[policy.vintage_of(factor.pack)].append((number, factor))
    result = _in_force(by_rule["in-force-at-date"], policy, period)
    for rule in ("majority-of-period", "latest-published-at-cutoff", "fixed"):
        result += _one_per_period(rule, by_rule[rule], policy, period)
    return result


def _in_force(known: Iterable[tuple[int, Factor]], policy: Policy, period: Span) -> list[Answer]:
    result = []
    for number, factor in known:
        end = factor.valid_to
        result += _clip(number, factor, factor.valid_from, end or period.end, period, 0, 0)
        if end is not None and policy.carry_forward_years:
            until = _years_later(end, policy.carry_forward_years)
            result += _clip(number, factor, end, until, period, 1, policy.carry_forward_penalty)
    return result


def _years_later(day: date, years: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


def _clip(
    number: int, factor: Factor, start: date, end: date, period: Span, rank: int, penalty: int
) -> list[Answer]:
    first, last = max(start, period.start), min(end, period.end)
    if first >= last:
        return []
    staleness = NEWEST - day_number(factor.published)
    return [Answer(number, day_number(first), day_number(last), rank, penalty, staleness)]


def _one_per_period(rule: str, known: list[tuple[int, Factor]], policy: Policy, period: Span) -> list[Answer]:
    """Let one vintage of each factor answer for the whole period."""
    families: dict[tuple[object, ...], list[tuple[int, Factor]]] = defaultdict(list)
    for number, factor in known:
        families[_family(factor)].append((number, factor))
    result = []
    for members in families.values():
        eligible = [member for member in members if _eligible(rule, member[1], policy, period)]
        if not eligible:
            continue
        best = max(_merit(rule, factor, period) for _, factor in eligible)
        for number, factor in eligible:
            if _merit(rule, factor, period) == best:
                # An edition of another time stands in for the period: a declared fallback.
                penalty = 0 if _overlap(factor, period) else policy.carry_forward_penalty
                result += _clip(number, factor, period.start, period.end, period, 0, penalty)
    return result


def _family(factor: Factor) -> tuple[object, ...]:
    """Return what stays the same from vintage to vintage."""
    return (
        factor.pack,
        factor.activity,
        factor.technology,
        factor.place,
        factor.basis,
        factor.method,
        factor.per_unit,
    )


def _eligible(rule: str, factor: Factor, policy: Policy, period: Span) -> bool:
    if rule == "fixed":
        return factor.valid_from.year == policy.fixed_year
    if rule == "majority-of-period":
        return _overlap(factor, period) > 0
    return True


def _merit(rule: str, factor: Factor, period: Span) -> tuple[int, int]:
    published = day_number(factor.published)
    # An even split goes to the earlier set, as the UK Government's guidance for April years has it.
    return (
        (_overlap(factor, period), -day_number(factor.valid_from))
        if rule == "majority-of-period"
        else (published, 0)
    )


def _overlap(factor: Factor, period: Span) -> int:
    end = min(factor.valid_to or period.end, period.end)
    return max(0, (end - max(factor.valid_from, period.start)).days)

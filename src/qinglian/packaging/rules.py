"""Packaging rules as dated data: what applies on a day, and whether an order or its material keeps to it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinglian.packaging.model import Material, PackedOrder, Specification

Measure = Literal["void_ratio", "post_consumer_plastic"]
"""Empty share of the space inside, at most; share of plastic that is recycled from consumers, at least."""

Finding = Literal["met", "broken", "not_yet", "start_unknown", "outside"]
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagingRule:
    """A limit, from when it holds, and where it was read."""

    id: str
    citation: str
    measure: Measure
    kinds: tuple[str, ...]
    limit: Fraction
    since: date
    months_after_act: int | None
    title_en: str
    title_zh: str
    source_class: str
    source: str
    note: str

    def start(self, act: date | None) -> date | None:
        """Return the first day it holds; None where that hangs on an act whose date is not known."""
        if self.months_after_act is None:
            return self.since
        return None if act is None else max(self.since, months_later(act, self.months_after_act))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of one order.

    ``met``: within the limit. ``broken``: beyond it and the rule holds. ``not_yet``: beyond it, and the rule
    does not hold yet. ``start_unknown``: beyond it, past the earliest day the rule can hold, and the date of
    its implementing act is not known. ``outside``: the rule is about other kinds of packaging.
    """

    order: PackedOrder
    rule: PackagingRule
    finding: Finding
    start: date | None


def judge(order: PackedOrder, rule: PackagingRule, act: date | None = None) -> Verdict:
    """Judge an order on its own day.

    Parameters
    ----------
    act
        Day the rule's implementing act came into force, if known.
    """
    start = rule.start(act)
    return Verdict(order, rule, _finding(order, rule, start), start)


def _finding(order: PackedOrder, rule: PackagingRule, start: date | None) -> Finding:
    if order.kind not in rule.kinds:
        return "outside"
    return _dated(order.day, rule, start, kept=order.void_ratio <= rule.limit)


def _dated(day: date, rule: PackagingRule, start: date | None, *, kept: bool) -> Finding:
    if kept:
        return "met"
    if day < (start or rule.since):
        return "not_yet"
    return "start_unknown" if start is None else "broken"


@dataclass(frozen=True, slots=True)
class PlasticVerdict:
    """What a rule says of the plastic of one specification; `share` is None where it holds no plastic."""

    specification: Specification
    plastic_g: Fraction
    share: Fraction | None
    rule: PackagingRule
    finding: Finding
    start: date | None


def judge_plastic(
    found: Specification,
    materials: Mapping[str, Material],
    rule: PackagingRule,
    day: date,
    act: date | None = None,
) -> PlasticVerdict:
    """Judge the plastic of a specification on a day; only what consumers threw away counts as recycled."""
    parts = [part for part in found.components if materials[part.material].family == "plastic"]
    mass = sum((part.total_g for part in parts), Fraction(0))
    start = rule.start(act)
    if not mass:
        return PlasticVerdict(found, mass, None, rule, "outside", start)
    share = sum((part.total_g * part.post_consumer for part in parts), Fraction(0)) / mass
    return PlasticVerdict(found, mass, share, rule, _dated(day, rule, start, kept=share >= rule.limit), start)


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    for number in range(day.day, day.day - 4, -1):
        try:
            return date(day.year + years, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th day")


@cache
def shipped_rules(measure: Measure) -> tuple[PackagingRule, ...]:
    """Return the rules about a measure that are shipped with this version."""
    document = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return tuple(
        PackagingRule(
            id=row["id"],
            citation=row["citation"],
            measure=row["measure"],
            kinds=tuple(row["kinds"]),
            limit=Fraction(row["limit"]),
            since=row["since"],
            months_after_act=row.get("months_after_act"),
            title_en=row["title_en"],
            title_zh=row["title_zh"],
            source_class=row["class"],
            source=row["source"],
            note=row["note"],
        )
        for row in document["rule"]
        if row["measure"] == measure
    )

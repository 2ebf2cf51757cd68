"""Packaging rules as dated data: what applies on a day, and whether a packed order keeps to it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from qinglian.packaging.model import PackedOrder

Finding = Literal["met", "broken", "not_yet", "start_unknown", "outside"]
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagingRule:
    """A limit, from when it holds, and where it was read."""

    id: str
    citation: str
    kinds: tuple[str, ...]
    most: Fraction
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

    ``met``: within the limit. ``broken``: above it and the rule holds. ``not_yet``: above it, and the rule
    does not hold yet. ``start_unknown``: above it, past the earliest day the rule can hold, and the date of
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
    if order.void_ratio <= rule.most:
        return "met"
    if order.day < (start or rule.since):
        return "not_yet"
    return "start_unknown" if start is None else "broken"


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
def shipped_rules() -> tuple[PackagingRule, ...]:
    """Return the rules shipped with this version."""
    document = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return tuple(
        PackagingRule(
            id=row["id"],
            citation=row["citation"],
            kinds=tuple(row["kinds"]),
            most=Fraction(row["most"]),
            since=row["since"],
            months_after_act=row.get("months_after_act"),
            title_en=row["title_en"],
            title_zh=row["title_zh"],
            source_class=row["class"],
            source=row["source"],
            note=row["note"],
        )
        for row in document["rule"]
    )

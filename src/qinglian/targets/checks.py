"""A target against a version of a rule: each criterion by name, passed, failed, or not checked and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qinglian.targets.model import INTENSITY, NET_ZERO, Target
from qinglian.targets.rules import RuleVersion

PASSED, FAILED, NOT_CHECKED = "passed", "failed", "not_checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One criterion: what the target has, what the rule asks; both None where it could not be checked."""

    name: str
    outcome: str
    has: Fraction | None
    asked: Fraction | None
    confirmed: bool


def check_target(target: Target, rule: RuleVersion, as_of: date) -> tuple[Check, ...]:
    """Check a target under a rule version on a day; the rule's own days are the first criterion."""
    in_use = PASSED if rule.in_use(as_of) else FAILED
    return (Check("in_use", in_use, None, None, True), *_ambition(target, rule), *_shape(target, rule, as_of))


def _ambition(target: Target, rule: RuleVersion) -> Iterator[Check]:
    if target.kind == NET_ZERO:
        yield _least("net_zero", target.reduction, rule, "net_zero_absolute")
        return
    if target.kind == INTENSITY:
        yield _compounding(target, rule)
        return
    name = "scope3_annual" if target.scopes == ("3",) else "scope12_annual"
    rate = rule.numbers.get(name)
    start = rule.numbers.get("counted_from")
    if rate is None:
        yield Check("ambition", NOT_CHECKED, target.reduction, None, False)
        return
    # R_min = r (T − B) for a base year up to 2020, r (T − 2020) for a later one.
    later = start is not None and target.base_year > start.value
    first = start.value if start is not None and later else target.base_year
    asked = rate.value * (target.target_year - first)
    confirmed = rate.confirmed and not (later and start is not None and not start.confirmed)
    yield _compared("ambition", target.reduction, asked, confirmed=confirmed)


def _compounding(target: Target, rule: RuleVersion) -> Check:
    rate = rule.numbers.get("intensity_annual")
    if rate is None:
        return Check("ambition", NOT_CHECKED, target.reduction, None, False)
    asked = 1 - (1 - rate.value) ** target.years
    return _compared("ambition", target.reduction, asked, confirmed=rate.confirmed)


def _shape(target: Target, rule: RuleVersion, as_of: date) -> Iterator[Check]:
    coverage = "scope3_coverage" if target.scopes == ("3",) else "scope12_coverage"
    if target.coverage is None or coverage not in rule.numbers:
        yield Check("coverage", NOT_CHECKED, target.coverage, None, False)
    else:
        yield _least("coverage", target.coverage, rule, coverage)
    if "separate_scopes" in rule.numbers:
        blended = {"1", "2"} <= set(target.scopes)
        yield Check("separate_scopes", FAILED if blended else PASSED, None, None, True)
    if target.kind != NET_ZERO:
        yield _timeframe(target, rule, as_of)


def _timeframe(target: Target, rule: RuleVersion, as_of: date) -> Check:
    least, most = rule.numbers.get("least_years"), rule.numbers.get("most_years")
    years = Fraction(target.target_year - as_of.year)
    if least is None or most is None:
        return Check("timeframe", NOT_CHECKED, years, None, False)
    outcome = PASSED if least.value <= years <= most.value else FAILED
    return Check("timeframe", outcome, years, least.value, least.confirmed and most.confirmed)


def _least(name: str, has: Fraction, rule: RuleVersion, number: str) -> Check:
    asked = rule.numbers.get(number)
    if asked is None:
        return Check(name, NOT_CHECKED, has, None, False)
    return _compared(name, has, asked.value, confirmed=asked.confirmed)


def _compared(name: str, has: Fraction, asked: Fraction, *, confirmed: bool) -> Check:
    return Check(name, PASSED if has >= asked else FAILED, has, asked, confirmed)

"""Accounting rules: which lines one fact asks for, as versioned data.

A rule names activities (``fuel.stationary.*``), a scope and category, a method (location, market), and the
factor basis it wants. One kWh may ask for several lines. An activity that no rule knows is refused at the
door, so nothing is posted that would silently count for nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from qinglian.core.canonical import canonical_json, sha256_hex
from qinglian.core.errors import QinglianError

MASS = "mass"  # the basis of a fact that is itself a mass of gas


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of line."""

    id: str
    activity: tuple[str, ...]
    scope: str
    iso: int
    basis: tuple[str, ...]
    hierarchy: str
    category: int | None = None
    method: str = ""
    bucket: str = ""
    instruments: bool = False
    strip: str = ""
    lookup: str = ""

    def asks_for(self, activity: str) -> bool:
        """Whether a fact of this activity asks for this line."""
        return any(matches(pattern, activity) for pattern in self.activity)

    def factor_activity(self, activity: str) -> str:
        """Activity under which the factor is looked up."""
        if self.strip and activity.startswith(self.strip):
            return self.lookup + activity[len(self.strip) :]
        return activity


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of the rules."""

    name: str
    version: str
    rules: tuple[Rule, ...]
    silent: tuple[str, ...]  # activities that are recorded and ask for nothing
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of the canonical content: the version in the run's inputs."""
        return sha256_hex(self.content)

    def knows(self, activity: str) -> bool:
        """Whether a fact of this activity may be posted."""
        return any(rule.asks_for(activity) for rule in self.rules) or any(
            matches(pattern, activity) for pattern in self.silent
        )

    def numbered(self, activity: str) -> tuple[tuple[int, Rule], ...]:
        """Rules that a fact of this activity asks for, with their numbers."""
        return tuple((number, rule) for number, rule in enumerate(self.rules) if rule.asks_for(activity))


def matches(pattern: str, activity: str) -> bool:
    """Whether an activity is named by a pattern; ``fuel.*`` names all below ``fuel.``, ``*`` everything."""
    return activity == pattern or (pattern.endswith("*") and activity.startswith(pattern[:-1]))


def parse_rules(text: str) -> RuleSet:
    """Read a rule set from TOML.

    Raises
    ------
    QinglianError
        ``ledger.rules_unreadable`` naming what is wrong.
    """
    try:
        return parse_rules_document(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise QinglianError("ledger.rules_unreadable", reason=str(error)) from error


def parse_rules_document(document: dict[str, Any]) -> RuleSet:
    """Read a rule set from its document (TOML or the copy a run stores); see :func:`parse_rules`."""
    try:
        rules = tuple(_rule(entry) for entry in document["rule"])
        silent = tuple(pattern for entry in document.get("none", []) for pattern in entry["activity"])
        content = canonical_json(document)
    except (KeyError, TypeError) as error:
        raise QinglianError("ledger.rules_unreadable", reason=str(error)) from error
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise QinglianError("ledger.rules_unreadable", reason="two rules have the same id")
    return RuleSet(document["name"], document["version"], rules, silent, content)


def _rule(entry: dict[str, Any]) -> Rule:
    lists = {"activity": tuple(entry["activity"]), "basis": tuple(entry["basis"])}
    return Rule(**{**entry, **lists})


@cache
def shipped_rules() -> RuleSet:
    """Return the rules that come with the product: the GHG Protocol's scopes and fifteen categories."""
    folder = files("qinglian.ledger") / "standards"
    return parse_rules((folder / "ghg-protocol.toml").read_text(encoding="utf-8"))


def refuse_unknown_activity(rules: RuleSet, activity: str) -> None:
    """Raise ``ledger.activity_unknown`` with near matches for an activity no rule knows."""
    if not rules.knows(activity):
        patterns = sorted({p for rule in rules.rules for p in rule.activity} | set(rules.silent))
        near = get_close_matches(activity, patterns, n=3, cutoff=0.4) or patterns
        raise QinglianError("ledger.activity_unknown", activity=activity, near=", ".join(near))

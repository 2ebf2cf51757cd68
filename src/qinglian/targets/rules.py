"""Rule versions side by side, as dated data: what a public standard asks of a target."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files

from qinglian.core.errors import QinglianError
from qinglian.core.text import language

RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class RuleNumber:
    """A number of a rule with its standing: ``recalled`` ones were not read in the text."""

    value: Fraction
    source_class: str
    about: str

    @property
    def confirmed(self) -> bool:
        """Whether somebody has read it in a source."""
        return self.source_class != RECALLED


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule and the days on which it may be used."""

    id: str
    version: str
    title_en: str
    title_zh: str
    valid_from: date
    valid_to: date | None
    citation: str
    numbers: dict[str, RuleNumber]

    @property
    def title(self) -> str:
        """Title in the language in force."""
        return self.title_zh if language() == "zh" else self.title_en

    def in_use(self, as_of: date) -> bool:
        """Return whether it may be used on a day."""
        return self.valid_from <= as_of and (self.valid_to is None or as_of < self.valid_to)


@cache
def rule_versions() -> tuple[RuleVersion, ...]:
    """Return every shipped version, by id and first day."""
    folder = files("qinglian.targets") / "rules"
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(map(_rule, texts), key=lambda rule: (rule.id, rule.valid_from)))


def _rule(text: str) -> RuleVersion:
    told = tomllib.loads(text)
    numbers = {
        name: RuleNumber(Fraction(entry["value"]), entry["class"], entry["about"])
        for name, entry in told.get("number", {}).items()
    }
    plain = ("id", "version", "title_en", "title_zh", "valid_from", "citation")
    return RuleVersion(**{name: told[name] for name in plain}, valid_to=told.get("valid_to"), numbers=numbers)


def rule_version(identifier: str, version: str) -> RuleVersion:
    """Return one version; raises ``targets.rule_unknown`` with those there are."""
    for one in rule_versions():
        if (one.id, one.version) == (identifier, version):
            return one
    known = [f"{one.id} {one.version}" for one in rule_versions()]
    raise QinglianError("targets.rule_unknown", rule=f"{identifier} {version}", known=known)
